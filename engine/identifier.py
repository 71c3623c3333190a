"""Builds and parses the ids of the things in a region's log, such as `32.11:application-01`.

An id is the code of the region in whose log the thing was recorded, a colon, the kind of the thing,
and a key that is unique for this region and kind. The id of a region itself has no key. Ids are
therefore unique across instances, and an id states which region may record changes of the thing.
"""

from __future__ import annotations

from typing import NamedTuple

REGION = "region"


class EntityId(NamedTuple):
    """The parts of an id; `key` is empty for a region."""

    region: str
    kind: str
    key: str


def region_id(code: str) -> str:
    """Return the id of the region with this code."""
    return f"{code}:{REGION}"


def entity_id(region: str, kind: str, key: str) -> str:
    """Return the id of a thing in the log of `region`."""
    return f"{region}:{kind}-{key}"


def parse_entity_id(id: str) -> EntityId | None:
    """Return the parts of an id; None if the text does not have the form of an id."""
    region, colon, rest = id.partition(":")
    kind, hyphen, key = rest.partition("-")
    is_key_valid = not hyphen if kind == REGION else bool(key)
    is_valid = region and colon and is_key_valid
    return EntityId(region, kind, key) if is_valid else None
