"""Charts of figures, as SVG that needs no script; each stands beside its table."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from bot.knowledge.drawing import WIDTH, Box, Drawing, Tone, Words

_HEIGHT, _BASE, _TOP = 190, 160, 40
_LEFT, _RIGHT = 8, WIDTH - 8
_LETTERS = 46


def columns(title: str, labels: Sequence[str], values: Sequence[float | None], unit: str = "",
            above: Sequence[float | None] = ()) -> Drawing:  # fmt: skip
    """A column for each label.

    Args:
        title: what it shows.
        labels: what each column is about; the first and the last are written.
        values: their heights; None draws nothing.
        unit: written after a value.
        above: a second value for each column, hollow and behind the first.
    """
    most = max([value or 0 for value in (*values, *above)] or [0])
    items: list[Words | Box] = [Words(_LEFT, 20, title, 15, bold=True)]
    step = (_RIGHT - _LEFT) / max(1, len(labels))
    width = max(1.0, round(step * 0.72, 2))
    for place, label in enumerate(labels):
        x = round(_LEFT + place * step + (step - width) / 2, 2)
        for tone, series in ((Tone.HOLLOW, above), (Tone.FULL, values)):
            value = series[place] if place < len(series) else None
            if value and most:
                height = round(max(1.5, value / most * (_BASE - _TOP)), 2)
                items.append(Box(x, round(_BASE - height, 2), width, height, tone))
        if place in (0, len(labels) - 1):
            at = _LEFT if place == 0 else _RIGHT - 68
            items.append(Words(at, _BASE + 18, label, 12))
    items.append(Words(_LEFT, 36, f"Highest: {shown(most)}{unit}", 12))
    description = (
        f"From {labels[0]} to {labels[-1]}; highest {shown(most)}{unit}. The table holds every number." if labels else ""
    )
    return Drawing(title, description, _HEIGHT, tuple(items))


def bars(title: str, rows: Sequence[tuple[str, float]], unit: str = "", most_rows: int = 10) -> Drawing:
    """A bar for each row, as they are given; only the first ones of many."""
    rows = rows[:most_rows]
    most = max([value for _, value in rows] or [0])
    items: list[Words | Box] = [Words(_LEFT, 20, title, 15, bold=True)]
    y = 28.0
    for label, value in rows:
        items.append(Words(_LEFT, y + 14, textwrap.shorten(label, _LETTERS, placeholder=" …"), 13))
        width = round(max(2.0, value / most * (WIDTH - 90)), 1) if most else 2.0
        items.append(Box(_LEFT, y + 19, width, 12))
        items.append(Words(_LEFT + width + 6, y + 30, f"{shown(value)}{unit}", 13, bold=True))
        y += 37
    said = "; ".join(f"{label}: {shown(value)}{unit}" for label, value in rows)
    return Drawing(title, f"{said}.", y + 8, tuple(items))


def shown(value: float) -> str:
    """A number as it is written beside a chart."""
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.1f}"
