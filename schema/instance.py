"""GraphQL types and query for the instance that responds, and for its viewer."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine import model
from resolvers import event as resolved_event
from schema.enums import Role
from schema.info import Info
from schema.scalars import Cursor


@strawberry.type(description="The viewer of an operation, as the token describes it.")
class Viewer:
    subject: str | None = strawberry.field(
        description="The subject of the token. Null without a token."
    )
    role: Role = strawberry.field(description="What the viewer may do; PUBLIC without a token.")
    region_codes: list[strawberry.ID] = strawberry.field(
        description="The codes of the regions in the scope of the token. A province stands for all "
        "of its regions. Empty for ADMIN, whose scope is every region, and without a token."
    )
    opd_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the OPDs in the scope of the token, to which the role OPD is "
        "limited. The successor stands for an OPD that was dissolved. Empty if the token names "
        "none."
    )
    expires_at: datetime | None = strawberry.field(
        description="When the token expires. Null without a token."
    )

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

    @strawberry.field(
        description="The position of the newest event. To read data and then follow its changes, "
        "read the cursor with the data or before it, and subscribe after the cursor."
    )
    async def cursor(self, info: Info) -> Cursor:
        return Cursor(await resolved_event.newest_event_cursor(info.context))

    @strawberry.field(description="Who sent this operation, as its token states.")
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
        )
