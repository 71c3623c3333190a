"""GraphQL types and queries for the accounts of this instance and their rights."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from engine import account as engine
from engine.account_access import AccountFilter
from resolvers import account_view as resolved
from resolvers.audit_view import page_of_account_audit
from schema.access_token import AccessToken
from schema.account_enums import AccountKind, AccountState
from schema.actor import ACCOUNT_NAME, AccountReference
from schema.arguments import AfterArgument, FirstArgument
from schema.audit import AuditEntry, decode_audit_cursor
from schema.connection import (
    Connection,
    checked_page_size,
    checked_search_text,
    decode_cursor,
    to_connection,
)
from schema.descriptions import CURRENT_VERSION, REGION_CODE
from schema.enums import Role
from schema.info import Info
from schema.opd import Opd
from schema.region import Region
from schema.session import Passkey, Session

VISIBLE = (
    "A viewer sees its own account, and those whose right it may give: ADMIN all of them, PROVINCE "
    "those of REGION, ASSESSOR, OPD and FOLLOWER in its provinces, and REGION those of OPD and "
    "FOLLOWER in its regions. The last right counts if it was withdrawn."
)


@strawberry.type(
    description="A person or a program with at most one right at this instance. Accounts are in no "
    "log, and other instances never learn of them."
)
class Account:
    id: strawberry.ID = strawberry.field(
        description="The opaque id, which logs and the audit keep when the account is erased."
    )
    kind: AccountKind = strawberry.field(description="Who uses it.")
    name: str | None = strawberry.field(description=ACCOUNT_NAME)
    login: str | None = strawberry.field(
        description="The user name or e-mail address with which the person signs in, in lower "
        "case; null for a program, if the account is erased, and if the identity provider states "
        "none."
    )
    role: Role | None = strawberry.field(
        description="The role of the right; null if the right is withdrawn."
    )
    region_codes: list[strawberry.ID] = strawberry.field(
        description="The codes of the regions in the scope of the right. A province stands for all "
        "of its regions. Empty for ADMIN, whose scope is every region."
    )
    opd_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the OPDs in the scope of the right; empty for other roles than OPD."
    )
    reads_drafts: bool = strawberry.field(
        description="Whether a FOLLOWER also reads drafts; false for other roles, which always "
        "read those of their regions."
    )
    is_of_provider: bool = strawberry.field(
        description="Whether the person signs in at the identity provider, whose claims determine "
        "the right at each sign-in."
    )
    has_password: bool = strawberry.field(description="Whether the person has set a password.")
    given_by: AccountReference | None = strawberry.field(
        description="The account that gave the right; null for the operator of the instance or its "
        "identity provider."
    )
    given_at: datetime | None = strawberry.field(
        description="When the right was given; null if it was never."
    )
    last_sign_in_at: datetime | None = strawberry.field(
        description="When the person last signed in; null if never."
    )
    created_at: datetime = strawberry.field(description="When the account was recorded.")
    version: int = strawberry.field(description=CURRENT_VERSION)
    _value: strawberry.Private[engine.Account]

    @strawberry.field(description="Whether the person or the program can use the account.")
    def state(self) -> AccountState:
        return resolved.account_state(self._value)

    @strawberry.field(
        description="The regions in the scope of the right that are on record, by code; at most "
        "100."
    )
    async def regions(self, info: Info) -> list[Region]:
        regions = await info.context.loaders.regions.load_many(self.region_codes)
        return [Region.from_model(region) for region in regions if region is not None]

    @strawberry.field(
        description="The OPDs in the scope of the right that are on record, by id; at most 100. "
        "For one that was dissolved, the person acts for its successor."
    )
    async def opds(self, info: Info) -> list[Opd]:
        opds = await info.context.loaders.opds.load_many(self.opd_ids)
        return [Opd.from_model(opd) for opd in opds if opd is not None]

    @strawberry.field(description="The sessions that are open, newest first; at most 100.")
    async def sessions(self, info: Info) -> list[Session]:
        now = info.context.instance.clock()
        records = await info.context.loaders.account_sessions.load(self._value.id)
        is_own = self._value.id == info.context.viewer.subject
        return [
            Session.from_model(record, is_own=is_own)
            for record in records
            if record.expires_at > now
        ]

    @strawberry.field(
        description="The tokens that are not withdrawn, newest first, also those that expired in the last 30 "
        "days; at most 100."
    )
    async def tokens(self, info: Info) -> list[AccessToken]:
        tokens = await info.context.loaders.account_tokens.load(self._value.id)
        return [AccessToken.from_model(token) for token in tokens]

    @strawberry.field(description="The passkeys of the person, newest first.")
    async def passkeys(self, info: Info) -> list[Passkey]:
        passkeys = await info.context.loaders.account_passkeys.load(self._value.id)
        return [Passkey.from_model(passkey) for passkey in passkeys]

    @strawberry.field(
        description="The audit of the account, the newest entries first. Of another "
        "person's, only ADMIN sees sign-ins and entries from before the viewer could give the right."
    )
    async def audit(
        self, info: Info, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[AuditEntry]:
        page = await page_of_account_audit(
            info.context, self._value.id, checked_page_size(first), decode_audit_cursor(after)
        )
        return to_connection(page, [AuditEntry.from_model(entry) for entry in page.values])

    @classmethod
    def from_model(cls, value: engine.Account) -> Account:
        right = value.right
        return cls(
            id=strawberry.ID(value.id),
            kind=value.kind,
            name=value.name,
            login=value.login,
            role=None if right is None else right.role,
            region_codes=[strawberry.ID(code) for code in sorted(right.regions)] if right else [],
            opd_ids=[strawberry.ID(id) for id in sorted(right.opds)] if right else [],
            reads_drafts=right is not None and right.drafts,
            is_of_provider=value.issuer is not None,
            has_password=value.password_hash is not None,
            given_by=AccountReference.from_optional_id(value.given_by),
            given_at=value.given_at,
            last_sign_in_at=value.last_sign_in_at,
            created_at=value.created_at,
            version=value.version,
            _value=value,
        )

    @classmethod
    def from_optional_model(cls, value: engine.Account | None) -> Account | None:
        return None if value is None else cls.from_model(value)


@strawberry.type
class AccountQuery:
    @strawberry.field(
        description=f"Accounts, by name. {VISIBLE} For roles that may give no right, it is an error "
        "with the code FORBIDDEN."
    )
    async def accounts(
        self,
        info: Info,
        role: Annotated[
            Role | None,
            strawberry.argument(
                description="The role of the right, or of the last one if it was withdrawn. Null "
                "accepts every role."
            ),
        ] = None,
        region_code: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description=f"{REGION_CODE} The scope has to contain it. Null accepts every scope."
            ),
        ] = None,
        kind: Annotated[
            AccountKind | None,
            strawberry.argument(description="Who uses the account. Null accepts both."),
        ] = None,
        state: Annotated[
            AccountState | None,
            strawberry.argument(description="The state of the account. Null accepts every state."),
        ] = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="A part of the name or of the login, of at most 200 characters, in any "
                "case. Null accepts all."
            ),
        ] = None,
        first: FirstArgument = 50,
        after: AfterArgument = None,
    ) -> Connection[Account]:
        accepted = AccountFilter(
            role=role,
            region=region_code,
            kind=kind,
            has_right=None if state is None else state is not AccountState.WITHDRAWN,
            is_invited=None
            if state is None or state is AccountState.WITHDRAWN
            else state is AccountState.INVITED,
            search=checked_search_text(search),
        )
        page = await resolved.page_of_accounts(
            info.context, accepted, checked_page_size(first), decode_cursor(after, 3)
        )
        return to_connection(page, [Account.from_model(account) for account in page.values])

    @strawberry.field(description=f"The account with an id. {VISIBLE} Null for any other.")
    async def account(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of the account.")],
    ) -> Account | None:
        return Account.from_optional_model(await resolved.find_visible_account(info.context, id))
