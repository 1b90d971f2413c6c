"""Rasa's events without what could tell who wrote them."""

from __future__ import annotations

from typing import Any, Protocol

Event = dict[str, Any]

# What a channel says of a message that is kept. Anything else it says might be an address.
KEPT = ("country", "language", "model_id", "assistant_id")
_SESSION_METADATA = "session_started_metadata"


class Finding(Protocol):
    """A message in which identifiers were looked for."""

    @property
    def text(self) -> str:
        """The message without them."""

    def over(self, value: Any) -> Any:
        """Plain data with the same identifiers replaced wherever they stand."""


class Finder(Protocol):
    """What finds identifiers."""

    def find(self, text: str) -> Finding:
        """Look for identifiers in a message."""


def conceal(events: list[Event], finder: Finder) -> list[Event]:
    """New events in place of these; what was found in a message is replaced in all that follows it, too.

    So nothing is left where an action, an entity or a reply repeats the visitor's words.
    """
    concealed = []
    found: list[Finding] = []
    for event in events:
        kept = _without_metadata(event)
        if event["event"] == "user" and event.get("text"):
            finding = finder.find(event["text"])
            kept = {**finding.over(kept), "text": finding.text}
            if kept.get("parse_data"):
                kept["parse_data"] = {**kept["parse_data"], "text": finding.text}
            kept = _over(kept, found)
            found.append(finding)
        else:
            kept = _over(kept, found)
        concealed.append(kept)
    return concealed


def _over(event: Event, found: list[Finding]) -> Event:
    for finding in found:
        event = finding.over(event)
    return event


def _without_metadata(event: Event) -> Event:
    kind = event["event"]
    if kind == "slot" and event.get("name") == _SESSION_METADATA:
        return {**event, "value": _kept(event.get("value"))}
    if kind not in ("user", "session_started", "action"):
        return event
    event = {**event, "metadata": _kept(event.get("metadata"))}
    if event.get("parse_data"):
        event["parse_data"] = {**event["parse_data"], "metadata": _kept(event["parse_data"].get("metadata"))}
    return event


def _kept(metadata: Any) -> dict[str, Any]:
    return {name: metadata[name] for name in KEPT if name in metadata} if isinstance(metadata, dict) else {}
