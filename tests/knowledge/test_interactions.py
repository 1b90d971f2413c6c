"""Magnesium with medicines: the row, or "we don't have it", never a guess."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.document import Document
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.interactions import Interactions
from bot.knowledge.names import Names

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
PATH = KNOWLEDGE / "interactions.csv"


@pytest.fixture(scope="module")
def names() -> Names:
    return Names.load(KNOWLEDGE / "names.yml")


@pytest.fixture(scope="module")
def interactions(names: Names) -> Interactions:
    return Interactions.load(PATH, names)


def test_it_works(interactions: Interactions) -> None:
    found = interactions.find("can I take magnesium with levothyroxine?")
    (row,) = found.interactions
    assert row.id == "thyroid_hormone"
    assert "at least 4 hours apart" in row.advice
    assert row.severity == "high"
    assert row.source == "webmd-levothyroxine"
    assert [name.said for name in row.named] == ["levothyroxine"]
    assert found.unknown == ()
    assert found


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("doxycycline and magnesium", ["tetracyclines"]),
        ("is magnesium ok with cipro", ["quinolones"]),
        ("I take Nexium, can I have magnesium", ["proton_pump_inhibitors"]),
        ("magnesium with gabapentin", ["gabapentin"]),
        ("magnesium with iron", ["iron"]),
        ("Fosamax", ["bisphosphonates"]),
        ("Sinemet", ["levodopa"]),
        ("Triumeq", ["dolutegravir"]),
        ("water tablets", ["loop_diuretics", "thiazides", "potassium_sparing"]),
        ("Lasix water tablets", ["loop_diuretics"]),
        ("antibiotics", ["tetracyclines", "quinolones", "nitrofurantoin", "other_antibiotics"]),
        ("my antibiotic is doxycycline", ["tetracyclines"]),
        ("levothyroxine and omeprazole with magnesium", ["thyroid_hormone", "proton_pump_inhibitors"]),
        ("gabapentin and Synthroid", ["thyroid_hormone", "gabapentin"]),
        ("doxycyline", ["tetracyclines"]),
        ("blood pressure tablets", ["calcium_channel_blockers", "ace_inhibitors"]),
        ("zinc", ["zinc"]),
        ("Rennie", ["other_magnesium"]),
        ("alcohol", ["alcohol"]),
    ],
)
def test_each_way_to_ask(interactions: Interactions, text: str, rows: list[str]) -> None:
    found = interactions.find(text)
    assert [row.id for row in found.interactions] == rows
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("can i take magnesium with metformin", ["metformin"]),
        ("magnesium with Zoloft", ["sertraline"]),
        ("magnesium and lisinopril", ["lisinopril"]),
        ("Lipitor with magnesium?", ["atorvastatin"]),
        ("amoxicillin, an antibiotic", ["amoxicillin"]),
        ("magnesium with rabeprazole", ["rabeprazole"]),
        ("my antidepressants", ["antidepressants"]),
        ("can I take magnesium with zyxoprax?", ["zyxoprax"]),
        ("is magnesium safe with vonoprazan", ["vonoprazan"]),
        ("i take brodalumab", ["brodalumab"]),
    ],
)
def test_a_medicine_that_the_table_does_not_have_is_said(interactions: Interactions, text: str, unknown: list[str]) -> None:
    found = interactions.find(text)
    assert found.interactions == ()
    assert [name.generic for name in found.unknown] == unknown


def test_known_and_unknown_in_one_message(interactions: Interactions) -> None:
    found = interactions.find("magnesium with gabapentin and sertraline")
    assert [row.id for row in found.interactions] == ["gabapentin"]
    assert [name.generic for name in found.unknown] == ["sertraline"]


@pytest.mark.parametrize(
    "text",
    [
        "", "can i take magnesium with food", "magnesium with my dinner", "should i take it with milk?", "magnesium",
        "magnesium citrate with water", "does it help with restless legs", "can i take magnesium with my other tablets",
        "magazine", "magnesium with kidney disease", "quarantine", "can I take it with me",
    ],
)  # fmt: skip
def test_nothing_is_found_where_no_medicine_is_named(interactions: Interactions, text: str) -> None:
    found = interactions.find(text)
    assert not found, found


def test_every_row_is_found_by_each_of_its_medicines(interactions: Interactions) -> None:
    assert len(interactions.rows) == 42
    for row in interactions.rows:
        for name in (*row.medicines, *row.families):
            assert row.id in [found.id for found in interactions.find(f"magnesium with {name}").interactions], name


def test_the_gravest_comes_first(interactions: Interactions) -> None:
    ranks = [row.severity for row in interactions.find("rosuvastatin, gabapentin and alendronate").interactions]
    assert ranks == ["high", "moderate", "low"]


def test_every_source_exists(interactions: Interactions) -> None:
    sources = {source["id"] for source in Document.read(KNOWLEDGE / "sources.yml").data}
    assert {row.source for row in interactions.rows} - sources == set()


HEADER = "id,title,medicines,families,effect,advice,severity,source"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,A,fairy dust,,e,v,high,s", "interactions.csv:2: 'fairy dust' is not in names.yml"),
        ("a,A,iron,elves,e,v,high,s", "interactions.csv:2: 'elves' is not in names.yml"),
        ("a,A,iron,,e,v,dire,s", "interactions.csv:2: severity 'dire'"),
        ("a,A,iron,,e,,high,s", "interactions.csv:2: 'advice' is blank"),
        ("a,A,iron,,e,v,high,", "interactions.csv:2: 'source' is blank"),
        ("a,A,iron,,e,v,high,s\na,A,zinc,,e,v,high,s", "interactions.csv:3: the id 'a' stands twice"),
        ("a,A,iron", "interactions.csv:2: 3 cells, not 8"),
    ],
)
def test_a_bad_file_is_told_in_one_line(tmp_path: Path, names: Names, row: str, message: str) -> None:
    path = tmp_path / "interactions.csv"
    path.write_text(f"{HEADER}\n{row}\n")
    with pytest.raises(KnowledgeError) as caught:
        Interactions.load(path, names)
    assert message in str(caught.value)


def test_the_file_is_the_supplied_table_word_for_word() -> None:
    with PATH.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["severity"] == "high" for row in rows) == 17
    assert all(row["effect"] and row["advice"] for row in rows)


@pytest.fixture
def few(tmp_path: Path) -> Interactions:
    (tmp_path / "names.yml").write_text(
        "- {generic: sleepers, kind: family}\n"
        "- {generic: zolpitan, kind: sleeping pill, family: [sleepers]}\n"
        "- {generic: dormatan, kind: sleeping pill, family: [sleepers]}\n"
        "- {generic: magnesium oxide, kind: magnesium salt}\n"
        "- {generic: magnesium milk, kind: magnesium laxative}\n"
    )
    path = tmp_path / "interactions.csv"
    path.write_text(
        f"{HEADER}\n"
        "both,Both,zolpitan; dormatan ;,sleepers,e,v,low,s\n"
        "one,One,zolpitan,,e,v,high,s\n"
        "other,Other,,sleepers,e,v,high,s\n"
        "milk,Milk,magnesium milk,,e,v,moderate,s\n"
    )
    return Interactions.load(path, Names.load(tmp_path / "names.yml"))


@pytest.mark.parametrize(
    ("text", "rows", "unknown"),
    [
        # Gravest first, and in the file's order among equals.
        ("zolpitan", ["one", "both"], []),
        ("sleepers", ["other", "both"], []),
        ("zolpitan, one of the sleepers", ["one", "both"], []),
        ("dormatan and zolpitan", ["one", "both"], []),
        # Magnesium is what is asked about; a product that holds it and has a row is a medicine.
        ("magnesium oxide", [], []),
        ("magnesium milk", ["milk"], []),
        ("with my usual prescribed zyxoprax", [], []),
        ("with my prescribed zyxoprax", [], ["zyxoprax"]),
        ("with the zyxoprax and some brodalumab and more brodalumab", [], ["zyxoprax", "brodalumab"]),
        ("with zyxoprax at night", [], ["zyxoprax"]),
        ("with zyxoprax twice", [], []),
        ("with my", [], []),
        ("with zyx", [], []),
        ("with zyxoprax500", [], ["zyxoprax"]),
        ("olol", [], []),
    ],
)
def test_rows_and_unknown_medicines(few: Interactions, text: str, rows: list[str], unknown: list[str]) -> None:
    found = few.find(text)
    assert [row.id for row in found.interactions] == rows
    assert [name.said for name in found.unknown] == unknown
    assert bool(found) == bool(rows or unknown)


def test_a_row_tells_which_medicines_led_to_it(few: Interactions) -> None:
    (one, both) = few.find("dormatan, then zolpitan, then dormatan").interactions
    assert [name.said for name in one.named] == ["zolpitan"]
    assert [name.said for name in both.named] == ["dormatan", "zolpitan"]
    assert both.medicines == ("zolpitan", "dormatan")
    # What was asked before is not kept.
    assert all(row.named == () for row in few.rows)


def test_a_missing_table_is_told(tmp_path: Path, names: Names) -> None:
    with pytest.raises(KnowledgeError, match=r"interactions\.csv:1: no such file"):
        Interactions.load(tmp_path / "interactions.csv", names)


@given(st.text(max_size=60))
def test_what_stands_around_a_medicine_does_not_hide_it(interactions: Interactions, text: str) -> None:
    found = interactions.find(f"gabapentin. {text}")
    assert "gabapentin" in [row.id for row in found.interactions]
    severities = [row.severity for row in found.interactions]
    assert severities == sorted(severities, key=["high", "moderate", "low"].index)
