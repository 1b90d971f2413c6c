"""What search engines read: schema.org data, as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.source import Source
from bot.knowledge.topic import Status, Topic

LANGUAGE = "en-CA"
ABOUT = {"@type": "MedicalCondition", "name": "Restless legs syndrome", "alternateName": ["RLS", "Willis-Ekbom disease"]}
_READER = {"@type": "PeopleAudience", "audienceType": "Patients and the public"}


def topic_data(topic: Topic, base: KnowledgeBase, url: str | None) -> str:
    """A topic's page: its question, its answer and what it rests on. A review is only named where there was one."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["MedicalWebPage", "FAQPage"],
        "name": topic.title,
        "inLanguage": LANGUAGE,
        "isAccessibleForFree": True,
        "about": ABOUT,
        "audience": _READER,
        "dateCreated": topic.review.written.isoformat(),
        "mainEntity": [
            {
                "@type": "Question",
                "name": topic.title,
                "acceptedAnswer": {"@type": "Answer", "text": f"{topic.text} {topic.ask}"},
            }
        ],
        "citation": [_source(source) for source in base.cited(topic)],
    }
    if url:
        data["url"] = url
    if topic.review.status is Status.REVIEWED and topic.review.on:
        data["lastReviewed"] = topic.review.on.isoformat()
        data["reviewedBy"] = {"@type": "Person", "name": topic.review.by}
    return dumped(data)


def page_data(title: str, url: str | None, parts: list[str]) -> str:
    """A page that leads to others or shows a chart."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": title,
        "inLanguage": LANGUAGE,
        "about": ABOUT,
        "audience": _READER,
    }
    if url:
        data["url"] = url
    if parts:
        data["hasPart"] = [{"@type": "WebPage", "name": name} for name in parts]
    return dumped(data)


def dumped(data: dict[str, Any]) -> str:
    """JSON that can't end the element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _source(source: Source) -> dict[str, Any]:
    data: dict[str, Any] = {"@type": "CreativeWork", "name": source.title}
    if source.by:
        data["author"] = source.by
    if source.year is not None:
        data["datePublished"] = str(source.year)
    if source.url:
        data["url"] = source.url
    return data
