"""From decisions to files: examples for topics and for out of scope, tests, and lists for people.

Nothing is written here but by `write`, which a person has agreed to.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.console.knowledge import OUT_OF_SCOPE
from bot.knowledge.topic import COUNTS
from bot.settings import ROOT

# What redaction leaves in the place of a name, a number and the like.
_PLACEHOLDER = re.compile(r"<[a-z ]{3,20}>")
# Rasa reads these in an example as the name of an entity.
_MARKED = re.compile(r"[\[\]{}]")
# What YAML does not take as it stands: control characters, halves of characters, and what is no character.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 1_000
_BLOCK = "  # (d) from the staff console's inbox\n  - intent: out_of_scope\n    examples: |\n"
_STORIES = (
    'version: "3.1"\n\n'
    "# Messages that were not understood once, saved from the staff console's inbox with what should answer them.\n"
    "stories:\n"
)
_LISTS = {
    "danger": (
        "# Messages that a reviewer found dangerous and the bot did not. A clinician reads them and says what a rule in\n"
        "# knowledge/safety.yml should see; then they are taken out of this list.\n"
    ),
    "new_topic": (
        "# Messages that need a topic that does not exist yet. A health writer starts the topic's file in knowledge/topics;\n"
        "# then they are taken out of this list.\n"
    ),
}


@dataclass(frozen=True)
class Files:
    """Where things are written.

    Attributes:
        knowledge: folder of the knowledge base.
        nlu: Rasa's examples.
        stories: test stories.
        danger, wanted: lists for a clinician and for a health writer.
    """

    knowledge: Path = ROOT / "knowledge"
    nlu: Path = ROOT / "data" / "nlu.yml"
    stories: Path = ROOT / "tests" / "stories" / "test_inbox.yml"
    danger: Path = ROOT / "docs" / "review" / "dangerous_messages.yml"
    wanted: Path = ROOT / "docs" / "review" / "wanted_topics.yml"

    def topic(self, topic: str) -> Path:
        """The file of a topic."""
        return self.knowledge / "topics" / f"{topic}.yml"


@dataclass
class Plan:
    """What would be written.

    Attributes:
        before, after: the text of each file that changes; None where there was none.
        lessons: ids of the decisions that are carried out by it.
        refused: decisions that are not, each with the reason.
    """

    before: dict[Path, str | None] = field(default_factory=dict)
    after: dict[Path, str] = field(default_factory=dict)
    lessons: list[int] = field(default_factory=list)
    refused: list[tuple[Any, str]] = field(default_factory=list)

    def diff(self, root: Path = ROOT) -> str:
        """What changes, as a reviewer reads it."""
        parts: list[str] = []
        for path, text in sorted(self.after.items()):
            name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
            old = (self.before[path] or "").splitlines(keepends=True)
            start = "/dev/null" if self.before[path] is None else name
            parts += difflib.unified_diff(old, text.splitlines(keepends=True), start, name, n=1)
        return "".join(parts)


class Refused(ValueError):
    """A decision that is not carried out; the message says why."""


class Planner:
    """Makes a plan of decisions.

    Args:
        files: what is read, and what would be written.
        danger: finds what the safety rules see in a text; None for nothing.
    """

    def __init__(self, files: Files, danger: Callable[[str], str | None] = lambda text: None) -> None:
        self._files = files
        self._danger = danger
        self._plan = Plan()
        # Each example there is, and of what.
        self._known: dict[str, str] = {}
        self._topics: set[str] = set()

    def plan(self, lessons: Sequence[Any]) -> Plan:
        """What the decisions, oldest first, would write."""
        self._read()
        for lesson in lessons:
            try:
                self._add(lesson)
            except Refused as reason:
                self._plan.refused.append((lesson, str(reason)))
            else:
                self._plan.lessons.append(lesson.id)
        return self._plan

    def _read(self) -> None:
        for path in sorted((self._files.knowledge / "topics").glob("*.yml")):
            self._topics.add(path.stem)
            for question in _loaded(path.read_text(encoding="utf-8"))["questions"]:
                self._known[question.casefold()] = path.stem
        for block in _loaded(self._files.nlu.read_text(encoding="utf-8"))["nlu"]:
            for line in block.get("examples", "").splitlines():
                self._known.setdefault(line.removeprefix("- ").strip().casefold(), block.get("intent", ""))

    def _add(self, lesson: Any) -> None:
        text = " ".join(lesson.said.split())
        if not text:
            raise Refused("has no text")
        if lesson.decision == "topic":
            if self._teaches(text, lesson.topic):
                self._to_topic(lesson.topic, text)
        elif lesson.decision == OUT_OF_SCOPE:
            if self._teaches(text, OUT_OF_SCOPE):
                self._to_nlu(text)
        elif lesson.decision == "test":
            self._to_stories(lesson, text)
        elif lesson.decision == "danger":
            self._to_list("danger", self._files.danger, {"said": text})
        elif lesson.decision == "new_topic":
            self._to_list("new_topic", self._files.wanted, {"topic": lesson.topic, "said": text})
        else:
            raise Refused(f"'{lesson.decision}' is not a decision that can be imported")

    def _teaches(self, text: str, of: str) -> bool:
        """Whether a text is a new example of something; False where it is one already.

        Raises:
            Refused: it would teach nonsense, or stands elsewhere.
        """
        if of != OUT_OF_SCOPE and of not in self._topics:
            raise Refused(f"there is no topic '{of}'")
        _plain(text)
        known = self._known.get(text.casefold())
        if known == of:
            return False
        if known is not None:
            raise Refused(f"is an example of '{known}' already; take one of the two out")
        found = self._danger(text)
        if found:
            raise Refused(f"the safety rules see '{found}' in it, which goes before every topic")
        self._known[text.casefold()] = of
        return True

    def _to_topic(self, topic: str, text: str) -> None:
        path = self._files.topic(topic)
        content = self._content(path) or ""
        questions = _value(yaml.compose(content, Loader=yaml.CSafeLoader), "questions")
        if len(questions.value) >= COUNTS["questions"][1]:
            raise Refused(f"'{topic}' has {len(questions.value)} questions, and no topic takes more")
        if questions.flow_style or not questions.value:
            raise Refused(f"the questions of '{topic}' do not stand on lines of their own")
        last = questions.value[-1]
        lines = content.splitlines(keepends=True)
        dash = lines[last.start_mark.line].index("-")
        # The end of a plain text is where the next token begins, so the line is found from its start.
        place = last.start_mark.line + 1
        while place < len(lines) and lines[place].strip() and lines[place].startswith(" " * (dash + 1)):
            place += 1
        if lines[place - 1][-1:] != "\n":
            lines[place - 1] += "\n"
        new = "".join([*lines[:place], f"{' ' * dash}- {scalar(text)}\n", *lines[place:]])
        old = _loaded(content)
        if _loaded(new) != {**old, "questions": [*old["questions"], text]}:
            raise Refused(f"it could not be added to '{topic}' without changing something else")
        self._keep(path, new)

    def _to_nlu(self, text: str) -> None:
        content = self._content(self._files.nlu) or ""
        content = content if content.endswith("\n") else f"{content}\n"
        if _BLOCK not in content:
            content += _BLOCK
        start = content.index(_BLOCK) + len(_BLOCK)
        rest = content[start:].splitlines(keepends=True)
        place = next((number for number, line in enumerate(rest) if not line.startswith("      - ")), len(rest))
        new = content[:start] + "".join([*rest[:place], f"      - {text}\n", *rest[place:]])
        if not _loaded(new)["nlu"][-1]["examples"].endswith(f"- {text}\n"):
            raise Refused("it could not be added to the examples that are out of scope")
        self._keep(self._files.nlu, new)

    def _to_stories(self, lesson: Any, text: str) -> None:
        if lesson.topic != OUT_OF_SCOPE and lesson.topic not in self._topics:
            raise Refused(f"there is no topic '{lesson.topic}'")
        _plain(text)
        content = self._content(self._files.stories) or _STORIES
        stories = _loaded(content)["stories"] or []
        if any(story["steps"][0]["user"].strip() == marked(text, lesson) for story in stories):
            return
        action = "action_out_of_scope" if lesson.topic == OUT_OF_SCOPE else "action_answer"
        names = {story["story"] for story in stories}
        name = next(name for name in _names(text) if name not in names)
        story = (
            f"  - story: {scalar(name)}\n    steps:\n      - user: |\n          {marked(text, lesson)}\n"
            f"        intent: {lesson.topic}\n      - action: {action}\n"
        )
        self._keep(self._files.stories, content + story)

    def _to_list(self, kind: str, path: Path, entry: dict[str, str]) -> None:
        content = self._content(path) or _LISTS[kind]
        if entry in (_loaded(content) or []):
            return
        lines = [
            f"{'- ' if place == 0 else '  '}{name}: {scalar(value)}\n" for place, (name, value) in enumerate(entry.items())
        ]
        self._keep(path, content + "".join(lines))

    def _content(self, path: Path) -> str | None:
        if path in self._plan.after:
            return self._plan.after[path]
        return path.read_text(encoding="utf-8") if path.exists() else None

    def _keep(self, path: Path, text: str) -> None:
        if path not in self._plan.before:
            self._plan.before[path] = path.read_text(encoding="utf-8") if path.exists() else None
        self._plan.after[path] = text


def write(plan: Plan) -> None:
    """Write a plan's files, each whole or not at all.

    Raises:
        Refused: a file has changed since the plan was made.
    """
    for path, before in plan.before.items():
        if (path.read_text(encoding="utf-8") if path.exists() else None) != before:
            raise Refused(f"{path} has changed meanwhile; nothing was written, run it again")
    for path, text in plan.after.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        new.write_text(text, encoding="utf-8")
        os.replace(new, path)


def scalar(text: str) -> str:
    """A text as a value of YAML on one line: plain where that is safe, else in quotes."""
    # Between single quotes PyYAML writes these line breaks as they are, and reads them as a space.
    style = '"' if any(sign in text for sign in "\x85\u2028\u2029") else None
    dumped = yaml.safe_dump(text, allow_unicode=True, width=10**9, default_style=style)
    return dumped.removesuffix("\n").removesuffix("\n...")


def marked(text: str, lesson: Any) -> str:
    """A text with its entities as a test story writes them."""
    try:
        entities = json.loads(getattr(lesson, "entities", None) or "[]")
    except ValueError:
        entities = []
    place = 0
    for entity in entities if isinstance(entities, list) else []:
        value, name = str(entity.get("value") or ""), str(entity.get("entity") or "")
        found = text.casefold().find(value.casefold(), place) if value and name else -1
        if found >= 0:
            whole = f"[{text[found : found + len(value)]}]({name})"
            text = text[:found] + whole + text[found + len(value) :]
            place = found + len(whole)
    return text


def _plain(text: str) -> None:
    if len(text) > _LONGEST:
        raise Refused(f"is longer than {_LONGEST:,} characters")
    placeholder = _PLACEHOLDER.search(text)
    if placeholder:
        raise Refused(f"holds {placeholder[0]} in the place of something personal; write an example of your own")
    if _MARKED.search(text) or text.startswith("/"):
        raise Refused("holds signs that Rasa would read as an order; write an example of your own")
    if _UNWRITABLE.search(text):
        raise Refused("holds a sign that no file takes; write an example of your own")
    if len(re.findall(r"\w", text)) < 2:
        raise Refused("has no words to learn from")


def _names(text: str) -> Any:
    short = " ".join(re.sub(r"[^\w' -]", " ", text).split())[:60].strip() or "a message"
    yield short
    number = 2
    while True:
        yield f"{short} ({number})"
        number += 1


def _loaded(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _value(node: Any, key: str) -> Any:
    for name, value in node.value:
        if name.value == key:
            return value
    raise Refused(f"the topic's file has no '{key}'")
