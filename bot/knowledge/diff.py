"""What changed in the knowledge base, in plain words for whoever reviews it."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.revision import Files, before, now

# Parts of a topic that hold one value each, as a reviewer calls them.
_SINGLE = {"title": "title", "button": "button", "group": "group", "ask": "ask"}
_LISTS = {
    "consult": "who can advise", "related": "related topics", "facts": "evidence facts", "differences": "differences",
}  # fmt: skip
# Two sentences that share less than this are another sentence, not a changed one.
_ALIKE = 0.4
_TOPICS, _SOURCES = "topics/", "sources.yml"

Data = Mapping[str, Any]


def changes(folder: Path, revision: str) -> str:
    """What changed between a git revision and the working tree.

    Raises:
        RevisionError: there is no git, no repository or no such revision.
    """
    return "\n".join(compared(before(folder, revision), now(folder), revision))


def compared(old: Files, new: Files, name: str) -> Iterator[str]:
    """What changed between two sets of files, line by line."""
    topics = [path for path in sorted({*old, *new}) if path.startswith(_TOPICS) and old.get(path) != new.get(path)]
    added = [path for path in topics if path not in old]
    removed = [path for path in topics if path not in new]
    changed = [path for path in topics if path in old and path in new]
    others = [path for path in sorted({*old, *new}) if not path.startswith(_TOPICS) and old.get(path) != new.get(path)]
    if not topics and not others:
        yield f"Nothing changed since {name}."
        return
    yield f"Topics since {name}: {len(added)} added, {len(removed)} removed, {len(changed)} changed."
    for path in added:
        yield from ("", *_whole("Added", path, new[path]))
    for path in removed:
        yield from ("", *_whole("Removed", path, old[path]))
    for path in changed:
        yield from ("", *_topic(path, old[path], new[path]))
    if _SOURCES in others:
        yield from _sources(old.get(_SOURCES, b""), new.get(_SOURCES, b""))
        others.remove(_SOURCES)
    if others:
        yield from ("", "Other files:")
    for path in others:
        yield f"  {path}: {_counted(old.get(path), new.get(path))}"


def _whole(what: str, path: str, content: bytes) -> Iterator[str]:
    topic = _data(content)
    if topic is None:
        yield f"{what}: {path} (it can't be read as a topic)"
        return
    evidence = _part(topic, "evidence")
    yield f"{what}: {_name(path, topic)}, in {topic.get('group')}"
    yield (
        f"  evidence {evidence.get('grade')}, {len(_texts(topic, 'questions'))} questions, "
        f"{len(_cited(topic))} sources, {_review(topic)}"
    )
    for sentence in _sentences(topic, "answer"):
        yield f"  {'+' if what == 'Added' else '-'} {sentence}"


def _topic(path: str, old_content: bytes, new_content: bytes) -> Iterator[str]:
    old, new = _data(old_content), _data(new_content)
    if old is None or new is None:
        yield f"Changed: {path} (the {'old' if old is None else 'new'} file can't be read as a topic)"
        return
    yield f"Changed: {_name(path, new)}"
    lines = [*_values(old, new), *_answers(old, new), *_lists(old, new), *_questions(old, new)]
    yield from lines or ["  only its layout, its comments or its order"]


def _values(old: Data, new: Data) -> Iterator[str]:
    for key, name in _SINGLE.items():
        if old.get(key) != new.get(key):
            yield from _was_now(name, str(old.get(key)), str(new.get(key)))
    old_evidence, new_evidence = _part(old, "evidence"), _part(new, "evidence")
    if old_evidence.get("grade") != new_evidence.get("grade"):
        yield f"  evidence: {old_evidence.get('grade')} → {new_evidence.get('grade')}"
    if old_evidence.get("because") != new_evidence.get("because"):
        yield from _was_now("evidence, why", str(old_evidence.get("because")), str(new_evidence.get("because")))
    if old.get("review") != new.get("review"):
        yield f"  review: {_review(old)} → {_review(new)}"


def _answers(old: Data, new: Data) -> Iterator[str]:
    for part in ("answer", "detail"):
        was, now_ = _sentences(old, part), _sentences(new, part)
        for place, left, right in _pairs(was, now_):
            if left and right:
                yield from _was_now(f"{part}, sentence {place}", left, right)
            else:
                yield f"  {part}, sentence {place} {'added' if right else 'removed'}: {right or left}"
        old_entries, new_entries = _by_text(old, part), _by_text(new, part)
        for text in sorted(old_entries.keys() & new_entries.keys(), key=now_.index):
            change = _plus_minus(old_entries[text], new_entries[text])
            if change:
                yield f"  {part}, sources of sentence {now_.index(text) + 1}: {change}"
    change = _plus_minus(_cited(old), _cited(new))
    if change:
        yield f"  sources of the topic: {change}"


def _lists(old: Data, new: Data) -> Iterator[str]:
    for key, name in _LISTS.items():
        change = _plus_minus(_texts(old, key), _texts(new, key))
        if change:
            yield f"  {name}: {change}"


def _questions(old: Data, new: Data) -> Iterator[str]:
    was, now_ = _texts(old, "questions"), _texts(new, "questions")
    added, removed = [one for one in now_ if one not in was], [one for one in was if one not in now_]
    if added or removed:
        yield f"  questions: {len(added)} added, {len(removed)} removed"
        yield from (f"    + {question}" for question in added)
        yield from (f"    - {question}" for question in removed)


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[int, str, str]]:
    """Place, old and new text of each sentence that is not the same; one is empty where there is no counterpart."""
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        left = list(enumerate(old[start:end], start=start + 1))
        for place, text in enumerate(new[new_start:new_end], start=new_start + 1):
            match = max(left, key=lambda item: _likeness(item[1], text), default=None)
            if match and _likeness(match[1], text) >= _ALIKE:
                left.remove(match)
                yield place, match[1], text
            else:
                yield place, "", text
        yield from ((place, text, "") for place, text in left)


def _likeness(left: str, right: str) -> float:
    return difflib.SequenceMatcher(None, left.split(), right.split(), autojunk=False).ratio()


def _sources(old_content: bytes, new_content: bytes) -> Iterator[str]:
    old, new = _by_id(old_content), _by_id(new_content)
    if old is None or new is None:
        yield from ("", f"Sources: the {'old' if old is None else 'new'} file can't be read")
        return
    added, removed = [one for one in new if one not in old], [one for one in old if one not in new]
    changed = [one for one in new if one in old and old[one] != new[one]]
    yield from ("", f"Sources: {len(added)} added, {len(removed)} removed, {len(changed)} changed")
    yield from (f"  + {one}: {new[one].get('title')}" for one in added)
    yield from (f"  - {one}: {old[one].get('title')}" for one in removed)
    for one in changed:
        keys = [key for key in dict.fromkeys((*old[one], *new[one])) if old[one].get(key) != new[one].get(key)]
        yield from (f"  {one}, {key}: {old[one].get(key)} → {new[one].get(key)}" for key in keys)


def _counted(old: bytes | None, new: bytes | None) -> str:
    was, now_ = Counter((old or b"").splitlines()), Counter((new or b"").splitlines())
    count = f"{(now_ - was).total()} lines added, {(was - now_).total()} removed"
    if old is None:
        return f"new file, {now_.total()} lines"
    if new is None:
        return f"file removed, {was.total()} lines"
    return count if now_ != was else "only the order of its lines"


def _was_now(name: str, old: str, new: str) -> Iterator[str]:
    yield f"  {name}:"
    yield f"    was: {old}"
    yield f"    now: {new}"


def _plus_minus(old: list[str], new: list[str]) -> str:
    added = [f"+ {one}" for one in new if one not in old]
    return ", ".join((*added, *(f"- {one}" for one in old if one not in new)))


def _name(path: str, topic: Data) -> str:
    return f"{path.removeprefix(_TOPICS).removesuffix('.yml')} ({topic.get('title')})"


def _review(topic: Data) -> str:
    review = _part(topic, "review")
    by = f" by {review['by']} on {review.get('on')}" if review.get("by") else ""
    return f"{review.get('status')}{by}, written {review.get('written')}, due {review.get('due')}"


def _sentences(topic: Data, part: str) -> list[str]:
    return list(_by_text(topic, part))


def _by_text(topic: Data, part: str) -> dict[str, list[str]]:
    listed = topic.get(part)
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return {str(entry.get("fact") or entry.get("say")): _texts(entry, "sources") for entry in entries}


def _cited(topic: Data) -> list[str]:
    parts = (sources for part in ("answer", "detail") for sources in _by_text(topic, part).values())
    return list(dict.fromkeys(source for sources in parts for source in sources))


def _part(topic: Data, key: str) -> Data:
    found = topic.get(key)
    return found if isinstance(found, dict) else {}


def _texts(data: Data, key: str) -> list[str]:
    found = data.get(key)
    return [str(one) for one in found] if isinstance(found, list) else []


def _data(content: bytes) -> Data | None:
    # An older revision may not fit today's schema, so nothing but YAML is asked of it.
    try:
        data = yaml.load(content, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _by_id(content: bytes) -> dict[str, dict[str, Any]] | None:
    try:
        data = yaml.load(content, Loader=yaml.CSafeLoader) or []
    except (yaml.YAMLError, ValueError):
        return None
    if not isinstance(data, list):
        return None
    return {str(one.get("id")): one for one in data if isinstance(one, dict)}
