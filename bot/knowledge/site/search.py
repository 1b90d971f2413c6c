"""The index that the site's search looks words up in."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.topic import Topic

# A word of more pages than this tells nothing.
_COMMON = 0.4
# A word of this share of a topic's questions is what the topic is about.
_OFTEN = 0.1
_SHORTEST = 3


def index(base: KnowledgeBase) -> str:
    """Title, address, group and words of each topic, as JSON; the same content gives the same text.

    `often` are the words that many of its questions hold, `words` the others.
    """
    found = {topic.id: _words(topic) for topic in base.topics.values()}
    spread = Counter(word for often, rare in found.values() for word in often | rare)
    most = max(len(found) * _COMMON, 2)
    entries = [
        {
            "title": topic.title,
            "url": f"topics/{topic.id}.html",
            "group": base.groups[topic.group].title,
            "often": " ".join(sorted(word for word in found[topic.id][0] if spread[word] <= most)),
            "words": " ".join(sorted(word for word in found[topic.id][1] if spread[word] <= most)),
        }
        for topic in base.topics.values()
    ]
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + "\n"


def _words(topic: Topic) -> tuple[set[str], set[str]]:
    counted = Counter(word for question in topic.questions for word in _stems(question))
    often = {word for word, count in counted.items() if count >= len(topic.questions) * _OFTEN} | _stems(topic.button)
    return often, ({*counted} | _stems(topic.text)) - often - _stems(topic.title)


def _stems(text: str) -> set[str]:
    # As static/search.js does it with what a reader types.
    plain = re.sub("[\u0300-\u036f'’]", "", unicodedata.normalize("NFD", text.lower()))
    words = re.findall(r"[^\W_]+", plain)
    return {_stem(word) for word in words if len(word) >= _SHORTEST}


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
