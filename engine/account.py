"""Accounts of an instance, their rights, and the credentials with which they sign in.

All of this belongs to one instance and is never replicated. Secrets are stored as digests only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from engine.model import Role

ACCOUNT_PREFIX = "account-"


class AccountKind(Enum):
    """Who uses an account."""

    PERSON = "PERSON"
    PROGRAM = "PROGRAM"  # it has tokens only, and cannot sign in


class CodePurpose(Enum):
    """What a one-time code can be exchanged for."""

    INVITATION = "INVITATION"  # to set a password or a passkey
    SIGN_IN = "SIGN_IN"  # a session, from this machine only


class SignInMethod(Enum):
    """How a person signed in to a session."""

    PASSWORD = "PASSWORD"
    PASSKEY = "PASSKEY"
    PROVIDER = "PROVIDER"  # OpenID Connect
    LINK = "LINK"  # a printed sign-in link


class AuditAction(Enum):
    """What an audit entry records."""

    ACCOUNT_INVITED = "ACCOUNT_INVITED"
    INVITATION_RENEWED = "INVITATION_RENEWED"
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED"
    ACCOUNT_RENAMED = "ACCOUNT_RENAMED"  # by the person; the names are not recorded
    RIGHT_CHANGED = "RIGHT_CHANGED"
    RIGHT_WITHDRAWN = "RIGHT_WITHDRAWN"
    ACCOUNT_LOCKED = "ACCOUNT_LOCKED"
    ACCOUNT_ERASED = "ACCOUNT_ERASED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    PASSKEY_ADDED = "PASSKEY_ADDED"
    PASSKEY_REMOVED = "PASSKEY_REMOVED"
    LINK_CREATED = "LINK_CREATED"
    SIGNED_IN = "SIGNED_IN"
    SIGNED_OUT = "SIGNED_OUT"
    SESSION_ENDED = "SESSION_ENDED"  # by someone, not by its own sign-out or its time limit
    TOKEN_CREATED = "TOKEN_CREATED"
    TOKEN_WITHDRAWN = "TOKEN_WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Right:
    """A role and its scope."""

    role: Role
    regions: frozenset[str] = field(default_factory=frozenset)
    opds: frozenset[str] = field(default_factory=frozenset)
    drafts: bool = False  # whether a FOLLOWER also reads drafts; other roles ignore it


@dataclass(frozen=True, slots=True)
class Account:
    """A person or a program, with at most one right."""

    id: str  # opaque: `account-` and 16 hexadecimal digits
    kind: AccountKind
    right: Right | None  # None: it was withdrawn
    created_at: datetime
    name: str | None = None  # None: it was erased
    login: str | None = None  # user name or e-mail address, in lower case; unique
    issuer: str | None = None  # of the identity provider, with `external_subject`
    external_subject: str | None = None
    password_hash: str | None = None  # argon2id
    given_by: str | None = None  # id of the account that gave the right; None: the operator
    given_at: datetime | None = None
    last_sign_in_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session of a signed-in person."""

    id: str  # public; the secret is in the cookie only
    account: str
    method: SignInMethod
    created_at: datetime
    idle_until: datetime  # each activity of the person moves it
    ends_at: datetime  # the absolute limit
    user_agent: str = ""

    @property
    def expires_at(self) -> datetime:
        """When it ends without further activity."""
        return min(self.idle_until, self.ends_at)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token of a program."""

    id: str  # public; the secret is shown once, when the token is created
    account: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a person, without its key."""

    id: str  # public
    account: str
    name: str
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act that concerns accounts, sessions or tokens."""

    number: int  # counts from 1 without gaps, in the order of the commits
    at: datetime
    actor: str | None  # id of the account that acted; None: the operator at the command line
    action: AuditAction
    account: str  # id of the account that it concerns
    credential: str | None = None  # id of the session, token or passkey that it concerns
    detail: dict[str, object] = field(default_factory=dict)
