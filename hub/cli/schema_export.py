"""Generates the contract files from the code: the GraphQL schema and the feed contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, build_schema, print_type
from pydantic import TypeAdapter

from engine.log.entry_types import ENTRY_BODY_TYPES as ENTRY_BODIES
from engine.log.snapshot import ROW_BODY_TYPES as ROW_BODIES
from regions.contract import VERSION
from schema.schema import schema

ROOT = Path(__file__).parents[2]
SDL = ROOT / "schema" / "schema.graphql"
FEED = ROOT / "regions" / "contract" / "feed.graphql"
BODIES = ROOT / "regions" / "contract" / "bodies.json"
FEED_TYPES = (
    "RegionLogHead",
    "RegionLogFrame",
    "RegionLogEntry",
    "RegionLogHashes",
    "RegionSnapshotPage",
    "RegionSnapshotRow",
    "EventKind",
    "Visibility",
    "RegionSnapshotRowKind",
    "Cursor",
    "JSON",
)


def schema_files() -> dict[Path, str]:
    """Return the current content of each contract file."""
    return {SDL: schema.as_str() + "\n", FEED: _feed_sdl(), BODIES: _body_schemas()}


def _feed_sdl() -> str:
    full_schema = build_schema(schema.as_str())
    parts = [
        f"# Version {VERSION} of the feed contract; docs/protocol.md says what it promises.",
        _root_type_sdl(full_schema, "Query", "regionLogHead", "regionSnapshot", "regionLogHashes"),
        _root_type_sdl(full_schema, "Subscription", "regionLog"),
        *(print_type(full_schema.type_map[name]) for name in FEED_TYPES),
    ]
    return "\n\n".join(parts) + "\n"


def _root_type_sdl(full_schema: GraphQLSchema, name: str, *fields: str) -> str:
    """Return the SDL of a root type with only these fields."""
    root_type = full_schema.type_map[name]
    assert isinstance(root_type, GraphQLObjectType)
    return print_type(GraphQLObjectType(name, {field: root_type.fields[field] for field in fields}))


def _body_schemas() -> str:
    """Return the JSON Schema (2020-12) of each kind of body."""
    adapters: dict[Any, TypeAdapter[Any]] = {
        **{("entries", kind.value): TypeAdapter(body) for kind, body in ENTRY_BODIES.items()},
        **{("rows", kind.value): TypeAdapter(body) for kind, body in ROW_BODIES.items()},
    }
    inputs = [(key, "validation", adapter) for key, adapter in adapters.items()]
    schemas, shared = TypeAdapter.json_schemas(inputs, ref_template="#/$defs/{model}")  # type: ignore[arg-type]
    document: dict[str, object] = {"version": VERSION, "$defs": shared["$defs"]}
    for part in ("entries", "rows"):
        document[part] = {
            kind: schemas[(group, kind), "validation"] for group, kind in adapters if group == part
        }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
