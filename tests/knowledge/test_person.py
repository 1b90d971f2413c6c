"""Who a daily need is for: what a message says of age, sex, pregnancy and breastfeeding, and what it does not say."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.person import Person, parse_person


def age(text: str) -> float | None:
    return parse_person(text).age_years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("I am 4 and a half years old", 4.5),
        ("a one and a half year old", 1.5),
        ("1½ year old", 1.5),
        ("1 1/2 years old", 1.5),
        ("½ year old", 0.5),
        ("my 3yo", 3),
        ("45 y/o", 45),
        ("sixty-five", 65),
        ("forty two year old", 42),
        ("she's twelve", 12),
        ("my son is nineteen", 19),
        ("I turned 50", 50),
        ("nearly 70? I'm nearly 60", 60),
        ("age 12", 12),
        ("aged 0", 0),
        ("woman of 50", 50),
        ("older than the age of 65", 66),
        ("above 50", 51),
        ("between 31 and 50", 31),
        ("early 30s", 32),
        ("mid 40's", 45),
        ("I'm in my fifties", 55),
        ("in her late seventies", 78),
        ("52, pregnant", 52),
        ("28 and breastfeeding", 28),
        ("adolescent", 16),
        ("pensioner", 75),
        ("  45 ", 45),
        ("120", 120),
        ("13 months", 13 / 12),
        ("6 week old", 6 / 52),
        ("3 day old", 3 / 365),
    ],
)
def test_an_age_in_each_wording(text: str, years: float) -> None:
    assert age(text) == pytest.approx(years)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("7-12 months", 7 / 12),
        ("7–12 months", 7 / 12),
        ("7 to 12 months", 7 / 12),
        ("between 7 and 12 months", 7 / 12),
        ("4-8 years", 4),
        ("ages 9 to 13 years", 9),
    ],
)
def test_a_range_is_told_by_its_lower_age(text: str, years: float) -> None:
    # The upper one, a whole year or the day after, may stand in the next row of the table.
    assert age(text) == pytest.approx(years)


@pytest.mark.parametrize(
    "text",
    [
        "it started 5 years ago",
        "5 weeks later",
        "I have had it for the past 3 years",
        "for over 10 years",
        "for 2 weeks",
        "every 2 days",
        "in 3 months",
        "within 6 weeks",
        "the last 4 months",
        "i take 2 tablets at 10 pm",
        "is 100 too much",
        "is 90 enough?",
        "I'm 5ft 6",
        "i'm 5'6",
        "i am 5’ 11",
        "im 65 kilos",
        "I'm 70kg",
        "i weigh 11 stone",
        "mother of 2",
        "a grandmother of 3",
        "dad to 4",
        "for one man",
        "I'm 29 weeks gone",
        "121",
        "I'm 300",
        "999 years old",
        "half the time",
        "how old must one be",
        "12/13",
        "twenty thirty",
    ],
)
def test_what_is_counted_and_is_no_age(text: str) -> None:
    assert age(text) is None


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("for a 5 year old", 5),
        ("for 8 year olds", 8),
        ("is it safe in 4-year-olds", 4),
        ("for people past 70 years of age", 70),
        ("mother of 2, I'm 38", 38),
        ("I'm 52 and it started 5 years ago", 52),
        ("I'm 40, 5'6 and 70 kg", 40),
        ("grandmother of 60 years", 60),
        ("34, woman", 34),
        ("45 and man", 45),
        ("7, boy", 7),
    ],
)
def test_an_age_beside_other_counts_is_still_found(text: str, years: float) -> None:
    assert age(text) == years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("I'm pregnant, 29 weeks", None),
        ("34 weeks and pregnant", None),
        ("pregnant 20 weeks", None),
        ("6 months pregnant", None),
        ("20 weeks pregnant and 31 years old", 31),
        ("I'm 29, pregnant, 20 weeks", 29),
        ("I'm 33 and pregnant with an 18 month old at home", 33),
    ],
)
def test_weeks_of_a_pregnancy_are_no_age(text: str, years: float | None) -> None:
    assert parse_person(text) == Person(years, "female", True)


@pytest.mark.parametrize(
    ("text", "pregnant", "feeding"),
    [
        ("pregnant", True, None),
        ("I'm expecting", True, None),
        ("third trimester", True, None),
        ("nursing", None, True),
        ("breast-feeding", None, True),
        ("pregnant and breastfeeding", True, True),
        ("I'm not pregnant", False, None),
        ("no longer pregnant", False, None),
        ("I have never been pregnant", False, None),
        ("my wife isn't pregnant yet", False, None),
        ("not currently breastfeeding", None, False),
        ("I stopped breastfeeding", None, False),
        ("not pregnant or breastfeeding", False, False),
        ("I am not pregnant, or nursing", False, False),
        ("neither pregnant nor breastfeeding", False, False),
        ("not pregnant and not breastfeeding", False, False),
        ("not breastfeeding or pregnant", False, False),
        ("not pregnant but breastfeeding", False, True),
        ("I'm trying to get pregnant", False, None),
        ("we want to become pregnant", False, None),
        ("before pregnancy", False, None),
        ("not sleeping, and pregnant", True, None),
        ("she lives in a nursing home", None, None),
        ("my breastfed baby", None, None),
        ("restless legs", None, None),
    ],
)
def test_pregnant_and_breastfeeding_are_said_denied_or_left_open(
    text: str, pregnant: bool | None, feeding: bool | None
) -> None:
    person = parse_person(text)
    assert (person.pregnant, person.breastfeeding) == (pregnant, feeding)


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("my daughter", "female"),
        ("grandma", "female"),
        ("her age is 12", "female"),
        ("34F", "female"),
        ("45/F", "female"),
        ("F/45", "female"),
        ("45 yo f", "female"),
        ("my uncle", "male"),
        ("34 m", "male"),
        ("M/45", "male"),
        ("45 y/o m", "male"),
        ("breastfeeding", "female"),
        ("he is pregnant", "female"),
        ("my mum and dad", None),
        ("I'm 45", None),
        ("human", None),
        ("not pregnant", None),
        ("the menu, sheer", None),
    ],
)
def test_the_sex_is_said_or_left_open(text: str, sex: str | None) -> None:
    assert parse_person(text).sex == sex


@given(st.integers(0, 120))
def test_every_possible_age_is_understood(years: int) -> None:
    assert age(str(years)) == age(f"I'm {years}") == age(f"{years} years old") == age(f"{years}-year-old") == years


@given(st.integers(121, 10**6))
def test_no_impossible_age_is_taken(years: int) -> None:
    assert age(str(years)) is None
    assert age(f"{years} years old") is None


@given(st.text(max_size=80))
def test_any_text_is_read_and_no_impossible_age_comes_of_it(text: str) -> None:
    person = parse_person(text)
    assert person.age_years is None or 0 <= person.age_years <= 120
    assert set(person.missing) <= {"age", "sex"}


@given(st.text(alphabet="abcdfmy 0123456789'/-", max_size=40))
def test_capitals_say_no_more_than_small_letters(text: str) -> None:
    assert parse_person(text.upper()) == parse_person(text)


@pytest.mark.parametrize("part", ["not yet ", "5 years ", "1 to 2 to ", "for the last ", "1/2 ", "- ", "pregnant or "])
def test_a_very_long_message_is_read_in_time(part: str) -> None:
    start = time.perf_counter()
    parse_person(part * 1000)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("person", "missing"),
    [
        (Person(14), ("sex",)),
        (Person(13.99), ()),
        (Person(0), ()),
        (Person(30, "male"), ()),
        (Person(30, pregnant=False), ("sex",)),
        (Person(breastfeeding=True), ("age",)),
        (Person(breastfeeding=False, pregnant=False), ("age", "sex")),
    ],
)
def test_only_what_changes_the_figure_is_asked(person: Person, missing: tuple[str, ...]) -> None:
    assert person.missing == missing
