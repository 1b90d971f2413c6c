"""The package as a wheel: it runs where there is no checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.settings import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as an installer does it."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = shutil.which("uv") or ROOT / ".tools" / "bin" / "uv"
    subprocess.run([str(uv), "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(wheel: Path, folder: Path, *command: str) -> str:
    """What Python says with the wheel on its path, started in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(wheel), "PYTHONWARNINGS": "ignore"}
    # The folder itself stands first on the path of "-m" and "-c".
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout


def test_the_knowledge_is_in_it(wheel: Path, tmp_path: Path) -> None:
    assert "topics in 42 groups" in run(wheel, tmp_path, "-m", "bot.cli", "knowledge", "check")


@pytest.mark.model
def test_it_answers_and_keeps_what_it_writes_in_the_folder_that_it_is_started_from(
    wheel: Path, tmp_path: Path, trained_model: Path
) -> None:
    wanted = Path(run(wheel, tmp_path, "-c", "from bot.training import model_path; print(model_path())").strip())
    assert wanted.parent == tmp_path / "models"
    wanted.parent.mkdir()
    shutil.copy(trained_model, wanted)
    assert "not medical advice" in run(wheel, tmp_path, "-m", "bot.cli", "ask", "what is restless legs syndrome?")
    assert "911" in run(wheel, tmp_path, "-m", "bot.cli", "ask", "I can't breathe and my chest hurts")
    assert (tmp_path / "var").is_dir()
    assert not list(wheel.rglob("var"))
