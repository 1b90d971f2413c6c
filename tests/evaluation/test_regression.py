"""The trained bot on our own labelled messages: understanding must not get worse unnoticed."""

from __future__ import annotations

from typing import Any

from bot.dialogue.exchange import ask
from bot.evaluation.baseline import load
from bot.evaluation.messages import read
from bot.evaluation.run import MARGIN, check, group_ids, score
from bot.settings import ROOT
from tests.talk import Bot

DATA = ROOT / "tests" / "data"
FILES = sorted(DATA.glob("*_own.jsonl"))


def test_no_measure_falls_below_the_baseline(bot: Bot) -> None:
    messages = read(FILES, group_ids())
    kept = load(DATA / "baseline.json")
    assert {message.key for message in messages} <= kept.keys(), "renew tests/data/baseline.json, see docs/evaluation.md"

    async def reply(text: str, sender: str) -> Any:
        return await ask(bot.agent, text, sender)

    check(bot.run(score(messages, reply)), kept, MARGIN)


def test_no_measured_message_is_an_example() -> None:
    from bot.nlu.importer import KnowledgeImporter

    importer = KnowledgeImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])
    examples = {example.get("text").casefold() for example in importer.get_nlu_data().intent_examples}
    assert not {message.text for message in read(FILES, group_ids()) if message.text.casefold() in examples}
