"""The parts of the core that need no server."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from bot.channels.messaging import payload, words
from bot.channels.messaging.app import Incoming, Outgoing, What
from bot.channels.messaging.numbers import numbered
from bot.channels.messaging.pseudonym import Pseudonyms
from bot.channels.messaging.seal import Seal, Unreadable
from bot.channels.messaging.sender import LONGEST_WAIT, wait
from bot.channels.messaging.together import Together
from bot.secret import derived

SECRET, OTHER = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"


def test_a_pseudonym_is_stable_and_tells_nothing() -> None:
    names = Pseudonyms(SECRET)
    name = names.conversation("telegram", "5145550199")
    assert name == Pseudonyms(SECRET).conversation("telegram", "5145550199")
    assert name.startswith("telegram-") and len(name) <= 64
    assert "5145550199" not in name


def test_each_account_app_purpose_and_secret_has_its_own_pseudonym() -> None:
    names, others = Pseudonyms(SECRET), Pseudonyms(OTHER)
    made = [
        names.conversation("telegram", "7"), names.conversation("telegram", "8"), names.conversation("slack", "7"),
        names.silence("telegram", "7"), names.delivery("telegram", "7"), others.conversation("telegram", "7"),
        names.conversation("telegram", "7\0"), names.conversation("telegram", "\ud800"),
    ]  # fmt: skip
    digests = {name.rpartition("-")[2][:32] for name in made}
    assert len(digests) == len(made)


def test_keys_of_two_purposes_differ() -> None:
    assert derived(SECRET, "messages") != derived(SECRET, "pseudonyms")
    assert len(derived(SECRET, "messages")) == 32


def test_a_seal_opens_what_it_sealed_and_nothing_else() -> None:
    seal = Seal(SECRET)
    message = Incoming("1", "7", What.EDITED, 2.0, "wörds \ud800", "#x", "CA", "0", {"a": "b"})
    request = Outgoing("x", {"a": [1]}, True, ("photo", "image/png", b"\x00\xff"), "words", True, True, {"n": 1})
    assert seal.open_incoming(seal.incoming(message)) == message
    assert seal.open_outgoing(seal.outgoing(request)) == request
    for sealed in (Seal(OTHER).incoming(message), "", "nonsense", seal.outgoing(request)):
        with pytest.raises(Unreadable):
            seal.open_incoming(sealed)


@pytest.mark.parametrize(
    ("text", "what"),
    [("STOP", What.STOP), (" stop. ", What.STOP), ("Stop all", What.STOP), ("opt-out", What.STOP), ("START", What.START),
     ("/start", What.START), ("more", What.MORE), ("don't stop", What.TEXT),
     ("can i stop ropinirole", What.TEXT), ("", What.TEXT)],
)  # fmt: skip
def test_words_that_govern_what_is_sent(text: str, what: What) -> None:
    assert words.word(text) is what


def test_whatever_comes_there_is_a_reply_for_it_or_the_dialogue() -> None:
    for what in set(What) - {What.TEXT, What.BUTTON, What.EDITED, What.MORE}:
        assert words.reply(what).text


def test_numbers_stand_before_choices() -> None:
    buttons = [{"title": "Caffeine"}, {"title": "Iron"}, {"title": "Sleep"}]
    assert numbered(buttons) == "Reply 1, 2 or 3:\n1. Caffeine\n2. Iron\n3. Sleep"
    assert numbered(buttons[:1]) == "Reply 1:\n1. Caffeine"
    assert numbered([]) == ""


def test_a_payload_that_fits_is_itself() -> None:
    assert payload.short("#topic:caffeine", 64) == "#topic:caffeine"


def test_a_long_payload_is_known_where_it_was_offered() -> None:
    long = f"#topic:{'é' * 40}"
    name = payload.short(long, 64)
    assert len(name.encode()) <= 64
    assert payload.meant(name, [{"payload": "#other"}, {"payload": long}]) == long
    assert payload.meant(name, [{"payload": "#other"}]) is None
    assert payload.meant("#delete:yes", [{"payload": "#other"}]) is None


def test_waits_grow_and_are_not_all_the_same() -> None:
    chance = random.Random(1)
    waits = [wait(attempts, None, chance) for attempts in range(14)]
    assert 0.5 <= waits[0] <= 1
    assert all(450 <= late <= LONGEST_WAIT for late in waits[11:])
    assert len({wait(3, None, chance) for _ in range(10)}) == 10


def test_a_wait_is_at_least_what_the_provider_asks_for() -> None:
    assert all(wait(0, 30.0, random.Random(seed)) >= 30 for seed in range(20))


def test_calls_that_come_together_are_committed_together() -> None:
    commits: list[int] = []

    def commit(calls: Any) -> list[Any]:
        commits.append(len(calls))
        return [ValueError("no") if call() == 3 else call() for call in calls]

    async def all_of_them() -> list[Any]:
        together = Together(commit)
        try:
            return await asyncio.gather(*(together.run(lambda n=n: n) for n in range(200)), return_exceptions=True)  # type: ignore[misc]
        finally:
            together.close()

    found = asyncio.run(all_of_them())
    assert isinstance(found[3], ValueError)
    assert [n for n in found if n != found[3]] == [n for n in range(200) if n != 3]
    assert sum(commits) == 200
    assert len(commits) <= 6


def test_a_commit_that_fails_fails_for_all_of_it() -> None:
    def commit(calls: Any) -> list[Any]:
        raise OSError("the disk is full")

    async def both() -> list[Any]:
        together = Together(commit)
        try:
            return await asyncio.gather(together.run(int), together.run(int), return_exceptions=True)
        finally:
            together.close()

    assert [str(error) for error in asyncio.run(both())] == ["the disk is full"] * 2
