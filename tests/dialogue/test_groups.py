"""One plain question for each of the 42 groups gets an answer of that group, with sources, disclaimer and advice."""

from __future__ import annotations

import pytest

from tests.dialogue.promise import broken
from tests.talk import Bot

pytestmark = pytest.mark.model

QUESTIONS = {
    "definition": "what exactly is restless legs syndrome",
    "symptoms": "what does rls feel like",
    "causes": "what causes restless legs",
    "prevalence": "how many people have restless legs",
    "risk_factors": "who is more likely to get rls",
    "diagnosis": "how do doctors diagnose restless legs",
    "when_to_see_doctor": "when should I see a doctor about my legs",
    "impact_sleep": "how does rls affect sleep",
    "impact_quality_of_life": "how does rls affect mood and daily life",
    "cramps_vs_rls": "is it leg cramps or restless legs, how do they differ",
    "plmd": "what is periodic limb movement disorder",
    "cure_prognosis": "is there a cure for rls",
    "magnesium_role": "what does magnesium do in the body",
    "magnesium_foods": "which foods are high in magnesium",
    "magnesium_food_amount": "how much magnesium is in pumpkin seeds",
    "magnesium_daily_intake": "what is the recommended daily allowance for magnesium",
    "magnesium_deficiency": "what are the signs of magnesium deficiency",
    "magnesium_testing": "is there a blood test for magnesium",
    "magnesium_rls_evidence": "does magnesium help restless legs",
    "magnesium_mechanism": "how could magnesium calm the nerves in rls",
    "iron_dopamine": "what has iron to do with dopamine in rls",
    "inflammation": "is rls linked to inflammation",
    "supplement_dose": "what is the upper limit for magnesium supplements",
    "supplement_forms": "which form of magnesium is best absorbed",
    "supplement_duration_timing": "how long does magnesium take to work",
    "supplement_side_effects": "what are the side effects of magnesium tablets",
    "supplement_interactions": "which medicines does magnesium interact with",
    "supplement_who_should_avoid": "who should not take magnesium supplements",
    "other_supplements": "does vitamin D help restless legs",
    "medication_overview": "what medicines are used for rls",
    "medication_specific": "how does gabapentin work for restless legs",
    "augmentation": "what is augmentation",
    "iron_treatment": "does taking iron tablets help rls",
    "triggers_to_avoid": "does caffeine make restless legs worse",
    "lifestyle": "does exercise help restless legs",
    "complementary_therapies": "does acupuncture help rls",
    "devices_tms": "is there a device that treats restless legs",
    "pregnancy": "why do pregnant women get restless legs",
    "children": "can children have restless legs syndrome",
    "kidney_disease": "why is rls common in people on dialysis",
    "personalised_care": "why does treatment differ from person to person",
    "future_research": "what new research is there on rls",
}


@pytest.mark.parametrize(("group", "question"), QUESTIONS.items(), ids=list(QUESTIONS))
def test_a_plain_question_gets_its_group(bot: Bot, group: str, question: str) -> None:
    exchange = bot.ask(question)
    assert exchange.kind in ("answer", "lookup")
    # What a food has in it is a figure of a table, and no topic.
    assert exchange.topics[:1] == [group] or exchange.lookup["type"] == "food"
    assert any(message["sources"] for message in exchange.messages)
    assert not [promise for message in exchange.messages for promise in broken(message["text"])]


def test_there_is_a_question_for_each_group() -> None:
    from bot.knowledge.base import read
    from bot.settings import settings

    assert set(QUESTIONS) == {topic.group for topic in read(settings().knowledge).topics.values()}
