from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.secret import FEWEST_CHARACTERS, WeakSecret, derived, signing_key


def test_it_works(tmp_path: Path) -> None:
    file = tmp_path / "var" / "secret"
    key = signing_key(None, file)
    assert len(key) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert signing_key(None, file) == key
    assert [found.name for found in file.parent.iterdir()] == ["secret"]


def test_workers_that_start_at_once_share_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: signing_key(None, tmp_path / "secret"), range(64)))
    assert len(keys) == 1


def test_the_setting_comes_first(tmp_path: Path) -> None:
    assert signing_key("s" * 32, tmp_path / "secret") == "s" * 32
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize("given", ["", "short"])
def test_a_weak_key_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(WeakSecret, match="RLS_SECRET"):
        signing_key(given, tmp_path / "secret")
    (tmp_path / "secret").write_text(given)
    with pytest.raises(WeakSecret, match="openssl"):
        signing_key(None, tmp_path / "secret")


def test_the_shortest_key_that_is_taken(tmp_path: Path) -> None:
    assert signing_key("x" * FEWEST_CHARACTERS, tmp_path / "secret") == "x" * FEWEST_CHARACTERS
    with pytest.raises(WeakSecret):
        signing_key("x" * (FEWEST_CHARACTERS - 1), tmp_path / "secret")


@pytest.mark.parametrize("end", ["\n", "\r\n", "  \n\n"])
def test_a_line_end_after_a_key_that_was_written_by_hand_is_no_part_of_it(tmp_path: Path, end: str) -> None:
    (tmp_path / "secret").write_text("k" * 40 + end, newline="")
    assert signing_key(None, tmp_path / "secret") == "k" * 40


def test_white_space_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" " * 64)
    with pytest.raises(WeakSecret, match=str(tmp_path)):
        signing_key(None, tmp_path / "secret")


def test_a_refusal_does_not_show_the_key(tmp_path: Path) -> None:
    with pytest.raises(WeakSecret) as refused:
        signing_key("hunter2", tmp_path / "secret")
    assert "hunter2" not in str(refused.value)


def test_each_purpose_has_its_own_key_which_stays_the_same() -> None:
    secret = "s" * 64
    keys = {derived(secret, purpose) for purpose in ("sessions", "queue", "")}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}
    assert derived(secret, "queue") == derived(secret, "queue")
    assert derived("t" * 64, "queue") not in keys
