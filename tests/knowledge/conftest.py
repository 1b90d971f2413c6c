"""A small knowledge folder that each test may break in its own way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from bot.settings import ROOT

KEPT = ("groups.yml", "sources.yml", "facts.csv", "terms.yml", "names.yml", "interactions.csv", "intake.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three topics of the real knowledge base, related to each other only."""
    (tmp_path / "topics").mkdir()
    for name in KEPT:
        shutil.copy(ROOT / "knowledge" / name, tmp_path / name)
    names = ("caffeine", "alcohol", "smoking")
    for name in names:
        topic = yaml.safe_load((ROOT / "knowledge" / "topics" / f"{name}.yml").read_text(encoding="utf-8"))
        topic["related"] = [other for other in names if other != name]
        write(tmp_path / "topics" / f"{name}.yml", topic)
    return tmp_path


def write(path: Path, data: object) -> None:
    """Write a YAML file as a writer would."""
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
