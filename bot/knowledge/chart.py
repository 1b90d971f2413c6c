"""Charts: foods ranked, a day's total against the need, and the evidence for each treatment."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.drawing import WIDTH, Box, Drawing, Tone, Words
from bot.knowledge.foods import MEN_MG, WOMEN_MG, FoodAmount, Total
from bot.knowledge.topic import Grade, Topic

TREATMENT_GROUPS = ("medication_specific", "iron_treatment", "complementary_therapies", "devices_tms", "other_supplements")
MAGNESIUM = "magnesium_evidence"
# Topics of these groups that are about something else than one treatment, or about several that stand here by themselves.
NOT_ONE_TREATMENT = frozenset({
    "combining_supplements", "complementary_therapies", "devices", "ferritin_target", "impulse_control", "iron_safety",
    "iron_treatment", "medicine_side_effects", "missed_dose", "other_medicines", "sleepiness_driving",
})  # fmt: skip
# Treatments that the 2025 US guideline suggests against as standard, and the fact that says so: how sure the studies are
# does not tell a reader that.
ADVISED_AGAINST = {
    "pramipexole": "AASM-14", "ropinirole": "AASM-15", "rotigotine": "AASM-16", "levodopa": "AASM-17",
    "clonazepam": "AASM-19",
}  # fmt: skip
STEPS = {grade: len(Grade) - place for place, grade in enumerate(Grade)}
MEANING = (
    "The grade says how sure the studies are. It does not say that a treatment is advised or safe for you.",
    "Mixed: studies disagree. Unproven: too little good evidence to tell.",
)
AGAINST = "* The 2025 US sleep guideline suggests against this as standard treatment."

_MARGIN = 8
_LINE = 18
_LETTERS, _SMALL_LETTERS = 44, 50
_VALUE_WIDTH = 72


@dataclass(frozen=True)
class Bar:
    """A row of a chart: `shown` is the value as it is written, `note` what the table says beside it."""

    label: str
    value: float
    shown: str
    tone: Tone = Tone.FULL
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart and its numbers.

    Attributes:
        title: what it shows.
        columns: headings of label, value and, where there are any, notes.
        bars: the rows, as they are drawn.
        notes: lines under the chart.
        drawing: the picture.
    """

    title: str
    columns: tuple[str, ...]
    bars: tuple[Bar, ...]
    notes: tuple[str, ...]
    drawing: Drawing
    key: str = ""

    @property
    def svg(self) -> str:
        """The picture as an image of its own."""
        return self.drawing.svg(self.key)

    @property
    def inline(self) -> str:
        """The picture as a part of a page, in the page's colours."""
        return self.drawing.svg(self.key, inline=True)

    @property
    def alt(self) -> str:
        """The picture in words."""
        return f"{self.drawing.title}. {self.drawing.description}"

    @property
    def rows(self) -> list[tuple[str, float, str]]:
        """Label, value, and the value as it is written."""
        return [(bar.label, bar.value, bar.shown) for bar in self.bars]

    @property
    def table(self) -> dict[str, Any]:
        """The numbers as the web channel shows them."""
        cells = [[bar.label, bar.shown, bar.note][: len(self.columns)] for bar in self.bars]
        return {"caption": self.title, "columns": list(self.columns), "rows": cells}

    @property
    def text(self) -> str:
        """The numbers as plain lines."""
        lines = [f"- {bar.label}: {bar.shown}" + (f". {bar.note}" if bar.note else "") for bar in self.bars]
        return "\n".join((f"{self.title}:", *lines, *self.notes))

    @property
    def lookup(self) -> dict[str, Any]:
        """What a look-up carries for a channel that can show it."""
        return {"chart": self.svg, "alt": self.alt, "table": self.table}


def foods_chart(ranked: Sequence[FoodAmount], title: str = "Magnesium in a usual portion", key: str = "") -> Chart:
    """Foods by the magnesium in their portion, in the order given.

    Raises:
        ValueError: there is no food.
    """
    return _bars(title, ("Food", "Magnesium"), [_food(food) for food in ranked], (), key)


def total_chart(total: Total, key: str = "") -> Chart:
    """The foods of a day, their sum, and the daily need of most men and women beside it.

    Raises:
        ValueError: there is no food.
    """
    if not total.items:
        raise ValueError("a total of no food has no chart")
    share = total.share
    bars = [
        *(_food(food) for food in total.items),
        Bar("All together", total.mg, _mg(total.mg)),
        Bar("Daily need of most women", WOMEN_MG, _mg(WOMEN_MG), Tone.HOLLOW),
        Bar("Daily need of most men", MEN_MG, _mg(MEN_MG), Tone.HOLLOW),
    ]
    if len(total.items) < 2:
        del bars[len(total.items)]
    note = f"That is {share.of_320:.0%} of the need of most women and {share.of_420:.0%} of that of most men."
    return _bars("Magnesium eaten and the daily need", ("What", "Magnesium"), bars, (note,), key)


