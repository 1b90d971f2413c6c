"""What follows on an answer: more of it, its sources, the same for somebody or something else."""

from __future__ import annotations

from collections.abc import Callable

from actions import food
from actions.answer import answer, topic_button
from actions.interaction import interactions
from actions.unclear import STARTING_POINTS, ActionUnclear, offer
from bot.dialogue.reply import Citation, Kind, Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn
from bot.knowledge.library import library

# Topics by what "and for …?" names; the second one where the talk was of magnesium or supplements.
LIFE_STAGES = {
    "pregnancy": ("pregnancy_rls", "pregnancy_treatment"),
    "breastfeeding": ("breastfeeding", "breastfeeding"),
    "baby": ("children_rls", "children_treatment"),
    "child": ("children_rls", "children_treatment"),
    "teenager": ("children_rls", "children_treatment"),
    "older adult": ("older_people", "older_people"),
}
FORMS = {
    "bisglycinate": "bisglycinate",
    "citrate": "citrate",
    "oxide": "oxide",
    "threonate": "threonate",
    "oil": "magnesium_oil_lotion",
    "sulfate": "epsom_baths",
}
NOTHING_YET = "I have not answered anything yet, so I am not sure what you mean. You can start with one of these."


class ActionFollowUp(ReplyingAction):
    """Answers from what was just talked about."""

    def name(self) -> str:
        return "action_follow_up"

    def outcome(self, turn: Turn) -> Outcome:
        follow: dict[str, Callable[[Turn], Reply | None]] = {
            "tell_more": more,
            "why": more,
            "source": sources,
            "simpler": simpler,
            "clarify": simpler,
            "repeat": repeat,
            "affirm": more,
            "what_about": what_about,
        }
        if not turn.last:
            return Outcome(offer(library().base, Kind.CLARIFY, NOTHING_YET, STARTING_POINTS))
        reply = follow[turn.intent](turn)
        return Outcome(reply) if reply else ActionUnclear().outcome(turn)


def more(turn: Turn) -> Reply | None:
    """What the detail of the last topics adds."""
    if turn.last.get("kind") == Kind.LOOKUP.value:
        return answer(library().base, ["magnesium_food_amount"], detail=True)
    return answer(library().base, turn.topics, detail=True) if turn.topics else None


def simpler(turn: Turn) -> Reply | None:
    """The last answer in its first sentence."""
    base = library().base
    if not turn.topics:
        return None
    short = [base.topics[topic].answer[0].text for topic in turn.topics]
    reply = answer(base, turn.topics)
    return reply.copy(
        update={
            "answers": tuple(said.copy(update={"text": text}) for said, text in zip(reply.answers, short)),
            "text": "In short:",
        }
    )


def repeat(turn: Turn) -> Reply | None:
    """The last reply once more."""
    said = turn.last
    return Reply(**{name: said[name] for name in Reply.__fields__ if name in said})


def sources(turn: Turn) -> Reply | None:
    """Where the last answer comes from: each source with its kind, year and link."""
    last = turn.last
    cited = [*(last.get("sources") or ()), *(s for said in last.get("answers") or () for s in said["sources"])]
    if not cited and turn.topics:
        cited = [
            Citation.of(source).dict() for topic in turn.topics for source in library().base.cited(library().base.topics[topic])
        ]
    if not cited:
        return None
    unique = {source["id"]: Citation(**source) for source in cited}
    lines = [_line(source) for source in unique.values()]
    graded = [said["evidence"] for said in last.get("answers") or ()]
    return Reply(
        kind=Kind.ANSWER,
        text="\n".join(["This rests on:", *lines, *graded]),
        topics=tuple(last.get("topics") or ()),
        buttons=tuple(topic_button(library().base, topic) for topic in turn.topics[:1]),
        sources=tuple(unique.values()),
        consult=tuple(who for said in last.get("answers") or () for who in said["consult"]),
    )


def what_about(turn: Turn) -> Reply | None:
    """The last question asked of another food, medicine, form or person."""
    names, base = library().names.find(turn.text), library().base
    of_magnesium = any(group.startswith(("magnesium", "supplement")) for group in turn.last.get("topics") or ())
    if names:
        if (turn.last.get("lookup") or {}).get("type") == "interaction" or "supplement_interactions" in turn.last.get(
            "topics", ()
        ):
            return interactions(turn.text)
        known = [name.topic for name in names if name.topic in base.topics]
        if known:
            return answer(base, known[:1])
    for entity in turn.entities:
        value = (entity.get("value") or "").casefold()
        topics = {value: form for value, form in FORMS.items()}
        if entity["entity"] == "supplement_form":
            form = next((topics[name] for name in topics if name in value or value in name), None)
            if form:
                return answer(base, [form])
        if entity["entity"] == "life_stage":
            stage = next((topics_ for name, topics_ in LIFE_STAGES.items() if name[:5] in value or value[:5] in name), None)
            if stage:
                return answer(base, [stage[1] if of_magnesium else stage[0]])
    found = library().foods.find(turn.text)
    if found:
        return food.amounts(found)
    choices = turn.understanding.get("choices") or ()
    return answer(base, choices[:1]) if choices else None


def _line(source: Citation) -> str:
    return f"- {source.title} ({', '.join(part for part in (source.kind, source.year) if part)})" + (
        f" {source.url}" if source.url else ""
    )
