"""A drawing of words and boxes, and how it is written as SVG that everybody can read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from xml.etree import ElementTree
from xml.sax.saxutils import escape

WIDTH = 360
# Both tones have a contrast of 3 or more against the light and the dark paper. A page may set its own.
PAPER, INK, BAR = "#ffffff", "#1b1f24", "#4a86b8"
DARK_PAPER, DARK_INK = "#14181d", "#e8ecf0"


class Tone(str, Enum):
    """How a box is filled; the second one can be told from the first without colours."""

    FULL = "full"
    HOLLOW = "hollow"


@dataclass(frozen=True)
class Words:
    """A line of text; `y` is the line that it stands on."""

    x: float
    y: float
    text: str
    size: float = 14
    bold: bool = False

    def svg(self) -> str:
        weight = ' font-weight="700"' if self.bold else ""
        return f'<text x="{self.x:g}" y="{self.y:g}" font-size="{self.size:g}"{weight}>{escape(self.text)}</text>'


@dataclass(frozen=True)
class Box:
    """A bar or a part of one."""

    x: float
    y: float
    width: float
    height: float
    tone: Tone = Tone.FULL

    def svg(self) -> str:
        if self.tone is Tone.FULL:
            place = (self.x, self.y, self.width, self.height)
            fill = f'fill="var(--rls-chart-bar, {BAR})"'
        else:
            # The line lies inside the box, so that both tones end at the same place.
            place = (self.x + 0.75, self.y + 0.75, self.width - 1.5, self.height - 1.5)
            fill = 'fill="none" stroke="currentColor" stroke-width="1.5"'
        x, y, width, height = place
        return f'<rect x="{x:g}" y="{y:g}" width="{max(width, 0):g}" height="{height:g}" rx="2" {fill}/>'


@dataclass(frozen=True)
class Drawing:
    """What is drawn, and the same in words: a short `title` and a `description` that stands for the picture."""

    title: str
    description: str
    height: float
    items: tuple[Words | Box, ...]

    @classmethod
    def read(cls, svg: str) -> Drawing:
        """The drawing that was written as an image of its own.

        Raises:
            ValueError: it is not of our making.
        """
        try:
            root = ElementTree.fromstring(svg)
            title, description = (root.findtext(f"{_SVG}{part}") or "" for part in ("title", "desc"))
            # The first box is the paper.
            items = tuple(_item(element) for element in root if element.tag in _DRAWN)[1:]
            return cls(title, description, float(root.attrib["height"]), items)
        except (ElementTree.ParseError, KeyError, ValueError) as error:
            raise ValueError(f"not a drawing of ours: {error}") from None

    def svg(self, key: str = "", inline: bool = False) -> str:
        """The drawing as SVG, without scripts, style attributes or anything from elsewhere.

        Args:
            key: tells the ids of two equal drawings on one page apart.
            inline: for use inside a page: takes the page's ink and stands on the page's paper. Otherwise it is an image
                that brings both, light or dark as the reader's screen is.
        """
        name = "rls-" + hashlib.sha256(f"{self.title}\n{self.description}\n{key}".encode()).hexdigest()[:10]
        open_tag = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="rls-chart" viewBox="0 0 {WIDTH} {self.height:g}" '
            f'width="{WIDTH}" height="{self.height:g}" role="img" aria-labelledby="{name}-t {name}-d" '
            f'font-family="system-ui, sans-serif" fill="currentColor"'
        )
        words = f'<title id="{name}-t">{escape(self.title)}</title><desc id="{name}-d">{escape(self.description)}</desc>'
        paper = ""
        if not inline:
            open_tag += f' color="{INK}"'
            # An image does not know the page's colours, only whether the reader's screen is dark.
            paper = (
                f"<style>@media (prefers-color-scheme: dark) {{ .rls-chart {{ color: {DARK_INK}; "
                f"--rls-chart-paper: {DARK_PAPER}; }} }}</style>"
                f'<rect width="{WIDTH}" height="{self.height:g}" fill="var(--rls-chart-paper, {PAPER})"/>'
            )
        return f"{open_tag}>{words}{paper}{''.join(item.svg() for item in self.items)}</svg>"


_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = (f"{_SVG}text", f"{_SVG}rect")


def _item(element: ElementTree.Element) -> Words | Box:
    given = element.attrib
    x, y = float(given.get("x", 0)), float(given.get("y", 0))
    if element.tag == f"{_SVG}text":
        return Words(x, y, element.text or "", float(given["font-size"]), "font-weight" in given)
    width, height = float(given["width"]), float(given["height"])
    if "stroke" not in given:
        return Box(x, y, width, height)
    return Box(x - 0.75, y - 0.75, width + 1.5, height + 1.5, Tone.HOLLOW)
