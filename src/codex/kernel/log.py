"""How log lines look: text for people, JSON for machines; one line an event, on standard error."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog


def configure(style: str, *, process: str) -> None:
    """Set logging up for this process. `style` is `text` or `json`; `process` (web, worker …) stands on each line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, *_rendering(style)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def _rendering(style: str) -> tuple[structlog.typing.Processor, ...]:
    if style == "json":
        return structlog.processors.format_exc_info, structlog.processors.JSONRenderer()
    if sys.stderr.isatty():
        return (structlog.dev.ConsoleRenderer(pad_event_to=0, exception_formatter=structlog.dev.plain_traceback),)
    return structlog.processors.format_exc_info, _plain


def _plain(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """A line for a file: no colours, and a third of the time that they take, which is felt at a line per request."""
    trace = event.pop("exception", None)
    at, level, said = event.pop("timestamp"), event.pop("level"), event.pop("event")
    line = " ".join((f"{at} [{level}] {said}", *(f"{name}={_word(value)}" for name, value in event.items())))
    return f"{line}\n{trace}" if trace else line


def _word(value: object) -> str:
    """Something that stays on its line and is one word, whatever a client sent."""
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)
