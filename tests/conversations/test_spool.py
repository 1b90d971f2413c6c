from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot.conversations.batch import Batch
from bot.conversations.spool import FILE, Spool, SpoolFull
from tests.conversations.making import MEGABYTE, Talk


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", MEGABYTE)


def test_it_works(spool: Spool) -> None:
    talk = Talk("a")
    batches = [talk.turn("one"), talk.turn("two")]
    for batch in batches:
        spool.add(batch)
    assert spool.of("a") == batches
    assert spool.of("b") == []
    stored: list[Batch] = []
    assert spool.drain(stored.extend) == 2
    assert stored == batches
    assert spool.size == 0
    assert spool.of("a") == []


def test_only_its_owner_may_read_it(spool: Spool, tmp_path: Path) -> None:
    spool.add(Talk("a").turn("one"))
    assert stat.S_IMODE((tmp_path / "spool" / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o700


def test_it_has_a_limit(tmp_path: Path) -> None:
    batch = Talk("a").turn("one")
    spool = Spool(tmp_path, len(batch.as_line()))
    spool.add(batch)
    with pytest.raises(SpoolFull):
        spool.add(Talk("a").turn("two"))
    assert spool.of("a") == [batch]


def test_what_could_not_be_stored_stays(spool: Spool) -> None:
    spool.add(Talk("a").turn("one"))

    def refuse(_: list[Batch]) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        spool.drain(refuse)
    assert len(spool.of("a")) == 1


def test_what_comes_while_it_is_stored_is_stored_too(spool: Spool) -> None:
    spool.add(Talk("a").turn("one"))
    stored: list[str] = []

    def store(batches: list[Batch]) -> None:
        if not stored:
            spool.add(Talk("b").turn("two"))
        stored.extend(batch.conversation for batch in batches)

    assert spool.drain(store) == 2
    assert stored == ["a", "b"]


def test_a_line_that_was_cut_off_is_left_out(spool: Spool, tmp_path: Path) -> None:
    spool.add(Talk("a").turn("one"))
    with (tmp_path / "spool" / FILE).open("ab") as file:
        file.write(b'{"key":"half')
    stored: list[Batch] = []
    spool.add(Talk("b").turn("two"))
    assert spool.drain(stored.extend) == 2
    assert [batch.conversation for batch in stored] == ["a", "b"]


def test_a_last_line_that_was_cut_off_does_not_stay_for_ever(spool: Spool, tmp_path: Path) -> None:
    spool.add(Talk("a").turn("one"))
    with (tmp_path / "spool" / FILE).open("ab") as file:
        file.write(b'{"key":"half')
    assert spool.drain(lambda _: None) == 1
    assert spool.size == 0


def test_another_process_sees_what_was_added_and_erased(spool: Spool, tmp_path: Path) -> None:
    other = Spool(tmp_path / "spool", MEGABYTE)
    spool.add(Talk("a").turn("one"))
    spool.add(Talk("b").turn("two"))
    assert len(other.of("a")) == len(other.of("b")) == 1
    with spool.without("b") as waiting:
        assert len(waiting) == 1
    spool.add(Talk("c").turn("a longer text than before " * 20))
    assert (len(other.of("a")), other.of("b"), len(other.of("c"))) == (1, [], 1)
    assert b"two" not in (tmp_path / "spool" / FILE).read_bytes()


def test_an_erasure_that_fails_erases_nothing(spool: Spool) -> None:
    spool.add(Talk("a").turn("one"))
    with pytest.raises(ConnectionError), spool.without("a"):
        raise ConnectionError
    assert len(spool.of("a")) == 1


def test_a_disk_that_is_full_is_told(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.add(Talk("a").turn("one"))
    before = spool.size
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:10]))
    with pytest.raises(OSError, match="the disk took 10 of"):
        spool.add(Talk("a").turn("two"))
    assert spool.size == before
