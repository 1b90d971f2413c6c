"""From decisions to files: only what teaches something, without touching anything else."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.console.teaching import Files, Plan, Planner, Refused, marked, scalar, write
from bot.knowledge.topic import COUNTS
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


EVERY = (("topic", "caffeine"), ("out_of_scope", None), ("test", "caffeine"))


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\x9f", "\ufffe", "\uffff", "\ud83d"])
@pytest.mark.parametrize(("decision", "topic"), EVERY)
def test_a_sign_that_no_file_takes_stops_one_decision_and_not_the_others(
    files: Files, sign: str, decision: str, topic: str | None
) -> None:
    plan = planned(
        files, lesson(f"ring{sign} bell", decision, topic), lesson("who won the cup", "out_of_scope", None, number=2)
    )
    assert reasons(plan) == ["holds a sign that no file takes; write an example of your own"]
    assert plan.lessons == [2]
    write(plan)
    assert yaml.safe_load(files.nlu.read_text(encoding="utf-8"))["nlu"][-1]["examples"] == "- who won the cup\n"


@pytest.mark.parametrize("said", ["café ☕ 😀 at night", "a\u00a0b\u2028c\x85d", "ناراحتی پا", "a\u200bb cd"])
@pytest.mark.parametrize(("decision", "topic"), EVERY)
def test_what_people_write_is_taken_in_any_script(files: Files, said: str, decision: str, topic: str | None) -> None:
    plan = planned(files, lesson(said, decision, topic))
    assert plan.lessons == [1]
    write(plan)
    again = planned(files, lesson(said, decision, topic))
    assert (again.after, again.lessons) == ({}, [1])


@pytest.mark.parametrize("decision", ["topic", "out_of_scope", "test", "danger", "new_topic"])
@pytest.mark.parametrize("said", ["", " \n\t ", "\u2028"])
def test_a_message_without_text_teaches_nothing(files: Files, decision: str, said: str) -> None:
    plan = planned(files, lesson(said, decision))
    assert (reasons(plan), plan.after) == (["has no text"], {})


def test_an_example_stands_on_one_line_whatever_was_written(files: Files) -> None:
    plan = planned(files, lesson("  coffee\r\n  at\tnight \n"))
    assert yaml.safe_load(plan.after[files.topic("caffeine")])["questions"][-1] == "coffee at night"


def test_a_topic_that_is_full_takes_no_more(files: Files) -> None:
    most = COUNTS["questions"][1]
    lines = "".join(f"- question number {number}\n" for number in range(most - 1))
    files.topic("full").write_text(f"questions:\n{lines}", encoding="utf-8")
    plan = planned(files, *(lesson(f"one more, {number}", topic="full", number=number) for number in range(3)))
    assert plan.after[files.topic("full")] == f"questions:\n{lines}- one more, 0\n"
    assert reasons(plan) == [f"'full' has {most} questions, and no topic takes more"] * 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("questions: [does coffee matter]\n", "the questions of 'odd' do not stand on lines of their own"),
        ("questions: []\n", "the questions of 'odd' do not stand on lines of their own"),
    ],
)
def test_a_topic_s_file_of_another_shape_is_left_as_it_is(files: Files, text: str, reason: str) -> None:
    files.topic("odd").write_text(text, encoding="utf-8")
    plan = planned(files, lesson("brew for legs", topic="odd"))
    assert (reasons(plan), plan.after) == ([reason], {})


@pytest.mark.parametrize("ending", ["", "\n", "\n\n", "\n# a last word"])
def test_questions_at_the_end_of_a_file_grow_however_it_ends(files: Files, ending: str) -> None:
    files.topic("odd").write_text(f"title: Odd\nquestions:\n  - one\n  - 'two'{ending}", encoding="utf-8")
    write(planned(files, lesson("brew for legs", topic="odd")))
    text = files.topic("odd").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == {"title": "Odd", "questions": ["one", "two", "brew for legs"]}
    assert text.endswith(ending)


def test_examples_without_a_last_line_end_grow_too(files: Files) -> None:
    files.nlu.write_text('version: "3.1"\nnlu:\n  - intent: greet\n    examples: |\n      - hello', encoding="utf-8")
    write(planned(files, lesson("who won the cup", "out_of_scope", None)))
    blocks = yaml.safe_load(files.nlu.read_text(encoding="utf-8"))["nlu"]
    assert [block["examples"] for block in blocks] == ["- hello\n", "- who won the cup\n"]


def test_what_greets_already_is_not_taught_to_a_topic(files: Files) -> None:
    files.nlu.write_text(
        'version: "3.1"\nnlu:\n  - intent: greet\n    examples: |\n      - good evening all\n', encoding="utf-8"
    )
    assert "is an example of 'greet' already" in reasons(planned(files, lesson("Good evening  all")))[0]


def test_stories_of_like_messages_have_names_of_their_own(files: Files) -> None:
    write(
        planned(
            files,
            *(lesson(said, "test", number=number) for number, said in enumerate(("is tea bad?", "is tea bad!", "is: tea bad"))),
        )
    )
    stories = yaml.safe_load(files.stories.read_text(encoding="utf-8"))["stories"]
    assert [story["story"] for story in stories] == ["is tea bad", "is tea bad (2)", "is tea bad (3)"]


def test_a_story_s_name_is_short_and_never_empty(files: Files) -> None:
    write(planned(files, lesson("legs " * 40, "test"), lesson("__", "test", number=2)))
    names = [story["story"] for story in yaml.safe_load(files.stories.read_text(encoding="utf-8"))["stories"]]
    assert all(0 < len(name) <= 60 for name in names)


@pytest.mark.parametrize("entities", ["", "{}", "5", '[{"entity": "food", "value": null}]', '[{"entity": "", "value": "tea"}]'])
def test_entities_that_can_not_be_read_mark_nothing(entities: str) -> None:
    one = lesson("is tea bad", entities=entities)
    assert marked(one.said, one) == "is tea bad"


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=60))
@example("\x85")
@example("\u2028 \u2029")
@settings(deadline=None)
def test_any_text_is_one_value_on_one_line(text: str) -> None:
    line = scalar(text)
    assert yaml.safe_load(f"- {line}\n") == [text]


def test_nothing_is_left_beside_what_was_written(files: Files) -> None:
    write(planned(files, lesson("brew for legs"), lesson("weighted blankets", "new_topic", "blankets", number=2)))
    assert not list(files.knowledge.parent.rglob("*.new"))


def test_a_new_file_is_told_as_one(files: Files) -> None:
    diff = planned(files, lesson("can not breathe", "danger", None)).diff(files.knowledge.parent)
    assert diff.startswith("--- /dev/null\n+++ danger.yml\n")
