from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.secret import WeakSecret, signing_key


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
