"""What is wrong in a knowledge file, told in one line."""

from __future__ import annotations

from pathlib import Path


class KnowledgeError(ValueError):
    """A knowledge file that can't be used: where, what, and how to mend it."""

    def __init__(self, path: Path, line: int, what: str, mend: str) -> None:
        super().__init__(f"{path}:{line}: {what}; {mend}")
        self.path = path
        self.line = line
        self.what = what
        self.mend = mend


class KnowledgeErrors(ValueError):
    """Several errors, a line each."""

    def __init__(self, errors: list[KnowledgeError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors
