"""The report's plots, as SVG."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.evaluation.curve import Cut, Point
from bot.evaluation.scores import Share

if TYPE_CHECKING:
    from matplotlib.axes import Axes  # type: ignore[import-untyped]

OURS, THEIRS, MARK = "#0b5d74", "#b3541e", "#555555"

# Fixed, so that equal figures give equal files.
_SETTINGS = {"svg.hashsalt": "rls-guide", "svg.fonttype": "path", "font.size": 9, "axes.spines.top": False,
             "axes.spines.right": False}  # fmt: skip


def risk_coverage(path: Path, inside: Sequence[Point], everything: Sequence[Point]) -> None:
    """Risk against coverage, for the in-scope messages and together with the out-of-scope ones."""

    def draw(axes: Axes) -> None:
        for points, label, colour in ((inside, "in scope", OURS), (everything, "with out of scope", THEIRS)):
            if points:
                axes.plot([p.coverage for p in points], [p.risk for p in points], color=colour, label=label)
        axes.set(xlabel="share of messages answered", ylabel="share of wrong answers", xlim=(0, 1), ylim=(0, None))
        axes.set_title("Risk and coverage")
        if inside or everything:
            axes.legend(frameon=False)

    _save(path, draw)


def scope(path: Path, cuts: Sequence[Cut], thresholds: Mapping[str, float]) -> None:
    """What each confidence threshold would refuse, with the thresholds in use."""

    def draw(axes: Axes) -> None:
        for values, label, colour in (
            ([cut.inside for cut in cuts], "in scope (false refusals)", OURS),
            ([cut.outside for cut in cuts], "out of scope (refused)", THEIRS),
        ):
            if values:
                axes.step([cut.threshold for cut in cuts], values, where="pre", color=colour, label=label)
        for name, value in thresholds.items():
            axes.axvline(value, color=MARK, linestyle="--", linewidth=1)
            axes.text(value, 1.01, f"{name} {value:.2f}", color=MARK, fontsize=7, rotation=20, ha="left", va="bottom")
        axes.set(xlabel="threshold on the confidence", ylabel="share below it", xlim=(0, 1), ylim=(0, 1))
        axes.set_title("In and out of scope", pad=24 if thresholds else 6)
        if cuts:
            axes.legend(frameon=False, loc="lower right")

    _save(path, draw)


def groups(path: Path, shares: Mapping[str, Share]) -> None:
    """Accuracy of each group with its interval, the number of messages beside the name."""

    def draw(axes: Axes) -> None:
        names = sorted(shares, key=lambda name: (shares[name].value, name))
        values = [shares[name].value for name in names]
        low = [shares[name].value - shares[name].interval[0] for name in names]
        high = [shares[name].interval[1] - shares[name].value for name in names]
        axes.barh(range(len(names)), values, color=OURS, height=0.6)
        axes.errorbar(values, range(len(names)), xerr=[low, high], fmt="none", ecolor=MARK, elinewidth=1)
        axes.set_yticks(range(len(names)))
        axes.set_yticklabels([f"{name} ({shares[name].of})" for name in names])
        axes.set(xlabel="right topic first", xlim=(0, 1), ylim=(-0.6, max(len(names), 1) - 0.4))
        axes.set_title("Accuracy by group")

    _save(path, draw, height=max(2.5, 0.2 * len(shares) + 1))


def _save(path: Path, draw: Callable[[Axes], None], height: float = 4) -> None:
    with warnings.catch_warnings():
        # Rasa's matplotlib is older than the parser it uses, and says so at each import.
        warnings.simplefilter("ignore", DeprecationWarning)
        # Only loaded where something is drawn.
        from matplotlib import rc_context  # type: ignore[import-untyped]
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # type: ignore[import-untyped]
        from matplotlib.figure import Figure  # type: ignore[import-untyped]

        with rc_context(_SETTINGS):
            figure = Figure(figsize=(6.5, height))
            FigureCanvasAgg(figure)
            draw(figure.add_subplot())
            figure.savefig(path, format="svg", bbox_inches="tight", metadata={"Date": None})
