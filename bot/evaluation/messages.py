"""Labelled messages: a JSON object a line, with the message and what a right reply to it is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from bot.safety.rules import BOUNDARIES, URGENT

OFF_TOPIC, OTHER_HEALTH, NEAR_MISS = "off_topic", "other_health", "near_miss"
OUT_OF_SCOPE = (OFF_TOPIC, OTHER_HEALTH, NEAR_MISS)
# These need a conversation around them; as first messages any polite reply is right.
NEEDS_CONTEXT = ("affirm", "deny", "repeat", "clarify", "cancel")
SMALLTALK = ("greeting", "thanks", "goodbye", "bot_identity", "capabilities", "chitchat", *NEEDS_CONTEXT)
ADVERSARIAL = (
    "prompt_extraction", "jailbreak", "prompt_injection", "xss", "sql_injection", "shell", "code_injection",
    "format_string", "path_traversal", "emoji", "number", "unicode", "other_script", "quote", "bidi_control",
    "crash_string", "empty", "reserved_word", "special_characters", "unicode_combining", "whitespace_unicode",
)  # fmt: skip

REWORDED = "reworded"


class MessageError(ValueError):
    """A line that can't be used: names file, line and mend."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        super().__init__(f"{path}:{line}: {why}")


class Section(str, Enum):
    """What sort of label it is."""

    IN_SCOPE = "in_scope"
    OUT_OF_SCOPE = "out_of_scope"
    SMALLTALK = "smalltalk"
    SAFETY = "safety"
    ADVERSARIAL = "adversarial"


@dataclass(frozen=True)
class Label:
    """A label and what sort it is: `pregnancy` is a group of topics, and a boundary."""

    section: Section
    name: str


@dataclass(frozen=True)
class LabelledMessage:
    """One line of a file.

    Attributes:
        also: further labels that a right reply may take.
        borderline: on the edge of our scope, counted apart.
        lang: the language where it is not English, else empty.
        file: name of the file, without its ending.
    """

    text: str
    label: Label
    also: frozenset[Label]
    borderline: bool
    lang: str
    source: str
    origin: str
    file: str
    line: int

    @property
    def accepted(self) -> frozenset[Label]:
        """Every label that is right."""
        return self.also | {self.label}

    @property
    def reworded(self) -> bool:
        """Whether the sentence was written anew for this project; such lines are reported apart."""
        return self.origin == REWORDED or self.file.endswith(f"_{REWORDED}")

    @property
    def key(self) -> str:
        """Names the message in `scores.json`, which must not hold its sentence."""
        digest = hashlib.sha256(self.text.encode("utf-8", errors="surrogatepass")).hexdigest()
        return f"{self.file}:{digest[:16]}"


class Labels:
    """The labels that there are."""

    def __init__(self, groups: Collection[str]) -> None:
        self._names: dict[Section, frozenset[str]] = {
            Section.IN_SCOPE: frozenset(groups),
            Section.OUT_OF_SCOPE: frozenset(OUT_OF_SCOPE),
            Section.SMALLTALK: frozenset(SMALLTALK),
            Section.SAFETY: frozenset(URGENT + BOUNDARIES),
            Section.ADVERSARIAL: frozenset(ADVERSARIAL),
        }

    def readings(self, name: str, file: str = "") -> list[Label]:
        """What a label may be, the likeliest first: the file's name decides where it could be two things."""
        found = [section for section, names in self._names.items() if name in names]
        if not found and Section.ADVERSARIAL.value in file:
            found = [Section.ADVERSARIAL]
        return [Label(section, name) for section in sorted(found, key=lambda section: section.value not in file)]


def read(paths: Sequence[Path], groups: Collection[str]) -> list[LabelledMessage]:
    """The messages of all files, in order.

    Args:
        groups: ids of the groups that topics belong to.

    Raises:
        MessageError: a line can't be used.
    """
    labels = Labels(groups)
    return [message for path in paths for message in _read_file(path, labels)]


def _read_file(path: Path, labels: Labels) -> Iterator[LabelledMessage]:
    # Only "\n" ends a line here: other line ends of Unicode may be part of a text.
    for number, raw in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            yield _message(raw, path.stem, number, labels)
        except ValueError as error:
            raise MessageError(path, number, str(error)) from None


def _message(raw: bytes, file: str, number: int, labels: Labels) -> LabelledMessage:
    given = _object(raw)
    text, topic = given.get("text"), given.get("topic")
    if not isinstance(text, str):
        raise ValueError("'text' is missing or is not a string; it is the message")
    if not isinstance(topic, str):
        raise ValueError("'topic' is missing or is not a string; it is the label")
    readings = labels.readings(topic, file)
    if not readings:
        raise ValueError(f"label {topic!r} is not known; see knowledge/groups.yml and docs/evaluation.md")
    also = given.get("also") or []
    if not isinstance(also, list) or not all(isinstance(name, str) for name in also):
        raise ValueError("'also' is not a list of labels")
    unknown = [name for name in also if not labels.readings(name)]
    if unknown:
        raise ValueError(f"label {unknown[0]!r} of 'also' is not known; see docs/evaluation.md")
    borderline = given.get("borderline", False)
    if not isinstance(borderline, bool):
        raise ValueError("'borderline' is neither true nor false")
    for name in ("lang", "source", "origin"):
        if not isinstance(given.get(name, ""), str):
            raise ValueError(f"'{name}' is not a string")
    return LabelledMessage(
        text=text,
        label=readings[0],
        also=frozenset(label for name in also for label in labels.readings(name)),
        borderline=borderline,
        lang=given.get("lang", ""),
        source=given.get("source", ""),
        origin=given.get("origin", "unknown"),
        file=file,
        line=number,
    )


def _object(raw: bytes) -> dict[str, Any]:
    try:
        given = json.loads(raw)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8; save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg}); write an object a line") from None
    except RecursionError:
        raise ValueError("not JSON (nested too deep); write an object a line") from None
    if not isinstance(given, dict):
        raise ValueError('not an object; write {"text": …, "topic": …}')
    return given
