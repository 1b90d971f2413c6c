"""Where an answer comes from."""

from __future__ import annotations

from actions.offers import topic_button
from bot.dialogue.reply import Citation, Kind, Reply
from bot.dialogue.turn import Turn
from bot.knowledge.library import library

RESTS_ON = "This rests on:"


def sources(turn: Turn, topics: list[str]) -> Reply | None:
    """The sources of the last reply, or of the topics it was about, each with its kind, year and link."""
    base, last = library().base, turn.last
    cited = [*(last.get("sources") or ()), *(s for said in last.get("answers") or () for s in said["sources"])]
    graded = [said["evidence"] for said in last.get("answers") or ()]
    if not cited:
        cited = [Citation.of(source).dict() for topic in topics for source in base.cited(base.topics[topic])]
        graded = [base.topics[topic].evidence.text for topic in topics]
    if not cited:
        return None
    unique = {source["id"]: Citation(**source) for source in cited}
    return Reply(
        kind=Kind.ANSWER,
        text="\n".join([*graded, RESTS_ON, *(line(source) for source in unique.values())]),
        topics=tuple(last.get("topics") or ()) or tuple(base.topics[topic].group for topic in topics),
        buttons=tuple(topic_button(base, topic) for topic in topics[:1]),
        sources=tuple(unique.values()),
        consult=tuple(who for said in last.get("answers") or () for who in said["consult"]),
    )


def line(source: Citation) -> str:
    """A source on a line of its own."""
    described = ", ".join(part for part in (source.kind, source.year) if part)
    return f"- {source.title} ({described})" + (f" {source.url}" if source.url else "")
