"""The index that the site's search looks words up in."""

from __future__ import annotations

import json
import re
from collections import Counter

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.topic import Topic

# A word of more pages than this tells nothing.
_COMMON = 0.4
_SHORTEST = 3


def index(base: KnowledgeBase) -> str:
    """Title, address, group and words of each topic, as JSON; the same content gives the same text."""
    found = {topic.id: _words(topic) for topic in base.topics.values()}
    spread = Counter(word for words in found.values() for word in words)
    most = max(len(found) * _COMMON, 2)
    entries = [
        {
            "title": topic.title,
            "url": f"topics/{topic.id}.html",
            "group": base.groups[topic.group].title,
            "words": " ".join(sorted(word for word in found[topic.id] if spread[word] <= most)),
        }
        for topic in base.topics.values()
    ]
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + "\n"


def _words(topic: Topic) -> set[str]:
    text = " ".join((topic.button, topic.text, *topic.questions))
    return _stems(text) - _stems(topic.title)


def _stems(text: str) -> set[str]:
    # As static/search.js does it with what a reader types.
    words = re.findall(r"[^\W_]+", re.sub("['’]", "", text.casefold()))
    return {_stem(word) for word in words if len(word) >= _SHORTEST}


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
