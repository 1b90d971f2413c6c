from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.safety.message import Message, Vocabulary
from bot.safety.pattern import Pattern, read
from bot.safety.rules import CATEGORIES, Negation, Rule, RuleBook
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


def denying(*says: str, never: tuple[str, ...] = (), reach: int = 4) -> Negation:
    def lines(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
        return tuple(line for text in texts for line in read(text, {}))

    return Negation(lines(says), lines(never), frozenset({"but", "now"}), reach)


def rule(*says: str, unless: str = "", unless_message: str = "", negation: Negation | None = None) -> Rule:
    def lines(*texts: str) -> tuple[Pattern, ...]:
        return tuple(line for text in texts if text for line in read(text, {}))

    return Rule("a-rule", "emergency", lines(*says), lines(unless), lines(unless_message), negation)


def matches(tried: Rule, text: str) -> bool:
    return tried.matches(Message(text, Vocabulary([], [], [], {})), list(tried.patterns))


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("pain", True),
        ("no pain", False),
        ("no a b c d pain", False),
        # One word further than a denial reaches.
        ("no a b c d e pain", True),
        ("pain no", True),
        ("no x. pain", True),
        ("no x but pain", True),
        ("no x now pain", True),
        ("no x, pain", False),
        # One that is denied hides none that is not.
        ("no pain. pain", True),
        ("pain. no pain", True),
        ("no pain, no pain", False),
        # A double denial is read as one.
        ("no no pain", False),
        # What only looks like a denial.
        ("no wonder pain", True),
        ("no wonder, no pain", False),
    ],
)
def test_a_denial_reaches_so_far(text: str, is_found: bool) -> None:
    assert matches(rule("pain", negation=denying("no", never=("no wonder",))), text) is is_found


def test_a_rule_may_be_deaf_to_denials() -> None:
    assert matches(rule("pain"), "no pain")


def test_a_denial_of_either_part_is_one() -> None:
    both = rule("pain + chest", negation=denying("no"))
    assert matches(both, "chest and pain")
    assert not matches(both, "no chest x x x x x x pain")
    assert not matches(both, "chest x x x x x x no pain")


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("pain", True), ("pain ago", False), ("ago pain", False), ("ago. pain", True), ("pain ago. pain", True)],
)
def test_an_exception_is_of_its_sentence(text: str, is_found: bool) -> None:
    assert matches(rule("pain", unless="ago"), text) is is_found


@pytest.mark.parametrize(("text", "is_found"), [("pain", True), ("film. x. pain", False), ("pain. film", False)])
def test_an_exception_of_the_message_is_of_all_of_it(text: str, is_found: bool) -> None:
    assert matches(rule("pain", unless_message="film"), text) is is_found


def test_the_most_serious_rule_is_the_first(book: RuleBook) -> None:
    places = [CATEGORIES.index(rule.category) for rule in book.rules]
    assert places == sorted(places)
    found = book.first(book.message("can I take magnesium with gabapentin, I took 10 pills and have chest pain"))
    assert found and found.category == "emergency"
    assert book.first(book.message("")) is None


def test_all_that_is_wrong_in_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = (ROOT / "knowledge" / "safety.yml").read_text(encoding="utf-8")
    text = text.replace("- chest ... <pain>", "- chest ... <pein>", 1).replace("key_words: [breathe,", "key_words: [leg,", 1)
    path = tmp_path / "safety.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeErrors) as caught:
        RuleBook.load(path)
    told = str(caught.value)
    assert "names <pein>" in told and "its notation is in docs/safety.md" in told
    assert "'leg' is too short; use 6 letters or put it in typos" in told


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("check_in:", "chek_in:", "check_in"),
        ("  - id: chest-pain\n", "  - id: chest-pain\n    saying: []\n", "saying"),
        ("    reach:", "    reech:", "reach"),
    ],
)
def test_a_field_that_is_missing_or_unknown_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (ROOT / "knowledge" / "safety.yml").read_text(encoding="utf-8")
    if old not in text:
        old, new = old.strip(), new.strip()
    assert says in broken(tmp_path, old, new)
