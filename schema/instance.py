"""GraphQL types and query for the instance that responds, and for its viewer."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine import model
from resolvers import event as resolved_event
from resolvers.account_view import find_own_account
from schema.account import Account
from schema.enums import Role
from schema.info import Info
from schema.scalars import Cursor


@strawberry.type(
    description="The viewer of an operation: who is signed in, the program that sent a token, or "
    "the public."
)
class Viewer:
    subject: str | None = strawberry.field(
        description="The id of the account. Null for the public."
    )
    role: Role = strawberry.field(description="What the viewer may do; PUBLIC without an account.")
    region_codes: list[strawberry.ID] = strawberry.field(
        description="The codes of the regions in the scope of the right. A province stands for all "
        "of its regions. Empty for ADMIN, whose scope is every region, and for the public."
    )
    opd_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the OPDs in the scope of the right, to which the role OPD is "
        "limited. The successor stands for an OPD that was dissolved. Empty if the right names "
        "none."
    )
    expires_at: datetime | None = strawberry.field(
        description="When the session ends unless the person does something before, or when the "
        "token expires. Null for the public."
    )

    @strawberry.field(
        description="The account of the viewer, with its sessions, passkeys, tokens and audit. "
        "Null for the public."
    )
    async def account(self, info: Info) -> Account | None:
        return Account.from_optional_model(await find_own_account(info.context))

    @classmethod
    def from_model(cls, value: model.Viewer) -> Viewer:
        return cls(
            subject=None if value.role is model.Role.PUBLIC else value.subject,
            role=value.role,
            region_codes=[strawberry.ID(code) for code in sorted(value.regions)],
            opd_ids=[strawberry.ID(id) for id in sorted(value.opds)],
            expires_at=value.expires_at,
        )


@strawberry.type(
    description="The Simpul instance that responds: the server of a province or of one region."
)
class Instance:
    name: str = strawberry.field(description="The name that the operator gave to the instance.")
    version: str = strawberry.field(description="The version of the software.")
    province_code: strawberry.ID = strawberry.field(
        description="The code of the province whose regions the wall display shows."
    )
    is_replay: bool = strawberry.field(
        description="Whether the instance plays published results of earlier years again, as "
        "events, instead of serving current data."
    )
    sends_mail: bool = strawberry.field(
        description="Whether the instance can send invitations by mail."
    )

    @strawberry.field(
        description="The position of the newest event. To read data and then follow its changes, "
        "read the cursor with the data or before it, and subscribe after the cursor."
    )
    async def cursor(self, info: Info) -> Cursor:
        return Cursor(await resolved_event.newest_event_cursor(info.context))

    @strawberry.field(description="Who sent this operation, by its session or its token.")
    async def viewer(self, info: Info) -> Viewer:
        return Viewer.from_model(await info.context.read_acting_viewer())


@strawberry.type
class InstanceQuery:
    @strawberry.field(
        description="The instance that responds, its newest position, and its viewer."
    )
    def instance(self, info: Info) -> Instance:
        instance = info.context.instance
        return Instance(
            name=instance.name,
            version=instance.version,
            province_code=strawberry.ID(instance.province),
            is_replay=instance.replay,
            sends_mail=instance.send_invitation is not None,
        )
