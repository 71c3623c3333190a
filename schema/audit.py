"""GraphQL types and query for the audit of accounts, sessions and tokens."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine import account as engine
from resolvers.audit_view import page_of_audit
from resolvers.problems import InvalidArgument
from schema.account_enums import AuditAction, SignInMethod
from schema.actor import AccountReference
from schema.arguments import AfterArgument, FirstArgument
from schema.connection import Connection, checked_page_size, decode_cursor, to_connection
from schema.enums import Role
from schema.info import Info


@strawberry.type(
    description="An act that concerns an account, its sessions or its tokens. The "
    "instance changes and deletes none."
)
class AuditEntry:
    number: int = strawberry.field(
        description="The position in the audit of this instance, from 1 without a gap."
    )
    at: datetime = strawberry.field(description="When it happened.")
    action: AuditAction = strawberry.field(description="What happened.")
    actor: AccountReference | None = strawberry.field(
        description="The account that acted; null for the operator of the instance, for its "
        "identity provider, and for Simpul itself."
    )
    account: AccountReference = strawberry.field(description="The account that it concerns.")
    credential_id: strawberry.ID | None = strawberry.field(
        description="The id of the session, token or passkey that it concerns; null if it concerns "
        "none."
    )
    role: Role | None = strawberry.field(
        description="The role that was given; null if no right was given."
    )
    region_codes: list[strawberry.ID] = strawberry.field(
        description="The codes of the regions in the scope that was given."
    )
    opd_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the OPDs in the scope that was given."
    )
    reason: str | None = strawberry.field(
        description="Why the right was withdrawn; null if no reason was stated."
    )
    token_name: str | None = strawberry.field(
        description="The name of the token that was created; null for other acts."
    )
    method: SignInMethod | None = strawberry.field(
        description="How the person signed in; null for other acts."
    )

    @classmethod
    def from_model(cls, value: engine.AuditEntry) -> AuditEntry:
        detail = value.detail
        role, method = detail.get("role"), detail.get("method")
        is_token = value.action is engine.AuditAction.TOKEN_CREATED
        return cls(
            number=value.number,
            at=value.at,
            action=value.action,
            actor=AccountReference.from_optional_id(value.actor),
            account=AccountReference(id=strawberry.ID(value.account)),
            credential_id=None if value.credential is None else strawberry.ID(value.credential),
            role=Role(role) if isinstance(role, str) else None,
            region_codes=_ids(detail.get("regions")),
            opd_ids=_ids(detail.get("opds")),
            reason=_optional_text(detail.get("reason")),
            token_name=_optional_text(detail.get("name")) if is_token else None,
            method=SignInMethod(method) if isinstance(method, str) else None,
        )


def decode_audit_cursor(after: str | None) -> int | None:
    """Return the number that a cursor encodes, or raise InvalidArgument."""
    decoded = decode_cursor(after, 1)
    if decoded is None:
        return None
    [number] = decoded
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise InvalidArgument("after", "the endCursor of an earlier page", repr(number[:64]))
    return int(number)


@strawberry.type
class AuditQuery:
    @strawberry.field(
        description="The audit of the accounts that the viewer may see, the newest entries first. "
        "Everyone who is signed in sees that of the own account. Of other people, only ADMIN sees "
        "sign-ins and entries from before the viewer could give the right."
    )
    async def account_audit(
        self, info: Info, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[AuditEntry]:
        size = checked_page_size(first)
        page = await page_of_audit(info.context, size, decode_audit_cursor(after))
        return to_connection(page, [AuditEntry.from_model(entry) for entry in page.values])


def _ids(value: object) -> list[strawberry.ID]:
    return [strawberry.ID(str(id)) for id in value] if isinstance(value, list) else []


def _optional_text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
