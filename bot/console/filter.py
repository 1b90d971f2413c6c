"""What a list of conversations is narrowed to, as it stands in an address."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

STATUSES = {"new": "New", "in_review": "In review", "second_look": "Needs second look", "done": "Done"}
THUMBS = {"down": "Thumbs down", "up": "Thumbs up", "none": "No thumbs"}
NOBODY = "-"
_WORD = re.compile(r"[\w .@:+-]{1,64}")
_MOST_WORDS = 200


@dataclass(frozen=True)
class Filter:
    """A value of "" or None narrows nothing.

    Attributes:
        words: what a visitor's message holds.
        since, until: first and last day of the conversation's last message, in UTC.
        safety: a category of danger, or "any".
        low: a reply was given without being sure.
        least, most: how many messages.
        assignee: a name, or "-" for nobody.
        open: everything but what is done.
    """

    words: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    channel: str = ""
    topic: str = ""
    safety: str = ""
    unclear: bool = False
    low: bool = False
    thumbs: str = ""
    least: int | None = None
    most: int | None = None
    tag: str = ""
    status: str = ""
    open: bool = False
    assignee: str = ""
    language: str = ""
    knowledge: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> tuple[Filter, list[str]]:
        """The filter of an address, and what of it could not be understood, in words."""
        problems: list[str] = []
        values: dict[str, object] = {}
        for name in cls.__dataclass_fields__:
            text = query.get(name, "").strip()
            if not text:
                continue
            if name in ("since", "until"):
                try:
                    values[name] = datetime.date.fromisoformat(text)
                except ValueError:
                    problems.append(f"'{name}' is not a day such as 2026-11-24, so it was left out.")
            elif name in ("least", "most"):
                if re.fullmatch(r"[0-9]{1,6}", text):
                    values[name] = int(text)
                else:
                    problems.append(f"'{name}' is not a number, so it was left out.")
            elif name in ("unclear", "low", "open"):
                values[name] = text == "1"
            elif name == "words":
                values[name] = text[:_MOST_WORDS].replace("\0", "")
            elif (name == "status" and text not in STATUSES) or (name == "thumbs" and text not in THUMBS):
                problems.append(f"'{name}' can't be that, so it was left out.")
            elif _WORD.fullmatch(text):
                values[name] = text
            else:
                problems.append(f"'{name}' can't be that, so it was left out.")
        return cls(**values), problems  # type: ignore[arg-type]

    @property
    def values(self) -> dict[str, str]:
        """What narrows, as words of an address."""
        shown = {}
        for name, value in asdict(self).items():
            if value is True:
                shown[name] = "1"
            # Not `in`: no messages at all is 0, which equals False.
            elif value is not None and value is not False and value != "":
                shown[name] = str(value)
        return shown

    @property
    def query(self) -> str:
        """The address's query."""
        return urlencode(self.values)

    @property
    def names(self) -> str:
        """What narrows, without the words that were looked for, for the audit log."""
        return ", ".join(name if name == "words" else f"{name}={value}" for name, value in self.values.items())
