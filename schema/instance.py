"""GraphQL types and query for the instance that responds, and for its viewer."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine import model
from resolvers import event as resolved_event
from schema.enums import Role
from schema.info import Info
from schema.scalars import Cursor


@strawberry.type(description="Who asks, as the token says.")
class Viewer:
    subject: str
    role: Role
    regions: list[strawberry.ID]
    opds: list[strawberry.ID]
    expires_at: datetime | None

    @classmethod
    def from_model(cls, value: model.Viewer) -> Viewer:
        return cls(
            subject=value.subject,
            role=value.role,
            regions=[strawberry.ID(code) for code in sorted(value.regions)],
            opds=[strawberry.ID(id) for id in sorted(value.opds)],
            expires_at=value.expires_at,
        )


@strawberry.type(description="The instance that answers.")
class Instance:
    name: str
    version: str
    province: strawberry.ID = strawberry.field(description="Whose wall it shows.")
    replay: bool = strawberry.field(
        description="True while published results of earlier years are played as events."
    )

    @strawberry.field(
        description="The newest position. Read it before the data, then subscribe after it."
    )
    async def cursor(self, info: Info) -> Cursor:
        return Cursor(await resolved_event.newest_event_cursor(info.context))

    @strawberry.field
    def viewer(self, info: Info) -> Viewer:
        return Viewer.from_model(info.context.viewer)


@strawberry.type
class InstanceQuery:
    @strawberry.field(description="The instance that answers, and its newest position.")
    def instance(self, info: Info) -> Instance:
        instance = info.context.instance
        return Instance(
            name=instance.name,
            version=instance.version,
            province=strawberry.ID(instance.province),
            replay=instance.replay,
        )
