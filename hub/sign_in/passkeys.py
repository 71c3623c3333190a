"""The ceremonies of passkeys (WebAuthn level 2): one makes a passkey, the other signs in with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from secrets import token_bytes
from typing import TypeVar

from starlette.requests import Request
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from engine.account import Account
from hub.sign_in.attempts import Attempts
from hub.sign_in.client_address import client_address
from hub.sign_in.refusal import Refusal
from hub.sign_in.relying_party import relying_party, user_handle
from hub.transport.json_request import JsonObject
from resolvers.context import Instance
from storage.challenge import insert_challenge, use_challenge
from storage.secret import new_id, new_secret
from storage.stored_passkey import StoredPasskey, find_passkey

CHALLENGE_LIFETIME = timedelta(minutes=5)
CHALLENGE_BYTES = 32
_TIMEOUT_MILLISECONDS = int(CHALLENGE_LIFETIME.total_seconds() * 1000)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PasskeyCeremonies:
    """Creates challenges, and verifies what authenticators make of them."""

    instance: Callable[[], Instance]
    attempts: Attempts

    async def begin_registration(
        self, request: Request, account: Account, existing: Sequence[StoredPasskey]
    ) -> JsonObject:
        """Return a challenge's id, and the options with which a browser makes a passkey.

        Args:
            existing: the passkeys of the account; their authenticators make no second one.
        """
        party, instance = relying_party(request), self.instance()
        name = account.login or account.name or account.id
        challenge = token_bytes(CHALLENGE_BYTES)
        options = generate_registration_options(
            rp_id=party.id,
            rp_name=instance.name,
            user_id=user_handle(instance.identity, account.id),
            user_name=name,
            user_display_name=account.name or name,
            challenge=challenge,
            timeout=_TIMEOUT_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in existing
            ],
        )
        id = await self._store_challenge(request, challenge, account.id)
        return {"id": id, "options": json.loads(options_to_json(options))}

    async def finish_registration(
        self, request: Request, account: Account, id: str, credential: JsonObject, name: str
    ) -> StoredPasskey:
        """Return a new passkey, which is not stored yet.

        Raises:
            Refusal: the challenge is void, or the credential does not answer it.
        """
        party = relying_party(request)
        challenge = await self._use_challenge(id, account.id)
        verified = _verified(
            lambda: verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=party.id,
                expected_origin=party.origin,
                require_user_verification=True,
            )
        )
        async with self.instance().database.read() as session:
            if await find_passkey(session, verified.credential_id) is not None:
                raise passkey_refused("expected a new passkey, got one that is on record")
        return StoredPasskey(
            id=new_id("passkey-"),
            account=account.id,
            name=name,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            created_at=self.instance().clock(),
        )

    async def begin_sign_in(self, request: Request) -> JsonObject:
        """Return a challenge's id, and the options with which a browser signs it."""
        party, challenge = relying_party(request), token_bytes(CHALLENGE_BYTES)
        options = generate_authentication_options(
            rp_id=party.id,
            challenge=challenge,
            timeout=_TIMEOUT_MILLISECONDS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        id = await self._store_challenge(request, challenge, None)
        return {"id": id, "options": json.loads(options_to_json(options))}

    async def finish_sign_in(
        self, request: Request, id: str, credential: JsonObject
    ) -> tuple[StoredPasskey, StoredPasskey]:
        """Return the passkey that signed a challenge, as it is stored and as it is after the use.

        Raises:
            Refusal: the challenge is void, the passkey is unknown, or the signature is wrong.
        """
        party, instance = relying_party(request), self.instance()
        challenge = await self._use_challenge(id, None)
        parsed = _verified(lambda: parse_authentication_credential_json(credential))
        async with instance.database.read() as session:
            passkey = await find_passkey(session, parsed.raw_id)
        if passkey is None:
            raise passkey_refused("expected a passkey that is on record, got another")
        if parsed.response.user_handle != user_handle(instance.identity, passkey.account):
            raise passkey_refused("expected the user handle of the passkey, got another")
        verified = _verified(
            lambda: verify_authentication_response(
                credential=parsed,
                expected_challenge=challenge,
                expected_rp_id=party.id,
                expected_origin=party.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        )
        return passkey, replace(
            passkey, sign_count=verified.new_sign_count, last_used_at=instance.clock()
        )

    async def _store_challenge(
        self, request: Request, challenge: bytes, account: str | None
    ) -> str:
        instance, id = self.instance(), new_secret()
        now = instance.clock()
        await self.attempts.count_challenge(client_address(request), now)
        async with instance.database.write() as session:
            await insert_challenge(session, id, challenge, account, now + CHALLENGE_LIFETIME, now)
        return id

    async def _use_challenge(self, id: str, account: str | None) -> bytes:
        instance = self.instance()
        async with instance.database.write() as session:  # used up also if the rest is wrong
            challenge = await use_challenge(session, id, account, instance.clock())
        if challenge is None:
            raise passkey_refused("expected a challenge that is still good, got another")
        return challenge


def passkey_refused(message: str) -> Refusal:
    """Return the refusal of a passkey."""
    return Refusal(HTTPStatus.UNAUTHORIZED, "PASSKEY_REFUSED", message)


def _verified(verify: Callable[[], Result]) -> Result:
    try:
        return verify()
    except Exception as error:
        # Parsers of what an authenticator sends raise errors of many kinds for a malformed text.
        raise passkey_refused(
            "expected a passkey's answer to the challenge, got another"
        ) from error
