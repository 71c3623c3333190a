"""GraphQL types for the sessions and the passkeys of a person."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine import account as engine
from schema.account_enums import SignInMethod
from schema.info import Info


@strawberry.type(description="A session of a person who is signed in.")
class Session:
    id: strawberry.ID = strawberry.field(description="The id, by which it can be ended.")
    method: SignInMethod = strawberry.field(description="How the person signed in.")
    created_at: datetime = strawberry.field(description="When the person signed in.")
    expires_at: datetime = strawberry.field(
        description="When it ends unless the person does something before."
    )
    ends_at: datetime = strawberry.field(
        description="When it ends at the latest, whatever the person does."
    )
    user_agent: str = strawberry.field(
        description="What the browser called itself at the sign-in; empty if it did not, and in the "
        "sessions of other people."
    )

    @strawberry.field(description="Whether this operation was sent in this session.")
    def is_current(self, info: Info) -> bool:
        return info.context.viewer.credential == self.id

    @classmethod
    def from_model(cls, value: engine.SessionRecord, *, is_own: bool) -> Session:
        return cls(
            id=strawberry.ID(value.id),
            method=value.method,
            created_at=value.created_at,
            expires_at=value.expires_at,
            ends_at=value.ends_at,
            user_agent=value.user_agent if is_own else "",
        )


@strawberry.type(description="A passkey with which a person can sign in.")
class Passkey:
    id: strawberry.ID = strawberry.field(description="The id, by which it can be removed.")
    name: str = strawberry.field(description="The name that the person gave it.")
    created_at: datetime = strawberry.field(description="When it was added.")
    last_used_at: datetime | None = strawberry.field(
        description="When the person last signed in with it; null if never."
    )

    @classmethod
    def from_model(cls, value: engine.Passkey) -> Passkey:
        return cls(
            id=strawberry.ID(value.id),
            name=value.name,
            created_at=value.created_at,
            last_used_at=value.last_used_at,
        )
