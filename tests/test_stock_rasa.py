"""Stock `rasa run` with `rasa run actions` holds the same conversation as `rls serve`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.processes import free_port
from bot.settings import ROOT
from tests.forked import Forked

pytestmark = pytest.mark.model
STARTS_WITHIN = 150.0
TOKEN = "same"
# What Rasa says of every domain that has slots; its command line leaves it out (rasa.utils.common.EXPECTED_WARNINGS).
OF_EVERY_DOMAIN = "Slot auto-fill has been removed"
BIN = Path(sys.executable).parent

CONVERSATION = (
    "hello",
    "does magnesium do anything for restless legs?",
    "tell me more",
    "where does that come from?",
    "how much magnesium is in cashews",
    "and pumpkin seeds?",
    "what brings it on and is there a cure?",
    "how much magnesium do I need a day?",
    "41",
    "female",
    "neither",
    "I have crushing chest pain",
    "/restart",
    "thanks",
)


def wait_for(url: str, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise TimeoutError(log.read_text(encoding="utf-8", errors="replace")[-2000:])


@pytest.fixture(scope="module")
def addresses(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The REST addresses of stock Rasa and of `rls serve`."""
    folder = tmp_path_factory.mktemp("stock")
    actions, stock, ours = free_port(), free_port(), free_port()
    endpoints = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    endpoints = endpoints.replace(":5055/", f":{actions}/").replace("var/conversations.db", str(folder / "stock.db"))
    (folder / "endpoints.yml").write_text(endpoints, encoding="utf-8")
    environment = {
        "RLS_CONSOLE": "off",
        **os.environ,
        "RLS_PORT": str(ours),
        "RLS_CONVERSATIONS": f"sqlite:///{folder / 'ours.db'}",
        "RLS_SECRET_FILE": str(folder / "secret"),
        "RLS_PID_FILE": str(folder / "pid"),
        "RLS_SPOOL": str(folder / "spool"),
        "RLS_RASA_API_TOKEN": TOKEN,
    }
    commands = {
        "actions": [BIN / "rasa", "run", "actions", "--port", str(actions)],
        "stock": [BIN / "rasa", "run", "-m", trained_model, "--port", str(stock), "--endpoints", folder / "endpoints.yml"],
    }
    running: list[subprocess.Popen[bytes] | Forked] = [Forked("bot.cli", environment, folder / "ours", ["serve"])]
    for name, command in commands.items():
        with (folder / name).open("wb") as log:
            running.append(subprocess.Popen([str(word) for word in command], cwd=ROOT, env=environment, stdout=log, stderr=log))
    try:
        wait_for(f"http://127.0.0.1:{actions}/health", folder / "actions")
        wait_for(f"http://127.0.0.1:{stock}/", folder / "stock")
        wait_for(f"http://127.0.0.1:{ours}/ready", folder / "ours")
        yield f"http://127.0.0.1:{stock}", f"http://127.0.0.1:{ours}"
    finally:
        for process in running:
            process.send_signal(signal.SIGKILL)
            process.wait(10)


def say(address: str, text: str) -> list[dict[str, Any]]:
    body = json.dumps({"sender": "same", "message": text}).encode()
    # Ours lets nobody speak for others without it; stock Rasa does not ask.
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
    request = urllib.request.Request(f"{address}/webhooks/rest/webhook", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        messages: list[dict[str, Any]] = json.loads(answer.read())
        return messages


def test_both_hold_the_same_conversation(addresses: tuple[str, str]) -> None:
    stock, ours = addresses
    for text in CONVERSATION:
        assert say(stock, text) == say(ours, text), text


def test_stock_validation_finds_nothing() -> None:
    from rasa.cli.utils import validate_files
    from rasa.shared.importers.importer import TrainingDataImporter

    # What `rasa data validate --fail-on-warnings` does, which exits where it finds something.
    files = TrainingDataImporter.load_from_config(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        validate_files(fail_on_warnings=True, max_history=None, importer=files)
    complaints = [str(warning.message) for warning in said if warning.category is UserWarning]
    assert [complaint for complaint in complaints if not complaint.startswith(OF_EVERY_DOMAIN)] == []
