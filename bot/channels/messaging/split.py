"""A long text in parts that an app takes, with the disclaimer whole and last."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# Where a text may be cut, the best place first: between paragraphs, lines, sentences, words.
_SEAMS = (re.compile(r"\n\n+"), re.compile(r"\n"), re.compile(r"(?<=[.!?:;])\s+"), re.compile(r"\s+"))
PARAGRAPH = "\n\n"


def split(body: str, ending: str, limit: int, size: Callable[[str], int] = len) -> list[str]:
    """The parts of a text, each within the limit.

    Args:
        body: what is said.
        ending: what must stand whole behind it, with at least its last words: the disclaimer.
        limit: the most that a part may measure.
        size: measures a text; the characters by default.

    Raises:
        ValueError: the ending alone is longer than the limit.
    """
    if size(ending) > limit:
        raise ValueError("the disclaimer does not fit into one message of this app")
    parts = _packed(body.strip(), limit, size)
    last = _joined(parts[-1], ending) if parts else ending
    if not ending or size(last) <= limit:
        return [*parts[:-1], last] if last else parts
    if size(PARAGRAPH + ending) >= limit:
        return [*parts, ending]
    # The last of the text goes with the disclaimer, so that it does not stand alone.
    *earlier, tail = parts
    pieces = list(_pieces(tail, limit - size(PARAGRAPH + ending), size, 0))
    for start in range(1, len(pieces)):
        end = _joined(_text(pieces[start:]), ending)
        if size(end) <= limit:
            return [*earlier, _text(pieces[:start]), end]
    return [*parts, ending]


def _text(pieces: list[tuple[str, str]]) -> str:
    return "".join(f"{joint}{piece}" for joint, piece in pieces).strip()


def _joined(text: str, ending: str) -> str:
    return PARAGRAPH.join(part for part in (text, ending) if part)


def _packed(text: str, limit: int, size: Callable[[str], int]) -> list[str]:
    """As few parts as the seams allow."""
    parts: list[str] = []
    held = ""
    for joint, piece in _pieces(text, limit, size, 0):
        longer = held + joint + piece if held else piece
        if held and size(longer) > limit:
            parts.append(held)
            longer = piece
        held = longer
    return [*parts, held] if held else parts


def _pieces(text: str, limit: int, size: Callable[[str], int], seam: int) -> Iterator[tuple[str, str]]:
    """Pieces within the limit, each with what stood before it."""
    if size(text) <= limit:
        yield "", text
        return
    if seam == len(_SEAMS):
        yield from _cut(text, limit, size)
        return
    joint, start = "", 0
    for match in [*_SEAMS[seam].finditer(text), None]:
        piece = text[start : match.start()] if match else text[start:]
        for number, (inner, smaller) in enumerate(_pieces(piece, limit, size, seam + 1)):
            yield (inner if number else joint), smaller
        if match:
            joint, start = match.group(), match.end()


def _cut(text: str, limit: int, size: Callable[[str], int]) -> Iterator[tuple[str, str]]:
    """A word without an end, by force."""
    held = ""
    for letter in text:
        if held and size(held + letter) > limit:
            yield "", held
            held = ""
        held += letter
    yield "", held
