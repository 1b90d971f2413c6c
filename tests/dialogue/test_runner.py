"""A model's graph run straight through, held against Rasa's own way of running it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot.dialogue.runner import StraightRunner

RAN: list[str] = []


class Step(GraphComponent):
    """Adds its name to what it is given."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: Any, resource: Any, execution_context: Any) -> Step:
        return cls(config["name"])

    def run(self, first: str, second: str | None = None) -> str:
        RAN.append(self.name)
        return f"({first}{'+' + second if second else ''}>{self.name})"


def node(name: str, *, is_target: bool = False, **needs: str) -> SchemaNode:
    return SchemaNode(
        needs=needs, uses=Step, constructor_name="create", fn="run", config={"name": name}, eager=True, is_target=is_target
    )


SCHEMA = GraphSchema({
    "last": node("last", first="left", second="right", is_target=True),
    "left": node("left", first="text"),
    "right": node("right", first="left", second="text"),
    "beside": node("beside", first="text", is_target=True),
    "unused": node("unused", first="beside"),
})  # fmt: skip


def runner(kind: type[GraphRunner], folder: Path) -> GraphRunner:
    RAN.clear()
    return kind.create(SCHEMA, LocalModelStorage(folder), ExecutionContext(SCHEMA))


@pytest.mark.parametrize("targets", [None, ["last"], ["beside"], ["right"], ["beside", "last"], ["unused", "left"]])
def test_the_outputs_are_those_of_rasa(tmp_path: Path, targets: list[str] | None) -> None:
    inputs = {"text": "hello"}
    ours = runner(StraightRunner, tmp_path).run(inputs, targets)
    assert ours == runner(DaskGraphRunner, tmp_path).run(inputs, targets)


def test_each_step_runs_once_after_what_it_needs_and_no_other_runs(tmp_path: Path) -> None:
    straight = runner(StraightRunner, tmp_path)
    straight.run({"text": "hello"}, ["last"])
    assert RAN == ["left", "right", "last"]


def test_a_second_run_takes_nothing_from_the_first(tmp_path: Path) -> None:
    straight = runner(StraightRunner, tmp_path)
    first, second = (straight.run({"text": text}, ["left"]) for text in ("one", "two"))
    assert (first, second) == ({"left": "(one>left)"}, {"left": "(two>left)"})


@pytest.mark.parametrize("kind", [StraightRunner, DaskGraphRunner])
def test_what_nobody_gave_is_missed_by_name(tmp_path: Path, kind: type[GraphRunner]) -> None:
    with pytest.raises(GraphRunError, match="Missing input to run node 'left'"):
        runner(kind, tmp_path).run({}, ["left"])
    assert RAN == []
