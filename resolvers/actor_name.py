"""Finds the names of those who appended entries, for the viewers who may know them."""

from __future__ import annotations

from engine.log.actor import Actor
from engine.model import Role
from resolvers import access
from resolvers.context import Context


async def find_actor_name(context: Context, actor: Actor, region_code: str) -> str | None:
    """Return the name of who acted in a region's log, if the viewer may know it.

    It is known for regions that this instance owns, to viewers who may read their drafts. Other
    instances follow as FOLLOWER, and do not know the names. The log itself has the name of an actor
    without an account. The log of another instance may name any actor: what looks like a part of
    Simpul is shown as a program of the region's owner.
    """
    is_followed = await context.loaders.sources.load(region_code) is not None
    if actor.is_simpul and not is_followed:
        return actor.id
    if context.viewer.role is Role.FOLLOWER:
        return None
    region = await context.loaders.regions.load(region_code)
    if region is None or not access.covers_region(context.viewer, region):
        return None
    if not actor.is_account:
        return f"{region_code}: {actor.id}" if is_followed else actor.id
    if is_followed:
        return None  # the account is one of the instance that owns the region
    return await context.loaders.account_names.load(actor.id)
