"""GraphQL types for accounts as others refer to them: in a log, in the audit, and by a right."""

from __future__ import annotations

import strawberry

import engine.log.actor as engine
from resolvers.actor_name import find_actor_name
from schema.enums import Role
from schema.info import Info

ACCOUNT_NAME = "The name of the person or the program; null if it is erased."


@strawberry.type(description="An account that acted, or gave a right.")
class AccountReference:
    id: strawberry.ID = strawberry.field(description="The id of the account.")

    @strawberry.field(description=ACCOUNT_NAME)
    async def name(self, info: Info) -> str | None:
        return await info.context.loaders.account_names.load(self.id)

    @classmethod
    def from_optional_id(cls, id: str | None) -> AccountReference | None:
        """Return the reference to an account; None stands for the operator of the instance."""
        return None if id is None else cls(id=strawberry.ID(id))


@strawberry.type(
    description="Who made a change of a region, and in which capacity. The log of the region has "
    "the account, the role and the OPDs; only the owner of the region knows the name."
)
class Actor:
    account_id: strawberry.ID | None = strawberry.field(
        description="The id of the account at the instance that owns the region. Null in changes "
        "by Simpul itself, and in changes of versions that had no accounts."
    )
    role: Role | None = strawberry.field(
        description="The role in which it acted; null if the log does not state it."
    )
    opd_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the OPDs for which it acted; empty for other roles than OPD."
    )
    _actor: strawberry.Private[engine.Actor]
    _region: strawberry.Private[str]

    @strawberry.field(
        description="The name of the person or the program. Null if it is erased, or if the viewer "
        "may not read the drafts of the region. Without an account it is what the token of an "
        "earlier version stated, or the part of Simpul that made the change, such as `simpul "
        "import`; every viewer may read the part of Simpul. If another instance owns the region, "
        "the name is null, except for a program of that instance, such as `32.11: simpul import`, "
        "which viewers read who may read the drafts of the region."
    )
    async def name(self, info: Info) -> str | None:
        return await find_actor_name(info.context, self._actor, self._region)

    @classmethod
    def from_entry(cls, actor: str, region: str) -> Actor:
        """Return the actor of an entry in a region's log."""
        parsed = engine.parse_actor(actor)
        return cls(
            account_id=strawberry.ID(parsed.id) if parsed.is_account else None,
            role=parsed.role,
            opd_ids=[strawberry.ID(id) for id in parsed.opds],
            _actor=parsed,
            _region=region,
        )
