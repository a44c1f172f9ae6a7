"""The description of the API (OpenAPI 3.1), made from the operations and their structs; and what a text may hold."""

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from drafting.domain.errors import Code
from drafting.domain.prose import RULES
from drafting.web.api.calls import Call
from drafting.web.api.operations import JSON, NOTHING, Operation, Operations
from drafting.web.api.uploads import MULTIPART

descriptions = Operations("Descriptions")
REFERENCES: Final = "#/components/schemas/{name}"
_PARAMETER: Final = re.compile(r"{(\w+)}")
_PROBLEM: Final = {
    "description": "What cannot be done, and why (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": REFERENCES.format(name="Problem")}}},
}
_PROBLEM_SCHEMA: Final = {
    "type": "object",
    "description": "Beside these stand the data of the code, such as now, field, blocked or until.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": [code.value for code in Code]},
        "detail": {"type": "string", "description": "A sentence in the language that was asked for."},
    },
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request under the same key acts once, and gets the same answer for a day.",
    "schema": {"type": "string", "maxLength": 200},
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The digest of the text that was seen.",
    "schema": {"type": "string"},
}


@descriptions.add("GET", "/prose.json", is_public=True)
async def prose(call: Call) -> dict[str, Any]:
    """What a text may hold."""
    return RULES


def describe(operations: Iterable[Operation], title: str, server: str) -> dict[str, Any]:
    """The OpenAPI document."""
    every = list(operations)
    kinds = [kind for o in every for kind in (o.body, o.answer) if is_described(kind)]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=REFERENCES)
    by_kind = dict(zip(map(repr, kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in every:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, by_kind)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": "Times are RFC 3339 in Z, digests sha256:<64 hex>."},
        "servers": [{"url": server}],
        "tags": [{"name": name} for name in dict.fromkeys(o.part for o in every)],
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM_SCHEMA},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def is_described(kind: Any) -> bool:
    """Whether it is JSON that a schema can describe."""
    return kind is not NOTHING and not (isinstance(kind, type) and kind.__module__.startswith("starlette."))


def _operation(o: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": o.name,
        "tags": [o.part],
        "summary": o.summary,
        "parameters": [*_parameters(o)],
        "responses": {str(o.status): _answer(o, schemas), "default": _PROBLEM},
    }
    if o.upload:
        form = {"type": "object", "properties": {o.upload.field: {"type": "string", "format": "binary"}}}
        described["requestBody"] = {"required": True, "content": {MULTIPART: {"schema": form}}}
    elif o.body is not NOTHING:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas[repr(o.body)]}}}
    if o.is_public:
        described["security"] = [{}, {"token": []}]
    return described


def _answer(o: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    if o.answer is NOTHING:
        return {"description": "Done."}
    schema = schemas[repr(o.answer)] if is_described(o.answer) else {"type": "string"}
    return {"description": o.summary, "content": {o.media: {"schema": schema}}}


def _parameters(o: Operation) -> Iterable[dict[str, Any]]:
    for name in _PARAMETER.findall(o.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for name, words in o.queries.items():
        yield {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
    if o.method == "POST":
        yield _KEY
    if o.method == "PUT" and "/texts/" in o.path:
        yield _IF_MATCH
