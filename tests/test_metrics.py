"""What a monitor reads, who may, and that the dashboard asks for nothing else."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from bot.logs import JsonLines
from bot.settings import ROOT, settings

DASHBOARD = ROOT / "deploy" / "grafana" / "rls-guide.json"


def names() -> set[str]:
    """Every series that there is."""
    with metrics.timed("turn"):
        metrics.count("clarify", "web")
    metrics.SAFETY.labels("emergency", "pattern").inc()
    metrics.ERRORS.labels("turn").inc()
    metrics.QUEUE.labels("slack waiting").set(0)
    return {sample.name for family in text_string_to_metric_families(metrics.text().decode()) for sample in family.samples}


def asked() -> list[str]:
    """What the dashboard asks for."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


@pytest.mark.parametrize("query", asked())
def test_each_metric_of_the_dashboard_exists(query: str) -> None:
    wanted = set(re.findall(r"rls_\w+", query))
    assert wanted
    assert wanted <= names()


def test_the_dashboard_shows_each_metric() -> None:
    shown = " ".join(asked())
    for name in ("turns", "stage", "safety", "fallbacks", "errors", "queue", "spool_bytes", "spooled", "turns_under_way"):
        assert f"rls_{name}" in shown


def test_panels_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        taken |= cells


def test_workers_are_added_up(tmp_path: Path) -> None:
    code = "from bot import metrics; metrics.count('answer', 'web'); metrics.UNDER_WAY.inc()"
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    shown = subprocess.run(
        [sys.executable, "-c", "from bot import metrics; print(metrics.text().decode())"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert 'rls_turns_total{channel="web",kind="answer"} 2.0' in shown


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("RLS_METRICS_TOKEN", "for the monitor")
    settings.cache_clear()
    yield "for the monitor"
    settings.cache_clear()


@pytest.mark.parametrize(
    ("address", "forwarded", "may"),
    [
        ("127.0.0.1", None, True),
        ("::1", None, True),
        ("10.0.0.7", None, False),
        ("127.0.0.1", "8.8.8.8", False),
        ("", None, False),
    ],
)
def test_without_a_token_only_this_machine_may_read(address: str, forwarded: str | None, may: bool) -> None:
    assert metrics.allowed("", address, forwarded) is may


def test_with_a_token_whoever_has_it_may_read(token: str) -> None:
    assert metrics.allowed(token, "8.8.8.8", "1.1.1.1")
    assert not metrics.allowed("", "127.0.0.1", None)
    assert not metrics.allowed("another", "127.0.0.1", None)


def test_a_log_line_is_an_object_without_the_words_of_an_error() -> None:
    try:
        raise ValueError("my name is Maria Gonzalez")
    except ValueError:
        record = logging.getLogger("bot").makeRecord("bot", logging.ERROR, __file__, 1, "a turn failed", (), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert line["message"] == "a turn failed"
    assert line["level"] == "error"
    assert line["error"] == "ValueError"
    assert any("test_metrics" in place for place in line["at"])
    assert "Maria" not in json.dumps(line)


def value(name: str, **labels: str) -> float:
    """A figure as a monitor reads it; 0 where nothing was counted."""
    samples = [sample for family in text_string_to_metric_families(metrics.text().decode()) for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name == name and sample.labels == labels)


@pytest.mark.parametrize(
    ("kind", "missed"), [("answer", 0), ("smalltalk", 0), ("safety", 0), ("error", 1), ("clarify", 1), ("out_of_scope", 1)]
)
def test_a_turn_is_counted_and_so_is_what_was_not_understood(kind: str, missed: int) -> None:
    turns, misses = value("rls_turns_total", kind=kind, channel="sms"), value("rls_fallbacks_total", kind=kind)
    metrics.count(kind, "sms")
    assert value("rls_turns_total", kind=kind, channel="sms") == turns + 1
    assert value("rls_fallbacks_total", kind=kind) == misses + missed


def test_a_stage_that_fails_is_measured_too() -> None:
    before = value("rls_stage_seconds_count", stage="failing")
    with pytest.raises(ZeroDivisionError), metrics.timed("failing"):
        raise ZeroDivisionError
    assert value("rls_stage_seconds_count", stage="failing") == before + 1


@pytest.mark.parametrize("address", ["127.8.9.1", "::ffff:10.0.0.1", "0.0.0.0", "localhost", "not an address", "127.0.0.1:80"])
def test_only_addresses_of_this_machine_are_this_machine(address: str) -> None:
    assert metrics.allowed("", address, None) is (address == "127.8.9.1")


def test_a_token_that_begins_the_same_or_is_not_ascii_is_another(token: str) -> None:
    for other in (token[:-1], f"{token} ", "t\u00f6ken", token.upper()):
        assert not metrics.allowed(other, "127.0.0.1", None)


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("10.0.0.7", 403)])
def test_the_page_is_the_figures_or_a_refusal_without_any(address: str, status: int) -> None:
    request: Any = SimpleNamespace(token=None, ip=address, headers={})
    answer = asyncio.run(metrics.page(request))
    assert answer.status == status
    assert (b"rls_turns_total" in answer.body) is (status == 200)


def test_a_log_line_holds_one_line_whatever_the_message_is() -> None:
    record = logging.getLogger("bot").makeRecord("bot", logging.WARNING, __file__, 1, "two\nlines \u00e9 %s", ("x",), None)
    record.created, record.msecs = 1_709_251_199.0, 7.9
    text = JsonLines().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert line["message"] == "two\nlines \u00e9 x"
    assert line["time"] == "2024-02-29T23:59:59.007Z"
    assert {"error", "at"}.isdisjoint(line)
