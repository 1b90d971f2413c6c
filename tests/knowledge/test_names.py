"""Names: what people call a medicine leads to its generic name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.errors import KnowledgeError, KnowledgeErrors
from bot.knowledge.names import Name, Names

PATH = Path(__file__).resolve().parents[2] / "knowledge" / "names.yml"


@pytest.fixture(scope="module")
def names() -> Names:
    return Names.load(PATH)


def test_it_works(names: Names) -> None:
    assert names.find("can I take magnesium with Nexium?")[1] == Name(
        "esomeprazole", "nexium", "acid blocker", "magnesium_with_heart_bp", ("proton pump inhibitors",)
    )


@pytest.mark.parametrize(
    ("text", "generics"),
    [
        ("gabapentin", ["gabapentin"]),
        ("GABAPENTIN!!", ["gabapentin"]),
        ("Neurontin or Horizant", ["gabapentin", "gabapentin enacarbil"]),
        ("gabapentin enacarbil", ["gabapentin enacarbil"]),
        ("Lyrica", ["pregabalin"]),
        ("Mirapexin", ["pramipexole"]),
        ("Adartrel vs Requip", ["ropinirole"]),
        ("neupro patch", ["rotigotine"]),
        ("Sinemet", ["levodopa"]),
        ("l-dopa", ["levodopa"]),
        ("co-careldopa", ["levodopa"]),
        ("Rivotril", ["clonazepam"]),
        ("ferrous sulphate", ["iron"]),
        ("iron tablets", ["iron"]),
        ("iron infusion", ["intravenous iron"]),
        ("Ferinject", ["intravenous iron"]),
        ("mag glycinate", ["magnesium bisglycinate"]),
        ("milk of magnesia", ["milk of magnesia"]),
        ("epsom salts", ["Epsom salt"]),
        ("Benadryl", ["diphenhydramine"]),
        ("Gravol", ["dimenhydrinate"]),
        ("Synthroid", ["levothyroxine"]),
        ("frusemide", ["furosemide"]),
        ("paracetamol", ["acetaminophen"]),
        ("water tablets", ["water tablets"]),
        ("diuretic", ["water tablets"]),
        ("ssri", ["antidepressants"]),
        ("vit d and b12", ["vitamin D", "vitamin B12"]),
        ("Lipitor and Zoloft", ["atorvastatin", "sertraline"]),
        ("gabapentin, gabapentin, gabapentin", ["gabapentin"]),
    ],
)
def test_each_name(names: Names, text: str, generics: list[str]) -> None:
    assert [name.generic for name in names.find(text)] == generics


@pytest.mark.parametrize(
    ("text", "generic"),
    [
        ("gabapentine", "gabapentin"),
        ("gabapentan", "gabapentin"),
        ("pregabolin", "pregabalin"),
        ("pramipexle", "pramipexole"),
        ("ropinerole", "ropinirole"),
        ("levothyroxne", "levothyroxine"),
        ("doxycyline", "doxycycline"),
        ("omperazole", "omeprazole"),
        ("synthriod", "levothyroxine"),
        ("magnesuim", "magnesium"),
        ("melatonon", "melatonin"),
    ],
)
def test_slips_of_the_pen(names: Names, text: str, generic: str) -> None:
    assert [name.generic for name in names.find(text)] == [generic]


def test_a_slip_says_that_it_is_one(names: Names) -> None:
    assert not names.find("levothyroxne")[0].exact
    assert names.find("levothyroxine")[0].exact


@pytest.mark.parametrize(
    "text",
    [
        "lyrics", "lyrical", "allegro", "celebrate", "serenade", "reactive", "concert", "ability", "singular",
        "dramatic", "my legs are restless at night",
        "the program is on the station", "what causes it", "", "how often", "neural",
        "i lost my clarity", "clarinet", "a station wagon", "ambient light",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_medicine(names: Names, text: str) -> None:
    assert names.find(text) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("quinidine", "quinine"),
        ("ampicillin", "amoxicillin"),
        ("pitavastatin", "pravastatin"),
        ("hydromorphone", "hydrocodone"),
        ("citalopram", "escitalopram"),
        ("chlorpropamide", "chlorpromazine"),
        ("hydralazine", "hydroxyzine"),
        ("dexlansoprazole", "lansoprazole"),
    ],
)
def test_names_that_look_alike_are_kept_apart(names: Names, one: str, other: str) -> None:
    assert [name.generic for name in names.find(one)] == [one]
    assert [name.generic for name in names.find(other)] == [other]


def test_every_form_leads_to_its_entry(names: Names) -> None:
    for generic in names.generics:
        assert names.find(generic)[0].generic == generic
        assert names.get(generic).generic == generic
    with pytest.raises(KeyError):
        names.get("fairy dust")


def test_topics_exist_or_are_to_be_written(names: Names) -> None:
    topics = {names.get(generic).topic for generic in names.generics} - {None}
    assert {"gabapentin", "iron_infusion", "melatonin", "antihistamines"} <= topics


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names.yml:1: not a list of names"),
        ("a: 1", "names.yml:1: not a list of names"),
        ("- {generic: a, kind: b}\n- {generic: A, kind: b}", "names.yml:2: 'A' stands under 'a' too"),
        (
            "- {generic: a, kind: b, brands: [X]}\n- {generic: c, kind: b, spellings: [x]}",
            "names.yml:2: 'x' stands under",
        ),
        ("- {generic: a, kind: b, family: [gone]}", "names.yml:1: no family 'gone'"),
    ],
)
def test_a_bad_file_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "names.yml"
    path.write_text(text)
    with pytest.raises(KnowledgeError) as caught:
        Names.load(path)
    assert message in str(caught.value)


def test_an_entry_that_does_not_fit_is_told(tmp_path: Path) -> None:
    path = tmp_path / "names.yml"
    path.write_text("- {generic: a, kind: b, brand: [X]}")
    with pytest.raises(KnowledgeErrors, match=r"names\.yml:1: '0\.brand' is not known"):
        Names.load(path)
    with pytest.raises(KnowledgeError, match="no such file"):
        Names.load(tmp_path / "gone.yml")


@pytest.fixture
def few(tmp_path: Path) -> Names:
    path = tmp_path / "names.yml"
    path.write_text(
        "- {generic: sleepers, kind: family, brands: [night pills]}\n"
        "- {generic: zolpitan, kind: sleeping pill, family: [sleepers], topic: sleep, brands: [Nodd, Nodd XR]}\n"
        "- {generic: zolpitan forte, kind: sleeping pill, spellings: [forte zolpitan], unlike: [zolpitar]}\n"
        "- {generic: extramelatonine, kind: hormone}\n"
    )
    return Names.load(path)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("zolpitan", [("zolpitan", 0, 1)]),
        ("Nodd, XR", [("zolpitan", 0, 1)]),
        # The longest name wins.
        ("nodd xr", [("zolpitan", 0, 2)]),
        ("zolpitan forte zolpitan", [("zolpitan forte", 0, 2), ("zolpitan", 2, 3)]),
        ("my NIGHT-PILLS!", [("sleepers", 1, 3)]),
        ("nodd and nodd", [("zolpitan", 0, 1), ("zolpitan", 2, 3)]),
        ("night\r\npill", [("sleepers", 0, 2)]),
        ("night", []),
    ],
)
def test_a_name_is_told_with_its_place(few: Names, text: str, places: list[tuple[str, int, int]]) -> None:
    assert [(name.generic, start, end) for name, start, end in few.places(text)] == places


@pytest.mark.parametrize(
    ("word", "generic"),
    [
        ("zolpitam", "zolpitan"),
        ("zolpitans", "zolpitan"),
        ("zolptian", "zolpitan"),
        # Two slips in eight letters, a wrong first letter, a digit, a short word, and a word that is another.
        ("zolpatam", None),
        ("solpitan", None),
        ("zolpit4n", None),
        ("nodds", "zolpitan"),
        ("nodx", None),
        ("zolpitar", None),
        # Two slips in a long name, and not three.
        ("extramelatonnin", "extramelatonine"),
        ("extremelatonin", "extramelatonine"),
        ("extremalatonin", None),
    ],
)
def test_how_many_slips_a_name_forgives(few: Names, word: str, generic: str | None) -> None:
    assert [name.generic for name in few.find(word)] == ([generic] if generic else [])


def test_a_name_carries_what_is_known_of_it(few: Names) -> None:
    assert few.get("zolpitan") == Name("zolpitan", "zolpitan", "sleeping pill", "sleep", ("sleepers",))
    assert few.find("NODD")[0] == Name("zolpitan", "nodd", "sleeping pill", "sleep", ("sleepers",))
    assert few.generics == ("sleepers", "zolpitan", "zolpitan forte", "extramelatonine")
    assert "zolpitan" in few
    assert "nodd" not in few


@given(st.text(max_size=60))
def test_any_text_is_read_and_places_never_overlap(names: Names, text: str) -> None:
    end = 0
    for _, start, after in names.places(f"{text} Nexium"):
        assert end <= start < after
        end = after
    assert end > 0
