"""Why a ticket's clocks stand as they do, to be read from top to bottom: the sentences of `sla.clock_explaining`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from codex.sla.clock_reading import KEYS
from codex.sla.clock_words import NAMES
from codex.web.present.desk_views import ClockStoryView, SpanView, WhyView
from codex.web.present.targets import label

_ALL_IN_SECONDS = re.compile(r" \([\d.]+ s\)")
_FRACTION = re.compile(r"(?<=:\d\d)\.\d+|(?<=\d)\.\d+(?= s\b)")


def why(id: str, told: Mapping[str, Any], *, query: str) -> WhyView:
    """The stories of both clocks, as `clock_reading.explained` tells them; `query`: of the list beside the ticket."""
    return WhyView(id=id, stories=tuple(_stories(told)), back_href=f"/tickets/{id}{query}")


def _stories(told: Mapping[str, Any]) -> Iterator[ClockStoryView]:
    for kind, key in KEYS.items():
        story, name = told[key], f"{NAMES[kind]}: "
        if story is not None:
            sentences = [sentence.removeprefix(name) for sentence in story["explanation"]]
            before = len(sentences) - len(story["spans"]) - 1
            yield ClockStoryView(
                label=label(kind),
                policy=_sentence(" ".join(sentences[:before])),
                spans=tuple(_spans(story["spans"], name)),
                outcome=_sentence(sentences[-1]),
            )


def _spans(spans: Sequence[Mapping[str, Any]], name: str) -> Iterator[SpanView]:
    """Each span's sentence in its three parts: when, what, because of what."""
    for span in spans:
        when, _, rest = span["sentence"].removeprefix(name).partition(": ")
        does = rest.removesuffix(f", because {span['why']}.")
        yield SpanView(kind=span["kind"], when=_to_the_second(when), does=_sentence(does), why=_sentence(span["why"]))


def _sentence(text: str) -> str:
    """With a capital, and a full stop where there is none; to the second."""
    text = _to_the_second(text)
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") or not text else ".")


def _to_the_second(text: str) -> str:
    """What exactly was counted is in the API; people read "1 h 59 min 59 s"."""
    return _FRACTION.sub("", _ALL_IN_SECONDS.sub("", text))
