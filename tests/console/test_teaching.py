"""From decisions to files: only what teaches something, without touching anything else."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from bot.console.teaching import Files, Plan, Planner, Refused, marked, scalar, write
from bot.settings import ROOT


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Two topics, the real examples, and nothing else yet."""
    (tmp_path / "knowledge" / "topics").mkdir(parents=True)
    for name in ("caffeine", "alcohol"):
        shutil.copy(ROOT / "knowledge" / "topics" / f"{name}.yml", tmp_path / "knowledge" / "topics")
    shutil.copy(ROOT / "data" / "nlu.yml", tmp_path / "nlu.yml")
    return Files(
        tmp_path / "knowledge",
        tmp_path / "nlu.yml",
        tmp_path / "test_inbox.yml",
        tmp_path / "danger.yml",
        tmp_path / "wanted.yml",
    )


def lesson(said: str, decision: str = "topic", topic: str | None = "caffeine", number: int = 1, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(id=number, said=said, decision=decision, topic=topic, staff="vera", **more)


def planned(files: Files, *lessons: SimpleNamespace) -> Plan:
    return Planner(files, lambda text: "emergency" if "chest" in text else None).plan(lessons)


def reasons(plan: Plan) -> list[str]:
    return [reason for _, reason in plan.refused]


def test_an_example_is_added_to_its_topic_and_nothing_else_changes(files: Files) -> None:
    path = files.topic("caffeine")
    before = path.read_text(encoding="utf-8")
    plan = planned(files, lesson("will my morning brew keep the legs going"))
    write(plan)
    after = path.read_text(encoding="utf-8")
    added = "- will my morning brew keep the legs going\n"
    assert after.replace(added, "", 1) == before
    assert yaml.safe_load(after)["questions"] == [
        *yaml.safe_load(before)["questions"],
        "will my morning brew keep the legs going",
    ]
    assert plan.lessons == [1]


def test_comments_and_odd_lines_stay_as_they_are(files: Files) -> None:
    path = files.topic("caffeine")
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        "answer:\n", "- a question over\n  two lines # and a word on it\n# what follows is the answer\nanswer:\n", 1
    )
    path.write_text(text, encoding="utf-8")
    write(planned(files, lesson("does: a colon # hurt")))
    after = path.read_text(encoding="utf-8")
    assert after == text.replace("# what follows", f"- {scalar('does: a colon # hurt')}\n# what follows", 1)
    assert yaml.safe_load(after)["questions"][-2:] == ["a question over two lines", "does: a colon # hurt"]


@pytest.mark.parametrize(
    "text", ["false", "null", "12:30", "- dash", "'quoted", 'say "hi"', "ends with:", "@home", "*star", "ümläut ☕", "%xy"]
)
def test_odd_texts_come_back_as_they_were(files: Files, text: str) -> None:
    assert yaml.safe_load(scalar(text)) == text
    plan = planned(files, lesson(text))
    assert yaml.safe_load(plan.after[files.topic("caffeine")])["questions"][-1] == text


def test_the_diff_is_readable(files: Files) -> None:
    diff = planned(files, lesson("brew for jumpy legs")).diff(files.knowledge.parent)
    assert "--- knowledge/topics/caffeine.yml" in diff
    assert "\n+- brew for jumpy legs\n" in diff
    assert len(diff.splitlines()) < 10


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("i am <name> and coffee hurts", "holds <name> in the place of something personal"),
        ("my [coffee](food) hurts", "signs that Rasa would read"),
        ("/restart", "signs that Rasa would read"),
        ("?!", "no words"),
        ("coffee " * 200, "longer than 1,000"),
        ("coffee and pain in my chest", "the safety rules see 'emergency'"),
    ],
)
def test_what_would_teach_nonsense_is_left_out(files: Files, said: str, reason: str) -> None:
    for decision, topic in (("topic", "caffeine"), ("out_of_scope", None)):
        plan = planned(files, lesson(said, decision, topic))
        assert reason in reasons(plan)[0]
        assert plan.after == {}
        assert plan.lessons == []


def test_an_example_of_another_topic_is_left_out(files: Files) -> None:
    known = yaml.safe_load(files.topic("alcohol").read_text(encoding="utf-8"))["questions"][0]
    assert "is an example of 'alcohol' already" in reasons(planned(files, lesson(known.upper())))[0]


