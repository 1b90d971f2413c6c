"""What the bot fails on today it answers tomorrow: from a visitor's question to the console's inbox, the files and a new model.

A copy of the project with a little of everything in it, so that both of its trainings together take a minute.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from bench.processes import Running, answers, free_port
from bot.settings import ROOT

pytestmark = pytest.mark.model

TOPIC = "travel"
TOPICS = ("symptoms", "magnesium_evidence", "why_at_night", TOPIC)
MISSED = ("the theatre is impossible for me", "can i go to the theatre", "no theatre for me any more")
# What nobody teaches, and means the same.
ANOTHER = "shall we go to the theatre"
RELATED = re.compile(r"^related:.*?(?=^\w|\Z)", re.M | re.S)
TOKEN, PASSWORD = "loop", "correct horse battery"


class Project:
    """A copy of the project, in which `rls` runs.

    Args:
        folder: where it is laid.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chat, self.console = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        for name in ("bot", "actions", "data", "knowledge"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml"):
            shutil.copy(ROOT / name, folder)
        for path in (folder / "knowledge" / "topics").glob("*.yml"):
            if path.stem not in TOPICS:
                path.unlink()
                continue
            change(path, partial(RELATED.sub, f"related: [{', '.join(topic for topic in TOPICS if topic != path.stem)}]\n"))
        change(folder / "knowledge" / "safety.yml", lambda text: fewer(text, "  examples:", "  - ", 8))
        # They are about other topics.
        (folder / "data" / "stories.yml").unlink()
        change(folder / "data" / "nlu.yml", lambda text: fewer(text, "    examples: |", "      - ", 8))
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RLS_")},
            "PYTHONPATH": str(folder),
            "RLS_PORT": self.chat.rpartition(":")[2],
            "RLS_CONSOLE_PORT": self.console.rpartition(":")[2],
            "RLS_RASA_API_TOKEN": TOKEN,
        }

    def rls(self, *words: str, said: str = "") -> str:
        """What a command writes."""
        command = [sys.executable, "-m", "bot.cli", *words]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, input=said, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def serving(self) -> Running:
        """`rls serve`, which trains where the content has changed."""
        command = [sys.executable, "-m", "bot.cli", "serve"]
        chat, console = answers(f"{self.chat}/ready"), answers(f"{self.console}/log-in")
        return Running(command, self.folder, lambda: chat() and console(), "serve", self.folder, self._environment)

    def say(self, text: str) -> str:
        """The reply to somebody's first message."""
        answer = requests.post(
            f"{self.chat}/webhooks/rest/webhook",
            json={"sender": text, "message": text},
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=60,
        )
        return "\n".join(message["text"] for message in answer.json())


class Reviewer(requests.Session):
    """A reviewer in a browser, logged in to a project's console."""

    def __init__(self, console: str) -> None:
        super().__init__()
        self._console = console
        self.submit("/log-in", "/log-in", name="vera", password=PASSWORD)

    def page(self, path: str) -> str:
        """A page's HTML."""
        answer = self.get(f"{self._console}{path}", timeout=60)
        assert answer.ok, answer.text
        return answer.text

    def submit(self, path: str, page: str, **fields: Any) -> None:
        """Send a form that stands on a page."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.page(page))
        assert token
        answer = self.post(f"{self._console}{path}", {"csrf": token[1], **fields}, timeout=60)
        assert answer.ok, answer.text


def change(path: Path, how: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = how(before)
    assert after != before, path
    path.write_text(after, encoding="utf-8")


def fewer(text: str, heading: str, dash: str, most: int) -> str:
    """A file with at most so many entries below each heading."""
    kept, found = [], most
    for line in text.splitlines(keepends=True):
        if line.rstrip() == heading:
            found = 0
        elif line.startswith(dash):
            found += 1
        elif not line.startswith(" " * len(dash)):
            found = 0
        if found <= most:
            kept.append(line)
    return "".join(kept)


def test_what_was_not_understood_is_answered_once_a_reviewer_has_taught_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.rls("staff", "add", "vera", said=f"{PASSWORD}\n{PASSWORD}\n")
    topic = project.folder / "knowledge" / "topics" / f"{TOPIC}.yml"
    before = yaml.safe_load(topic.read_text(encoding="utf-8"))
    fact = before["answer"][0]["fact"]
    with project.serving():
        for text in (*MISSED, ANOTHER):
            assert fact not in project.say(text), text
        reviewer = Reviewer(project.console)
        shown = re.findall(r'name="turn" value="(\d+)" checked> <span>([^<]+)<', reviewer.page("/inbox"))
        assert {text for _, text in shown} == {*MISSED, ANOTHER}
        turns = [number for number, text in shown if text in MISSED]
        reviewer.submit("/inbox", "/inbox", turn=turns, decision="topic", topic=before["title"])
        assert "3 decisions wait" in reviewer.page("/inbox")
        diff = project.rls("knowledge", "import-review", "--yes")
    for text in MISSED:
        assert f"\n+- {text}\n" in diff
    after = yaml.safe_load(topic.read_text(encoding="utf-8"))
    assert {**after, "questions": sorted(after["questions"])} == {
        **before,
        "questions": sorted([*before["questions"], *MISSED]),
    }
    with project.serving():
        for text in (*MISSED, ANOTHER):
            assert fact in project.say(text), text
        # What was decided is done.
        page = Reviewer(project.console).page("/inbox")
        assert "0 decisions wait" in page
        assert MISSED[0] not in page
