"""axe-core finds nothing, on any page, in either scheme, on a wide and on a narrow screen."""

from pathlib import Path
from typing import Any

import pages
import pytest
from page_server import PageServer
from playwright.sync_api import Browser, Page

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
SIZES = {1440: 900, 390: 844}

pytestmark = pytest.mark.browser


def opened(browser: Browser, width: int) -> Page:
    """A window without motion, so that colours are settled; axe comes from outside, past the pages' own policy."""
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]}, bypass_csp=True, reduced_motion="reduce"
    )
    return context.new_page()


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds; with `rules`, only what breaks one of these."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    options: dict[str, Any] = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found: dict[str, Any] = page.evaluate("options => axe.run(options)", options)
    return [f"{v['id']}: {node['target']} {node['failureSummary']}" for v in found["violations"] for node in v["nodes"]]


@pytest.mark.parametrize("width", SIZES)
def test_axe_finds_nothing(samples: PageServer, browser: Browser, width: int) -> None:
    page = opened(browser, width)
    found: dict[str, list[str]] = {}
    for name in pages.PAGES:
        page.goto(f"{samples.url}/{name}?theme=light")
        found[f"{name} light"] = violations(page)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")  # nothing but its colours is another one
        found[f"{name} dark"] = violations(page, "color-contrast")
    page.context.close()

    assert {name: list_ for name, list_ in found.items() if list_} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_why_a_target_stands_so(samples: PageServer, browser: Browser, theme: str) -> None:
    page = opened(browser, 1440)
    page.goto(f"{samples.url}/ticket?theme={theme}")
    page.click("#why > summary")
    page.wait_for_selector("#why .story")
    found = violations(page)
    page.context.close()

    assert found == []


@pytest.mark.parametrize("width", SIZES)
def test_axe_finds_nothing_in_what_opens_on_top(samples: PageServer, browser: Browser, width: int) -> None:
    page = opened(browser, width)
    found = {}
    for opener in ("[commandfor=keys][command=show-modal]", "[popovertarget=send-menu]", "[popovertarget=details]"):
        page.goto(f"{samples.url}/ticket")
        page.eval_on_selector(opener, "(button) => button.click()")
        found[opener] = violations(page)
    page.context.close()

    assert {opener: list_ for opener, list_ in found.items() if list_} == {}
