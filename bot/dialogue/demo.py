"""Made-up conversations, so that a newcomer sees the console full: the knowledge base's own questions with its own answers."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Engine

from bot.conversations import erasure
from bot.conversations.tables import conversations, feedback, turns
from bot.dialogue.disclaimer import Disclaimer
from bot.dialogue.reply import Answer, Button, Kind, Reply
from bot.knowledge.base import KnowledgeBase, read
from bot.safety.replies import Replies

DAY = 24 * 3600.0
SPREAD_DAYS = 90
# How each conversation's name begins.
MARK = "demo-"
_ROWS = 500

_CHANNELS = {"web": 58, "whatsapp": 15, "twilio_sms": 9, "telegram": 8, "messenger": 6, "slack": 2, "rest": 2}
# Restless legs keep people awake: most messages come at night, by the hour of the day.
_HOURS = [9, 10, 10, 9, 7, 4, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5, 7, 9, 10, 10]
# How many turns a conversation has: most are short, a few are long.
_LENGTHS = {1: 30, 2: 24, 3: 17, 4: 10, 5: 7, 6: 4, 8: 3, 11: 2, 16: 2, 28: 1}
_SAID = {"answer": 70, "unclear": 9, "out_of_scope": 7, "safety": 4, "thanks": 10}
_UNCLEAR = (
    "legs", "help", "why", "it's back", "what about at night", "the tablets", "3am again", "anything else", "my dad's",
    "both sides?", "the pink ones", "worse", "mag?", "not that", "how many", "since tuesday", "again and again", "is it ok",
    "the other thing",
)  # fmt: skip
_THANKS = ("thanks", "thank you", "ok thanks", "great, thank you", "that helps", "ok goodnight")
_WORDS = (
    "",
    "",
    "",
    "not what I asked",
    "too long",
    "I wanted a dose",
    "already knew that",
    "did not understand it",
    "no answer for my age",
)
_MISSED = "I am not sure what you mean. Do you mean one of these?"
_OUTSIDE = "I can only help with restless legs and magnesium. You could ask one of these."


@dataclass(frozen=True)
class Source:
    """What made-up visitors say, and what the bot says to it."""

    base: KnowledgeBase
    replies: Replies
    disclaimer: Disclaimer
    # By category of the safety file.
    dangers: dict[str, list[str]]
    outside: list[str]

    @classmethod
    def load(cls, folder: Path, conversation: Path) -> Source:
        """From the knowledge folder, and `data/nlu.yml`."""
        safety = yaml.load((folder / "safety.yml").read_text(encoding="utf-8"), Loader=_Loader)
        said = yaml.load(conversation.read_text(encoding="utf-8"), Loader=_Loader)["nlu"]
        outside = [part["examples"] for part in said if part.get("intent") == "out_of_scope"]
        return cls(
            read(folder),
            Replies.load(folder / "safety.yml"),
            Disclaimer.load(folder),
            {category["id"]: category["examples"] for category in safety["categories"]},
            [line.removeprefix("- ") for text in outside for line in text.splitlines() if line.strip()],
        )


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def write(engine: Engine, source: Source, count: int, now: float | None = None, seed: int = 8) -> int:
    """Write made-up conversations in the place of those that were made up before; returns how many turns they have."""
    made = Maker(source, time.time() if now is None else now, random.Random(seed))
    rows: dict[str, list[dict[str, Any]]] = {"conversations": [], "turns": [], "feedback": []}
    for number in range(count):
        made.conversation(f"{MARK}{number + 1:05}", rows)
    with engine.begin() as connection:
        _remove(connection)
        for table in (conversations, turns, feedback):
            for first in range(0, len(rows[table.name]), _ROWS):
                connection.execute(table.insert(), rows[table.name][first : first + _ROWS])
    return len(rows["turns"])


def remove(engine: Engine) -> int:
    """Delete all made-up conversations; returns how many."""
    with engine.begin() as connection:
        return _remove(connection)


def _remove(connection: sa.engine.Connection) -> int:
    # A write comes first, so that SQLite lets nobody else write from here on.
    connection.execute(conversations.update().where(conversations.c.demo.is_(True)).values(demo=True))
    names = list(connection.execute(sa.select(conversations.c.conversation).where(conversations.c.demo.is_(True))).scalars())
    for first in range(0, len(names), _ROWS):
        erasure.delete(connection, names[first : first + _ROWS])
    return len(names)


class Maker:
    """Makes conversations up.

    Args:
        now: the time that they end before.
        chance: where all that is random comes from.
    """

    def __init__(self, source: Source, now: float, chance: random.Random) -> None:
        self._source = source
        self._now = now
        self._chance = chance
        self._topics = list(source.base.topics.values())
        # Some topics are asked about far more often than others.
        self._weights = [1 / (place + 3) for place in range(len(self._topics))]
        chance.shuffle(self._weights)

    def conversation(self, name: str, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Add one conversation's rows."""
        chance = self._chance
        channel = _pick(chance, _CHANNELS)
        # A little more each week.
        day = SPREAD_DAYS * (1 - chance.random() ** 0.8)
        midnight = (self._now - day * DAY) // DAY * DAY
        at = min(midnight + chance.choices(range(24), _HOURS)[0] * 3600 + chance.random() * 3600, self._now - 3600)
        said: list[dict[str, Any]] = []
        for number in range(_pick(chance, _LENGTHS)):
            said.append(self._turn(name, channel, at, first=not number))
            at += chance.lognormvariate(3.7, 0.8)
        rated = [self._rated(turn) for turn in said if turn["kind"] == "answer" and chance.random() < 0.22]
        danger = [turn["safety"] for turn in said if turn["safety"]]
        age = (self._now - said[-1]["at"]) / DAY
        status = _pick(chance, {"new": 35, "done": 55, "in_review": 5, "second_look": 5}) if age > 14 else "new"
        rows["conversations"].append(
            {
                "conversation": name,
                "channel": channel,
                "started": said[0]["at"],
                "last": said[-1]["answered"],
                "turns": len(said),
                "language": "en",
                "flagged": bool(danger),
                "safety": danger[-1] if danger else None,
                "unclear": sum(turn["unclear"] for turn in said),
                "thumbs_down": sum(not row["helpful"] for row in rated),
                "status": status,
                "demo": True,
            }
        )
        rows["turns"] += said
        rows["feedback"] += rated

    def _rated(self, turn: dict[str, Any]) -> dict[str, Any]:
        helpful = self._chance.random() < 0.81
        word = "" if helpful else self._chance.choice(_WORDS)
        same = {name: turn[name] for name in ("conversation", "message", "topic", "knowledge")}
        return {**same, "helpful": helpful, "word": word, "at": turn["answered"] + 20}

    def _turn(self, name: str, channel: str, at: float, first: bool) -> dict[str, Any]:
        chance, base = self._chance, self._source.base
        sort = _pick(chance, _SAID)
        if sort == "thanks" and first:
            sort = "answer"
        intent, rule, confidence = sort, None, 1.0
        if sort == "answer":
            (topic,) = chance.choices(self._topics, self._weights)
            said, intent = chance.choice(topic.questions), topic.id
            related = [near for near in topic.related if near in base.topics][:3]
            reply = Reply(
                kind=Kind.ANSWER,
                answers=(Answer.of(topic, base),),
                topics=(topic.group,),
                buttons=tuple(map(self._button, related)),
            )
            confidence = round(min(1.0, chance.betavariate(6, 1)), 3)
        elif sort == "safety":
            category = chance.choice(list(self._source.dangers))
            said, intent, rule = chance.choice(self._source.dangers[category]), category, category
            reply = Reply(kind=Kind.SAFETY, text=self._source.replies.reply(category).text, safety=category)
        elif sort == "thanks":
            said, reply = chance.choice(_THANKS), Reply(kind=Kind.SMALLTALK, text="You are welcome.")
        else:
            outside = sort == "out_of_scope"
            said = chance.choice(self._source.outside if outside else _UNCLEAR)
            choices = chance.sample(list(base.topics), 2 if outside else 3)
            reply = Reply(
                kind=Kind.OUT_OF_SCOPE if outside else Kind.CLARIFY,
                text=_OUTSIDE if outside else _MISSED,
                buttons=tuple(map(self._button, choices)),
            )
            confidence = round(chance.uniform(0.5, 0.99) if outside else chance.uniform(0.05, 0.6), 3)
        finished = self._source.disclaimer.finish(reply, channel=channel, country="CA", first=first)
        milliseconds = round(chance.lognormvariate(3.4, 0.4), 1)
        message = {
            "text": finished.plain(),
            "buttons": [button.dict() for button in finished.buttons],
            "reply": finished.dict(),
        }
        return {
            "conversation": name,
            "channel": channel,
            "at": at,
            "answered": at + milliseconds / 1000,
            "message": f"{chance.getrandbits(64):016x}",
            "said": said,
            "language": "en",
            "intent": intent,
            "kind": reply.kind.value,
            "topic": reply.answers[0].topic if reply.answers else None,
            "group": reply.topics[0] if reply.topics else None,
            "topics": json.dumps([answer.topic for answer in reply.answers]),
            "confidence": confidence,
            "entities": "[]",
            "safety": reply.safety,
            "rule": rule,
            "unclear": reply.kind in (Kind.CLARIFY, Kind.OUT_OF_SCOPE),
            "milliseconds": milliseconds,
            "reply": json.dumps([message], ensure_ascii=False),
            "replied": message["text"],
            "knowledge": base.version,
        }

    def _button(self, topic: str) -> Button:
        return Button(title=self._source.base.topics[topic].button, payload=f"#topic:{topic}")


def _pick(chance: random.Random, weights: dict[Any, int]) -> Any:
    return chance.choices(list(weights), list(weights.values()))[0]
