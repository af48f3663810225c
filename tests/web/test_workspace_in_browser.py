"""The agents' window with htmx and our modules, under the strict policy: keys, panes, small forms, the reply box."""

import re
from collections.abc import Iterator

import pytest
from page_server import PageServer
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

MINE = "?view=mine"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A wide window; the test fails on any error in its console, so on anything the policy forbids."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert [error for error in errors if "Failed to load resource" not in error] == []


def visit(page: Page, samples: PageServer, name: str) -> None:
    """Open a page and wait until htmx has taken it over; before that, its links and forms work by themselves."""
    page.goto(f"{samples.url}/{name}")
    page.wait_for_selector("[data-htmx-powered]", state="attached")


def current(page: Page) -> str:
    return page.locator(".row:has(.row-a[aria-current])").get_attribute("id") or ""


def test_choosing_a_row_opens_the_ticket_beside_the_list(page: Page, samples: PageServer) -> None:
    visit(page, samples, "queue")
    page.click("#row-IT-4821 .row-a")

    expect(page.locator("#ticket-title")).to_have_text("VPN drops every ten minutes since the macOS update")
    expect(page).to_have_url(f"{samples.url}/tickets/IT-4821{MINE}")
    expect(page).to_have_title(re.compile("^IT-4821 · VPN drops"))
    expect(page.locator("h1:not([aria-level])")).to_have_count(1)


def test_back_shows_the_list_without_a_ticket(page: Page, samples: PageServer) -> None:
    visit(page, samples, "queue")
    page.click("#row-IT-4821 .row-a")
    expect(page.locator("#ticket")).to_be_visible()
    page.go_back()

    expect(page.locator(".blank")).to_be_visible()


