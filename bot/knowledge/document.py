"""A YAML file whose every value knows its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.knowledge.errors import KnowledgeError, KnowledgeErrors

Model = TypeVar("Model", bound=BaseModel)
Key = tuple[str | int, ...]
# No file of ours is nested half as deep.
DEEPEST = 20


@dataclass(frozen=True)
class Document:
    """A parsed file: `data` as plain values, `lines` from the path of a value to its line (from 1)."""

    path: Path
    data: Any
    lines: dict[Key, int]

    @classmethod
    def read(cls, path: Path) -> Document:
        """Read a file.

        Raises:
            KnowledgeError: the file can't be read, is not UTF-8 or not YAML, or names a key twice.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise KnowledgeError(path, 1, "no such file", "create it or remove what names it") from None
        except OSError as error:
            raise KnowledgeError(path, 1, f"can't be read ({error.strerror})", "let the bot's user read it") from None
        except UnicodeDecodeError:
            raise KnowledgeError(path, 1, "not UTF-8 text", "save the file as UTF-8") from None
        try:
            node = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise KnowledgeError(
                path, line, f"not YAML ({error.problem})", "check the indent, the colon, and quotes around ': ' or '#'"
            ) from None
        except yaml.YAMLError as error:
            raise KnowledgeError(path, 1, f"not YAML ({error})", "remove the odd character") from None
        lines: dict[Key, int] = {(): 1}
        return cls(path, _value(node, (), lines, path) if node else None, lines)

    def line(self, key: Key) -> int:
        """The line of a value, or of the nearest thing around it that is there."""
        while key not in self.lines:
            key = key[:-1]
        return self.lines[key]

    def error(self, key: Key, what: str, mend: str) -> KnowledgeError:
        """An error at a value."""
        return KnowledgeError(self.path, self.line(key), what, mend)

    def parse(self, model: type[Model], at: Key = ()) -> Model:
        """The document, or a part of it, as a model.

        Raises:
            KnowledgeErrors: it does not fit; one error for each value that does not.
        """
        part = self.data
        for step in at:
            part = part[step]
        if not isinstance(part, dict):
            raise KnowledgeErrors([self.error(at, "not a list of 'key: value' lines", "see docs/knowledge.md")])
        try:
            return model.parse_obj(part)
        except ValidationError as error:
            raise KnowledgeErrors([self._problem(at + tuple(item["loc"]), item) for item in error.errors()]) from None

    def _problem(self, key: Key, item: Any) -> KnowledgeError:
        name = ".".join(str(step) for step in key if step != "__root__")
        if item["type"] == "value_error.missing":
            return self.error(key, f"'{name}' is missing", f"add '{key[-1]}:', see docs/knowledge.md")
        if item["type"] == "value_error.extra":
            return self.error(key, f"'{name}' is not known", "remove it or mend its name, see docs/knowledge.md")
        return self.error(key, f"'{name}': {item['msg']}", "mend the value, see docs/knowledge.md")


def _value(node: yaml.Node, key: Key, lines: dict[Key, int], path: Path) -> Any:
    lines[key] = node.start_mark.line + 1
    if len(key) > DEEPEST:
        raise KnowledgeError(path, lines[key], "too deep, or a value within itself", "write it out, without '&' and '*'")
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for name_node, value_node in node.value:
            name = str(name_node.value)
            line = name_node.start_mark.line + 1
            if name in mapping:
                raise KnowledgeError(path, line, f"'{name}' stands twice", "keep one of the two")
            mapping[name] = _value(value_node, (*key, name), lines, path)
            # A person looks for the key, and a block value starts on the line after it.
            lines[(*key, name)] = line
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*key, index), lines, path) for index, item in enumerate(node.value)]
    constructor = yaml.constructor.SafeConstructor()
    try:
        return constructor.construct_object(node)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError) as error:
        raise KnowledgeError(path, lines[key], f"not a value ({error})", "put it in quotes") from None
