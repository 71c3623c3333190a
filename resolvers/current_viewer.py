"""Checks in a transaction that a viewer still has the right with which it acts.

A process keeps viewers in memory, and learns within a second what others have withdrawn. That is
too late for acts on accounts: a person whose right was just withdrawn could give one to others.
"""

from __future__ import annotations

from datetime import datetime

from engine.account import Right
from engine.model import Role, Viewer
from resolvers.problems import Forbidden
from storage.access_token import find_token_by_id
from storage.account import find_account
from storage.database import Session
from storage.session import SESSION_ID_PREFIX, find_session_by_id


async def require_current_viewer(session: Session, viewer: Viewer, now: datetime) -> None:
    """Do nothing if the account and the credential of a viewer are on record as it states them.

    The public viewer has none. The token of an identity provider is not on record.

    Raises:
        Forbidden: the right has changed, or the session or token has ended.
    """
    if viewer.role is Role.PUBLIC:
        return
    account = await find_account(session, viewer.subject)
    right = None if account is None else account.right
    if right is None or not _is_same_right(viewer, right):
        raise Forbidden(viewer.role, "act with a right that was changed or withdrawn")
    if not await _is_credential_valid(session, viewer, now):
        raise Forbidden(viewer.role, "act with a session or a token that has ended")


def _is_same_right(viewer: Viewer, right: Right) -> bool:
    reads_drafts = right.role is not Role.FOLLOWER or right.drafts
    return (viewer.role, viewer.regions, viewer.opds, viewer.drafts) == (
        right.role,
        right.regions,
        right.opds,
        reads_drafts,
    )


async def _is_credential_valid(session: Session, viewer: Viewer, now: datetime) -> bool:
    id = viewer.credential
    if id is None:
        return True
    record = (
        await find_session_by_id(session, id)
        if id.startswith(SESSION_ID_PREFIX)
        else await find_token_by_id(session, id)
    )
    return record is not None and record.account == viewer.subject and record.expires_at > now
