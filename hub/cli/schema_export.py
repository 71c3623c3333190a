"""Generates the contract files from the code: the GraphQL schema and the feed contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, build_schema, print_type
from pydantic import TypeAdapter

from engine.log.entry_types import BODIES as ENTRY_BODIES
from engine.log.snapshot import BODIES as ROW_BODIES
from regions.contract import VERSION
from schema.schema import schema

ROOT = Path(__file__).parents[2]
SDL = ROOT / "schema" / "schema.graphql"
FEED = ROOT / "regions" / "contract" / "feed.graphql"
BODIES = ROOT / "regions" / "contract" / "bodies.json"
TYPES = (
    "FeedHead",
    "FeedFrame",
    "FeedEntry",
    "SnapshotPage",
    "SnapshotRow",
    "EventKind",
    "Visibility",
    "RowKind",
    "JSON",
)


def schema_files() -> dict[Path, str]:
    """Return the current content of each contract file."""
    return {SDL: schema.as_str() + "\n", FEED: _feed(), BODIES: _bodies()}


def _feed() -> str:
    whole = build_schema(schema.as_str())
    parts = [
        f"# Version {VERSION} of the feed contract; docs/protocol.md says what it promises.",
        _only(whole, "Query", "feedHead", "snapshot"),
        _only(whole, "Subscription", "feed"),
        *(print_type(whole.type_map[name]) for name in TYPES),
    ]
    return "\n\n".join(parts) + "\n"


def _only(whole: GraphQLSchema, name: str, *fields: str) -> str:
    """Return the SDL of a root type with only these fields."""
    found = whole.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return print_type(GraphQLObjectType(name, {each: found.fields[each] for each in fields}))


def _bodies() -> str:
    """Return the JSON Schema (2020-12) of each kind of body."""
    kinds: dict[Any, TypeAdapter[Any]] = {
        **{("entries", kind.value): TypeAdapter(body) for kind, body in ENTRY_BODIES.items()},
        **{("rows", kind.value): TypeAdapter(body) for kind, body in ROW_BODIES.items()},
    }
    asked = [(key, "validation", adapter) for key, adapter in kinds.items()]
    schemas, shared = TypeAdapter.json_schemas(asked, ref_template="#/$defs/{model}")  # type: ignore[arg-type]
    document: dict[str, object] = {"version": VERSION, "$defs": shared["$defs"]}
    for part in ("entries", "rows"):
        document[part] = {
            kind: schemas[(of, kind), "validation"] for of, kind in kinds if of == part
        }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
