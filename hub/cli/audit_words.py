"""The acts of the audit in words, as `simpul account audit` prints them."""

from __future__ import annotations

from engine.account import AuditAction
from hub.cli.translation import N_

AUDIT_WORDS = {
    AuditAction.ACCOUNT_INVITED: N_("account made"),
    AuditAction.INVITATION_RENEWED: N_("invitation made"),
    AuditAction.INVITATION_ACCEPTED: N_("invitation used"),
    AuditAction.ACCOUNT_RENAMED: N_("name changed"),
    AuditAction.RIGHT_CHANGED: N_("right changed"),
    AuditAction.RIGHT_WITHDRAWN: N_("right withdrawn"),
    AuditAction.ACCOUNT_LOCKED: N_("locked for a while after wrong passwords"),
    AuditAction.ACCOUNT_ERASED: N_("name and login erased"),
    AuditAction.PASSWORD_CHANGED: N_("password changed"),
    AuditAction.PASSKEY_ADDED: N_("passkey added"),
    AuditAction.PASSKEY_REMOVED: N_("passkey removed"),
    AuditAction.LINK_CREATED: N_("sign-in link made"),
    AuditAction.SIGNED_IN: N_("signed in"),
    AuditAction.SIGNED_OUT: N_("signed out"),
    AuditAction.SESSION_ENDED: N_("session ended"),
    AuditAction.TOKEN_CREATED: N_("token made"),
    AuditAction.TOKEN_WITHDRAWN: N_("token withdrawn"),
}