def evidence_chart(base: KnowledgeBase, groups: Sequence[str] = TREATMENT_GROUPS, key: str = "") -> Chart:
    """Treatments by how sure their evidence is, surest first.

    Args:
        base: the knowledge base.
        groups: only treatments of these groups, and magnesium.
        key: tells two equal charts on one page apart.

    Raises:
        ValueError: the groups hold no treatment.
    """
    topics = sorted(treatments(base, groups), key=lambda topic: (-STEPS[topic.evidence.grade], treatment_name(topic)))
    bars = [_treatment(topic) for topic in topics]
    if not bars:
        raise ValueError("a chart of no treatment")
    against = any(topic.id in ADVISED_AGAINST for topic in topics)
    notes = (*MEANING, AGAINST) if against else MEANING
    title = "Evidence for each treatment"
    items: list[Words | Box] = []
    y = _heading(items, title)
    last = bars[0].value
    for bar in bars:
        if bar.value != last:
            y += 8
        last = bar.value
        y += 24
        items.append(Words(_MARGIN, y, bar.label, 13))
        for step in range(len(Grade)):
            items.append(Box(166 + step * 20, y - 11, 18, 12, Tone.FULL if step < bar.value else Tone.HOLLOW))
        items.append(Words(272, y, bar.shown, 13, bold=True))
    y = _notes(items, y + 8, notes)
    by_grade = [(grade, [bar.label for bar in bars if bar.shown == grade.value]) for grade in Grade]
    description = " ".join(f"{grade.value.capitalize()}: {', '.join(names)}." for grade, names in by_grade if names)
    drawing = Drawing(title, f"{description} {' '.join(notes)}", y + 12, tuple(items))
    return Chart(title, ("Treatment", "Evidence", "Why"), tuple(bars), notes, drawing, key)


def treatments(base: KnowledgeBase, groups: Sequence[str] = TREATMENT_GROUPS) -> list[Topic]:
    """The topics that are about one treatment each."""
    return [
        topic for topic in base.topics.values()
        if topic.id == MAGNESIUM or (topic.group in groups and topic.id not in NOT_ONE_TREATMENT)
    ]  # fmt: skip


def treatment_name(topic: Topic) -> str:
    """What a treatment is called in a list."""
    return "Magnesium" if topic.id == MAGNESIUM else topic.button


def _treatment(topic: Topic) -> Bar:
    grade = topic.evidence.grade
    mark = "*" if topic.id in ADVISED_AGAINST else ""
    return Bar(f"{treatment_name(topic)}{mark}", STEPS[grade], grade.value, note=topic.evidence.because)


def _food(food: FoodAmount) -> Bar:
    name = f"{food.name}, {food.state}" if food.state and food.state not in food.name else food.name
    return Bar(f"{name[:1].upper()}{name[1:]}, {food.portion}", food.mg, _mg(food.mg))


def _mg(amount: float) -> str:
    return f"{amount:.0f} mg" if amount >= 1 or amount == 0 else f"{amount:.1f} mg"


def _bars(title: str, columns: tuple[str, ...], bars: Sequence[Bar], notes: tuple[str, ...], key: str) -> Chart:
    if not bars:
        raise ValueError("a chart of nothing")
    items: list[Words | Box] = []
    y = _heading(items, title)
    most = max(*(bar.value for bar in bars), 1)
    for bar in bars:
        y += 8
        for line in textwrap.wrap(bar.label, _LETTERS):
            y += _LINE
            items.append(Words(_MARGIN, y, line, 13))
        width = max(2.0, round(bar.value / most * (WIDTH - 2 * _MARGIN - _VALUE_WIDTH), 1))
        items.append(Box(_MARGIN, y + 6, width, 16, bar.tone))
        items.append(Words(_MARGIN + width + 6, y + 19, bar.shown, 14, bold=True))
        y += 22
    y = _notes(items, y + 4, notes)
    said = "; ".join(f"{bar.label}: {bar.shown}" for bar in bars)
    drawing = Drawing(title, " ".join((f"{said}.", *notes)), y + 12, tuple(items))
    return Chart(title, columns, tuple(bars), notes, drawing, key)


def _heading(items: list[Words | Box], title: str) -> float:
    y = 4.0
    for line in textwrap.wrap(title, 34):
        y += 20
        items.append(Words(_MARGIN, y, line, 16, bold=True))
    return y


def _notes(items: list[Words | Box], y: float, notes: Sequence[str]) -> float:
    for note in notes:
        y += 4
        for line in textwrap.wrap(note, _SMALL_LETTERS):
            y += 17
            items.append(Words(_MARGIN, y, line, 12))
    return y
