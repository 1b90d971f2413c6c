from __future__ import annotations

import pytest

from bot.channels.web.origin import Origins
from bot.channels.web.problem import Problem


def test_it_works() -> None:
    headers = Origins(["https://Clinic.example/"]).headers("https://clinic.example", "guide.example")
    assert headers["Access-Control-Allow-Origin"] == "https://clinic.example"
    assert headers["Vary"] == "Origin"


def test_our_own_pages_and_programs_need_no_permission() -> None:
    assert Origins([]).headers("https://guide.example", "guide.example")
    assert "Access-Control-Allow-Origin" not in Origins([]).headers(None, "guide.example")


def test_every_site_may_be_allowed() -> None:
    assert (
        Origins(["*"]).headers("https://any.example", "guide.example")["Access-Control-Allow-Origin"] == "https://any.example"
    )


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "https://guide.example.evil.example", "http://clinic.example"]
)
def test_others_are_refused(origin: str) -> None:
    with pytest.raises(Problem) as refusal:
        Origins(["https://clinic.example"]).headers(origin, "guide.example")
    assert refusal.value.status == 403
