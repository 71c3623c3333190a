"""GraphQL mutations that invite people, and change, withdraw and erase accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from engine.account import Right
from resolvers import account as resolved
from resolvers import invitation as resolved_invitation
from schema.account import Account
from schema.account_enums import MailProblem
from schema.arguments import INPUT
from schema.descriptions import VERSION
from schema.enums import Role
from schema.info import Info
from schema.problem import (
    AlreadyExists,
    InvalidInput,
    NotFound,
    VersionConflict,
    WrongState,
    result_or_problem,
)

ACCOUNT_ID = "The id of the account."
ROLE = "The role to give."
REGION_CODES = (
    "The codes of the regions in the scope, at most 100: at least one for every role but ADMIN, "
    "which has none. PROVINCE needs codes of provinces, and OPD the regions of its OPDs."
)
OPD_IDS = (
    "The ids of the OPDs in the scope, at most 100: at least one for the role OPD, none for others."
)
READS_DRAFTS = "Whether a FOLLOWER also reads drafts; false for every other role."
NAME = "The name of the person, from 1 to 200 characters."
SEND_BY_MAIL = (
    "Whether the instance also sends the invitation to the login, which is then an e-mail address."
)
GIVERS = (
    "ADMIN may do it for every right, PROVINCE for the roles REGION, ASSESSOR, OPD and FOLLOWER in "
    "its provinces, and REGION for OPD and FOLLOWER in its regions. No viewer may do it for its "
    "own account."
)


@strawberry.input(description="A person to invite.")
class InviteAccountInput:
    name: str = strawberry.field(description=NAME)
    login: str = strawberry.field(
        description="The user name or the e-mail address with which the person will sign in: 1 to "
        "255 characters without white space. The case of its letters does not matter."
    )
    role: Role = strawberry.field(description=f"{ROLE} A person cannot be FOLLOWER.")
    region_codes: list[strawberry.ID] = strawberry.field(
        default_factory=list, description=REGION_CODES
    )
    opd_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=OPD_IDS)
    send_by_mail: bool = strawberry.field(default=False, description=SEND_BY_MAIL)


@strawberry.input(description="An account whose person is invited again.")
class RenewInvitationInput:
    account_id: strawberry.ID = strawberry.field(description=ACCOUNT_ID)
    send_by_mail: bool = strawberry.field(default=False, description=SEND_BY_MAIL)


@strawberry.input(description="A right to give to an account instead of the one that it has.")
class ChangeRightInput:
    account_id: strawberry.ID = strawberry.field(description=ACCOUNT_ID)
    version: int = strawberry.field(description=VERSION)
    role: Role = strawberry.field(description=f"{ROLE} Only a program can be FOLLOWER.")
    region_codes: list[strawberry.ID] = strawberry.field(
        default_factory=list, description=REGION_CODES
    )
    opd_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=OPD_IDS)
    reads_drafts: bool = strawberry.field(default=False, description=READS_DRAFTS)


@strawberry.input(description="An account whose right to withdraw.")
class WithdrawRightInput:
    account_id: strawberry.ID = strawberry.field(description=ACCOUNT_ID)
    version: int = strawberry.field(description=VERSION)
    reason: str = strawberry.field(
        default="",
        description="Why, in at most 500 characters, for the audit. Empty if it is not stated.",
    )


@strawberry.input(description="An account to erase.")
class EraseAccountInput:
    account_id: strawberry.ID = strawberry.field(description=ACCOUNT_ID)
    version: int = strawberry.field(description=VERSION)


@strawberry.input(description="A new name of the viewer's own account.")
class RenameOwnAccountInput:
    name: str = strawberry.field(description=NAME)


@strawberry.type(
    description="A link with which the invited person sets a password or a passkey. It can be used "
    "once."
)
class Invitation:
    account: Account = strawberry.field(description="The account.")
    path: str = strawberry.field(
        description="The path of the link at this instance, without the root path under which a "
        "proxy may serve it. The secret code is in its fragment. It is readable only in this "
        "result."
    )
    expires_at: datetime = strawberry.field(description="When the link expires.")
    mailed_to: str | None = strawberry.field(
        description="The address to which the invitation was sent; null if it was not sent."
    )
    mail_problem: MailProblem | None = strawberry.field(
        description="Why the invitation was not sent although `sendByMail` requested it; null if "
        "there is no problem. The link is valid all the same."
    )

    @classmethod
    def from_resolver(cls, value: resolved_invitation.Invitation) -> Invitation:
        return cls(
            account=Account.from_model(value.account),
            path=value.path,
            expires_at=value.expires_at,
            mailed_to=value.mailed_to,
            mail_problem=value.mail_problem,
        )


InviteAccountPayload = Annotated[
    Invitation | InvalidInput | AlreadyExists,
    strawberry.union(
        "InviteAccountPayload",
        description="The invitation, or the problem that prevented it.",
    ),
]
RenewInvitationPayload = Annotated[
    Invitation | NotFound | WrongState,
    strawberry.union(
        "RenewInvitationPayload",
        description="The invitation, or the problem that prevented it.",
    ),
]
ChangeRightPayload = Annotated[
    Account | NotFound | InvalidInput | VersionConflict | WrongState,
    strawberry.union(
        "ChangeRightPayload",
        description="The account with its new right, or the problem that prevented the change.",
    ),
]
WithdrawRightPayload = Annotated[
    Account | NotFound | InvalidInput | VersionConflict | WrongState,
    strawberry.union(
        "WithdrawRightPayload",
        description="The account without a right, or the problem that prevented the change.",
    ),
]
EraseAccountPayload = Annotated[
    Account | NotFound | VersionConflict | WrongState,
    strawberry.union(
        "EraseAccountPayload",
        description="The account as it remains, or the problem that prevented the change.",
    ),
]
RenameOwnAccountPayload = Annotated[
    Account | InvalidInput,
    strawberry.union(
        "RenameOwnAccountPayload",
        description="The account with its new name, or the problem that prevented the change.",
    ),
]


@strawberry.type
class AccountMutation:
    @strawberry.mutation(
        description="Records an account for a person, gives it a right, and returns an invitation. "
        + GIVERS
    )
    async def invite_account(
        self, info: Info, input: Annotated[InviteAccountInput, INPUT]
    ) -> InviteAccountPayload:
        request = resolved_invitation.InviteAccount(
            name=input.name,
            login=input.login,
            right=Right(input.role, frozenset(input.region_codes), frozenset(input.opd_ids)),
            send_by_mail=input.send_by_mail,
        )
        mutation = resolved_invitation.invite_account(info.context, request)
        return await result_or_problem(mutation, Invitation.from_resolver)

    @strawberry.mutation(
        description="Returns a new invitation for a person who has lost it, the password or the "
        "passkey; earlier invitations are void. The password and the passkeys stay valid until the "
        "person uses it. " + GIVERS
    )
    async def renew_invitation(
        self, info: Info, input: Annotated[RenewInvitationInput, INPUT]
    ) -> RenewInvitationPayload:
        mutation = resolved_invitation.renew_invitation(
            info.context, input.account_id, send_by_mail=input.send_by_mail
        )
        return await result_or_problem(mutation, Invitation.from_resolver)

    @strawberry.mutation(
        description="Gives an account another right, or one again after it was withdrawn. Both the "
        "last right and the new one must be rights that the viewer may give. Invitations and "
        "sign-in links for the account become void, and the tokens of a program are withdrawn, "
        "because they were made for the earlier right. The sessions of a person go on. " + GIVERS
    )
    async def change_right(
        self, info: Info, input: Annotated[ChangeRightInput, INPUT]
    ) -> ChangeRightPayload:
        regions, opds = frozenset(input.region_codes), frozenset(input.opd_ids)
        right = Right(input.role, regions, opds, input.reads_drafts)
        read = resolved.AccountVersion(input.account_id, input.version)
        mutation = resolved.change_account_right(info.context, read, right)
        return await result_or_problem(mutation, Account.from_model)

    @strawberry.mutation(
        description="Withdraws the right of an account, and ends its sessions, tokens and "
        "invitations at once. What the person did stays. " + GIVERS
    )
    async def withdraw_right(
        self, info: Info, input: Annotated[WithdrawRightInput, INPUT]
    ) -> WithdrawRightPayload:
        read = resolved.AccountVersion(input.account_id, input.version)
        mutation = resolved.withdraw_account_right(info.context, read, input.reason)
        return await result_or_problem(mutation, Account.from_model)

    @strawberry.mutation(
        description="Erases the name, the login, the password and the passkeys of an account, and "
        "the reasons in its audit, and withdraws its right. Logs and the audit keep the opaque id. "
        "A subject of the identity provider gets a new account without a right at its next "
        "sign-in. It cannot be undone. " + GIVERS
    )
    async def erase_account(
        self, info: Info, input: Annotated[EraseAccountInput, INPUT]
    ) -> EraseAccountPayload:
        read = resolved.AccountVersion(input.account_id, input.version)
        mutation = resolved.erase_person(info.context, read)
        return await result_or_problem(mutation, Account.from_model)

    @strawberry.mutation(
        description="Changes the name of the viewer's own account, which is that of a person."
    )
    async def rename_own_account(
        self, info: Info, input: Annotated[RenameOwnAccountInput, INPUT]
    ) -> RenameOwnAccountPayload:
        mutation = resolved.rename_own_account(info.context, input.name)
        return await result_or_problem(mutation, Account.from_model)
