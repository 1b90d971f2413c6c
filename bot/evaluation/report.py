"""The report: `report.md` with its plots for people, `scores.json` for the next run, a table for the terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.evaluation import baseline, curve, plot, scores
from bot.evaluation.baseline import Change, Comparison
from bot.evaluation.messages import Label, Section
from bot.evaluation.scores import Measure, Scored, Share

# What the terminal shows; the report has every measure.
COMPACT = (
    "accuracy", "answered_or_offered", "false_refusals", "out_of_scope", "off_topic", "other_health", "near_miss",
    "smalltalk", "urgent", "boundaries", "urgent_alarms", "boundary_alarms", "adversarial", "errors",
)  # fmt: skip
# Ends the part of a page that a person wrote.
LINE = "<!-- Below this line: written by `rls evaluate --page docs/evaluation.md`. -->"
_SHOWN = 200
_RISKY = re.compile(r"[&|`<>\\*_~\[\]]")


@dataclass(frozen=True)
class Report:
    """One run of `rls evaluate`.

    Attributes:
        lines: the judged messages.
        stock: the same messages through a stock Rasa pipeline, if it was asked for.
        about: what was measured, such as the model's name.
        thresholds: the thresholds in use, by name.
        comparison: what changed since the last run.
    """

    lines: Sequence[Scored]
    stock: Sequence[Scored] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    comparison: Comparison | None = None

    @property
    def parts(self) -> dict[str, Sequence[Scored]]:
        """The columns: the reworded messages stand apart from those that people wrote."""
        columns: dict[str, Sequence[Scored]] = {
            "as written": scores.written(self.lines),
            "reworded": scores.reworded(self.lines),
            "all": self.lines,
        }
        if self.stock:
            columns["stock Rasa, all"] = self.stock
        return columns

    def write(self, folder: Path) -> None:
        """Write `report.md`, its plots and `scores.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._plot(folder)
        (folder / "report.md").write_text(self.markdown(), encoding="utf-8")
        content = json.dumps(self.as_dict(), indent=1, ensure_ascii=False) + "\n"
        (folder / "scores.json").write_text(content, encoding="utf-8")

    def write_page(self, page: Path) -> None:
        """Write the figures, without any message, to a page; what stands above its line stays.

        The plots go to a folder of the page's name.
        """
        plots = page.with_suffix("")
        plots.mkdir(parents=True, exist_ok=True)
        self._plot(plots)
        text = self.markdown(messages=False).replace("](", f"]({plots.name}/")
        head, line, _ = page.read_text(encoding="utf-8").partition(LINE) if page.exists() else ("", "", "")
        if line:
            text = f"{head}{line}\n\n{text.replace('# Evaluation', '## Figures', 1)}"
        page.write_text(text, encoding="utf-8")

    def summary(self) -> str:
        """A table for the terminal."""
        columns = self.parts
        rows = self._rows(columns)
        width = max((len(measure.title) for measure in rows), default=0)
        text = [" " * width + "".join(f"  {name:<26}" for name in columns)]
        for measure in rows:
            if measure.id in COMPACT:
                cells = (self._share(lines, measure.id) for lines in columns.values())
                text.append(f"{measure.title:<{width}}" + "".join(f"  {cell!s:<26}" for cell in cells))
        median, slow = scores.milliseconds(self.lines)
        text.append(f"{len(self.lines)} messages; a turn takes {median:.0f} ms (median), {slow:.0f} ms (95th percentile)")
        if self.comparison:
            text.append(f"since the last run: {self.comparison}")
        return "\n".join(line.rstrip() for line in text)

    def as_dict(self) -> dict[str, Any]:
        """What `scores.json` holds: figures and judgements, no sentence of a message."""
        content: dict[str, Any] = {
            "about": dict(self.about),
            "thresholds": dict(self.thresholds),
            "measures": {name: _figures(lines) for name, lines in self.parts.items()},
            "groups": _shares(scores.by_group(self.lines)),
            "origins": _shares(scores.by_origin(self.lines)),
            "files": _shares(scores.by_file(self.lines)),
            "auroc": _rounded(curve.auroc(self.lines)),
            "area_under_risk_coverage": _rounded(curve.area(curve.risk_coverage(self.lines))),
            "milliseconds": dict(zip(("median", "p95"), scores.milliseconds(self.lines), strict=True)),
            "lines": baseline.records(self.lines),
        }
        return content

    def markdown(self, messages: bool = True) -> str:
        """The report.

        Args:
            messages: whether the messages that went wrong are quoted; a page of the repository must not quote them.
        """
        parts = ["# Evaluation", _about(self.about), *self._figures(), *self._parts()]
        if messages:
            parts += ["## What went wrong", *_confusions(scores.confusions(self.lines))]
        else:
            parts += ["## What went wrong", _pairs(scores.confusions(self.lines))]
        if self.comparison:
            parts += _compared(self.comparison, messages)
        return "\n\n".join(part for part in parts if part) + "\n"

    def _plot(self, folder: Path) -> None:
        plot.risk_coverage(
            folder / "risk_coverage.svg", curve.risk_coverage(self.lines), curve.risk_coverage(self.lines, outside=True)
        )
        plot.scope(folder / "scope.svg", curve.cuts(self.lines), self.thresholds)
        plot.groups(folder / "groups.svg", scores.by_group(self.lines))

    def _figures(self) -> list[str]:
        columns = self.parts
        rows = [
            [measure.title, *(str(self._share(lines, measure.id)) for lines in columns.values())]
            for measure in self._rows(columns)
        ]
        median, slow = scores.milliseconds(self.lines)
        area, auroc = curve.area(curve.risk_coverage(self.lines)), curve.auroc(self.lines)
        return [
            "Shares with Wilson's 95% interval, then how many of how many. The reworded messages stand apart. "
            "Messages on the edge of our scope count only in their own row. "
            "A further label of a message is as right as its main label.",
            _table(["", *columns], rows),
            f"A turn takes {median:.1f} ms at the median, {slow:.1f} ms at the 95th percentile.",
            "## Confidence",
            f"AUROC of in scope against out of scope: {_number(auroc)}. Mean risk over all coverages: {_number(area)}. "
            "The confidence of a refusal counts the other way round; messages that a safety rule decided are left out.",
            "![Risk and coverage](risk_coverage.svg)",
            "![In and out of scope](scope.svg)",
            _table(["threshold in use", "value", "in scope below it", "out of scope below it"], self._thresholds()),
        ]

    def _thresholds(self) -> list[list[str]]:
        rows = []
        cuts = curve.cuts(self.lines)
        for name, value in self.thresholds.items():
            # Nothing lies between a threshold and the next confidence that occurs.
            cut = next((cut for cut in cuts if cut.threshold >= value), None)
            if cut:
                rows.append([name, f"{value:.2f}", f"{100 * cut.inside:.1f}%", f"{100 * cut.outside:.1f}%"])
        return rows

    def _parts(self) -> list[str]:
        return [
            "## By group",
            "![Accuracy by group](groups.svg)",
            self._breakdown("group", scores.by_group),
            "## By origin",
            self._breakdown("section and origin", scores.by_origin),
            "## By file",
            self._breakdown("file", scores.by_file),
        ]

    def _breakdown(self, title: str, split: Callable[[Sequence[Scored]], dict[str, Share]]) -> str:
        shares, theirs = split(self.lines), split(self.stock)
        head = [title, "right", *(["stock Rasa"] if self.stock else [])]
        rows = [
            [name, str(value), *([str(theirs[name]) if name in theirs else "–"] if self.stock else [])]
            for name, value in shares.items()
        ]
        return _table(head, rows)

    @staticmethod
    def _rows(columns: Mapping[str, Sequence[Scored]]) -> list[Measure]:
        return [measure for measure in scores.measures(columns["all"]) if measure.share.of]

    @staticmethod
    def _share(lines: Sequence[Scored], measure: str) -> Share:
        return next(item.share for item in scores.measures(lines) if item.id == measure)


def quoted(text: str) -> str:
    """A message for a Markdown table: on one line, shortened, without effect."""
    line = " ".join("".join(char if char.isprintable() or char.isspace() else "\ufffd" for char in text).split())
    short = line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
    return _RISKY.sub(lambda match: f"&#{ord(match.group())};", short) or "(empty)"


def _about(about: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in about.items())


def _confusions(lines: Sequence[Scored]) -> list[str]:
    text = []
    for section in Section:
        part = [line for line in lines if line.message.label.section is section]
        if part:
            text += [f"### {section.value}", _table(["label", "given", "outcome", "message"], [_row(x) for x in part])]
    return text or ["Nothing."]


def _row(line: Scored) -> list[str]:
    also = sorted({label.name for label in line.message.also})
    label = _name(line.message.label) + (f" (or {', '.join(also)})" if also else "")
    edge = " (edge of scope)" if line.message.borderline else ""
    what = line.verdict.given
    if line.reply.offered:
        what += f", offered {', '.join(line.reply.offered)}"
    return [label + edge, what, line.verdict.outcome.value, quoted(line.message.text)]


def _pairs(lines: Sequence[Scored]) -> str:
    """Labels and what was given, without the messages."""
    counts: dict[tuple[str, str, str], int] = {}
    for line in lines:
        pair = (_name(line.message.label), line.verdict.given, line.verdict.outcome.value)
        counts[pair] = counts.get(pair, 0) + 1
    rows = [[*pair, str(count)] for pair, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    return _table(["label", "given", "outcome", "messages"], rows) or "Nothing."


def _compared(comparison: Comparison, messages: bool) -> list[str]:
    rows = [[fall.name, str(fall.before), str(fall.now)] for fall in comparison.measures]
    text = [
        "## Since the last run",
        f"{comparison}.",
        _table(["", "before", "now"], rows),
    ]
    if messages:
        for title, changes in (("Better", comparison.better), ("Worse", comparison.worse)):
            if changes:
                head = ["label", "before", "now", "message"]
                text += [f"### {title}", _table(head, [_changed(change) for change in changes])]
    return text


def _changed(change: Change) -> list[str]:
    now = f"{change.line.verdict.outcome.value}: {change.line.verdict.given}"
    return [_name(change.line.message.label), change.before, now, quoted(change.line.message.text)]


def _name(label: Label) -> str:
    return label.name


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _figures(lines: Sequence[Scored]) -> dict[str, Any]:
    return {measure.id: measure.share.as_dict() for measure in scores.measures(lines)}


def _shares(shares: Mapping[str, Share]) -> dict[str, Any]:
    return {name: value.as_dict() for name, value in shares.items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
