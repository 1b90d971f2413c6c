"""Everyday foods: the state that fits what was asked, and a file that can't be used is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.knowledge.everyday import Everyday, Synonyms, load_synonyms
from bot.knowledge.food import Food

FOODS = {row: Food(row, f"Food {row}", "Vegetables", 10, "", False) for row in (1, 2, 3)}


def everyday(*states: str) -> Everyday:
    rows = {state: row for row, state in enumerate(states, 1)}
    return Everyday("kale", None, rows, 1, dict.fromkeys(rows, "1 cup"), {}, "kale", "", False, ())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "synonyms.yml"


def load(path: Path, text: str) -> Synonyms:
    path.write_text(text, encoding="utf-8")
    return load_synonyms(path, FOODS)


@pytest.mark.parametrize(
    ("states", "asked", "state"),
    [
        # Nothing said: the usual one, which stands first.
        (("boiled", "raw"), (), "boiled"),
        (("raw", "boiled"), (), "raw"),
        (("boiled", "raw"), ("raw",), "raw"),
        # Near enough.
        (("boiled", "raw"), ("cooked",), "boiled"),
        (("raw", "roasted"), ("cooked",), "roasted"),
        (("plain",), ("raw",), "plain"),
        (("boiled",), ("fresh",), None),
        (("cooked",), ("fresh",), "cooked"),
        (("dried",), ("dry",), "dried"),
        # The narrower word first: dry roasted is roasted.
        (("dry", "roasted"), ("dry", "roasted"), "roasted"),
        (("cooked", "frozen"), ("cooked", "frozen"), "frozen"),
        # None of ours.
        (("raw",), ("canned",), None),
        (("raw",), ("smoked", "pickled"), None),
    ],
)
def test_the_state_that_fits_what_was_asked(states: tuple[str, ...], asked: tuple[str, ...], state: str | None) -> None:
    assert everyday(*states).state_for(frozenset(asked)) == state


def test_each_form_leads_to_its_food(path: Path) -> None:
    synonyms = load(
        path,
        """
foods:
  curly kale: {group: greens, rows: {boiled: 1, raw: 2}, show: 2, portion: 1 cup, also: [borecole, Kale leaves]}
  eggs: {rows: {plain: 3}, portion: {plain: 1 each}, one: hen's egg, near: [1], note: about one, unsure: true}
words: {aubergines: [eggplant], scallion: [spring, onions]}
sizes: {handful: 28.35, 1: 2}
ordinary: [kales, milk of magnesia]
""",
    )
    kale, eggs = synonyms.foods["curly kale"], synonyms.foods["eggs"]
    assert {form for form, food in synonyms.forms.items() if food is kale} == {
        ("curly", "kale"),
        ("borecole",),
        ("kale", "leaf"),
    }
    assert (kale.one, eggs.one) == ("curly kale", "hen's egg")
    assert kale.portions == {"boiled": "1 cup", "raw": "1 cup"}
    assert (kale.line, eggs.line) == (3, 4)
    assert (eggs.near, eggs.note, eggs.unsure) == ((1,), "about one", True)
    assert synonyms.words == {"aubergine": ("eggplant",), "scallion": ("spring", "onion")}
    assert synonyms.sizes == {"handful": 28.35, "1": 2.0}
    assert synonyms.ordinary == {("kale",), ("milk", "of", "magnesia")}


@pytest.mark.parametrize("text", ["foods: {}", "foods: {}\nwords:\nsizes:\nordinary:"])
def test_what_is_empty_may_be_left_out(path: Path, text: str) -> None:
    synonyms = load(path, text)
    assert not any((synonyms.foods, synonyms.forms, synonyms.words, synonyms.sizes, synonyms.ordinary))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "synonyms.yml:1: no 'foods:'; restore synonyms.yml from the repository"),
        ("- foods", "synonyms.yml:1: no 'foods:'"),
        ("foods: [kale]", "synonyms.yml:1: no 'foods:'"),
        ("foods:\n  kale: {rows: {}, portion: 1 cup}", "synonyms.yml:2: 'kale' has no rows; give it at least one state"),
        ("foods:\n  kale: {rows: {raw: 9}, portion: 1 cup}", "synonyms.yml:2: food 9 has no magnesium value"),
        ("foods:\n  kale: {rows: {raw: 1}, portion: 1 cup, near: [9]}", "synonyms.yml:2: food 9 has no magnesium value"),
        ("foods:\n  kale: {rows: {raw: 1}, portion: {raw: 1 cup, dry: 1 cup}}", "the portions of 'kale' don't fit its rows"),
        (
            "foods:\n  kale: {rows: {raw: 1}, portion: x}\n  curly:\n    rows: {raw: 2}\n    portion: x\n    also: [Kales]",
            "synonyms.yml:3: 'Kales' stands under 'kale' too; keep it in one place",
        ),
        ("foods: {}\nwords: [aubergine]", "synonyms.yml:2: 'words' is not a list of 'key: value' lines"),
        ("foods: {}\nwords:\n  a: [b]\n  aubergine: eggplant", "synonyms.yml:4: 'aubergine' has no list of USDA's words"),
        ("foods: {}\nwords:\n  '?': [b]", "synonyms.yml:3: '?' has no list of USDA's words; write 'word: [word, word]'"),
        ("foods: {}\nsizes: 12", "synonyms.yml:2: 'sizes' is not a list of 'key: value' lines"),
        ("foods: {}\nsizes: {handful: some}", "synonyms.yml:2: a size is not a number; give grams as digits"),
        ("foods: {}\nsizes: {handful: }", "synonyms.yml:2: a size is not a number"),
        ("foods: {}\nfoods: {}", "synonyms.yml:2: 'foods' stands twice"),
    ],
)
def test_a_file_that_can_t_be_used_is_told_in_one_line(path: Path, text: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load(path, text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{portion: 1 cup}", "'foods.kale.rows' is missing"),
        ("{rows: {raw: 1}}", "'foods.kale.portion' is missing"),
        ("{rows: {raw: one}, portion: 1 cup}", "'foods.kale.rows.raw': value is not a valid integer"),
        ("{rows: {raw: 1}, portion: 1 cup, show: 3}", "'foods.kale.show'"),
        ("{rows: {raw: 1}, portion: 1 cup, alias: [a]}", "'foods.kale.alias' is not known"),
        ("[1]", "not a list of 'key: value' lines"),
    ],
)
def test_an_entry_that_does_not_fit_is_told(path: Path, entry: str, message: str) -> None:
    with pytest.raises(KnowledgeErrors) as caught:
        load(path, f"foods:\n  kale: {entry}")
    assert f"{path}:2: " in str(caught.value)
    assert message in str(caught.value)
