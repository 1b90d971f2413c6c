"""What no reply may break, whatever was said before it."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.knowledge.prose import FORBIDDEN, brands
from bot.settings import settings

# A source's own title, on a line of a list of sources, is quoted and not said.
SOURCE_LINE = re.compile(r"^- .+$", re.M)
# How far before it a warning may stand.
CONTEXT = 400
_DISCLAIMER = re.compile(r"(?:This is general|General) information, not medical advice")
_WARNED = re.compile(r"\b(?:not|no|never|don't|before you|nobody should|can't|cannot|without)\b[^.]*$", re.I)

# "Things the bot must not say" of the dossier, beside what prose.py has.
MUST_NOT = (
    (re.compile(r"\bmagnesium (?:is|has been) proven\b", re.I), "a promise"),
    (re.compile(r"\bmagnesium (?:will|does) (?:cure|treat|stop|fix|heal)\b", re.I), "a promise"),
    (
        re.compile(
            r"\b(?:rls|restless legs)(?: syndrome)? means (?:that )?(?:you|a person|someone|people) "
            r"(?:lacks?|(?:is|are) low)",
            re.I,
        ),
        "that RLS means a lack of magnesium",
    ),
    (
        re.compile(r"\b(?:you|your body) (?:lacks?|(?:is|are) (?:low|short|deficient)) (?:in|of|on)? ?magnesium\b", re.I),
        "that RLS means a lack of magnesium",
    ),
    (re.compile(r"\byour dose (?:is|should be)\b|\byou (?:can|may|should) (?:safely )?take \d", re.I), "a personal dose"),
    (re.compile(r"\b(?:amazon|iherb|walmart|costco|boots|holland (?:and|&) barrett|coupon|free shipping)\b", re.I), "a shop"),
    (
        re.compile(
            r"\b(?:stop|start|change|increase|reduce) (?:taking )?(?:the|your|any) (?:ropinirole|pramipexole|rotigotine|"
            r"gabapentin|pregabalin|levodopa|prescription|prescribed)",
            re.I,
        ),
        "an order about a medicine",
    ),
    (
        re.compile(r"\bdopamine (?:drugs?|agonists?|medicines?) (?:is|are|were) banned\b", re.I),
        "that dopamine drugs are banned",
    ),
    (re.compile(r"\bopioids? (?:is|are) safe\b|\bsafe at (?:a )?low doses?\b", re.I), "that opioids are safe"),
)


_WORD = re.compile(r"[\w'&-]+")


@lru_cache(maxsize=1)
def _brands() -> dict[str, list[re.Pattern[str]]]:
    """Each brand's pattern by its first word: one pattern for all of them takes ten times as long."""
    found: dict[str, list[re.Pattern[str]]] = {}
    for name in brands(settings().knowledge):
        found.setdefault(_WORD.findall(name.casefold())[0], []).append(re.compile(rf"\b{re.escape(name)}\b", re.I))
    return found


def _brand(text: str) -> str | None:
    words = set(_WORD.findall(text.casefold()))
    words |= {part for word in words for part in re.split(r"['&-]", word)}
    for word in words & _brands().keys():
        for pattern in _brands()[word]:
            match = pattern.search(text)
            if match:
                return match.group()
    return None


@lru_cache(maxsize=4096)
def _said(text: str) -> tuple[str, ...]:
    """What is said that must not be, in a text or a part of one."""
    found = []
    for pattern, what in (*FORBIDDEN, *MUST_NOT):
        for match in pattern.finditer(text):
            if not _WARNED.search(text[max(0, match.start() - CONTEXT) : match.start()]):
                found.append(f"{what}: {match.group()!r}")
                break
    brand = _brand(text)
    return (*found, f"a brand: {brand!r}") if brand else tuple(found)


def broken(text: str) -> list[str]:
    """The promises that a message of the bot breaks."""
    found = []
    if "not medical advice" not in text:
        found.append("no disclaimer")
    if "Please talk with " not in text:
        found.append("no advice")
    if not _DISCLAIMER.split(text)[0].strip():
        found.append("nothing but the disclaimer")
    return [*found, *_said(SOURCE_LINE.sub("", text))]
