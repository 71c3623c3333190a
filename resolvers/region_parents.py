"""Finds the parents of regions, in whose logs their results are recorded."""

from __future__ import annotations

from collections.abc import Collection

from facts.region import listed_region
from storage import ownership
from storage import region as stored_region
from storage.database import Session


async def load_parents(session: Session, codes: Collection[str]) -> dict[str, str | None]:
    """Return the parents of the regions that this instance holds, lists or follows, by code."""
    held = await stored_region.regions_by_code(session, codes)
    followed = await ownership.identities_by_region(session, codes)
    identities = {
        code: held.get(code) or listed_region(code) or followed.get(code) for code in codes
    }
    return {code: identity.parent for code, identity in identities.items() if identity is not None}
