"""Links that hold a chart: good for a while, made by nobody else, and of our own drawings only."""

from __future__ import annotations

import asyncio
import base64
import random
import string
import time
import zlib

import httpx
import pytest
from cryptography.fernet import Fernet

from bot.channels.messaging.chart_link import LIFETIME, LONGEST_LINK, PATH, ChartLinks
from bot.knowledge.drawing import Box, Drawing, Words
from tests.channels.asking import asking

pytestmark = pytest.mark.filterwarnings("ignore")
SECRET, OTHER = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
BASE = "https://guide.example"
SVG = Drawing("Magnesium in 28 g", "Almonds: 77 mg.", 90.0, (Words(8, 24, "Almonds", 13), Box(8, 30, 200, 16))).svg()


def made(links: ChartLinks | None = None, svg: str = SVG) -> str:
    link = (links or ChartLinks(SECRET, BASE)).link(svg)
    assert link
    return link


def fetched(*paths: str, method: str = "GET") -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        async with asking(ChartLinks(SECRET, BASE).blueprint()) as client:
            return [await client.request(method, path.removeprefix(BASE)) for path in paths]

    return asyncio.run(run())


def test_a_link_is_fetched_as_a_picture_as_often_as_a_provider_likes() -> None:
    link = made()
    assert link.startswith(f"{BASE}{PATH}/") and link.endswith(".png")
    first, second, without = fetched(link, link, link.removesuffix(".png"))
    assert first.content.startswith(b"\x89PNG")
    assert first.content == second.content == without.content
    assert first.headers["content-type"] == "image/png"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert "private" in first.headers["cache-control"]


def test_a_provider_may_ask_before_it_fetches() -> None:
    (answer,) = fetched(made(), method="HEAD")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"


def test_what_is_in_a_chart_can_not_be_read_from_its_link() -> None:
    sealed = made().rpartition("/")[2].removesuffix(".png")
    raw = base64.urlsafe_b64decode(sealed)
    assert b"Almonds" not in raw
    # Nor does the same chart have the same link twice.
    assert made() != made()


@pytest.mark.parametrize("public_url", [None, ""])
def test_without_an_address_of_the_server_there_is_no_link(public_url: str | None) -> None:
    assert ChartLinks(SECRET, public_url).link(SVG) is None


def test_an_address_may_end_in_a_stroke() -> None:
    assert made(ChartLinks(SECRET, f"{BASE}/")).startswith(f"{BASE}{PATH}/")


@pytest.mark.parametrize("svg", ["", "words", "<svg", "<html></html>", '<svg xmlns="http://www.w3.org/2000/svg"/>'])
def test_what_is_no_drawing_of_ours_gets_no_link(svg: str) -> None:
    assert ChartLinks(SECRET, BASE).link(svg) is None


def test_a_chart_too_large_for_an_address_gets_no_link() -> None:
    chance = random.Random(1)
    words = tuple(Words(8, 24, "".join(chance.choices(string.ascii_letters, k=60)), 13) for _ in range(200))
    assert ChartLinks(SECRET, BASE).link(Drawing("Large", "Large.", 900.0, words).svg()) is None
    assert len(made()) <= LONGEST_LINK


def age(seconds: float) -> str:
    """A link that was made so long ago."""
    now = time.time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cryptography.fernet.time.time", lambda: now - seconds)
        return made()


@pytest.mark.parametrize(("seconds", "status"), [(LIFETIME - 60, 200), (LIFETIME + 60, 404), (-3600, 404)])
def test_a_link_ends_by_itself_and_none_is_of_the_future(seconds: float, status: int) -> None:
    (answer,) = fetched(age(seconds))
    assert answer.status_code == status


def forged() -> list[str]:
    link = made()
    name = link.rpartition("/")[2].removesuffix(".png")
    stranger = Fernet(Fernet.generate_key()).encrypt(zlib.compress(SVG.encode())).decode()
    return [
        made(ChartLinks(OTHER, BASE)),
        f"{PATH}/{stranger}.png",
        f"{PATH}/{name[:-8]}.png",
        f"{PATH}/{name[:40]}{'A' if name[40] != 'A' else 'B'}{name[41:]}.png",
        f"{PATH}/x.png",
        f"{PATH}/.png",
        f"{PATH}/%C3%A9.png",
        f"{PATH}/%00.png",
        f"{PATH}/{'A' * 3000}.png",
    ]


def test_a_link_that_was_not_made_here_is_nothing() -> None:
    for answer in fetched(*forged()):
        assert answer.status_code == 404, answer.url
        assert answer.json()["error"]["message"] == "There is no picture at this address."


def test_a_chart_can_not_be_changed_or_deleted() -> None:
    assert [fetched(made(), method=method)[0].status_code for method in ("POST", "PUT", "DELETE")] == [405, 405, 405]
