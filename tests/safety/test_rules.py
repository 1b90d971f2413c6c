from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.safety.rules import CATEGORIES, RuleBook
from bot.safety.screen import Screen

ROOT = Path(__file__).resolve().parents[2]


def broken(tmp_path: Path, old: str, new: str) -> str:
    text = (ROOT / "knowledge" / "safety.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "safety.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises((KnowledgeErrors, KnowledgeError)) as caught:
        RuleBook.load(path)
    return str(caught.value)


def test_it_works(book: RuleBook) -> None:
    assert tuple(dict.fromkeys(rule.category for rule in book.rules)) == CATEGORIES


def test_every_rule_finds_its_own_example_and_nothing_else_of_its_category_does(book: RuleBook) -> None:
    entries = {rule.id: rule for category in book.file.categories for rule in category.rules}
    for rule in book.rules:
        example = entries[rule.id].example
        finding = Screen(book).check(example)
        assert getattr(finding, "rule", None) == rule.id, (rule.id, example, finding)
        without = RuleBook(book.file, book.vocabulary, tuple(other for other in book.rules if other is not rule))
        dropped = Screen(without).check(example)
        assert dropped is None or CATEGORIES.index(dropped.category) > CATEGORIES.index(rule.category), (
            rule.id,
            example,
            dropped,
        )


def test_examples_and_look_alikes_are_many_and_stand_once(book: RuleBook) -> None:
    seen: dict[str, str] = {}
    for category in book.file.categories:
        assert len(category.examples) >= 40, category.id
        assert len(category.look_alikes) >= 15, category.id
        for text in category.examples + category.look_alikes:
            key = " ".join(book.message(text).words)
            assert key not in seen, f"{text!r} stands in {seen[key]} and in {category.id}"
            seen[key] = category.id


def test_every_fact_topic_and_source_exists(book: RuleBook) -> None:
    with (ROOT / "knowledge" / "facts.csv").open(encoding="utf-8") as rows:
        facts = {row["id"] for row in csv.DictReader(rows)}
    sources = {item["id"] for item in yaml.safe_load((ROOT / "knowledge" / "sources.yml").read_text("utf-8"))}
    groups = {item["id"] for item in yaml.safe_load((ROOT / "knowledge" / "groups.yml").read_text("utf-8"))}
    for category in book.file.categories:
        assert set(category.reply.facts) <= facts, category.id
        assert set(category.reply.topics) <= groups, category.id
    for code, country in book.file.countries.items():
        assert set(country.sources) <= sources, code


def test_every_word_list_and_context_is_used(book: RuleBook, safety_file: Path) -> None:
    text = safety_file.read_text(encoding="utf-8")
    unused = [name for name in book.file.words if f"<{name}>" not in text]
    named = {name for category in book.file.categories for rule in category.rules for name in rule.unless}
    named |= {name for category in book.file.categories for rule in category.rules for name in rule.unless_message}
    unused += [name for name in book.file.contexts if name not in named]
    assert unused == []


def test_no_rule_waits_for_a_word_that_is_read_as_another(book: RuleBook) -> None:
    corrected = book.file.typos
    for rule in book.rules:
        for line in rule.patterns + rule.unless + rule.unless_message:
            for run in line.runs:
                for step in run.steps:
                    kept = [phrase for phrase in step.phrases if not any(word in corrected for word in phrase)]
                    assert kept, (rule.id, line.line)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("- chest ... <pain>", "- chest ... <pein>", "names <pein>, which is not under 'words'"),
        ("- id: chest-pain", "- id: Chest pain", "string does not match regex"),
        ("    unless: [long-ago,", "    unless: [long-age,", "no context 'long-age'; add it to contexts"),
        ("  reply:\n    texts:\n      usual", "  reply:\n    texts:\n      normal", "no reply 'usual'"),
        ("- id: crisis_self_harm", "- id: crisis", "not the categories in their order"),
        ("    reply: someone-else", "    reply: someone", "no reply 'someone'"),
        ("key_words: [breathe,", "key_words: [leg,", "'leg' is too short"),
        ("  - id: heart-attack", "  - id: chest-pain", "rule 'chest-pain' stands twice"),
    ],
)
def test_an_error_names_its_place_and_its_mend(tmp_path: Path, old: str, new: str, says: str) -> None:
    message = broken(tmp_path, old, new)
    assert says in message
    place = message.splitlines()[0].split(": ")[0]
    assert place.startswith(str(tmp_path))
    assert int(place.rsplit(":", 1)[1]) > 0


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no such file"):
        RuleBook.load(tmp_path / "none.yml")
