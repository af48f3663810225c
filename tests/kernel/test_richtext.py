"""Markdown becomes HTML in which nothing can be executed, loaded or dressed up."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.kernel.richtext import to_html

ALLOWED = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre",
    "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
DANGEROUS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "![x](http://evil.test/pixel.gif)",
    "![x](javascript:alert(1))",
    '[x](http://a.test "onmouseover=alert(1) \'><script>")',
    "<javascript:alert(1)>",
    "`<script>`",
    "```html\n<script>alert(1)</script>\n```",
    "<style>*{display:none}</style>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=//evil.test><button>Sign in</button></form>",
    "<base href=//evil.test>",
    "<!--><script>alert(1)</script-->",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "| <script> | b |\n|---|---|\n| <img onerror=x> | `x` |",
    "[a]: javascript:alert(1)\n\n[a]",
    "<p style='position:fixed' class=x id=y data-x=1>hello</p>",
    "\x00<scr\x00ipt>alert(1)</script>",
)
PIECES = st.sampled_from(
    (*DANGEROUS, "<", ">", "&", '"', "'", "`", "[", "](", ")", "!", "\\", "\n", "> ", "- ", "* ", "|", "~~", "**",
     "&lt;", "&#x3C;", "javascript:", "http://a.test", " onload=", "\u202e", "\x0c", "\x0b", "é")
)  # fmt: skip
WRITTEN = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.lists(PIECES, max_size=12).map("".join)
)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.found.append((f"comment {data}", {}))


def is_harmless(html: str) -> bool:
    """Only what the allow-list has, links with harmless schemes, and no attribute beside them."""
    reader = _Elements()
    reader.feed(html)
    reader.close()
    for tag, attributes in reader.found:
        if tag not in ALLOWED or not attributes.keys() <= ({"href", "title", "rel"} if tag == "a" else set()):
            return False
        if urlsplit((attributes.get("href") or "").strip()).scheme not in ("", "http", "https", "mailto", "tel"):
            return False
    return True


@pytest.mark.parametrize("written", DANGEROUS)
def test_nothing_that_attacks_survives(written: str) -> None:
    assert is_harmless(to_html(written))


@given(WRITTEN)
def test_whatever_is_written_is_harmless(written: str) -> None:
    assert is_harmless(to_html(written))


@given(WRITTEN)
def test_cleaning_what_is_clean_changes_nothing(written: str) -> None:
    html = to_html(written)

    assert nh3.clean(html, tags=ALLOWED, link_rel="noopener noreferrer nofollow") == html


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("Hello *there*", "<p>Hello <em>there</em></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("~~old~~", "<p><s>old</s></p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("<b>not bold</b>", "<p>&lt;b&gt;not bold&lt;/b&gt;</p>"),
        ("[us](https://a.test)", '<p><a href="https://a.test" rel="noopener noreferrer nofollow">us</a></p>'),
        ("```\nls -l\n```", "<pre><code>ls -l\n</code></pre>"),
        ("", ""),
    ],
)
def test_markdown_reads_as_it_is_meant(written: str, html: str) -> None:
    assert to_html(written).strip() == html


def test_a_table_stays_a_table() -> None:
    html = to_html("| a | b |\n|---|---|\n| 1 | 2 |")

    assert html.count("<td>") == 2 and "<table>" in html
