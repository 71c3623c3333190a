"""The identity of a region: what an instance knows of it without its log."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model import Region, RegionKind


@dataclass(frozen=True, slots=True)
class RegionIdentity:
    """Code, name, kind and parent of a region.

    An instance that follows the region has them from its own list. No entry of the region's log
    changes them.
    """

    code: str
    name: str
    kind: RegionKind
    parent: str | None


def identify_region(region: Region) -> RegionIdentity:
    """Return the identity that a region states."""
    return RegionIdentity(region.code, region.name, region.kind, region.parent)