def test_j_and_k_walk_and_enter_and_escape_change_sides(page: Page, samples: PageServer) -> None:
    visit(page, samples, "queue")
    page.keyboard.press("j")
    expect(page.locator("#ticket")).to_be_visible()
    first = current(page)
    page.keyboard.press("j")
    assert current(page) != first
    page.keyboard.press("k")
    assert current(page) == first

    page.keyboard.press("Enter")
    expect(page.locator("#ticket-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(f"#{first} .row-a")).to_be_focused()


def test_n_turns_the_reply_box_into_a_note_and_r_back(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    page.keyboard.press("n")
    expect(page.get_by_text("Only agents will see this")).to_be_visible()
    expect(page.get_by_role("button", name="Add note")).to_be_visible()
    expect(page.locator("#body")).to_be_focused()

    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Send", exact=False).first).to_be_visible()
    expect(page.get_by_text("Only agents will see this")).to_be_hidden()


def test_mod_enter_sends_what_the_box_shows(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    page.keyboard.press("r")
    page.keyboard.type("On its way")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#body")).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("Ask Lena")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#body")).to_have_value("")

    path = f"/tickets/IT-4821/replies{MINE}"
    reply = {"_csrf": "sample-token", "kind": "reply", "body": "On its way", "status": "WAITING_ON_REQUESTER"}
    note = {"_csrf": "sample-token", "kind": "note", "body": "Ask Lena"}
    assert samples.posted == [(path, reply), (path, note)]


def test_another_way_to_send_is_in_the_menu(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    page.fill("#body", "Done")
    page.click("[popovertarget=send-menu]")
    page.get_by_role("button", name="Send and resolve").click()
    expect(page.locator("#body")).to_have_value("")
    expect(page.locator("#send-menu")).to_be_hidden()

    assert samples.posted[0][1]["status"] == "RESOLVED"


def test_e_resolves_and_i_assigns_to_me(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    with page.expect_response("**/status**"):
        page.keyboard.press("e")
    with page.expect_response("**/assignee**"):
        page.keyboard.press("i")

    assert [(path, form) for path, form in samples.posted] == [
        (f"/tickets/IT-4821/status{MINE}", {"_csrf": "sample-token", "status": "RESOLVED"}),
        (f"/tickets/IT-4821/assignee{MINE}", {"_csrf": "sample-token", "assignee": "amir"}),
    ]


def test_a_property_saves_itself_and_what_is_being_written_stays(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    page.fill("#body", "Half a sentence")
    with page.expect_response("**/priority**"):
        page.select_option("#priority", "urgent")

    assert samples.posted == [(f"/tickets/IT-4821/priority{MINE}", {"_csrf": "sample-token", "priority": "urgent"})]
    expect(page.locator("#body")).to_have_value("Half a sentence")
    expect(page.locator("#priority")).to_have_value("high")  # what the sample server says is so


def test_a_reply_that_fails_keeps_its_text_and_says_so(page: Page, samples: PageServer) -> None:
    samples.answer = 500
    visit(page, samples, "ticket")
    page.fill("#body", "Important")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("status")).to_contain_text("Not saved")
    expect(page.locator("#body")).to_have_value("Important")


def test_unsent_text_waits_in_its_ticket_with_its_audience(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    page.keyboard.press("n")
    page.keyboard.type("Only for us")
    page.reload()

    expect(page.locator("#body")).to_have_value("Only for us")
    expect(page.locator("#kind-note")).to_be_checked()


def test_single_keys_can_be_turned_off(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    page.keyboard.press("?")
    page.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("e")

    expect(page.locator("#kind-reply")).to_be_checked()
    assert samples.posted == []


def test_load_more_puts_rows_where_the_link_was(page: Page, samples: PageServer) -> None:
    visit(page, samples, "queue")
    before = page.locator(".row").count()
    page.get_by_role("link", name="Load more").click()

    expect(page.locator(".row")).to_have_count(before * 2)


def test_on_a_narrow_screen_one_pane_shows_at_a_time(page: Page, samples: PageServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, samples, "queue")
    page.click("#row-IT-4821 .row-a")
    expect(page.locator("#ticket-title")).to_be_focused()
    expect(page.locator(".list")).to_be_hidden()

    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator(".list")).to_be_visible()


def test_without_script_a_ticket_is_read_answered_and_changed(browser: Browser, samples: PageServer) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{samples.url}/queue")
    page.click("#row-IT-4821 .row-a")
    page.fill("#body", "By hand")
    page.get_by_role("button", name="Send", exact=True).click()
    page.select_option("#status", "resolved")
    page.get_by_role("button", name="Save Status").click()
    context.close()

    assert [form.get("body") or form.get("status") for _path, form in samples.posted] == ["By hand", "resolved"]


def test_a_late_answer_does_not_take_the_place_of_the_ticket_shown(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    held = []
    page.route("**/priority**", lambda route: held.append(route))
    page.select_option("#priority", "urgent")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#ticket")).to_have_attribute("data-ticket", "IT-4833")
    with page.expect_response("**/priority**"):
        held[0].continue_()
    page.wait_for_timeout(100)

    expect(page.locator("#ticket")).to_have_attribute("data-ticket", "IT-4833")
    assert current(page) == "row-IT-4833"


def test_walking_fast_ends_at_the_last_ticket_asked_for(page: Page, samples: PageServer) -> None:
    visit(page, samples, "queue")
    for _ in range(5):
        page.keyboard.press("j")

    expect(page.locator("#ticket")).to_have_attribute("data-ticket", "IT-4807")
    assert current(page) == "row-IT-4807"


def test_a_ticket_that_does_not_load_leaves_the_one_that_is_open(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    page.route("**/tickets/IT-4833**", lambda route: route.fulfill(status=500, body=""))
    page.keyboard.press("j")

    expect(page.get_by_role("status")).to_contain_text("did not load")
    expect(page).to_have_url(f"{samples.url}/ticket")
    assert current(page) == "row-IT-4821"


def test_a_prepared_text_is_chosen_from_a_menu_and_takes_along_what_was_typed(page: Page, samples: PageServer) -> None:
    visit(page, samples, "ticket")
    page.fill("#body", "First of all")
    page.get_by_role("link", name="Prepared texts").click()
    menu = page.locator("#texts")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("button", name="To facilities")).to_be_disabled()
    menu.get_by_role("button", name="We are on it").click()

    expect(menu).not_to_be_visible()
    expect(page.locator("#body")).to_be_focused()
    (path, form), *others = samples.posted
    assert (path, form["body"], others) == ("/tickets/IT-4821/texts/1", "First of all", [])
