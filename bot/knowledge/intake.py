"""The daily need of magnesium by age, sex, pregnancy and breastfeeding: a figure for a population, not for a person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.person import Person, Sex, parse_person
from bot.knowledge.table import read_table


class NoNeed(ValueError):
    """The table has no figure for this person; the message says why, in plain words."""


@dataclass(frozen=True)
class Need:
    """A row of the table: `mg` a day from food, drink and supplements together.

    `kind` is "RDA" (enough for nearly everybody) or "AI" (an estimate, for infants); `ul_mg` is the most from
    supplements and medicines alone, None where none was set (infants); `source` is an id of sources.yml.
    """

    life_stage: str
    sex: str
    mg: float
    kind: str
    ul_mg: float | None
    source: str


@dataclass(frozen=True)
class _Row:
    need: Need
    low_months: int
    high_months: int | None
    pregnant: bool
    breastfeeding: bool


class Intake:
    """The table of daily needs."""

    def __init__(self, rows: list[_Row]) -> None:
        self._rows = rows

    @classmethod
    def load(cls, path: Path) -> Intake:
        """Read `intake.csv`.

        Raises:
            KnowledgeError: a row can't be used.
        """
        columns = (
            "life_stage", "sex", "min_age_years", "max_age_years", "pregnant", "lactating", "rda_or_ai", "mg_per_day",
            "ul_supplemental_mg", "source_id",
        )  # fmt: skip
        rows: list[_Row] = []
        for row in read_table(path, columns):
            if row["sex"] not in ("any", "female", "male"):
                raise row.error(f"sex {row['sex']!r}", "write any, female or male")
            if row["rda_or_ai"] not in ("RDA", "AI"):
                raise row.error(f"kind {row['rda_or_ai']!r}", "write RDA or AI")
            for column in ("pregnant", "lactating"):
                if row[column] not in ("yes", "no"):
                    raise row.error(f"{column} {row[column]!r}", "write yes or no")
            low, high = row.number("min_age_years"), row.optional_number("max_age_years")
            if high is not None and high < low:
                raise row.error(f"from {low:g} to {high:g} years", "put the lower age first")
            rows.append(
                _Row(
                    Need(
                        row.text("life_stage"), row["sex"], row.number("mg_per_day"), row["rda_or_ai"],
                        row.optional_number("ul_supplemental_mg"), row.text("source_id"),
                    ),
                    *_months(low, high),
                    row["pregnant"] == "yes",
                    row["lactating"] == "yes",
                )
            )  # fmt: skip
        if not rows:
            raise KnowledgeError(path, 1, "no rows", "restore intake.csv from the repository")
        return cls(rows)

    def need(self, age_years: float, sex: Sex | None, pregnant: bool = False, breastfeeding: bool = False) -> Need:
        """The need at an age.

        Args:
            age_years: in years; 0.5 is six months, which belongs to "0 to 6 months".
            sex: None where it is not known; the need depends on it from 14 years.
            pregnant: has its own rows, whatever `sex` says, and goes before `breastfeeding`.
            breastfeeding: has its own rows, whatever `sex` says.

        Raises:
            NoNeed: the age is impossible, the sex is needed and not known, or the table has no such row.
        """
        if not 0 <= age_years <= 120:
            raise NoNeed("That age can't be right. How old is the person, in years?")
        if pregnant:
            breastfeeding = False
        months = int(age_years * 12 + 1e-6)
        fitting = [
            row.need
            for row in self._rows
            if row.low_months <= months
            and (row.high_months is None or months < row.high_months)
            and (row.pregnant, row.breastfeeding) == (pregnant, breastfeeding)
            and (pregnant or breastfeeding or sex is None or row.need.sex in ("any", sex))
        ]
        if not fitting:
            state = "pregnancy" if pregnant else "breastfeeding" if breastfeeding else "anybody"
            raise NoNeed(f"The table has no figure for {state} at this age. A midwife or doctor can tell.")
        if len({need.mg for need in fitting}) > 1:
            raise NoNeed("From 14 years on, the need differs for women and men. Which of the two is it for?")
        return fitting[0]

    def need_of(self, person: Person) -> Need:
        """The need of a person of whom nothing is `missing`.

        Raises:
            NoNeed: as `need`, or the age is not known.
        """
        if person.age_years is None:
            raise NoNeed("How old is the person, in years?")
        return self.need(person.age_years, person.sex, bool(person.pregnant), bool(person.breastfeeding))

    def parse(self, text: str) -> Person:
        """What a message says of a person; what it does not say is None."""
        return parse_person(text)


def _months(low: float, high: float | None) -> tuple[int, int | None]:
    """A row's ages as completed months, the upper bound excluded: "1-3 years" ends at the fourth birthday."""
    first = round(low * 12)
    if high is None:
        return first, None
    if high < 1:
        # "0-6 months" holds the whole seventh month of life: a baby of six months and two weeks is six months old.
        return first, round(high * 12) + 1
    if low < 1:
        return first + 1, round(high * 12)
    return first, round((high + 1) * 12)
