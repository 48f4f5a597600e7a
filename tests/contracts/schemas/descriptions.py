"""What our own descriptions of platform operations are made of, and how answers are held against them.

They say only what we rely on, in JSON Schema (draft 2020-12), written from the platforms' documentation.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from connectors.emulators.shared.history import Exchange, History

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "specs"
NOT_RUN = "published descriptions absent: not run"

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: where the platform publishes it (None: it does not), and what it answers at each status.

    A status with None has no body.
    """

    published: tuple[str, str] | None
    answers: Mapping[int, Schema | None]


@dataclass(frozen=True, slots=True)
class Allowance:
    """A known fault of a published description: which operation, where in the answer, which rule, and why."""

    operation: str
    where: str
    rule: str
    why: str


@dataclass(slots=True)
class Description:
    """Every operation that we use of one platform, and the form of its refusals by status."""

    operations: Mapping[str, Operation]
    refusals: Mapping[int, Schema]
    allowances: tuple[Allowance, ...] = ()
    used: set[Allowance] = field(default_factory=set)

    def faults(self, history: History) -> list[str]:
        """What is wrong with the answers in this history, one line each."""
        return [f"{_label(x)}: {fault}" for x in history.exchanges if x.status is not None for fault in self._faults(x)]

    def _faults(self, exchange: Exchange) -> Iterator[str]:
        operation = self.operations.get(exchange.operation)
        status = exchange.status or 0
        if operation is None:
            yield f"{exchange.method} {exchange.path} is no operation that we describe"
        elif status in operation.answers:
            yield from _against(operation.answers[status], exchange.answer)
        elif status not in self.refusals:
            yield f"the status {status} is not described"
        elif exchange.answer is not None:
            yield from _against(self.refusals[status], exchange.answer)


def text(example: str = "text") -> Schema:
    """A string."""
    return {"type": "string", "examples": [example]}


def integer(example: int = 1) -> Schema:
    """A whole number."""
    return {"type": "integer", "examples": [example]}


def boolean(example: bool = False) -> Schema:
    """True or false."""
    return {"type": "boolean", "examples": [example]}


def moment(example: str = "2026-01-02T03:04:05.000Z") -> Schema:
    """An instant with its zone, as ISO 8601."""
    return {
        "type": "string",
        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
        "examples": [example],
    }


def nothing() -> Schema:
    """Null."""
    return {"type": "null", "examples": [None]}


def one_of(*values: Any) -> Schema:
    """One of these values."""
    return {"enum": list(values), "examples": [values[0]]}


def maybe(schema: Schema) -> Schema:
    """That, or null; the example is null."""
    return {"anyOf": [schema, {"type": "null"}], "examples": [None]}


def known(schema: Schema) -> Schema:
    """That, or null; the example is that."""
    return {"anyOf": [schema, {"type": "null"}]}


def listing(item: Schema) -> Schema:
    """A list of such things."""
    return {"type": "array", "items": item}


def thing(optional: Mapping[str, Schema] | None = None, /, **required: Schema) -> Schema:
    """An object with these fields; others are not our business."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def named(schema: Schema, *names: str) -> dict[str, Schema]:
    """The same schema under each of these names."""
    return dict.fromkeys(names, schema)


def example_of(schema: Schema) -> Any:
    """A value that the schema describes, made of its own examples."""
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0])
    if schema.get("type") == "array":
        return [example_of(schema["items"])]
    return {name: example_of(schema["properties"][name]) for name in schema["required"]}


@cache
def published(file: str) -> dict[str, Any]:
    """A platform's published description, from beside the clone."""
    whole: dict[str, Any] = json.loads((PUBLISHED / file).read_text(encoding="utf-8"))
    return _modern(whole) if str(whole["openapi"]).startswith("3.0") else whole


def published_answer(whole: dict[str, Any], place: tuple[str, str], status: int) -> Schema | None:
    """The published schema of one answer; None where nothing is published about its body."""
    method, path = place
    answer = whole["paths"][path][method]["responses"].get(str(status))
    while answer is not None and "$ref" in answer:
        answer = _at(whole, answer["$ref"])
    content = (answer or {}).get("content", {})
    schema = next((c["schema"] for kind, c in content.items() if "json" in kind), None)
    return None if schema is None else {**schema, "components": whole.get("components", {})}


def faults_against_published(
    description: Description, whole: dict[str, Any], name: str, status: int, value: Any, *, partial: bool = False
) -> Iterator[str]:
    """What the published description says against this answer, known faults of its own left out (and noted as used).

    A partial value may lack what is required there: our descriptions name only what we rely on.
    """
    place = description.operations[name].published
    schema = published_answer(whole, place, status) if place else None
    if schema is None:
        return
    for error in Draft202012Validator(schema).iter_errors(value):
        allowed = [
            a
            for a in description.allowances
            if (a.operation, a.where, a.rule) == (name, error.json_path, error.validator)
        ]
        description.used.update(allowed)
        if not allowed and not (partial and error.validator == "required"):
            yield f"{name} {status} {error.json_path} ({error.validator}): {error.message[:200]}"


def _against(schema: Schema | None, value: Any) -> Iterator[str]:
    if schema is None:
        if value is not None:
            yield "there should be no body"
        return
    for error in Draft202012Validator(schema).iter_errors(value):
        yield f"{error.json_path}: {error.message[:200]}"


def _label(exchange: Exchange) -> str:
    return f"{exchange.number} {exchange.operation} {exchange.status}"


def _at(whole: dict[str, Any], reference: str) -> Any:
    place: Any = whole
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def _modern(value: Any) -> Any:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if isinstance(value, list):
        return [_modern(item) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {key: _modern(item) for key, item in value.items() if key != "nullable"}
    if value.get("nullable") is not True:
        return changed
    return {"anyOf": [changed, {"type": "null"}]}
