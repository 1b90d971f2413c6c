"""A knowledge folder as a whole: what in it can't be used is found before it is served."""

from __future__ import annotations

from pathlib import Path

from bot.dialogue.disclaimer import Disclaimer
from bot.knowledge.base import KnowledgeBase, read
from bot.knowledge.document import Document
from bot.knowledge.library import Library

# Of these only that they can be read; what stands in them is free.
WORDS = ("vocabulary.yml", "languages.yml")


def read_all(folder: Path) -> KnowledgeBase:
    """The knowledge base, when every other file of its folder has been read too.

    Raises:
        KnowledgeError, KnowledgeErrors: what is wrong in a file; each line with the place and the mend.
    """
    base = read(folder)
    Library.of(base, folder)
    Disclaimer.load(folder)
    for name in WORDS:
        Document.read(folder / name)
    return base
