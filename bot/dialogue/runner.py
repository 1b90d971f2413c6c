"""Runs a model's graph straight through; dask plans the same few steps anew for each message."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_METADATA_FILE, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata, ModelStorage

from bot.dialogue.quick_policies import QUICK


class StraightRunner(GraphRunner):
    """Each node in its order, planned once for each target."""

    def __init__(
        self,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: Optional[List[GraphNodeHook]] = None,
    ) -> None:
        self._schema = graph_schema
        self._nodes = {}
        for name, node in graph_schema.nodes.items():
            uses = QUICK.get(node.uses, node.uses)
            node = dataclasses.replace(node, uses=uses)
            self._nodes[name] = GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks)
        self._plans: Dict[Tuple[str, ...], List[str]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: Optional[List[GraphNodeHook]] = None,
    ) -> StraightRunner:
        """Load the components of a model."""
        return cls(graph_schema, model_storage, execution_context, hooks)

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        """The outputs of the targets, by name."""
        wanted = tuple(targets or self._schema.target_names)
        plan = self._plans.get(wanted)
        if plan is None:
            plan = self._plans[wanted] = self._plan(wanted)
        given = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in plan:
            needed = self._schema.nodes[name].needs.values()
            given[name] = self._nodes[name](*(given.get(source, source) for source in needed))
        return {name: given[name][1] for name in wanted}

    def _plan(self, targets: Tuple[str, ...]) -> List[str]:
        nodes = self._schema.minimal_graph_schema(list(targets)).nodes
        plan: List[str] = []

        def visit(name: str) -> None:
            if name in nodes and name not in plan:
                for source in nodes[name].needs.values():
                    visit(source)
                plan.append(name)

        for target in targets:
            visit(target)
        return plan


class ServedModel(LocalModelStorage):
    """A model that answers. How it was trained is left out, since the components of training import TensorFlow."""

    @staticmethod
    def _load_metadata(directory: Path) -> ModelMetadata:
        content = json.loads((directory / MODEL_ARCHIVE_METADATA_FILE).read_text(encoding="utf-8"))
        return ModelMetadata.from_dict({**content, "train_schema": {"nodes": {}}})
