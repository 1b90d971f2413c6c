"""The figures of a run as a table of ratios, a page and a plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.stock import ALL_EPOCHS
from bot.evaluation.stock import EPOCHS

PLOT = "benchmarks.png"
MISSING = "–"

ALL_TRAINING = f"training, stock Rasa's with all {ALL_EPOCHS} epochs (reckoned)"
LATE = "the last turn in multiples of turn 5"
FLOOR = "p50 in multiples of the encoder alone"
# What the project wants of each figure, as a bound on ours in multiples of stock Rasa's.
WANTED = {
    "messages a second, 16 clients": ("at least 5×", lambda ratio: ratio >= 5),
    "p95, 16 clients": ("at most 0.25×", lambda ratio: ratio <= 0.25),
    "training": ("at most 0.1×", lambda ratio: ratio <= 0.1),
    ALL_TRAINING: ("at most 0.1×", lambda ratio: ratio <= 0.1),
    "memory": ("at most 0.6×", lambda ratio: ratio <= 0.6),
}
# And of ours alone.
WANTED_OF_OURS = {
    LATE: ("ours at most 1.2", lambda mine: mine <= 1.2),
    FLOOR: ("ours at most 3", lambda mine: mine <= 3),
}


def lines(result: dict[str, Any]) -> list[tuple[str, str, str, str, str, str]]:
    """A row for each figure: what it is, ours, ours with two workers, stock, ratio, what is wanted and whether it is met."""
    rows = result["rows"]
    ours, two, theirs = rows["ours"], rows.get("ours, 2 workers"), rows["stock"]
    found = []

    def add(name: str, mine: float | None, more: float | None, other: float | None, unit: str, digits: int = 0) -> None:
        best = more if more is not None and name.startswith("messages") else mine
        ratio = best / other if best is not None and other else None
        wanted = ""
        if name in WANTED and ratio is not None:
            words, met = WANTED[name]
            wanted = f"{words}: {'met' if met(ratio) else 'missed'}"
        if name in WANTED_OF_OURS and mine is not None:
            words, met = WANTED_OF_OURS[name]
            wanted = f"{words}: {'met' if met(mine) else 'missed'}"

        def shown(value: float | None) -> str:
            return MISSING if value is None else f"{value:,.{digits}f}{unit}"

        found.append((name, shown(mine), shown(more), shown(other), MISSING if ratio is None else f"{ratio:.2f}×", wanted))

    def figure(row: dict[str, Any] | None, clients: int, name: str) -> float | None:
        if row is None:
            return None
        return float(row["clients"][str(clients)][name])

    def processor(row: dict[str, Any] | None) -> float | None:
        return None if row is None else sum(row["clients"]["16"]["processor"].values())

    for clients in (1, 16, 64):
        named = f"{clients} client{'s' if clients > 1 else ''}"
        add(f"messages a second, {named}", *(figure(row, clients, "per_second") for row in (ours, two, theirs)), "", 1)
        for quantile in ("p50", "p95", "p99"):
            add(f"{quantile}, {named}", *(figure(row, clients, quantile) for row in (ours, two, theirs)), " ms")
    turns = result["turns"]
    add("turn 5", ours["early"], None, theirs["early"], " ms")
    add(f"turn {turns}", ours["late"], None, theirs["late"], " ms")
    add(LATE, ours["late"] / ours["early"], None, theirs["late"] / theirs["early"], "", 2)
    add("start", ours["start"], two and two["start"], theirs["start"], " s", 1)
    add("training", ours["training"]["seconds"], None, theirs["training"]["seconds"], " s")
    more = (ALL_EPOCHS - result["epochs"]) * theirs["training"]["epoch"]
    add(ALL_TRAINING, ours["training"]["seconds"], None, theirs["training"]["seconds"] + more, " s")
    add("processor time of training", ours["training"]["processor"], None, theirs["training"]["processor"], " s")
    add("memory", ours["memory"], two and two["memory"], theirs["memory"], " MB")
    add("processor time of a message, 16 clients", *(processor(row) for row in (ours, two, theirs)), " ms")
    floor = result["floor"]
    p50 = {name: figure(row, 1, "p50") for name, row in (("ours", ours), ("two", two), ("stock", theirs))}
    multiple = {name: None if value is None else value / floor for name, value in p50.items()}
    add(FLOOR, multiple["ours"], multiple["two"], multiple["stock"], "", 1)
    return found


def table(result: dict[str, Any]) -> str:
    """The table in Markdown."""
    head = "| | ours | ours, 2 workers | stock Rasa | ours / stock | wanted |\n| --- | ---: | ---: | ---: | ---: | --- |\n"
    return head + "\n".join(f"| {' | '.join(row)} |" for row in lines(result))


def write(result: dict[str, Any], path: Path) -> None:
    """Write the page and its plot beside it."""
    share = f"about {result['examples']} examples of each intent" if result["examples"] else "the same examples"
    loads = ", ".join(f"{row['load']:.1f} ({name})" for name, row in result["rows"].items() if row)
    path.write_text(
        f"""# Benchmarks

Written by `make bench` on {result["at"]}: {result["cores"]} cores, on which the clients run too. Both bots answer the same
messages over the same REST channel with an SQL tracker store. Stock Rasa is what `rasa init` sets up, trained on {share}
with {result["epochs"]} of its {ALL_EPOCHS} epochs, one custom action over HTTP; what all of them would take is reckoned from
the time of one. The encoder alone takes {result["floor"]:.1f} ms a message: that is the floor; where the rest of a turn goes is
told in [docs/scaling.md](scaling.md). Before the measurements the machine's load was {loads}; above 2, others' work made
all waits longer, and the processor times are what can be compared.

{table(result)}

"ours" is one process with SQLite; "2 workers" is `rls serve --workers 2` with PostgreSQL and Redis, whose processor time is
counted and whose memory is not. Where it is there, the ratio of messages a second is that of two workers: stock Rasa too is
two processes, the bot and its action server.

![Milliseconds of each turn of one conversation](images/{PLOT})

## Accuracy

{result["accuracy"]}

Our messages are those of `tests/data`, which were never examples; judged as [docs/evaluation.md](evaluation.md) says, which has
the figures of a stock pipeline that was trained for {EPOCHS} epochs.
""",
        encoding="utf-8",
    )
    _plot(result, path.parent / "images" / PLOT)


def _plot(result: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3.5))
    for name, colour in (("stock", "#9a6a1c"), ("ours", "#1b5a86")):
        waits = result["rows"][name]["waits"]
        step = result["turns"] / len(waits)
        axes.plot([number * step for number in range(len(waits))], waits, label=name, color=colour)
    axes.set_xlabel("turn of one conversation")
    axes.set_ylabel("milliseconds")
    axes.set_yscale("log")
    axes.legend(frameon=False)
    figure.tight_layout()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)
