"""The real server with the real web channel, and an agent that answers from a list instead of a model.

    python -m tests.e2e.fake_server

What it is asked decides what it does: "chart", "real chart", "danger", "many", "long", "slow", "die once", "markup 7" …; anything else gets an
ordinary answer. The settings are the server's own.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered

from bot.dialogue.agent import stored_conversations
from bot.dialogue.deletion import erase, receipt
from bot.dialogue.nlg import GuideNLG
from bot.dialogue.reply import Answer, Button, Citation, FinishedReply, Kind
from bot.knowledge.drawing import Box, Drawing, Words
from bot.knowledge.topic import Grade
from bot.server import make_app
from bot.settings import settings

SOURCE = Citation(
    id="marshall-2019",
    name="Marshall",
    title="Magnesium supplementation for restless legs: a systematic review",
    kind="systematic review",
    year="2019",
    url="https://example.org/marshall-2019",
)
CHART = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 90" role="img"><title>Magnesium in 28 g</title>'
    '<script>parent.hacked = 1</script><rect x="90" y="10" width="200" height="24" fill="#1b5a86"/>'
    '<rect x="90" y="50" width="100" height="24" fill="#6d7a87"/><text x="4" y="28" font-size="14">Pumpkin</text>'
    '<text x="4" y="68" font-size="14">Almonds</text><text x="296" y="28" font-size="14">156</text>'
    '<text x="196" y="68" font-size="14">77</text></svg>'
)
MARKUP = (Path(__file__).parent / "xss.txt").read_text().splitlines()


def answer(title: str = "Does magnesium help restless legs?", text: str = "") -> Answer:
    return Answer(
        topic="magnesium_evidence",
        group="magnesium",
        title=title,
        text=text
        or "It may help some people, but the proof is weak. A few small studies were done, and one with a placebo found no "
        "clear benefit.",
        ask="Before a supplement, ask for an iron test (ferritin and TSAT).",
        evidence="Evidence: limited, mixed results.",
        grade=next(iter(Grade)),
        sources=(SOURCE, SOURCE.copy(update={"id": "nhs", "name": "NHS", "title": "Restless legs syndrome", "year": None})),
        consult=("doctor", "pharmacist"),
    )


def finished(kind: Kind, **parts: Any) -> FinishedReply:
    return FinishedReply(
        kind=kind,
        disclaimer="This is general information, not medical advice.",
        advice="Please talk with a doctor or pharmacist about your own situation.",
        **parts,
    )


def reply(text: str) -> FinishedReply:
    buttons = (
        Button(title="How much is safe?", payload="#topic:upper_limit"),
        Button(title="Caffeine", payload="#topic:caffeine"),
    )
    if text == "chart":
        lookup = {
            "type": "compare",
            "chart": CHART,
            "alt": "Pumpkin seeds have 156 mg of magnesium in 28 g, almonds 77 mg.",
            "table": {
                "caption": "Magnesium in 28 g",
                "columns": ["Food", "mg"],
                "rows": [["Pumpkin seeds", 156], ["Almonds", 77]],
            },
        }
        return finished(
            Kind.LOOKUP, text="Pumpkin seeds have about twice as much.", lookup=lookup, sources=(SOURCE,), buttons=buttons
        )
    if text == "real chart":
        drawing = Drawing("Magnesium in 28 g", "Almonds: 77 mg.", 90.0, (Words(8, 24, "Almonds", 13), Box(8, 30, 200, 16)))
        lookup = {"type": "food_rank", "chart": drawing.svg(), "alt": f"{drawing.title}. {drawing.description}"}
        return finished(Kind.LOOKUP, text="Almonds: about 77 mg.", lookup=lookup)
    if text == "danger":
        return finished(
            Kind.SAFETY,
            text="Call **911** now. Say that one leg is swollen and that you are short of breath.",
            safety="emergency",
        )
    if text == "danger elsewhere":
        words = "Call 112 or 999 (or your local emergency number) now. In Ireland you can call Samaritans on 116 123."
        return finished(Kind.SAFETY, text=words, safety="crisis_self_harm")
    if text == "boundary":
        return finished(Kind.SAFETY, text="I can't choose a dose for you.", safety="personal_dosing", buttons=buttons)
    if text == "list":
        return finished(Kind.LOOKUP, text="In a usual portion:\n- almonds: 77 mg\n- spinach: **78 mg**\n\nThat is all.")
    if text == "many":
        return finished(
            Kind.ANSWER, answers=(answer(), answer("Is it hereditary?", "It often runs in families.")), buttons=buttons
        )
    if text == "long":
        words = " ".join(f"This is sentence {number} of a long answer." for number in range(300))
        return finished(Kind.ANSWER, text=words, buttons=buttons)
    if text == "long buttons":
        named = tuple(Button(title=f"Choice {n}", payload=f"#topic:{n}:{'x' * 300}") for n in range(1, 8))
        return finished(Kind.CLARIFY, text="Which one?", buttons=named)
    if text.startswith("markup "):
        evil = MARKUP[int(text.split()[1])]
        source = SOURCE.copy(update={"name": evil, "title": evil, "url": evil, "kind": evil})
        topic = answer(evil, evil).copy(update={"sources": (source,), "evidence": evil, "ask": evil})
        lookup = {"chart": evil, "alt": evil, "table": {"caption": evil, "columns": [evil], "rows": [[evil]]}}
        return finished(
            Kind.LOOKUP, text=evil, answers=(topic, topic), buttons=(Button(title=evil, payload=evil),), lookup=lookup
        )
    return finished(
        Kind.ANSWER,
        answers=(answer(text=f"You asked: {text}. It may help some people, but the proof is weak." if text else ""),),
        buttons=buttons,
    )


class FakeAgent:
    """Answers from the list above and keeps conversations as Rasa does."""

    model_name = "fake"

    def __init__(self, store: TrackerStore) -> None:
        self.tracker_store = store
        store.domain = Domain.empty()
        self.nlg = GuideNLG()
        self.asked: list[str] = []

    def is_ready(self) -> bool:
        return True

    async def handle_message(self, message: UserMessage) -> None:
        text = message.text or ""
        self.asked.append(text)
        if text.startswith("slow"):
            await asyncio.sleep(float([*text.split(), "2"][1]))
        if text == "fail":
            raise RuntimeError("the fake agent fails")
        die_before, die_after = text.startswith("die before"), text.startswith("die after")
        mark = Path(os.environ.get("FAKE_MARKS", "/tmp")) / f"{message.message_id}.died"
        if die_before and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if text == "#delete:yes":
            proof = await erase(self.tracker_store, message.sender_id)
            gone = receipt(proof)
            parts = {name: getattr(gone, name) for name in ("kind", "text", "lookup")}
            parting = finished(**parts)
            await message.output_channel.send_response(message.sender_id, {"text": parting.plain(), "reply": parting.dict()})
            return
        said = reply(text)
        data = {"buttons": [button.dict() for button in said.buttons]}
        tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        tracker.update(UserUttered(text, message_id=message.message_id, metadata=message.metadata, input_channel="web"))
        uttered = BotUttered(said.plain(), data=data, metadata={"reply": said.dict()})
        tracker.update(uttered)
        await self.tracker_store.save(tracker)
        if die_after and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        assert message.output_channel
        await message.output_channel.send_response(message.sender_id, uttered.message())


def main() -> None:
    app = make_app()

    async def load(app: Any, _: Any) -> None:
        app.ctx.agent = FakeAgent(stored_conversations())

    async def ready(app: Any, _: Any) -> None:
        print("ready", flush=True)

    app.register_listener(load, "before_server_start")
    app.register_listener(ready, "after_server_start")
    app.run(host=settings().host, port=settings().port, workers=1, access_log=False, motd=False)


if __name__ == "__main__":
    main()
