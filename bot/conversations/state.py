"""What the dialogue must know of a conversation beside its last events.

A state is plain data:

- `now`: slots that are set, the active form, the latest action and whether the bot is paused, after the last event;
- `window`: the last turns, each with how many `events` it has, what `now` was `before` it, the buttons that it `offered`, and
  `about`, its replies that answered something;
- `past`: the same of turns that fell out of the window, the latest first; None where the window holds the whole session;
- `since`: when the visitor last started over, in seconds since 1970.

The dialogue goes on from the events of the window, which begin where `before` of the first one says. So a turn costs the
same however long the conversation is.
"""

from __future__ import annotations

from typing import Any

# How many turns back the dialogue looks for what was said.
TURNS = 10
# How many replies before those are known in short.
ABOUT_KEPT = 20
# How many of the buttons that were offered before can still be pressed.
OFFERED = 60

# Kinds of reply that later turns may be about.
ABOUT = ("answer", "lookup", "safety")

State = dict[str, Any]
Event = dict[str, Any]


def new() -> State:
    """Of a conversation that has not begun."""
    return {"now": _nothing(), "window": [], "past": None, "since": 0.0}


def events_needed(state: State) -> int:
    """How many of the last events the dialogue needs."""
    return sum(turn["events"] for turn in state["window"])


def titles(state: State) -> dict[str, str]:
    """The words on each button that was offered, by its payload."""
    past = state["past"] or {"offered": []}
    offered = [*reversed(past["offered"]), *(pair for turn in state["window"] for pair in turn["offered"])]
    return {payload: title for title, payload in offered}


def advance(state: State, events: list[Event]) -> State:
    """The state after further events of one turn."""
    started = max((number for number, event in enumerate(events) if event["event"] == "session_started"), default=None)
    window, past = list(state["window"]), state["past"]
    since = _restarted(events, state["since"])
    before = state["now"]
    if started is not None:
        # What was said in an earlier session is no context.
        events, window, past, before = events[started:], [], None, _nothing()
    window.append({"events": len(events), "before": before, **_said(events)})
    now = before
    for event in events:
        now = _after(now, event)
    while len(window) > TURNS:
        gone = window.pop(0)
        known = past or {"offered": [], "about": []}
        offered: dict[str, str] = {}
        for title, payload in (*gone["offered"], *known["offered"]):
            offered.setdefault(payload, title)
        buttons = [[title, payload] for payload, title in offered.items()]
        past = {"offered": buttons[:OFFERED], "about": [*gone["about"], *known["about"]][:ABOUT_KEPT]}
    return {"now": now, "window": window, "past": past, "since": since}


def _restarted(events: list[Event], since: float) -> float:
    """When the visitor last started over."""
    return max((event["timestamp"] for event in events if event["event"] == "restart"), default=since)


def _nothing() -> dict[str, Any]:
    return {"slots": {}, "loop": None, "latest": None, "paused": False}


def _said(events: list[Event]) -> dict[str, Any]:
    replies = [(event.get("metadata") or {}).get("reply") or {} for event in events if event["event"] == "bot"]
    about = [slim(reply) for reply in reversed(replies) if reply.get("kind") in ABOUT]
    return {
        "offered": [[button["title"], button["payload"]] for reply in replies for button in reply.get("buttons") or ()],
        "about": about,
    }


def slim(reply: dict[str, Any]) -> dict[str, Any]:
    """Of a reply, what a follow-up must know of it."""
    lookup = reply.get("lookup") or {}
    return {
        "kind": reply["kind"],
        "topics": reply.get("topics") or [],
        "safety": reply.get("safety"),
        "lookup": {"type": lookup["type"]} if lookup.get("type") else None,
        "answers": [{"topic": answer["topic"], "text": answer["text"]} for answer in reply.get("answers") or ()],
        # A boundary's buttons name the topics that it is about.
        "buttons": reply.get("buttons") or [] if reply["kind"] == "safety" else [],
    }


def _after(now: dict[str, Any], event: Event) -> dict[str, Any]:
    kind = event["event"]
    if kind == "slot":
        slots = {**now["slots"], event["name"]: event["value"]}
        return {**now, "slots": {name: value for name, value in slots.items() if value is not None}}
    if kind in ("restart", "session_started"):
        return _nothing()
    if kind == "reset_slots":
        return {**now, "slots": {}}
    if kind in ("active_loop", "form"):
        return {**now, "loop": event["name"]}
    if kind == "action":
        return {**now, "latest": event["name"] or now["latest"]}
    if kind in ("pause", "resume"):
        return {**now, "paused": kind == "pause"}
    return now
