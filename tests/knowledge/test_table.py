"""A CSV table: whatever a spreadsheet writes is read, and what can't be is told with its line and how to mend it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.table import Row, read_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def rows(path: Path, content: bytes, columns: tuple[str, ...] = ("id", "name")) -> list[Row]:
    path.write_bytes(content)
    return list(read_table(path, columns))


def row(**cells: str) -> Row:
    return Row(Path("table.csv"), 7, cells)


def refusal(path: Path, content: bytes) -> KnowledgeError:
    with pytest.raises(KnowledgeError) as caught:
        rows(path, content)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\n1,oats\n",
        b"id,name\n1,oats",
        b"id,name\r\n1,oats\r\n",
        b"id,name\r1,oats\r",
        b"\xef\xbb\xbfid,name\r\n1,oats\r\n",
        b'"id","name"\n"1","oats"\n',
        b"name,id\noats,1\n",
    ],
    ids=["unix", "no last end", "windows", "old mac", "excel", "quoted", "other order"],
)
def test_each_way_to_write_a_table_is_read(path: Path, content: bytes) -> None:
    (only,) = rows(path, content)
    assert (only["id"], only["name"], only.line) == ("1", "oats", 2)


def test_more_columns_than_needed_do_no_harm(path: Path) -> None:
    assert rows(path, b"id,note,name\n1,mine,oats\n")[0]["note"] == "mine"


def test_a_header_alone_is_a_table_without_rows(path: Path) -> None:
    assert rows(path, b"id,name\n") == []


def test_a_row_stands_where_it_begins(path: Path) -> None:
    found = rows(path, b'id,name\n1,"two\nlines"\n2,"say ""oats"", please"\n')
    assert [(each.line, each["name"]) for each in found] == [(2, "two\nlines"), (4, 'say "oats", please')]


@pytest.mark.parametrize(
    ("content", "line", "what", "mend"),
    [
        (b"", 1, "no column 'id'", "the header needs id, name"),
        (b"id;name\n1;oats\n", 1, "no column 'id'", "the header needs id, name"),
        (b"id\n1\n", 1, "no column 'name'", "the header needs id, name"),
        (b"id,name,id\n1,oats,2\n", 1, "a column stands twice", "keep one of the two"),
        (b"id,name\n1,oats\n2\n", 3, "1 cells, not 2", "add or remove commas"),
        (b"id,name\n1,oats, rolled\n", 2, "3 cells, not 2", "put a cell that holds a comma in double quotes"),
        (b"id,name\n\n1,oats\n", 2, "0 cells, not 2", "add or remove commas"),
        (b'id,name\n1,oats\n"2,nuts\n3,kale\n4,figs\n', 3, "1 cells, not 2", "double quotes"),
        (b"id,name\n1,oa\x00ts\n", 2, "not CSV (line contains NUL)", "remove the odd character"),
        (b"id,name\n1," + b"x" * 140_000 + b"\n", 2, "not CSV (field larger", "remove"),
        (b"id,name\n1,cr\xe8me\n", 1, "not UTF-8 text", "save the file as UTF-8"),
    ],
)
def test_a_table_that_can_t_be_read_is_told_in_one_line(path: Path, content: bytes, line: int, what: str, mend: str) -> None:
    error = refusal(path, content)
    assert error.line == line
    assert what in error.what
    assert mend in error.mend
    assert str(error).startswith(f"{path}:{line}: ")


def test_a_missing_table_is_told(path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"table\.csv:1: no such file; restore it from the repository"):
        list(read_table(path, ("id",)))


CELLS = st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=12) | st.sampled_from(['"', ",", "a\nb"])


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
def test_what_was_written_is_read(path: Path, written: list[tuple[str, str]]) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([("id", "name"), *written])
    assert [(each["id"], each["name"]) for each in rows(path, file.getvalue().encode())] == written


def test_a_text_is_given_without_blanks_around() -> None:
    assert row(name="  rolled oats \t").text("name") == "rolled oats"


@pytest.mark.parametrize("cell", ["", " ", "\t\u00a0"])
def test_a_blank_text_is_refused(cell: str) -> None:
    with pytest.raises(KnowledgeError, match=r"table\.csv:7: 'name' is blank; fill it in or remove the row"):
        row(name=cell).text("name")


@pytest.mark.parametrize(("cell", "value"), [("0", 0), ("27.5", 27.5), (" 3 ", 3), ("1e2", 100), (".5", 0.5), ("-0", 0)])
def test_a_number_is_read(cell: str, value: float) -> None:
    assert row(mg=cell).number("mg") == value
    assert row(mg=cell).optional_number("mg") == value


@pytest.mark.parametrize("cell", ["lots", "-1", "nan", "inf", "1e999", "1,5", "27 mg", "½"])
def test_what_is_no_number_is_refused(cell: str) -> None:
    for read in (Row.number, Row.optional_number):
        with pytest.raises(KnowledgeError, match=r"table\.csv:7: 'mg' is .*not a number of zero or more; write it as digits"):
            read(row(mg=cell), "mg")


def test_a_blank_is_not_known_and_never_zero() -> None:
    assert row(mg=" ").optional_number("mg") is None
    with pytest.raises(KnowledgeError, match="not a number"):
        row(mg=" ").number("mg")


@pytest.mark.parametrize("cell", ["", "-1", "1.0", "x", "1e3", "٣", "²", " 1"])
def test_what_is_no_whole_number_is_refused(cell: str) -> None:
    with pytest.raises(KnowledgeError, match=r"table\.csv:7: 'id' is .*not a whole number; write it as digits"):
        row(id=cell).whole("id")


def test_a_whole_number_is_read() -> None:
    assert row(id="170567").whole("id") == 170567
    assert row(id="007").whole("id") == 7
