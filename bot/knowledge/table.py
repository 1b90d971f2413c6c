"""A CSV table of the knowledge base, whose every row knows its line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.errors import KnowledgeError


@dataclass(frozen=True)
class Row:
    """One line of a table: its cells by column."""

    path: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, what: str, mend: str) -> KnowledgeError:
        """An error at this line."""
        return KnowledgeError(self.path, self.line, what, mend)

    def text(self, column: str) -> str:
        """A cell that must hold something.

        Raises:
            KnowledgeError: it is blank.
        """
        if not self.cells[column].strip():
            raise self.error(f"'{column}' is blank", "fill it in or remove the row")
        return self.cells[column].strip()

    def number(self, column: str) -> float:
        """A cell that must hold a number of zero or more.

        Raises:
            KnowledgeError: it is blank, not a number, or negative.
        """
        try:
            value = float(self.cells[column])
        except ValueError:
            value = -1.0
        if not 0 <= value < float("inf"):
            raise self.error(
                f"'{column}' is {self.cells[column]!r}, not a number of zero or more",
                "write it as digits, such as 27.5",
            )
        return value

    def optional_number(self, column: str) -> float | None:
        """A cell that holds a number, or nothing: a blank is "not known" and never zero."""
        return self.number(column) if self.cells[column].strip() else None

    def whole(self, column: str) -> int:
        """A cell that must hold a whole number of zero or more.

        Raises:
            KnowledgeError: it does not.
        """
        if not self.cells[column].isascii() or not self.cells[column].isdigit():
            raise self.error(f"'{column}' is {self.cells[column]!r}, not a whole number", "write it as digits")
        return int(self.cells[column])


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a CSV file that has a header.

    Raises:
        KnowledgeError: the file is missing or not UTF-8, a column is missing or stands twice, or a row has too few
            or too many cells.
    """
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            missing = [column for column in columns if column not in header]
            if missing:
                raise KnowledgeError(path, 1, f"no column '{missing[0]}'", f"the header needs {', '.join(columns)}")
            if len(set(header)) < len(header):
                raise KnowledgeError(path, 1, "a column stands twice", "keep one of the two")
            line = reader.line_num + 1
            for cells in reader:
                if len(cells) != len(header):
                    raise KnowledgeError(
                        path, line, f"{len(cells)} cells, not {len(header)}",
                        "add or remove commas; put a cell that holds a comma in double quotes",
                    )  # fmt: skip
                yield Row(path, line, dict(zip(header, cells, strict=True)))
                # A cell in quotes may go on for several lines; a row stands where it begins.
                line = reader.line_num + 1
    except FileNotFoundError:
        raise KnowledgeError(path, 1, "no such file", "restore it from the repository") from None
    except UnicodeDecodeError:
        raise KnowledgeError(path, 1, "not UTF-8 text", "save the file as UTF-8") from None
    except csv.Error as error:
        raise KnowledgeError(path, line, f"not CSV ({error})", "remove the odd character") from None
