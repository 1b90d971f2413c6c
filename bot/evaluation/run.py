"""One run: the messages go through the bot, the replies are judged, the report is written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import yaml

from bot.evaluation import baseline
from bot.evaluation.judge import Reply
from bot.evaluation.messages import LabelledMessage, read
from bot.evaluation.report import Report
from bot.evaluation.scores import Scored
from bot.settings import settings

MARGIN = 0.02

# Text and name of the conversation to reply.
Ask = Callable[[str, str], Awaitable[Reply]]


class RegressionError(Exception):
    """A measure fell by more than the margin.

    Attributes:
        summary: what the run would have returned.
    """

    def __init__(self, summary: str, falls: Sequence[baseline.Fall], margin: float) -> None:
        self.summary = summary
        said = (f"{f.name} fell from {100 * f.before.value:.1f}% to {100 * f.now.value:.1f}%" for f in falls)
        super().__init__(f"{'; '.join(said)}: more than the margin of {100 * margin:g} points")


def evaluate(
    files: Sequence[Path],
    report: Path,
    stock: bool = False,
    baseline_file: Path | None = None,
    margin: float = MARGIN,
    page: Path | None = None,
) -> str:
    """Score the bot on labelled messages, write the report and return its summary.

    Args:
        files: labelled messages, JSON lines.
        report: folder for `report.md`, its plots and `scores.json`; the last one there is compared with.
        stock: also train and score a stock Rasa pipeline, which takes long.
        baseline_file: `scores.json` of the run that must be matched.
        margin: by how much a measure may fall below the baseline's, from 0 to 1.
        page: a page to write without the messages, such as `docs/evaluation.md`.

    Raises:
        MessageError: a line can't be used.
        BaselineError: the baseline can't be used.
        RegressionError: a measure fell by more than the margin; the report is written all the same.
    """
    messages = read(files, group_ids())
    kept = baseline.load(baseline_file) if baseline_file else None
    # What can't be compared with is told before everything is asked.
    last = baseline.load(report / "scores.json") if (report / "scores.json").exists() else None
    stock_lines, lines, about = _replies(messages, stock)
    done = Report(
        lines=lines,
        stock=stock_lines,
        about={"messages": f"{len(messages)} in {', '.join(path.name for path in files)}", **about},
        thresholds=thresholds(),
        comparison=None if last is None else baseline.compare(lines, last),
    )
    done.write(report)
    if page:
        done.write_page(page)
    summary = f"{done.summary()}\nreport: {report / 'report.md'}"
    if kept is not None:
        check(lines, kept, margin, summary)
    return summary


def check(lines: Sequence[Scored], kept: baseline.Kept, margin: float, summary: str = "") -> None:
    """Compare with the baseline, over the messages of both.

    Raises:
        BaselineError: the two have no message in common.
        RegressionError: a measure fell by more than the margin.
    """
    compared = baseline.compare(lines, kept)
    if not compared.shared:
        raise baseline.BaselineError("the baseline has no message in common with these files; it was made from others")
    falls = compared.failures(margin)
    if falls:
        raise RegressionError(summary, falls, margin)


async def score(messages: Sequence[LabelledMessage], ask: Ask) -> list[Scored]:
    """Ask each message in a conversation of its own and judge the reply."""
    return [
        Scored.of(message, await ask(message.text, f"evaluation-{number}")) for number, message in enumerate(messages, start=1)
    ]


def group_ids() -> list[str]:
    """Ids of the groups that topics belong to."""
    content = yaml.safe_load((settings().knowledge / "groups.yml").read_text(encoding="utf-8"))
    return [group["id"] for group in content]


def thresholds() -> dict[str, float]:
    """The thresholds on the confidence that the bot uses."""
    from bot.nlu import decision

    return {"answer": decision.ANSWER_FROM, "in scope": decision.IN_SCOPE_FROM}


def _replies(messages: Sequence[LabelledMessage], stock: bool) -> tuple[list[Scored], list[Scored], dict[str, str]]:
    # Rasa is slow to import, and only this needs it.
    from bot.dialogue.agent import fitting_model, load
    from bot.dialogue.exchange import ask

    pipeline = None
    if stock:
        from bot.evaluation.stock import StockPipeline

        pipeline = StockPipeline.load()
    agent = load()

    async def ours(text: str, sender: str) -> Reply:
        return await ask(agent, text, sender)

    async def theirs(text: str, sender: str) -> Reply:
        assert pipeline is not None
        return await pipeline.ask(text)

    async def both() -> tuple[list[Scored], list[Scored]]:
        return (await score(messages, theirs) if pipeline else []), await score(messages, ours)

    stock_lines, lines = asyncio.run(both())
    return stock_lines, lines, {"model": fitting_model().name}
