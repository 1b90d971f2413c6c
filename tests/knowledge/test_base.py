"""Reading a knowledge folder: what is refused, and with which line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.settings import ROOT
from tests.knowledge.conftest import write


def broken(folder: Path, change: Any) -> str:
    """The message after a change to the caffeine topic."""
    path = folder / "topics" / "caffeine.yml"
    topic = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(topic)
    path.write_text(yaml.safe_dump(topic, sort_keys=False), encoding="utf-8")
    with pytest.raises((KnowledgeError, KnowledgeErrors)) as raised:
        read(folder)
    return str(raised.value)


def line_of(folder: Path, text: str) -> int:
    lines = (folder / "topics" / "caffeine.yml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_it_works(folder: Path) -> None:
    base = read(folder)
    assert set(base.topics) == {"caffeine", "alcohol", "smoking"}
    assert base.topics["caffeine"].group == "triggers_to_avoid"
    assert all(source in base.sources for source in base.topics["caffeine"].sources)


def test_the_version_names_the_content(folder: Path) -> None:
    before = read(folder).version
    assert read(folder).version == before
    path = folder / "topics" / "caffeine.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("ask: ", "ask: Please. ", 1), encoding="utf-8")
    assert read(folder).version != before


def test_an_unknown_source_is_named_with_its_line(folder: Path) -> None:
    message = broken(folder, lambda topic: topic["answer"][0].update(sources=["nobody-2020"]))
    assert f"caffeine.yml:{line_of(folder, 'nobody-2020')}: source 'nobody-2020' is not in" in message


def test_a_removed_source_is_named_where_it_is_used(folder: Path) -> None:
    used = read(folder).topics["caffeine"].sources[0]
    path = folder / "sources.yml"
    sources = [source for source in yaml.safe_load(path.read_text(encoding="utf-8")) if source["id"] != used]
    path.write_text(yaml.safe_dump(sources), encoding="utf-8")
    with pytest.raises(KnowledgeErrors, match=rf"caffeine\.yml:\d+: source '{used}' is not in"):
        read(folder)


@pytest.mark.parametrize(
    "field",
    ["group", "title", "button", "questions", "answer", "ask", "detail", "evidence", "consult", "related", "review"],
)
def test_each_missing_field_is_named(folder: Path, field: str) -> None:
    message = broken(folder, lambda topic: topic.pop(field))
    assert f"caffeine.yml:1: '{field}' is missing; add '{field}:'" in message


def test_an_unknown_field_is_refused(folder: Path) -> None:
    message = broken(folder, lambda topic: topic.update(colour="blue"))
    assert f"caffeine.yml:{line_of(folder, 'colour')}: 'colour' is not known" in message


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda t: t.update(group="cheese"), "group 'cheese' is not known"),
        (lambda t: t.update(related=["alcohol", "nothing"]), "related topic 'nothing' does not exist"),
        (lambda t: t.update(facts=["XX-99"]), "fact 'XX-99' is not in"),
        (lambda t: t.update(questions=t["questions"][:3]), "has 3 entries, needs 25"),
        (lambda t: t["questions"].append(t["questions"][0].upper()), "stands twice"),
        (lambda t: t.update(button="far too long for a quick reply"), "at most 20 characters"),
        (lambda t: t["answer"][0].pop("sources"), "a fact without a source"),
        (lambda t: t["answer"].__setitem__(0, {"sources": ["aasm-2025"]}), "needs either 'fact' or 'say'"),
        (lambda t: t["answer"].__setitem__(0, {"say": "Well.", "sources": ["aasm-2025"]}), "a 'say' with sources"),
        (lambda t: t["evidence"].update(grade="splendid"), "evidence.grade"),
        (lambda t: t["review"].update(status="reviewed"), "needs 'by' and 'on'"),
        (lambda t: t.update(id="tea"), "'id: tea' is not the file's name"),
        (lambda t: t.update(answer="Yes."), "'answer'"),
    ],
)
def test_each_misfit_is_one_line_with_file_and_line(folder: Path, change: Any, what: str) -> None:
    message = broken(folder, change)
    assert what in message
    assert all(line.startswith(str(folder)) and ".yml:" in line for line in message.splitlines())


def test_a_question_of_two_topics_is_refused(folder: Path) -> None:
    question = read(folder).topics["alcohol"].questions[0]
    assert "stands in 'alcohol' too" in broken(folder, lambda topic: topic["questions"].append(question))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("id: caffeine\n  group: x: y\n", "caffeine.yml:2: not YAML"),
        ("id: caffeine\nid: caffeine\n", "caffeine.yml:2: 'id' stands twice"),
        ("- a\n- b\n", "caffeine.yml:1: not a list of 'key: value' lines"),
        ("", "caffeine.yml:1: not a list of 'key: value' lines"),
    ],
)
def test_a_broken_file_is_named_with_its_line(folder: Path, text: str, what: str) -> None:
    (folder / "topics" / "caffeine.yml").write_text(text, encoding="utf-8")
    with pytest.raises((KnowledgeError, KnowledgeErrors)) as raised:
        read(folder)
    assert what in str(raised.value)


def test_a_file_that_is_not_utf8_is_refused(folder: Path) -> None:
    (folder / "topics" / "caffeine.yml").write_bytes("id: café".encode("latin-1"))
    with pytest.raises((KnowledgeError, KnowledgeErrors), match="not UTF-8"):
        read(folder)


def test_all_problems_are_told_at_once(folder: Path) -> None:
    for name in ("caffeine", "alcohol"):
        (folder / "topics" / f"{name}.yml").write_text("id: 3\n", encoding="utf-8")
    with pytest.raises(KnowledgeErrors) as raised:
        read(folder)
    assert {error.path.stem for error in raised.value.errors} >= {"caffeine", "alcohol"}


def test_a_source_without_a_web_link_is_refused(folder: Path) -> None:
    path = folder / "sources.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("url: https://", "url: ftp://", 1), encoding="utf-8")
    with pytest.raises(KnowledgeErrors, match=r"sources\.yml:\d+: '\d+\.url'"):
        read(folder)


def test_the_real_knowledge_base_reads() -> None:
    base = read(ROOT / "knowledge")
    assert len(base.groups) == 42
    assert {topic.group for topic in base.topics.values()} == set(base.groups)
    assert len(base.topics) >= 120


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"groups\.yml:1: not a list of groups; start each group with '- id:'"),
        ("id: drinks\n", r"groups\.yml:1: not a list of groups"),
        ("- id: drinks\n  title: Drinks\n- id: Drinks\n  title: x\n", r"groups\.yml:3: '1\.id': "),
        ("- id: drinks\n", r"groups\.yml:1: '0\.title' is missing"),
        (
            "- id: drinks\n  title: Drinks\n- id: food\n  title: Food\n- id: drinks\n  title: More\n",
            r"groups\.yml:5: group 'drinks' stands twice; keep one of the two",
        ),
    ],
)
def test_groups_that_do_not_fit_are_told(folder: Path, text: str, told: str) -> None:
    (folder / "groups.yml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeErrors, match=told):
        read(folder)


def test_a_topic_whose_file_is_broken_is_still_known_to_others(folder: Path) -> None:
    (folder / "topics" / "alcohol.yml").write_text("id: [", encoding="utf-8")
    with pytest.raises(KnowledgeErrors) as raised:
        read(folder)
    assert [error.path.name for error in raised.value.errors] == ["alcohol.yml"]


def test_a_topic_is_not_related_to_itself(folder: Path) -> None:
    told = broken(folder, lambda topic: topic.update(related=["caffeine", "alcohol"]))
    assert "related topic 'caffeine' does not exist; name another file of knowledge/topics" in told


def test_topics_and_groups_keep_their_order(folder: Path) -> None:
    base = read(folder)
    assert list(base.topics) == ["alcohol", "caffeine", "smoking"]
    titles = [group["id"] for group in yaml.safe_load((folder / "groups.yml").read_text(encoding="utf-8"))]
    assert list(base.groups) == titles
    assert [topic.id for topic in base.in_group("triggers_to_avoid")] == ["alcohol", "caffeine", "smoking"]
    assert base.in_group("nothing") == []


def test_a_folder_without_topics_is_an_empty_base(folder: Path) -> None:
    for path in (folder / "topics").glob("*.yml"):
        path.unlink()
    assert read(folder).topics == {}


def test_sources_come_in_the_order_of_the_answer(folder: Path) -> None:
    base = read(folder)
    for topic in base.topics.values():
        assert tuple(source.id for source in base.cited(topic)) == topic.sources


def test_facts_from_memory_are_to_be_read_again(folder: Path) -> None:
    base = read(folder)
    memory = base.facts[base.topics["caffeine"].facts[0]].copy(update={"status": "from_memory"})
    facts = {**base.facts, memory.id: memory}
    assert memory.id in KnowledgeBase(base.groups, base.topics, base.sources, facts).to_recheck(base.topics["caffeine"])
    verified = {fact: base.facts[fact].copy(update={"status": "verified"}) for fact in base.facts}
    assert KnowledgeBase(base.groups, base.topics, base.sources, verified).to_recheck(base.topics["caffeine"]) == []


@pytest.mark.parametrize("name", ["groups.yml", "sources.yml", "facts.csv"])
def test_every_file_counts_for_the_version(folder: Path, name: str) -> None:
    before = read(folder).version
    path = folder / name
    old, new = {
        "groups.yml": ("title: ", "title: The "),
        "sources.yml": ("title: ", "title: The "),
        "facts.csv": ("verified", "checked"),
    }[name]
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert read(folder).version != before


def test_layout_and_comments_do_not_count_for_the_version(folder: Path) -> None:
    before = read(folder).version
    for path in (folder / "topics" / "caffeine.yml", folder / "groups.yml"):
        write(path, yaml.safe_load(path.read_text(encoding="utf-8")))
        path.write_text("# a comment\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8", newline="\r\n")
    assert read(folder).version == before
    assert re.fullmatch(r"[0-9a-f]{12}", before)
