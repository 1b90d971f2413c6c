"""spaCy's tokenizer in a time that grows with the text and no faster.

It takes signs off both ends of a word one by one, and looks through all that is left of the word for each: ten thousand
question marks took fifteen seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from spacy.language import Language

# No word of any language that is read here, with what people put around it, is longer.
LONGEST = 64

Search = Callable[[str], re.Match[str] | None]


def leave_long_words_whole(nlp: Language) -> None:
    """Let a pipeline's tokenizer take nothing off the ends of what is too long for a word."""
    tokenizer: Any = nlp.tokenizer
    tokenizer.prefix_search = _of_words(tokenizer.prefix_search)
    tokenizer.suffix_search = _of_words(tokenizer.suffix_search)


def _of_words(search: Search) -> Search:
    return lambda word: search(word) if len(word) <= LONGEST else None
