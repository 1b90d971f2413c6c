"""The daily need: every row of the table, and who a message is about."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.intake import Intake, NoNeed
from bot.knowledge.person import Person

PATH = Path(__file__).resolve().parents[2] / "knowledge" / "intake.csv"

# age in years, sex, pregnant, breastfeeding: mg a day, kind, limit for supplements in mg
ROWS = [
    (0, None, False, False, 30, "AI", None),
    (0.5, None, False, False, 30, "AI", None),
    (7 / 12, "male", False, False, 75, "AI", None),
    (11.9 / 12, "female", False, False, 75, "AI", None),
    (1, None, False, False, 80, "RDA", 65),
    (3.99, "male", False, False, 80, "RDA", 65),
    (4, None, False, False, 130, "RDA", 110),
    (8, "female", False, False, 130, "RDA", 110),
    (9, None, False, False, 240, "RDA", 350),
    (13, "male", False, False, 240, "RDA", 350),
    (13, "female", False, False, 240, "RDA", 350),
    (14, "male", False, False, 410, "RDA", 350),
    (18, "female", False, False, 360, "RDA", 350),
    (19, "male", False, False, 400, "RDA", 350),
    (30, "female", False, False, 310, "RDA", 350),
    (31, "male", False, False, 420, "RDA", 350),
    (50, "female", False, False, 320, "RDA", 350),
    (51, "male", False, False, 420, "RDA", 350),
    (70.5, "female", False, False, 320, "RDA", 350),
    (71, "male", False, False, 420, "RDA", 350),
    (104, "female", False, False, 320, "RDA", 350),
    (14, "female", True, False, 400, "RDA", 350),
    (19, "female", True, False, 350, "RDA", 350),
    (34, None, True, False, 360, "RDA", 350),
    (18, "female", False, True, 360, "RDA", 350),
    (25, "female", False, True, 310, "RDA", 350),
    (50, None, False, True, 320, "RDA", 350),
    (34, "female", True, True, 360, "RDA", 350),
]


@pytest.fixture(scope="module")
def intake() -> Intake:
    return Intake.load(PATH)


def test_it_works(intake: Intake) -> None:
    need = intake.need(34, "female", pregnant=True)
    assert (need.mg, need.kind, need.ul_mg) == (360, "RDA", 350)
    assert (need.life_stage, need.source) == ("pregnancy 31-50 years", "ods-mg-hp")


@pytest.mark.parametrize(("age", "sex", "pregnant", "feeding", "mg", "kind", "limit"), ROWS)
def test_each_age(
    intake: Intake, age: float, sex: str, pregnant: bool, feeding: bool, mg: float, kind: str, limit: float | None
) -> None:
    need = intake.need(age, sex, pregnant, feeding)  # type: ignore[arg-type]
    assert (need.mg, need.kind, need.ul_mg) == (mg, kind, limit)


def test_every_row_of_the_file_is_reached(intake: Intake) -> None:
    with PATH.open(encoding="utf-8", newline="") as file:
        stages = {(row["life_stage"], row["sex"]) for row in csv.DictReader(file)}
    reached = {
        (need.life_stage, need.sex)
        for age, sex, pregnant, feeding, *_ in ROWS
        for need in [intake.need(age, sex, pregnant, feeding)]  # type: ignore[arg-type]
    }
    # Girls and boys of 9 to 13 have one figure in two rows.
    assert stages - reached <= {("child 9-13 years", "female"), ("child 9-13 years", "male")}


@pytest.mark.parametrize(
    ("age", "sex", "pregnant", "feeding", "message"),
    [
        (-1, "male", False, False, "can't be right"),
        (121, "male", False, False, "can't be right"),
        (float("nan"), "male", False, False, "can't be right"),
        (14, None, False, False, "differs for women and men"),
        (51, None, False, False, "differs for women and men"),
        (13, "female", True, False, "no figure for pregnancy"),
        (51, "female", True, False, "no figure for pregnancy"),
        (55, "female", False, True, "no figure for breastfeeding"),
    ],
)
def test_each_refusal(intake: Intake, age: float, sex: str | None, pregnant: bool, feeding: bool, message: str) -> None:
    with pytest.raises(NoNeed, match=message):
        intake.need(age, sex, pregnant, feeding)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("I'm a 34 year old pregnant woman", Person(34, "female", True)),
        ("my 6 month old", Person(0.5)),
        ("woman over 50", Person(51, "female")),
        ("teen boy", Person(16, "male")),
        ("im 34 weeks pregnant", Person(None, "female", True)),
        ("I'm 29, 20 weeks pregnant", Person(29, "female", True)),
        ("im 52 and 70kg", Person(52)),
        ("34F", Person(34, "female")),
        ("m 45", Person(45, "male")),
        ("my 8-year-old daughter", Person(8, "female")),
        ("thirty five year old man", Person(35, "male")),
        ("I am 28 and breastfeeding", Person(28, "female", None, True)),
        ("i'm 40, not pregnant", Person(40, None, False)),
        ("a man in his 40s", Person(45, "male")),
        ("a woman in her late 60s", Person(68, "female")),
        ("toddler", Person(2)),
        ("newborn girl", Person(0, "female")),
        ("elderly woman", Person(75, "female")),
        ("18 months", Person(1.5)),
        ("my husband is 71", Person(71, "male")),
        ("45", Person(45)),
        ("I've had rls for 20 years", Person()),
        ("is 400 mg too much", Person()),
        ("i take 250mg at 10 pm", Person()),
        ("how much magnesium do I need?", Person()),
        ("300 years old", Person()),
        ("", Person()),
    ],
)
def test_what_a_message_says(intake: Intake, text: str, person: Person) -> None:
    found = intake.parse(text)
    assert found.age_years == (None if person.age_years is None else pytest.approx(person.age_years))
    assert (found.sex, found.pregnant, found.breastfeeding) == (person.sex, person.pregnant, person.breastfeeding)


@pytest.mark.parametrize(
    ("person", "missing"),
    [
        (Person(), ("age", "sex")),
        (Person(sex="male"), ("age",)),
        (Person(pregnant=True), ("age",)),
        (Person(40), ("sex",)),
        (Person(13.9), ()),
        (Person(40, "female"), ()),
        (Person(40, breastfeeding=True), ()),
    ],
)
def test_what_must_still_be_asked(person: Person, missing: tuple[str, ...]) -> None:
    assert person.missing == missing


def test_the_need_of_a_person(intake: Intake) -> None:
    assert intake.need_of(intake.parse("34 year old pregnant woman")).mg == 360
    with pytest.raises(NoNeed, match="How old"):
        intake.need_of(Person())


@given(st.integers(0, 120 * 12 - 1), st.sampled_from(["female", "male"]))
def test_there_is_one_need_at_every_age(intake: Intake, months: int, sex: str) -> None:
    need = intake.need(months / 12, sex)  # type: ignore[arg-type]
    assert 30 <= need.mg <= 420
    assert need.sex in ("any", sex)
    assert (need.ul_mg is None) == (months < 12)
    # The need is the same from one birthday to the day before the next, and in each month of an infant's life.
    assert intake.need(months / 12 + 1 / 13 / 12, sex) == need  # type: ignore[arg-type]


@given(st.integers(14, 50))
def test_pregnancy_goes_before_breastfeeding_and_before_what_was_said_of_the_sex(intake: Intake, age: int) -> None:
    need = intake.need(age, "female", pregnant=True)
    assert need.life_stage.startswith("pregnancy")
    assert intake.need(age, None, pregnant=True, breastfeeding=True) == need
    assert intake.need(age, "male", pregnant=True) == need


@given(st.integers(0, 13 * 12))
def test_a_child_s_need_does_not_depend_on_the_sex(intake: Intake, months: int) -> None:
    girl, boy, child = (intake.need(months / 12, sex) for sex in ("female", "male", None))  # type: ignore[arg-type]
    assert (girl.mg, girl.ul_mg) == (boy.mg, boy.ul_mg) == (child.mg, child.ul_mg)


@pytest.mark.parametrize(
    ("text", "mg"),
    [
        ("I'm 34, female, not pregnant or breastfeeding", 320),
        ("I'm 34, a woman, trying to get pregnant", 320),
        ("7-12 months", 75),
        ("my baby is ½ year old", 30),
        ("45/F", 320),
        ("mother of 2, I'm 38", 320),
        ("man in his fifties", 420),
    ],
)
def test_a_message_leads_to_its_row(intake: Intake, text: str, mg: float) -> None:
    assert intake.need_of(intake.parse(text)).mg == mg


def test_a_pregnant_woman_who_tells_the_week_is_asked_her_age(intake: Intake) -> None:
    person = intake.parse("I'm pregnant, 29 weeks")
    assert person.missing == ("age",)
    with pytest.raises(NoNeed, match="How old is the person, in years"):
        intake.need_of(person)


def test_a_gap_in_the_table_is_told_and_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "intake.csv"
    path.write_text(f"{HEADER}\nadult,any,19,30,no,no,RDA,400,,s\nold,any,51,,no,no,RDA,420,350,s\n")
    intake = Intake.load(path)
    assert intake.need(19, None).ul_mg is None
    assert intake.need(30.99, "male").life_stage == "adult"
    assert intake.need(119, "female").life_stage == "old"
    for age in (18.99, 31, 50.99):
        with pytest.raises(NoNeed, match="no figure for anybody at this age"):
            intake.need(age, None)


HEADER = "life_stage,sex,min_age_years,max_age_years,pregnant,lactating,rda_or_ai,mg_per_day,ul_supplemental_mg,source_id"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("adult,alien,19,30,no,no,RDA,400,350,s", "intake.csv:2: sex 'alien'"),
        ("adult,male,19,30,no,no,RDI,400,350,s", "intake.csv:2: kind 'RDI'"),
        ("adult,male,19,30,maybe,no,RDA,400,350,s", "intake.csv:2: pregnant 'maybe'"),
        ("adult,male,30,19,no,no,RDA,400,350,s", "intake.csv:2: from 30 to 19 years"),
        ("adult,male,19,30,no,no,RDA,,350,s", "intake.csv:2: 'mg_per_day' is ''"),
        ("adult,male,19,30,no,no,RDA,400,350,", "intake.csv:2: 'source_id' is blank"),
        ("", "intake.csv:1: no rows"),
    ],
)
def test_a_bad_file_is_told_in_one_line(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "intake.csv"
    path.write_text(f"{HEADER}\n{row}\n" if row else f"{HEADER}\n")
    with pytest.raises(KnowledgeError) as caught:
        Intake.load(path)
    assert message in str(caught.value)
