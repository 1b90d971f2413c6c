"""Pictures: the drawing as dots, the same each time, whatever its words."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageColor

from bot.knowledge.drawing import BAR, INK, PAPER, WIDTH, Box, Drawing, Tone, Words
from bot.knowledge.picture import SCALE, painted


def picture(*items: Words | Box, height: float = 40) -> Image.Image:
    image = Image.open(io.BytesIO(painted(Drawing("t", "d", height, items), "Title", "Words")))
    image.load()
    return image


def dot(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    return tuple(image.convert("RGB").getpixel((int(x * SCALE), int(y * SCALE))))  # type: ignore[arg-type]


def test_it_is_as_large_as_its_drawing_and_tells_what_it_shows() -> None:
    image = picture(height=25)
    assert image.size == (WIDTH * SCALE, 25 * SCALE)
    assert image.text == {"Title": "Title", "Description": "Words"}  # type: ignore[attr-defined]
    assert image.convert("RGB").getcolors() == [(WIDTH * SCALE * 25 * SCALE, ImageColor.getrgb(PAPER))]


def test_boxes_stand_where_they_were_drawn() -> None:
    image = picture(Box(10, 5, 100, 10), Box(200, 20, 100, 10, Tone.HOLLOW))
    assert dot(image, 60, 10) == ImageColor.getrgb(BAR)
    assert dot(image, 250, 25) == ImageColor.getrgb(PAPER)
    assert dot(image, 201, 25) == ImageColor.getrgb(INK)
    for x, y in ((5, 10), (115, 10), (60, 20), (195, 25), (305, 25)):
        assert dot(image, x, y) == ImageColor.getrgb(PAPER)


def test_bold_words_take_more_ink() -> None:
    def ink(bold: bool) -> int:
        return sum(picture(Words(10, 30, "Magnesium", 16, bold)).convert("L").histogram()[:128])

    assert ink(True) > ink(False) > 0


@pytest.mark.parametrize(
    "text", ["$5 nuts and $6 seeds", "$x^2$", "50% & <b>", "crème brûlée", "", "a_b{c}", "kale 🥬", "菠菜"]
)
def test_any_words_are_painted(text: str) -> None:
    assert picture(Words(10, 30, text)).size[0] == WIDTH * SCALE


def test_several_may_be_asked_for_at_once() -> None:
    drawing = Drawing("t", "d", 40, (Words(10, 30, "Kale"), Box(10, 5, 100, 10)))
    with ThreadPoolExecutor(4) as pool:
        pictures = set(pool.map(lambda _: painted(drawing, "t", "d"), range(6)))
    assert len(pictures) == 1