def test_an_example_that_is_there_already_is_done_without_writing(files: Files) -> None:
    known = yaml.safe_load(files.topic("caffeine").read_text(encoding="utf-8"))["questions"][0]
    plan = planned(files, lesson(known))
    assert (plan.after, plan.lessons, plan.refused) == ({}, [1], [])


def test_the_same_message_twice_is_written_once(files: Files) -> None:
    plan = planned(files, lesson("brew for legs", number=1), lesson("Brew for legs", number=2))
    assert plan.after[files.topic("caffeine")].casefold().count("- brew for legs\n") == 1
    assert plan.lessons == [1, 2]


def test_two_decisions_that_disagree_are_told(files: Files) -> None:
    plan = planned(files, lesson("brew for legs", number=1), lesson("brew for legs", topic="alcohol", number=2))
    assert plan.lessons == [1]
    assert "is an example of 'caffeine' already" in reasons(plan)[0]


def test_a_topic_that_is_not_there_is_left_out(files: Files) -> None:
    assert reasons(planned(files, lesson("brew", topic="../../etc/passwd"))) == ["there is no topic '../../etc/passwd'"]
    assert reasons(planned(files, lesson("brew now", "test", "gone"))) == ["there is no topic 'gone'"]
    assert reasons(planned(files, lesson("brew", "dance"))) == ["'dance' is not a decision that can be imported"]


def test_out_of_scope_gets_a_block_of_its_own_that_grows(files: Files) -> None:
    before = files.nlu.read_text(encoding="utf-8")
    write(planned(files, lesson("who won the cup", "out_of_scope", None)))
    write(planned(files, lesson("rain in oslo: when", "out_of_scope", None)))
    after = files.nlu.read_text(encoding="utf-8")
    assert after.startswith(before)
    last = yaml.safe_load(after)["nlu"][-1]
    assert last == {"intent": "out_of_scope", "examples": "- who won the cup\n- rain in oslo: when\n"}


def test_a_test_becomes_a_story_with_its_entities(files: Files) -> None:
    entities = '[{"entity": "food", "value": "coffee"}]'
    write(planned(files, lesson("is coffee bad: yes or no", "test", entities=entities)))
    plan = planned(
        files, lesson("who won the cup", "test", "out_of_scope"), lesson("is coffee bad: yes or no", "test", entities=entities)
    )
    write(plan)
    stories = yaml.safe_load(files.stories.read_text(encoding="utf-8"))["stories"]
    assert stories == [
        {
            "story": "is coffee bad yes or no",
            "steps": [{"user": "is [coffee](food) bad: yes or no\n", "intent": "caffeine"}, {"action": "action_answer"}],
        },
        {
            "story": "who won the cup",
            "steps": [{"user": "who won the cup\n", "intent": "out_of_scope"}, {"action": "action_out_of_scope"}],
        },
    ]


def test_entities_are_marked_where_they_stand() -> None:
    one = lesson(
        "tea or tea", entities='[{"entity": "food", "value": "Tea"}, {"entity": "food", "value": "tea"}, {"entity": "x"}]'
    )
    assert marked(one.said, one) == "[tea](food) or [tea](food)"
    assert marked("tea", lesson("tea", entities="not json")) == "tea"


def test_dangers_and_wanted_topics_go_to_lists_for_people(files: Files) -> None:
    danger = lesson("my <name> can not breathe", "danger", None)
    write(planned(files, danger, lesson("do weighted blankets help", "new_topic", "weighted_blankets", number=2)))
    write(planned(files, danger))
    assert yaml.safe_load(files.danger.read_text(encoding="utf-8")) == [{"said": "my <name> can not breathe"}]
    assert yaml.safe_load(files.wanted.read_text(encoding="utf-8")) == [
        {"topic": "weighted_blankets", "said": "do weighted blankets help"}
    ]


def test_nothing_is_written_where_a_file_changed_meanwhile(files: Files) -> None:
    plan = planned(files, lesson("brew for legs"), lesson("who won the cup", "out_of_scope", None, number=2))
    changed = files.nlu.read_text(encoding="utf-8") + "# a word\n"
    files.nlu.write_text(changed, encoding="utf-8")
    before = files.topic("caffeine").read_text(encoding="utf-8")
    with pytest.raises(Refused, match="has changed meanwhile"):
        write(plan)
    assert files.topic("caffeine").read_text(encoding="utf-8") == before
    assert files.nlu.read_text(encoding="utf-8") == changed
