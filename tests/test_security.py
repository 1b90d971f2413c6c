"""The page on security says what is so."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
from pathlib import Path

import pytest

from bot.settings import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PINS = re.findall(r"^\| ([a-z0-9-]+) \| (\d[\w.]*) \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("package", "version"), PINS)
def test_each_package_is_installed_in_the_version_that_was_judged(package: str, version: str) -> None:
    assert importlib.metadata.version(package) == version


def test_the_old_pins_are_all_judged() -> None:
    assert {"tensorflow", "sanic", "aiohttp", "numpy", "pydantic", "setuptools"} <= {package for package, _ in PINS}


def test_nothing_of_ours_reads_a_pickle() -> None:
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "actions").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(?:import|from) (?:pickle|joblib|dill|shelve)\b", text, re.MULTILINE), path
        assert "allow_pickle=True" not in text, path


def test_the_bill_of_materials_names_what_runs_and_not_what_is_for_development(tmp_path: Path) -> None:
    found = subprocess.run(
        [str(ROOT / "scripts" / "find-uv"), "python3", "0.13.9"], capture_output=True, text=True, check=False, cwd=ROOT
    ).stdout.strip()
    if not found:
        pytest.skip("NOT TESTED: uv is not installed")
    subprocess.run([str(ROOT / "scripts" / "sbom"), found, str(tmp_path / "sbom.json")], check=True, capture_output=True)
    bill = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    names = {component["name"]: component["version"] for component in bill["components"]}
    assert bill["bomFormat"] == "CycloneDX"
    assert names["rasa"] == "3.6.21"
    assert "pytest" not in names
