from __future__ import annotations

import pytest

from actions.answer import ActionAnswer
from actions.erase import CANNOT, KEPT, ActionErase
from actions.food import ActionFood
from actions.pick import ON_SCREEN, ActionPick
from actions.unclear import ActionUnclear
from bot.dialogue.reply import Kind
from tests.actions.stage import Stage

PICK = ActionPick()


def offered(stage: Stage, *choices: str) -> None:
    stage.one(ActionUnclear(), "unclear", "legs", choices=list(choices))


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("1", "symptoms"), ("2", "causes"), ("the second one", "causes"), ("no, the third", "diagnosis"), ("last", "diagnosis"),
        ("not the first, the second", "causes"), ("option b", "causes"), ("the middle one", "causes"),
        ("the top one", "symptoms"), ("#topic:diagnosis", "diagnosis"), ("What causes restless legs?", "causes"),
        ("what causes restles leg", "causes"),
    ],
)  # fmt: skip
def test_a_choice(stage: Stage, text: str, topic: str) -> None:
    offered(stage, "symptoms", "causes", "diagnosis")
    assert stage.one(PICK, "pick", text).answers[0].topic == topic


@pytest.mark.parametrize(
    "text", ["#topic:oxide", "#food:170567", "#delete:yes", "#nothing:1", "#topic:", "4", "the fourth", "#"]
)
def test_only_what_was_offered_can_be_picked(stage: Stage, text: str) -> None:
    offered(stage, "symptoms", "causes", "diagnosis")
    assert stage.one(PICK, "pick", text).kind is Kind.CLARIFY


def test_all_of_them(stage: Stage) -> None:
    offered(stage, "symptoms", "causes", "diagnosis")
    assert [said.topic for said in stage.one(PICK, "pick", "all three").answers] == ["symptoms", "causes", "diagnosis"]


def test_both(stage: Stage) -> None:
    offered(stage, "symptoms", "causes")
    assert [said.topic for said in stage.one(PICK, "pick", "both").answers] == ["symptoms", "causes"]


def test_the_other_one_after_one_of_two_was_taken(stage: Stage) -> None:
    offered(stage, "symptoms", "causes")
    stage.one(PICK, "pick", "1")
    assert stage.one(PICK, "pick", "no the other one").answers[0].topic == "causes"


def test_the_other_one_of_three_asks_which(stage: Stage) -> None:
    offered(stage, "symptoms", "causes", "diagnosis")
    stage.one(PICK, "pick", "1")
    stage.one(PICK, "pick", "no the other one")
    assert stage.shown == ["#topic:causes", "#topic:diagnosis"]


def test_the_other_one_after_a_guess_offers_what_came_next(stage: Stage) -> None:
    stage.one(ActionAnswer(), "citrate", "mag", topics=["citrate"], choices=["weighted_blankets", "smoking"], confidence=1.0)
    stage.one(PICK, "pick", "no the other one")
    assert stage.shown == ["#topic:weighted_blankets", "#topic:smoking"]


def test_a_number_may_name_a_choice_that_is_a_little_higher_up(stage: Stage) -> None:
    offered(stage, "symptoms", "causes", "diagnosis")
    stage.turn("utter_thanks", "thanks")
    assert stage.one(PICK, "pick", "3").answers[0].topic == "diagnosis"


def test_a_food(stage: Stage) -> None:
    unsure = stage.one(ActionFood(), "food_amount", "magnesium in milk")
    buttons = [button.payload for button in unsure.buttons if button.payload.startswith("#food:")]
    for payload in buttons:
        assert stage.one(PICK, "pick", payload).lookup


def test_deletion_is_confirmed_once(stage: Stage) -> None:
    asked = stage.one(ActionErase(), "delete_data", "delete everything I said")
    assert [button.payload for button in asked.buttons] == ["#delete:yes", "#delete:no"]
    assert stage.one(PICK, "pick", "#delete:no").text == KEPT
    # Without the bot's own processor nothing can be deleted, and it says so.
    assert stage.one(PICK, "pick", "#delete:yes").text == CANNOT


def test_both_takes_two_of_three(stage: Stage) -> None:
    offered(stage, "symptoms", "causes", "diagnosis")
    assert [said.topic for said in stage.one(PICK, "pick", "both").answers] == ["symptoms", "causes"]


def test_all_where_no_topic_was_offered_is_asked_back(stage: Stage) -> None:
    stage.turn("utter_thanks", "thanks")
    assert stage.one(PICK, "pick", "all of them").kind is Kind.CLARIFY


def test_the_other_one_of_two_that_were_not_taken_is_the_second(stage: Stage) -> None:
    offered(stage, "symptoms", "causes")
    assert stage.one(PICK, "pick", "the other one").answers[0].topic == "causes"


@pytest.mark.parametrize("text", ["1", "the other one", "both", "last", "#topic:symptoms"])
def test_nothing_can_be_picked_before_anything_was_offered(stage: Stage, text: str) -> None:
    assert stage.one(PICK, "pick", text).kind is Kind.CLARIFY


def test_a_choice_further_up_than_the_screen_is_not_taken_by_its_number_but_by_its_button(stage: Stage) -> None:
    offered(stage, "symptoms", "causes", "diagnosis")
    for _ in range(ON_SCREEN):
        stage.turn("utter_thanks", "thanks")
    assert stage.one(PICK, "pick", "3").kind is Kind.CLARIFY
    assert stage.one(PICK, "pick", "#topic:diagnosis").answers[0].topic == "diagnosis"


def test_a_choice_that_the_knowledge_no_longer_has_is_asked_back(stage: Stage) -> None:
    offered(stage, "symptoms", "causes")
    stage.events[-1]["metadata"]["reply"]["buttons"][0]["payload"] = "#topic:leeches"
    assert stage.one(PICK, "pick", "#topic:leeches").kind is Kind.CLARIFY
