"""The actor of a log entry: an opaque account, and the role and OPDs in which it acted.

The log never names a person. A name is in the accounts of the instance alone, where it can be
erased (UU 27/2022) without changing a hash chain.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.account import ACCOUNT_PREFIX
from engine.model import OWN_ACTOR_PREFIX, Role, Viewer

ACTOR_CHARACTERS_MOST = 1_000  # of the text in an entry; more would not be followed

_ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who appended an entry, as far as the entry states it."""

    id: str  # of the account; without one, the name of a part of Simpul or of a former token
    role: Role | None = None  # None for Simpul itself, and in entries of earlier versions
    opds: tuple[str, ...] = ()  # the OPDs in the scope of the role OPD

    @property
    def is_account(self) -> bool:
        """Whether the id is that of an account. An import or a decision has it without the role."""
        return self.role is not None or self.id.startswith(ACCOUNT_PREFIX)

    @property
    def is_simpul(self) -> bool:
        """Whether it is a part of Simpul itself, such as `simpul import`, at the log's writer."""
        return not self.is_account and self.id.startswith(OWN_ACTOR_PREFIX)


def format_actor(actor: Actor) -> str:
    """Return the text of an actor, as entries hold it: `account-4f… OPD 32.05:opd-dinkes`.

    OPDs for which it has no room are left out.
    """
    text = actor.id if actor.role is None else f"{actor.id} {actor.role.value}"
    for opd in sorted(actor.opds):
        if len(text) + 1 + len(opd) <= ACTOR_CHARACTERS_MOST:
            text = f"{text} {opd}"
    return text


def viewer_actor(viewer: Viewer) -> str:
    """Return the actor of the entries that a viewer appends."""
    opds = tuple(viewer.opds) if viewer.role is Role.OPD else ()
    return format_actor(Actor(viewer.subject, viewer.role, opds))


def parse_actor(text: str) -> Actor:
    """Return the actor of an entry. A text without a role is the id as a whole."""
    id, _, rest = text.partition(" ")
    role, *opds = rest.split(" ")
    if id and role in _ROLES:
        return Actor(id, _ROLES[role], tuple(opds))
    return Actor(text)
