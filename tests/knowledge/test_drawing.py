"""Drawings: what is written as an image is read back, and is only what was drawn."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.drawing import DARK_PAPER, PAPER, WIDTH, Box, Drawing, Tone, Words

SVG = "{http://www.w3.org/2000/svg}"
# What XML can carry.
TEXT = st.text(alphabet=st.characters(min_codepoint=32, blacklist_categories=("Cs", "Cn", "Cc")), max_size=20)
PLACE = st.integers(-50, 4000).map(lambda place: place / 4)
LENGTH = st.integers(8, 1400).map(lambda length: length / 4)
ITEMS = st.one_of(
    st.builds(Words, PLACE, PLACE, TEXT, st.sampled_from([12, 13, 16]), st.booleans()),
    st.builds(Box, PLACE, PLACE, LENGTH, LENGTH, st.sampled_from(Tone)),
)


@given(st.builds(Drawing, TEXT, TEXT, LENGTH, st.lists(ITEMS, max_size=6).map(tuple)))
def test_what_was_drawn_is_read_back(drawing: Drawing) -> None:
    assert Drawing.read(drawing.svg()) == drawing


@given(TEXT, TEXT)
def test_no_text_becomes_markup(title: str, text: str) -> None:
    drawing = Drawing(title, text, 10, (Words(0, 0, text),))
    for image in (drawing.svg(), drawing.svg(inline=True)):
        root = ElementTree.fromstring(image)
        assert {element.tag for element in root} <= {f"{SVG}{tag}" for tag in ("title", "desc", "style", "rect", "text")}
        assert root.findtext(f"{SVG}text") == text


def test_both_tones_cover_the_same_place() -> None:
    full, hollow = (ElementTree.fromstring(Box(10, 20, 30, 16, tone).svg()).attrib for tone in Tone)
    half = float(hollow["stroke-width"]) / 2
    for place in ("x", "y"):
        assert float(hollow[place]) - half == float(full[place])
    for length in ("width", "height"):
        assert float(hollow[length]) + 2 * half == float(full[length])


@pytest.mark.parametrize("tone", list(Tone))
@pytest.mark.parametrize("width", [-5, 0, 1])
def test_a_box_is_never_of_less_than_no_width(tone: Tone, width: float) -> None:
    assert float(ElementTree.fromstring(Box(0, 0, width, 16, tone).svg()).attrib["width"]) >= 0


def test_an_image_brings_its_paper_and_a_part_of_a_page_does_not() -> None:
    drawing = Drawing("t", "d", 40, ())
    image, part = ElementTree.fromstring(drawing.svg()), ElementTree.fromstring(drawing.svg(inline=True))
    paper = image.find(f"{SVG}rect")
    assert paper is not None
    assert (paper.get("width"), paper.get("height")) == (str(WIDTH), "40")
    assert PAPER in str(paper.get("fill"))
    assert DARK_PAPER in str(image.findtext(f"{SVG}style"))
    assert part.find(f"{SVG}rect") is None
    assert part.get("color") is None
    for root in (image, part):
        assert root.get("viewBox") == f"0 0 {WIDTH} 40"


def test_two_drawings_on_a_page_have_ids_of_their_own() -> None:
    def ids(drawing: Drawing, key: str = "") -> set[str]:
        return {str(element.get("id")) for element in ElementTree.fromstring(drawing.svg(key)) if element.get("id")}

    one = Drawing("t", "d", 40, ())
    assert len(ids(one)) == 2
    for other in (Drawing("t2", "d", 40, ()), Drawing("t", "d2", 40, ())):
        assert not ids(one) & ids(other)
    assert not ids(one) & ids(one, "second")


@pytest.mark.parametrize(
    "image",
    [
        "no image",
        "<svg><title>t</title></svg>",
        '<svg xmlns="http://www.w3.org/2000/svg" height="9"><rect width="9"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" height="9"><text font-size="big">a</text></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" height="9"><rect x="a" width="9" height="9"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" height="9"/> and more',
    ],
)
def test_an_image_that_is_not_ours_is_refused_in_our_words(image: str) -> None:
    with pytest.raises(ValueError, match="not a drawing of ours"):
        Drawing.read(image)
