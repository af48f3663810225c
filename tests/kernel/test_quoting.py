"""Values in Markdown are text: whatever a stranger writes, the markup is that of whoever wrote the template."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codex.kernel import quoting
from codex.kernel.placeholders import on_one_line
from codex.kernel.quoting import fill_markdown, quoted
from codex.kernel.richtext import to_html

TEMPLATES = (
    "Re: {{x}}",
    "{{x}}",
    "{{x}}. That is it",
    "Hello,\n{{x}}\nand bye",
    "Title\n{{x}}",
    "| a |\n{{x}}",
    "a | b\n{{x}}",
    "# {{x}}\n\n- one {{x}}\n- {{x}}\n\n> {{x}}",
    "**Re: {{x}}** and [the ticket {{x}}](https://desk.example/tickets/1)",
    "| a | b |\n|---|---|\n| {{x}} | {{y}} |",
    "{{x}}{{y}}",
    "1{{x}}",
    "!{{x}}(https://desk.example)",
    "[{{x}}]",
    "\\{{x}}",
    "{{x}}\n: {{y}}",
)
SIGNS = st.text(st.sampled_from("[]()<>*_`~#-+=|:!.&;\\/ \n\tab1\"'{}"), max_size=20)
VALUES = st.one_of(SIGNS, st.text(max_size=20))


def said(html: str) -> str:
    return on_one_line(re.sub(r"<[^>]*>", " ", html))


def elements(html: str) -> list[str]:
    return re.findall(r"</?\w+", html)


def in_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@example("{{x}}", "[Sign in here](https://evil.example/login)", "y")
@example("Re: {{x}}", "<https://evil.example>", "y")
@example("{{x}}{{y}}", "1", ". one")
@example("{{x}}. That is it", "1", "y")
@example("Title\n{{x}}", "===", "y")
@given(st.sampled_from(TEMPLATES), VALUES, VALUES)
def test_any_value_is_said_and_the_markup_is_the_templates_alone(template: str, x: str, y: str) -> None:
    x, y = (on_one_line(v.replace("\x00", "")) or "word" for v in (x, y))
    html = to_html(fill_markdown(template, {"x": x, "y": y}))
    plain = to_html(fill_markdown(template, {"x": "wordx", "y": "wordy"}))

    assert elements(html) == elements(plain), html
    expected = plain.replace("wordx", in_html(x)).replace("wordy", in_html(y))
    assert said(html).replace("&quot;", '"') == said(expected).replace("&quot;", '"')


def test_many_values_are_rendered_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    monkeypatch.setattr(quoting, "to_html", lambda text: rendered.append(text) or to_html(text))
    for value in ("harmless", "1"):
        rendered.clear()
        fill_markdown("{{x}}. So\n\n" * 400, {"x": value})
        assert len(rendered) == 2, value


@pytest.mark.parametrize("text", ["VPN (office), 2 drops", "It's 5 o'clock!", "#1042 again", "+49 30 123", "3.5 GB"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert fill_markdown("Re: {{x}}", {"x": text}) == f"Re: {text}"


def test_what_would_be_markup_is_escaped() -> None:
    assert quoted("[Sign in](https://evil.example) *now* a_b `c` <d> \\") == (
        "\\[Sign in\\](https://evil.example) \\*now\\* a\\_b \\`c\\` \\<d> \\\\"
    )
    assert [quoted(text) for text in ("# a", "- a", "> a", "1. a", "12) a")] == [
        "\\# a", "\\- a", "\\> a", "1\\. a", "12\\) a"
    ]  # fmt: skip


def test_a_value_in_code_is_said_as_it_is_and_does_not_end_it() -> None:
    assert to_html(fill_markdown("`{{x}}`", {"x": "a*b_c"})) == "<p><code>a*b_c</code></p>\n"
    assert to_html(fill_markdown("`{{x}}`", {"x": "a` [b](c) `"})).count("<a") == 0


def test_lines_of_a_value_become_one() -> None:
    assert fill_markdown("Re: {{x}}", {"x": "one\r\n\r\n- two\n"}) == "Re: one - two"
    assert fill_markdown("Re: {{x}}{{gone}}", {}) == "Re: "
