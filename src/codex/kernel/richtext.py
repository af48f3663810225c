"""Written text to safe HTML: Markdown in, an allow-list of elements out."""

import nh3
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False}).enable(
    ["table", "strikethrough"]
)
_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre",
    "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href", "title"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer nofollow",
)


def to_html(markdown: str) -> str:
    """HTML of a Markdown text that is safe to put into a page: no scripts, no styles, no images, no attributes but
    `href` with a harmless scheme (and `rel` set so that the target learns nothing)."""
    return _cleaner.clean(_markdown.render(markdown.replace("\x00", "")))
