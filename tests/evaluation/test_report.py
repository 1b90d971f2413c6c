"""The report, its plots and what the next run reads."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.evaluation import baseline
from bot.evaluation.report import LINE, Report, quoted
from bot.evaluation.scores import Scored

FOLDER = Path(__file__).parent
SECRETS = ("why do my legs crawl", "is it the coffee | or <b>tea</b>", "bake a cake")


@pytest.fixture
def lines(scored: Any) -> list[Scored]:
    return [
        scored("causes", text=SECRETS[0], topics=["causes"], confidence=0.9),
        scored("causes", text=SECRETS[1], also=("symptoms",), kind="clarify", offered=["pregnancy"], confidence=0.2),
        scored("symptoms", text="creepy or crawly", topics=["symptoms"], origin="reworded", file="in_scope_reworded"),
        scored("off_topic", text=SECRETS[2], file="out_of_scope", topics=["causes"], confidence=0.4),
        scored("off_topic", text="sing", file="out_of_scope", kind="out_of_scope", confidence=0.9),
        scored("iron_treatment", text="iron pan", borderline=True, topics=["causes"], confidence=0.4),
        scored("thanks", text="bless you", file="smalltalk", kind="smalltalk"),
        scored("overdose", text="the whole box", file="safety", kind="safety", safety="emergency"),
    ]


@pytest.fixture
def report(lines: list[Scored], scored: Any) -> Report:
    before = baseline.records(
        [
            scored("causes", text=SECRETS[0]),
            scored("off_topic", text=SECRETS[2], file="out_of_scope", kind="out_of_scope"),
        ]
    )
    return Report(
        lines=lines,
        stock=[scored("causes", kind="out_of_scope")],
        about={"model": "rls-guide-test.tar.gz"},
        thresholds={"offer": 0.1, "answer": 0.3},
        comparison=baseline.compare(lines, before),
    )


def test_it_works(report: Report, request: pytest.FixtureRequest) -> None:
    """The whole page; delete the kept one and run again to keep a new one."""
    kept = FOLDER / "report.md"
    if not kept.exists():
        kept.write_text(report.markdown(), encoding="utf-8")
        pytest.fail(f"{kept} was written anew; read it and run again")
    assert report.markdown() == kept.read_text(encoding="utf-8")


def test_files(report: Report, tmp_path: Path) -> None:
    report.write(tmp_path / "new" / "folder")
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "new" / "folder").iterdir()}
    assert set(written) == {"report.md", "scores.json", "risk_coverage.svg", "scope.svg", "groups.svg"}
    assert all("<svg" in text for name, text in written.items() if name.endswith(".svg"))
    assert all(f"]({name})" in written["report.md"] for name in written if name.endswith(".svg"))


def test_equal_runs_write_equal_files(report: Report, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        report.write(tmp_path / folder)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_scores_hold_figures_and_no_sentence(report: Report, tmp_path: Path) -> None:
    report.write(tmp_path)
    text = (tmp_path / "scores.json").read_text(encoding="utf-8")
    assert not any(secret in text for secret in SECRETS)
    content = json.loads(text)
    assert content["measures"]["all"]["accuracy"]["hits"] == 2
    assert content["measures"]["as written"]["accuracy"]["of"] == 2
    assert content["measures"]["stock Rasa, all"]["false_refusals"]["hits"] == 1
    assert content["about"] == {"model": "rls-guide-test.tar.gz"}
    assert baseline.load(tmp_path / "scores.json") == baseline.records(report.lines)


def test_the_page_quotes_no_message(report: Report, tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    report.write_page(page)
    text = page.read_text(encoding="utf-8")
    assert not any(quoted(secret) in text or secret in text for secret in SECRETS)
    assert "| off_topic | causes | wrong | 1 |" in text
    assert "](evaluation/groups.svg)" in text
    assert (tmp_path / "evaluation" / "groups.svg").exists()


def test_the_page_keeps_what_a_person_wrote(report: Report, tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    page.write_text(f"# How\n\nBy hand.\n\n{LINE}\n\nold figures", encoding="utf-8")
    report.write_page(page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# How\n\nBy hand.\n\n{LINE}\n\n## Figures\n")
    assert "old figures" not in text
    report.write_page(page)
    assert page.read_text(encoding="utf-8") == text


def test_the_summary_is_compact(report: Report) -> None:
    text = report.summary()
    assert "In scope: right topic first" in text
    assert "stock Rasa, all" in text
    assert "1 better, 1 worse, of 2 messages in both" in text
    assert "– emergency" not in text
    assert max(map(len, text.splitlines())) < 180


def test_without_stock_or_an_earlier_run(lines: list[Scored]) -> None:
    text = Report(lines).summary() + Report(lines).markdown()
    assert "stock" not in text
    assert "since the last run" not in text.lower()


def test_a_run_without_mistakes(scored: Any, tmp_path: Path) -> None:
    report = Report([scored("thanks", kind="smalltalk")], thresholds={"answer": 0.3})
    report.write(tmp_path)
    assert "## What went wrong\n\nNothing." in report.markdown()
    assert "## What went wrong\n\nNothing." in report.markdown(messages=False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a&#124;b"),
        ("<script>", "&#60;script&#62;"),
        ("[x](y)", "&#91;x&#93;(y)"),
        ("two\nlines\u2028more", "two lines more"),
        ("\u202eabc\x00", "\ufffdabc\ufffd"),
        ("", "(empty)"),
        (" \t", "(empty)"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_messages_are_quoted_without_effect(text: str, shown: str) -> None:
    assert quoted(text) == shown


@given(st.text(max_size=120))
@example("&lt;b&gt; &#124; &amp;")
@example("~~gone~~ **bold** `code`")
def test_a_reader_of_the_page_sees_what_was_written(text: str) -> None:
    shown = quoted(text)
    seen = " ".join("".join(char if char.isprintable() or char.isspace() else "\ufffd" for char in text).split())
    assert html.unescape(shown) == (seen or "(empty)")
    assert not set("|`<>\\*_[]~\n") & set(shown)


def test_a_message_is_cut_before_it_is_escaped() -> None:
    assert quoted("<" * 300) == "&#60;" * 199 + "…"
    assert quoted("x" * 200) == "x" * 200


def test_every_row_of_the_report_has_as_many_cells_as_its_head(report: Report) -> None:
    for table in re.findall(r"(?:^\|.*\n?)+", report.markdown(), re.M):
        rows = table.splitlines()
        assert len({row.count("|") for row in rows}) == 1, rows[0]


def test_what_else_was_right_and_what_was_offered_is_told(report: Report) -> None:
    text = report.markdown()
    assert "| causes (or symptoms) | clarify, offered pregnancy | unsure |" in text
    assert "| iron_treatment (edge of scope) | causes | wrong | iron pan |" in text


def test_a_page_without_a_line_is_written_anew(report: Report, tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    page.write_text("# Old\n", encoding="utf-8")
    report.write_page(page)
    assert page.read_text(encoding="utf-8").startswith("# Evaluation\n")


def test_a_threshold_above_every_confidence_refuses_all(lines: list[Scored]) -> None:
    text = Report(lines, thresholds={"none": 0.0, "all": 1.0, "never": 1.5}).markdown()
    assert "| none | 0.00 | 0.0% | 0.0% |" in text
    assert "| all | 1.00 | 100.0% | 100.0% |" in text
    assert "never" not in text


def test_nothing_at_all_is_a_report_too(tmp_path: Path) -> None:
    report = Report([])
    report.write(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "scores.json").read_text(encoding="utf-8"))["auroc"] is None
    assert "Nothing." in report.markdown()
