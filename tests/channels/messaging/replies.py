"""Replies as the core gives them to an app."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bot.channels.messaging.app import Incoming, What

ENDING = "This is general information, not medical advice. Please talk with a doctor or pharmacist about your own situation."
SHORT_ENDING = "General information, not medical advice. Please talk with a doctor or pharmacist."


def button(title: str, payload: str = "") -> dict[str, str]:
    return {"title": title, "payload": payload or f"#topic:{title.lower().replace(' ', '_')}"}


def said(body: str, *titles: str, ending: str = ENDING, **more: Any) -> dict[str, Any]:
    text = "\n\n".join(part for part in (body, ending) if part)
    return {"text": text, "body": body, "ending": ending, "buttons": [button(title) for title in titles], "reply": {}, **more}


def incoming(address: str, what: What = What.TEXT, **more: Any) -> Incoming:
    return Incoming("1", address, what, 1.0, **more)


# Letters, and what apps take for marks or count in their own way.
letters = st.one_of(
    st.sampled_from(list("abc xyz. ,!?\n*_~`>-[]{}|^\\€é’–…½µ😀ا中")),
    st.characters(blacklist_categories=["Cs", "Cc"], max_codepoint=0x2FFFF),
)
words = st.text(letters, min_size=1, max_size=12).map(str.strip).filter(bool)
bodies = st.one_of(
    st.just(""),
    st.lists(words, max_size=60).map(" ".join),
    st.tuples(words, st.integers(1, 900), st.sampled_from([" ", ". ", "\n", "\n\n", ""])).map(
        lambda of: (of[0] + of[2]) * of[1]
    ),
).map(str.strip)
endings = st.one_of(st.just(ENDING), st.just(SHORT_ENDING), st.lists(words, min_size=1, max_size=25).map(" ".join))
titles = st.one_of(
    st.sampled_from(["Caffeine", "How much is safe?", "Which foods are rich in it?"]), words, st.text("ab c", min_size=1)
)
payloads = st.one_of(st.sampled_from(["#topic:caffeine", "#x"]), st.text("abc:_#", min_size=1, max_size=200))
buttons = st.lists(
    st.builds(lambda title, payload: {"title": title, "payload": payload}, titles.filter(str.strip), payloads), max_size=12
)


@st.composite
def replies(draw: st.DrawFn) -> dict[str, Any]:
    body, ending = draw(bodies), draw(endings)
    text = "\n\n".join(part for part in (body, ending) if part)
    return {"text": text, "body": body, "ending": ending, "buttons": draw(buttons), "reply": {}}
