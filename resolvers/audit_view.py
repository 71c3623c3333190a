"""Reads the audit of the accounts that a viewer may see."""

from __future__ import annotations

from engine.account import AuditEntry
from engine.model import Role
from engine.page import Page
from resolvers.context import Context
from resolvers.problems import Forbidden
from resolvers.rights import read_givable_rights
from storage.account_list import paginate_audit


async def page_of_audit(context: Context, first: int, after: int | None) -> Page[AuditEntry]:
    """Return one page of the audit of all accounts that the viewer may see, newest first.

    Raises:
        Forbidden: the viewer is the public.
    """
    if context.viewer.role is Role.PUBLIC:
        raise Forbidden(context.viewer.role, "read the audit")
    async with context.read() as session:
        access = await read_givable_rights(session, context.viewer)
        own = context.viewer.subject
        return await paginate_audit(session, access, own, None, first=first, after=after)


async def page_of_account_audit(
    context: Context, account: str, first: int, after: int | None
) -> Page[AuditEntry]:
    """Return one page of the audit of an account that the viewer may see, newest first."""
    async with context.read() as session:
        access = await read_givable_rights(session, context.viewer)
        own = context.viewer.subject
        return await paginate_audit(session, access, own, account, first=first, after=after)
