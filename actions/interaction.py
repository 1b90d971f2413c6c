"""Magnesium together with a medicine: from the table, never by guess."""

from __future__ import annotations

from bot.dialogue.reply import Button, Citation, Kind, Reply
from bot.knowledge.interactions import InteractionsFound
from bot.knowledge.library import library

GROUP = "supplement_interactions"
GROUP_CATEGORY = "interaction"
SHOWN = 3
PHARMACIST = "Ask your pharmacist before you take them together, and do not change a prescribed medicine on your own."


def interactions(text: str) -> Reply | None:
    """What is known of the medicines that a message names; None where it names none."""
    found = library().interactions.find(text)
    return reply(found) if found else None


def reply(found: InteractionsFound) -> Reply:
    """The rows that were found, and what is not in the table."""
    shown = found.interactions[:SHOWN]
    sources = dict.fromkeys(row.source for row in shown)
    return Reply(
        kind=Kind.LOOKUP,
        text="\n\n".join([*lines(found), PHARMACIST]),
        topics=(GROUP,),
        buttons=(Button(title="What does magnesium clash with?", payload="#topic:supplement_interactions"),),
        lookup=lookup(found),
        sources=tuple(Citation.of(library().base.sources[source]) for source in sources),
        consult=("pharmacist", "doctor"),
    )


def lines(found: InteractionsFound) -> list[str]:
    """A paragraph for each row, gravest first, and one for what the table does not have."""
    said = [
        f"Magnesium with {', '.join(name.generic for name in row.named)} ({row.severity} importance): {_ended(row.effect)} "
        f"{_ended(row.advice)}"
        for row in found.interactions[:SHOWN]
    ]
    # A word that is in no table may be anything, so it is not said back.
    unknown = ", ".join(dict.fromkeys(name.generic if name.kind else "that medicine" for name in found.unknown))
    if unknown:
        said.append(f"I have nothing on magnesium with {unknown}, so I will not guess. That does not mean that it is safe.")
    return said


def lookup(found: InteractionsFound) -> dict[str, object]:
    """The look-up as data."""
    return {
        "type": "interaction",
        "found": [
            {"id": row.id, "medicines": [n.generic for n in row.named], "severity": row.severity, "advice": row.advice}
            for row in found.interactions
        ],
        "unknown": [name.generic for name in found.unknown],
    }


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
