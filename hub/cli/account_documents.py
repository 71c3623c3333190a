"""Accounts, tokens and audit entries as the commands print them as JSON."""

from __future__ import annotations

from typing import Any

from engine.account import AccessToken, Account, AuditEntry


def account_document(account: Account) -> dict[str, Any]:
    """Return an account as the commands print it as JSON."""
    right = account.right
    return {
        "id": account.id,
        "kind": account.kind.value,
        "name": account.name,
        "login": account.login,
        "role": None if right is None else right.role.value,
        "regions": [] if right is None else sorted(right.regions),
        "opds": [] if right is None else sorted(right.opds),
        "drafts": right is not None and right.drafts,
        "givenBy": account.given_by,
        "lastSignInAt": account.last_sign_in_at,
        "createdAt": account.created_at,
        "version": account.version,
    }


def token_document(token: AccessToken) -> dict[str, Any]:
    """Return a token, without its secret, as the commands print it as JSON."""
    return {
        "id": token.id,
        "account": token.account,
        "name": token.name,
        "createdAt": token.created_at,
        "expiresAt": token.expires_at,
        "lastUsedAt": token.last_used_at,
    }


def audit_document(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry of the audit as the commands print it as JSON."""
    return {
        "number": entry.number,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action.value,
        "account": entry.account,
        "credential": entry.credential,
        "detail": entry.detail,
    }
