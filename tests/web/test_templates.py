"""Every template renders with sample views, and keeps the laws of the house: no inline code, no dead references."""

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import page_samples as desk
import pages
import pytest
from jinja2 import Environment

from codex.web.present.render import DIST, WEB

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = WEB / "templates"
EVERYTHING = [*pages.PAGES, *pages.FRAGMENTS]

Attributes = dict[str, str | None]


class Reading(HTMLParser):
    """The start tags of a page in order, and the forms with what is in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Attributes]] = []
        self.forms: list[tuple[Attributes, list[tuple[str, Attributes]]]] = []
        self._in_form = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "form":
            assert not self._in_form, "a form inside a form"
            self.forms.append((dict(attrs), []))
            self._in_form = True
        elif self._in_form:
            self.forms[-1][1].append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False


@pytest.fixture(params=EVERYTHING)
def page(request: pytest.FixtureRequest, environment: Environment) -> Reading:
    return Reading(pages.render(environment, request.param))


def sprite() -> set[str]:
    names = json.loads((DIST / "manifest.json").read_text("utf-8"))["files"]
    return set(re.findall(r'<symbol id="([^"]+)"', (DIST / names["icons.svg"]).read_text("utf-8")))


def test_every_template_is_rendered_by_a_sample(environment: Environment) -> None:
    reached = {pages.PAGES[name][0] for name in pages.PAGES} | {pages.FRAGMENTS[name][0] for name in pages.FRAGMENTS}
    todo = list(reached)
    while todo:
        source = (TEMPLATES / todo.pop()).read_text("utf-8")
        found = set(re.findall(r'{% (?:include|extends|from) "([^"]+)"', source)) - reached
        reached |= found
        todo += found

    assert reached == {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}


def test_ids_are_unique(page: Reading) -> None:
    ids = Counter(str(attributes["id"]) for _tag, attributes in page.tags if "id" in attributes)

    assert [id for id, count in ids.items() if count > 1] == []


def test_labels_and_descriptions_point_at_something(page: Reading) -> None:
    ids = {attributes.get("id") for _tag, attributes in page.tags}
    names = ("for", "aria-labelledby", "aria-describedby", "popovertarget", "commandfor")
    pointed = {id for _tag, a in page.tags for name in names for id in (a.get(name) or "").split()}

    assert pointed - ids == set()


def test_there_is_no_inline_code(page: Reading) -> None:
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert name != "style", (tag, attributes)
            assert not name.startswith("on"), (tag, attributes)
            assert not re.match(r"(data-)?hx-on", name), (tag, attributes)
            assert "js:" not in (value or "") and "javascript:" not in (value or ""), (tag, attributes)
            assert not (name == "hx-trigger" and "[" in (value or "")), (tag, attributes)
        assert tag != "style"
        assert tag != "script" or attributes.get("src"), "a script in the page"


def test_every_post_form_carries_the_csrf_token(page: Reading) -> None:
    token = ("input", {"type": "hidden", "name": "_csrf", "value": "sample-token"})
    for form, inside in page.forms:
        assert form["method"] in ("post", "get")
        assert (token in inside) is (form["method"] == "post"), form  # what only asks tells nobody its token


def test_a_form_works_without_htmx(page: Reading) -> None:
    for form, inside in page.forms:
        assert form.get("hx-post", form["action"]) == form["action"]
        assert any(tag == "button" and attributes.get("type") == "submit" for tag, attributes in inside)


def test_a_link_of_htmx_is_a_link(page: Reading) -> None:
    for tag, attributes in page.tags:
        if "hx-get" in attributes and attributes.get("hx-trigger") != "load":  # what comes by itself leads nowhere
            assert tag in ("a", "form")
            address = attributes["action" if tag == "form" else "href"] or ""
            assert address.partition("#")[0] == attributes["hx-get"]


def test_every_button_says_what_it_is(page: Reading) -> None:
    for tag, attributes in page.tags:
        if tag == "button":
            assert attributes.get("type") in {"submit", "button"}
            does = {"popovertarget", "commandfor"} & attributes.keys()
            assert attributes["type"] == "submit" or does, "a button that does nothing"


def test_every_icon_is_in_the_sprite(page: Reading) -> None:
    used = {str(a["href"]).partition("#")[2] for tag, a in page.tags if tag == "use"}

    assert used - sprite() == set()


def test_icons_named_in_templates_are_in_the_sprite(environment: Environment) -> None:
    named = {
        name for path in TEMPLATES.rglob("*.html") for name in re.findall(r'\bic\("([\w-]+)"', path.read_text("utf-8"))
    }

    assert named - sprite() == set()


def test_icons_of_sentences_are_in_the_sprite(environment: Environment) -> None:
    source = (WEB / "present" / "sentences.py").read_text("utf-8")
    named = set(re.findall(r'(?:return |else )"([a-z-]+)", _say', source))

    assert len(named) > 8 and named - sprite() == set()


def test_a_page_has_one_heading_of_the_first_rank(environment: Environment) -> None:
    for name in pages.PAGES:
        tags = Reading(pages.render(environment, name)).tags
        assert [tag for tag, attributes in tags if tag == "h1" and "aria-level" not in attributes] == ["h1"], name


def test_requesters_get_no_script_but_where_a_choice_brings_other_questions(environment: Environment) -> None:
    for name, (template, _view) in pages.PAGES.items():
        if template.startswith("agent/"):
            continue
        scripts = [a["src"] for tag, a in Reading(pages.render(environment, name)).tags if tag == "script"]
        assert [str(src).split(".")[0] for src in scripts] == ["/static/htmx"] * (template == "portal/new.html"), name


def test_what_the_enter_key_sends_is_the_request_and_not_its_questions(environment: Environment) -> None:
    tags = Reading(pages.render(environment, "request-new")).forms[-1][1]
    buttons = [attributes for tag, attributes in tags if tag == "button"]
    assert "name" not in buttons[0] and any(button.get("value") == "questions" for button in buttons)


def test_what_people_type_is_escaped(environment: Environment) -> None:
    evil = '<img src=x onerror=alert(1)>"'
    source = '{% from "macros.html" import av %}{{ av(person) }}{% trans name=person.name %}Hi {{ name }}{% endtrans %}'
    person = desk.person(evil)

    assert "<img" not in environment.from_string(source).render(person=person)


def test_every_state_of_a_service_target_has_its_own_words(environment: Environment) -> None:
    source = '{% from "macros.html" import sla_badge %}{{ sla_badge(sla) }}'
    badges = [environment.from_string(source).render(sla=sla) for sla in desk.SLAS]
    texts = [re.sub(r"<[^>]+>|\s+", " ", badge).split() for badge in badges]

    assert " ".join(texts[0]).startswith("Resolve overdue by 26m")
    assert [" ".join(text) for text in texts[1:]] == [
        "At risk: Resolve 48m", "At risk: Reply 12m", "Resolve 3h 05m", "Resolve 4h",
        "Paused", "Paused", "Missed", "Met",
    ]  # fmt: skip
