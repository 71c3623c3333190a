"""Invites people to accounts, for the viewers who may give them a right."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from engine.account import Account, AccountKind, AuditAction, Right
from resolvers.account_acts import INVITATION_LIFETIME, add_account, create_invitation
from resolvers.account_view import (
    find_managed_account,
    is_managed,
    require_givable_rights,
    without_right,
)
from resolvers.context import AccessTransaction, Context
from resolvers.login_name import checked_account_name, checked_login
from resolvers.problems import (
    AlreadyExists,
    InvalidInput,
    MailNotSent,
    SubjectState,
    WrongState,
)
from resolvers.rights import checked_right
from storage.account import find_account_by_login
from storage.audit import count_audit

INVITATION_PATH = "/masuk#undangan="
MAILS_IN_WINDOW = 5  # to one person
MAIL_WINDOW = timedelta(hours=1)
logger = logging.getLogger(__name__)


class MailProblem(Enum):
    """Why an invitation was not sent by mail."""

    NOT_CONFIGURED = "NOT_CONFIGURED"
    NO_ADDRESS = "NO_ADDRESS"
    TOO_MANY = "TOO_MANY"
    NOT_SENT = "NOT_SENT"


@dataclass(frozen=True, slots=True)
class InviteAccount:
    """Input to invite a person."""

    name: str
    login: str
    right: Right
    send_by_mail: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link with which a person sets a password or a passkey; it is readable only now."""

    account: Account
    code: str
    expires_at: datetime
    mailed_to: str | None = None
    mail_problem: MailProblem | None = None

    @property
    def path(self) -> str:
        """The path of the link; the code is in the fragment, which browsers do not send."""
        return INVITATION_PATH + self.code


async def invite_account(context: Context, request: InviteAccount) -> Invitation:
    """Record a person's account with a right, and return its invitation.

    Raises:
        Forbidden: the viewer may not give this right.
        InvalidInput: a field has a value that is not allowed.
        AlreadyExists: the login is that of an account that the viewer may see.
    """
    actor = context.viewer.subject
    async with context.write_access() as transaction:
        session, now = transaction.session, transaction.now
        await require_givable_rights(session, context, "invite people")
        name = checked_account_name("name", request.name)
        login = checked_login("login", request.login)
        right = await checked_right(session, context.viewer, AccountKind.PERSON, request.right)
        existing = await find_account_by_login(session, login)
        if existing is not None:
            if existing.id == actor or await is_managed(session, context, existing):
                raise AlreadyExists("account", existing.id)
            raise InvalidInput("login", "a login that is not in use", repr(login))
        account = await add_account(session, now, actor, right, name=name, login=login)
        invitation = await _create_invitation(transaction, actor, account, is_first=True)
    return await _send_invitation(context, invitation) if request.send_by_mail else invitation


async def renew_invitation(context: Context, id: str, *, send_by_mail: bool) -> Invitation:
    """Return a new invitation, also for a person who has lost the password or the passkey.

    Raises:
        Forbidden, NotFound: as `find_managed_account` does.
        WrongState: the account has no right, or its person or program does not sign in here.
    """
    async with context.write_access() as transaction:
        account = await find_managed_account(transaction.session, context, id)
        allowed = (SubjectState.INVITED, SubjectState.ACTIVE)
        if account.right is None:
            raise WrongState(id, without_right(account), allowed)
        if account.kind is AccountKind.PROGRAM:
            raise WrongState(id, SubjectState.OF_PROGRAM, allowed)
        if account.issuer is not None:
            raise WrongState(id, SubjectState.OF_PROVIDER, allowed)
        invitation = await _create_invitation(transaction, context.viewer.subject, account)
    return await _send_invitation(context, invitation) if send_by_mail else invitation


async def _create_invitation(
    transaction: AccessTransaction, actor: str, account: Account, *, is_first: bool = False
) -> Invitation:
    code = await create_invitation(
        transaction.session, transaction.now, actor, account, is_first=is_first
    )
    return Invitation(account, code, transaction.now + INVITATION_LIFETIME)


async def _send_invitation(context: Context, invitation: Invitation) -> Invitation:
    """Send an invitation after its commit; a mail that cannot be sent leaves the link."""
    send, login = context.instance.send_invitation, invitation.account.login or ""
    if send is None:
        return replace(invitation, mail_problem=MailProblem.NOT_CONFIGURED)
    if "@" not in login:
        return replace(invitation, mail_problem=MailProblem.NO_ADDRESS)
    name = invitation.account.name or ""
    actions = (AuditAction.ACCOUNT_INVITED, AuditAction.INVITATION_RENEWED)
    async with context.instance.database.read() as session:
        since = context.instance.clock() - MAIL_WINDOW
        count = await count_audit(session, invitation.account.id, actions, since)
    if count > MAILS_IN_WINDOW:
        return replace(invitation, mail_problem=MailProblem.TOO_MANY)
    try:
        await send(login, name, invitation.path, invitation.expires_at)
    except MailNotSent as error:
        # The operator can mend it, and finds the account by its id.
        logger.warning("no invitation was mailed to account %s: %s", invitation.account.id, error)
        return replace(invitation, mail_problem=MailProblem.NOT_SENT)
    return replace(invitation, mailed_to=login)
