"""A chart as a PNG picture, for messaging apps."""

from __future__ import annotations

import io
import threading
import warnings

from bot.knowledge.chart import Chart
from bot.knowledge.drawing import BAR, INK, PAPER, WIDTH, Box, Drawing, Tone, Words

# Dots for each unit of the drawing: 1,080 dots across, what a phone shows sharp.
SCALE = 3
# The letters of matplotlib's own font are wider than those of a phone's.
_FONT = 0.88
# The library that paints is not made for more than one at a time.
_PAINTING = threading.Lock()


def png(chart: Chart) -> bytes:
    """The chart as a PNG file; equal charts give equal bytes."""
    return painted(chart.drawing, chart.title, chart.alt)


def painted(drawing: Drawing, title: str, alt: str) -> bytes:
    """A drawing as a PNG file that tells what it shows."""
    with _PAINTING, warnings.catch_warnings():
        # This matplotlib is older than the parser it uses, and says so at each import.
        warnings.simplefilter("ignore", DeprecationWarning)
        # A sign that the font lacks is painted as an empty box.
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        # Takes half a second to load, and most conversations need none.
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # type: ignore[import-untyped]
        from matplotlib.figure import Figure  # type: ignore[import-untyped]
        from matplotlib.patches import Rectangle  # type: ignore[import-untyped]

        height = drawing.height
        # A unit of the drawing is a point.
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72 * SCALE, facecolor=PAPER)
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(height, 0))
        axes.axis("off")
        for item in drawing.items:
            if isinstance(item, Words):
                # "$" would start a formula.
                axes.text(item.x, item.y, item.text.replace("$", r"\$"), fontsize=item.size * _FONT, color=INK,
                          weight="bold" if item.bold else "normal", va="baseline", family="DejaVu Sans")  # fmt: skip
            else:
                axes.add_patch(_patch(item, Rectangle))
        target = io.BytesIO()
        canvas.print_png(target, metadata={"Software": None, "Title": title, "Description": alt})
    return target.getvalue()


def _patch(box: Box, rectangle: type) -> object:
    if box.tone is Tone.FULL:
        return rectangle((box.x, box.y), box.width, box.height, facecolor=BAR, linewidth=0)
    return rectangle(
        (box.x + 0.75, box.y + 0.75), max(box.width - 1.5, 0), box.height - 1.5, fill=False, edgecolor=INK, linewidth=1.5
    )
