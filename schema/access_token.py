"""GraphQL type for the tokens of programs."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine import account as engine


@strawberry.type(
    description="A token with which a program acts. Its secret is readable only in the result of "
    "`createProgramToken`."
)
class AccessToken:
    id: strawberry.ID = strawberry.field(description="The id, by which it can be withdrawn.")
    name: str = strawberry.field(description="The name that it was given.")
    created_at: datetime = strawberry.field(description="When it was created.")
    expires_at: datetime = strawberry.field(description="When it expires.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to some minutes; null if never."
    )

    @classmethod
    def from_model(cls, value: engine.AccessToken) -> AccessToken:
        return cls(
            id=strawberry.ID(value.id),
            name=value.name,
            created_at=value.created_at,
            expires_at=value.expires_at,
            last_used_at=value.last_used_at,
        )
