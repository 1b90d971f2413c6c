"""Charts: what they show, their numbers as text, and that anybody can read them."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import pytest

from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.chart import (
    ADVISED_AGAINST,
    AGAINST,
    MAGNESIUM,
    NOT_ONE_TREATMENT,
    STEPS,
    TREATMENT_GROUPS,
    Chart,
    evidence_chart,
    foods_chart,
    total_chart,
    treatments,
)
from bot.knowledge.drawing import BAR, DARK_INK, DARK_PAPER, INK, PAPER, WIDTH, Box, Drawing, Tone, Words
from bot.knowledge.foods import FoodAmount, Foods, Total
from bot.knowledge.picture import SCALE, painted, png
from bot.knowledge.topic import Grade
from bot.settings import ROOT

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return read(ROOT / "knowledge")


@pytest.fixture(scope="module")
def foods() -> Foods:
    return Foods.load(ROOT / "knowledge" / "foods")


@pytest.fixture(scope="module")
def charts(base: KnowledgeBase, foods: Foods) -> dict[str, Chart]:
    day = foods.total([food("oats", 63), food("banana", 32), food("almonds", 76)])
    return {"foods": foods_chart(foods.rank()), "total": total_chart(day), "evidence": evidence_chart(base)}


def food(name: str, mg: float, **changes: object) -> FoodAmount:
    values = {"fdc_id": 1, "description": name, "name": name, "state": "", "mg_per_100g": mg, "portion": "1 cup (100 g)",
              "grams": 100.0, "mg": mg, **changes}  # fmt: skip
    return FoodAmount(**values)  # type: ignore[arg-type]


def boxes(chart: Chart) -> list[Box]:
    return [item for item in chart.drawing.items if isinstance(item, Box)]


def written(chart: Chart) -> list[str]:
    return [item.text for item in chart.drawing.items if isinstance(item, Words)]


def test_foods_are_drawn_in_order_with_their_values() -> None:
    chart = foods_chart([food("almonds", 76.4, state="roasted"), food("cocoa", 0.46)])
    assert chart.rows == [("Almonds, roasted, 1 cup (100 g)", 76.4, "76 mg"), ("Cocoa, 1 cup (100 g)", 0.46, "0.5 mg")]
    assert [text for text in written(chart) if text.endswith("mg")] == ["76 mg", "0.5 mg"]
    assert chart.text == (
        "Magnesium in a usual portion:\n- Almonds, roasted, 1 cup (100 g): 76 mg\n- Cocoa, 1 cup (100 g): 0.5 mg"
    )


def test_bars_are_as_long_as_their_values() -> None:
    half, whole = boxes(foods_chart([food("a", 50), food("b", 100)]))
    assert half.width == pytest.approx(whole.width / 2, abs=0.1)


def test_nothing_in_a_food_is_still_a_bar() -> None:
    chart = foods_chart([food("water", 0)])
    assert chart.rows[0][2] == "0 mg"
    assert boxes(chart)[0].width > 0


def test_a_long_name_is_broken_and_not_cut() -> None:
    name = "a rice and lentil dish with spinach, chickpeas, tomatoes and pumpkin seeds"
    chart = foods_chart([food(name, 90)])
    assert name[1:] in " ".join(written(chart))
    assert max(len(line) for line in written(chart)) <= 44


def test_a_total_stands_beside_the_need() -> None:
    chart = total_chart(Total(200.0, (food("oats", 120), food("nuts", 80)), True))
    assert [row[2] for row in chart.rows] == ["120 mg", "80 mg", "200 mg", "320 mg", "420 mg"]
    assert chart.notes == ("That is 62% of the need of most women and 48% of that of most men.",)
    assert [box.tone for box in boxes(chart)] == [Tone.FULL] * 3 + [Tone.HOLLOW] * 2


def test_one_food_needs_no_sum() -> None:
    labels = [bar.label for bar in total_chart(Total(120.0, (food("oats", 120),), True)).bars]
    assert labels == ["Oats, 1 cup (100 g)", "Daily need of most women", "Daily need of most men"]


def test_a_total_above_the_need_fits_on_the_paper() -> None:
    chart = total_chart(Total(2000.0, (food("seeds", 1500), food("bran", 500)), True))
    assert all(box.x + box.width < WIDTH - 60 for box in boxes(chart))


@pytest.mark.parametrize("draw", [lambda: foods_chart([]), lambda: total_chart(Total(0.0, (), True))])
def test_a_chart_of_nothing_is_refused(draw: object) -> None:
    with pytest.raises(ValueError, match="chart"):
        draw()  # type: ignore[operator]


def test_treatments_come_by_grade(base: KnowledgeBase) -> None:
    chart = evidence_chart(base)
    values = [value for _, value, _ in chart.rows]
    assert values == sorted(values, reverse=True)
    assert ("Magnesium", STEPS[Grade.MIXED], "mixed") in chart.rows
    assert len(boxes(chart)) == len(chart.rows) * len(Grade)
    assert sum(box.tone is Tone.FULL for box in boxes(chart)) == sum(values)


def test_every_topic_of_the_treatment_groups_is_drawn_or_left_out_by_name(base: KnowledgeBase) -> None:
    there = {topic.id for topic in base.topics.values() if topic.group in TREATMENT_GROUPS}
    assert there >= NOT_ONE_TREATMENT
    assert {topic.id for topic in treatments(base)} == there - NOT_ONE_TREATMENT | {MAGNESIUM}


def test_what_the_guideline_is_against_is_marked(base: KnowledgeBase) -> None:
    for topic, fact in ADVISED_AGAINST.items():
        assert fact in base.topics[topic].facts
        text = f"{base.topics[topic].text} {base.topics[topic].detail_text}"
        assert re.search(r"against|no longer|not advised", text)
    chart = evidence_chart(base)
    assert sum(bar.label.endswith("*") for bar in chart.bars) == len(ADVISED_AGAINST)
    assert AGAINST in chart.notes
    assert AGAINST not in evidence_chart(base, ("devices_tms",)).notes


def test_a_chart_may_be_of_one_group(base: KnowledgeBase) -> None:
    labels = [bar.label for bar in evidence_chart(base, ("devices_tms",)).bars]
    assert labels == ["Nerve stimulation", "Compression", "Magnesium", "TMS", "Vibration and light"]


def test_no_treatment_is_no_chart(base: KnowledgeBase) -> None:
    topics = {key: topic for key, topic in base.topics.items() if key != MAGNESIUM}
    with pytest.raises(ValueError, match="no treatment"):
        evidence_chart(KnowledgeBase(base.groups, topics, base.sources, base.facts), ())


def test_it_can_be_heard(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        for text in (chart.svg, chart.inline):
            svg = ElementTree.fromstring(text)
            title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
            assert svg.get("role") == "img"
            assert title is not None
            assert description is not None
            assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
            assert title.text == chart.title
            for label, _, shown in chart.rows:
                assert label in str(description.text)
                assert shown.casefold() in str(description.text).casefold()


def test_its_numbers_are_text_and_a_table(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        table = chart.table
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
        for label, _, shown in chart.rows:
            assert f"- {label}: {shown}" in chart.text
        assert chart.lookup == {"chart": chart.svg, "alt": chart.alt, "table": table}


def test_it_brings_nothing_from_elsewhere_and_runs_nothing(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        for text in (chart.svg, chart.inline):
            assert not re.search(r"<script|href|url\(|@import|\son\w+=|\sstyle=", text)
        # A page's strict policy would refuse a style element.
        assert "<style" not in chart.inline


def test_markup_in_a_name_is_only_a_name() -> None:
    chart = foods_chart([food('<script>alert("1")</script> & co', 1)])
    assert "<script" not in chart.svg
    assert "&amp; co" in chart.svg
    ElementTree.fromstring(chart.svg)


def test_a_drawing_is_read_back_from_its_image(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        assert painted(Drawing.read(chart.svg), chart.title, chart.alt) == png(chart)
    assert Drawing.read(foods_chart([food("a & <b>", 1)]).svg).items == foods_chart([food("a & <b>", 1)]).drawing.items


@pytest.mark.parametrize(
    "image",
    ["", "<svg", "<svg/>", '<svg xmlns="http://www.w3.org/2000/svg" height="1"><text x="1"/></svg>', '<svg height="soup"/>'],
)
def test_an_image_of_others_is_not_read(image: str) -> None:
    with pytest.raises(ValueError, match=r"drawing|could not convert"):
        Drawing.read(image)


def test_ids_are_told_apart_by_a_key() -> None:
    foods = [food("a", 1)]
    assert foods_chart(foods).svg == foods_chart(foods).svg
    assert foods_chart(foods, key="2").svg != foods_chart(foods).svg


def test_nothing_stands_outside_the_paper(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        for item in chart.drawing.items:
            if isinstance(item, Words):
                # The widest of the usual system fonts needs this much of its size for a letter.
                wide = 0.62 if item.bold else 0.58
                assert item.x + len(item.text) * item.size * wide <= WIDTH + 4, item
            else:
                assert item.x + item.width <= WIDTH
            assert 0 < item.y < chart.drawing.height


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_its_colours_can_be_told_apart_in_light_and_dark() -> None:
    assert contrast(INK, PAPER) >= 7
    assert contrast(DARK_INK, DARK_PAPER) >= 7
    assert contrast(BAR, PAPER) >= 3
    assert contrast(BAR, DARK_PAPER) >= 3


def test_the_picture_is_png_of_a_phones_width(charts: dict[str, Chart]) -> None:
    from PIL import Image

    for chart in charts.values():
        picture = png(chart)
        assert picture == png(chart)
        with Image.open(io.BytesIO(picture)) as image:
            assert image.format == "PNG"
            assert image.size[0] == WIDTH * SCALE
            assert image.text["Description"] == chart.alt  # type: ignore[attr-defined]


def test_a_price_is_no_formula() -> None:
    assert png(foods_chart([food("$5 nuts and $6 seeds", 3)])).startswith(b"\x89PNG")
