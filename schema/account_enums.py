"""Registers the enums of accounts, sessions and the audit as GraphQL enums."""

from __future__ import annotations

from engine.account import AccountKind, AuditAction, SignInMethod
from resolvers.account_view import AccountState
from resolvers.invitation import MailProblem
from schema.enums import described_enum

__all__ = ["AccountKind", "AccountState", "AuditAction", "MailProblem", "SignInMethod"]

described_enum(
    AccountKind,
    "Who uses an account.",
    {
        "PERSON": "A person, who signs in.",
        "PROGRAM": "A program, which sends a token with each request.",
    },
)
described_enum(
    AccountState,
    "Whether a person or a program can use an account.",
    {
        "INVITED": "The person has been invited, and has not signed in yet.",
        "ACTIVE": "The account has a right: of a person who has signed in, or is known to the identity "
        "provider, or of a program.",
        "WITHDRAWN": "The right has been withdrawn.",
    },
)
described_enum(
    MailProblem,
    "Why the instance did not send an invitation by mail.",
    {
        "NOT_CONFIGURED": "The instance sends no mail, because its operator named no mail server.",
        "NO_ADDRESS": "The login of the account is no e-mail address.",
        "TOO_MANY": "The person was sent too many invitations within an hour.",
        "NOT_SENT": "The mail server did not take the mail. The log of the instance states why.",
    },
)
described_enum(
    SignInMethod,
    "How a person signed in.",
    {
        "PASSWORD": "With the login and the password.",
        "PASSKEY": "With a passkey.",
        "PROVIDER": "At the identity provider, by OpenID Connect.",
        "LINK": "With a link that the operator of the instance printed.",
    },
)
described_enum(
    AuditAction,
    "What an entry of the audit records.",
    {
        "ACCOUNT_INVITED": "The account was recorded, and was given its first right.",
        "INVITATION_RENEWED": "A new invitation replaced the earlier one.",
        "INVITATION_ACCEPTED": "The person used the invitation.",
        "ACCOUNT_RENAMED": "The person changed the name of the account.",
        "RIGHT_CHANGED": "The account was given another right.",
        "RIGHT_WITHDRAWN": "The right of the account was withdrawn.",
        "ACCOUNT_LOCKED": "Sign-in with the password was blocked for some time after failed "
        "attempts.",
        "ACCOUNT_ERASED": "All that identifies the person was erased.",
        "PASSWORD_CHANGED": "The person changed the password.",
        "PASSKEY_ADDED": "The person added a passkey.",
        "PASSKEY_REMOVED": "The person removed a passkey.",
        "LINK_CREATED": "The operator created a link to sign in from the server itself.",
        "SIGNED_IN": "The person signed in.",
        "SIGNED_OUT": "The person ended a session.",
        "SESSION_ENDED": "Another person ended a session.",
        "TOKEN_CREATED": "A token was created.",
        "TOKEN_WITHDRAWN": "A token was withdrawn.",
    },
)
