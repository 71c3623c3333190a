"""GraphQL mutations for the tokens of programs, and for sessions and passkeys of people."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.account import Right
from resolvers import access_token as resolved
from resolvers import session as resolved_session
from schema.access_token import AccessToken
from schema.account import Account
from schema.account_mutation import GIVERS, OPD_IDS, READS_DRAFTS, REGION_CODES, ROLE
from schema.arguments import INPUT
from schema.enums import Role
from schema.info import Info
from schema.problem import InvalidInput, NotFound, WrongState, result_or_problem


@strawberry.input(description="A token to create for a program.")
class CreateProgramTokenInput:
    name: str = strawberry.field(
        description="The name of the program, from 1 to 200 characters. Tokens with one name and "
        "one right belong to one account."
    )
    role: Role = strawberry.field(description=ROLE)
    region_codes: list[strawberry.ID] = strawberry.field(
        default_factory=list, description=REGION_CODES
    )
    opd_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=OPD_IDS)
    reads_drafts: bool = strawberry.field(default=False, description=READS_DRAFTS)
    days: int = strawberry.field(
        description=f"The number of days for which the token is valid, from 1 to "
        f"{resolved.DAYS_MOST}."
    )


@strawberry.input(description="A token to withdraw.")
class WithdrawTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The id of the token.")


@strawberry.input(description="A session to end.")
class EndSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The id of the session.")


@strawberry.input(description="A passkey to remove.")
class RemovePasskeyInput:
    passkey_id: strawberry.ID = strawberry.field(description="The id of the passkey.")


@strawberry.type(description="A token that was created, with its secret.")
class CreatedToken:
    account: Account = strawberry.field(description="The account of the program.")
    token: AccessToken = strawberry.field(description="The token.")
    secret: str = strawberry.field(
        description="What the program sends as `Authorization: Bearer …`. It is readable only in "
        "this result."
    )

    @classmethod
    def from_resolver(cls, value: resolved.CreatedToken) -> CreatedToken:
        return cls(
            account=Account.from_model(value.account),
            token=AccessToken.from_model(value.token),
            secret=value.secret,
        )


CreateProgramTokenPayload = Annotated[
    CreatedToken | InvalidInput,
    strawberry.union(
        "CreateProgramTokenPayload",
        description="The token, or the problem that prevented it.",
    ),
]
WithdrawTokenPayload = Annotated[
    Account | NotFound,
    strawberry.union(
        "WithdrawTokenPayload",
        description="The account of the token, or the problem that prevented the change.",
    ),
]
EndSessionPayload = Annotated[
    Account | NotFound,
    strawberry.union(
        "EndSessionPayload",
        description="The account of the session, or the problem that prevented the change.",
    ),
]
RemovePasskeyPayload = Annotated[
    Account | NotFound | WrongState,
    strawberry.union(
        "RemovePasskeyPayload",
        description="The account of the passkey, or the problem that prevented the change.",
    ),
]


@strawberry.type
class CredentialMutation:
    @strawberry.mutation(description="Creates a token for a program. " + GIVERS)
    async def create_program_token(
        self, info: Info, input: Annotated[CreateProgramTokenInput, INPUT]
    ) -> CreateProgramTokenPayload:
        regions, opds = frozenset(input.region_codes), frozenset(input.opd_ids)
        right = Right(input.role, regions, opds, input.reads_drafts)
        request = resolved.CreateProgramToken(input.name, right, input.days)
        mutation = resolved.create_program_token(info.context, request)
        return await result_or_problem(mutation, CreatedToken.from_resolver)

    @strawberry.mutation(
        description="Withdraws a token of the viewer's own account, or of one that the viewer may "
        "change. Programs can no longer use it."
    )
    async def withdraw_token(
        self, info: Info, input: Annotated[WithdrawTokenInput, INPUT]
    ) -> WithdrawTokenPayload:
        mutation = resolved.withdraw_program_token(info.context, input.token_id)
        return await result_or_problem(mutation, Account.from_model)

    @strawberry.mutation(
        description="Ends a session of the viewer's own account, or of one that the viewer may "
        "change. Its browser is signed out at once."
    )
    async def end_session(
        self, info: Info, input: Annotated[EndSessionInput, INPUT]
    ) -> EndSessionPayload:
        mutation = resolved_session.end_visible_session(info.context, input.session_id)
        return await result_or_problem(mutation, Account.from_model)

    @strawberry.mutation(
        description="Removes a passkey of the viewer's own account, unless it is the last way to "
        "sign in."
    )
    async def remove_passkey(
        self, info: Info, input: Annotated[RemovePasskeyInput, INPUT]
    ) -> RemovePasskeyPayload:
        mutation = resolved_session.remove_own_passkey(info.context, input.passkey_id)
        return await result_or_problem(mutation, Account.from_model)
