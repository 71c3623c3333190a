"""The name by which a person recognises a passkey."""

from __future__ import annotations

from http import HTTPStatus

from engine.bounds import TextBound
from hub.sign_in.json_endpoint import text_member
from hub.sign_in.refusal import Refusal
from hub.transport.json_request import JsonObject
from resolvers.problems import InvalidInput
from resolvers.region_change import checked_text

NAME_CHARACTERS_MOST = 100


def passkey_name(body: JsonObject) -> str:
    """Return the `name` in a body.

    Raises:
        Refusal: it is empty or too long, or has characters that are not visible.
    """
    try:
        name = text_member(body, "name")
        return checked_text("name", name, TextBound(1, NAME_CHARACTERS_MOST))
    except InvalidInput as error:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "NAME_INVALID", str(error)) from None
