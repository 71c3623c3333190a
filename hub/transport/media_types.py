"""Content negotiation between two JSON and two streaming media types.

A subscription gets a stream. A query or mutation gets a stream only if the client does not accept
JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from hub.transport.request_limits import RequestRejected

RESPONSE_JSON = "application/graphql-response+json"
LEGACY_JSON = "application/json"
EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed"
MULTIPART_SUBSCRIPTION = f"{MULTIPART};subscriptionSpec=1.0"

# With equal weights the more specific type wins; a wildcard selects the one that all clients read.
_JSON = {
    RESPONSE_JSON: (2, RESPONSE_JSON),
    LEGACY_JSON: (1, LEGACY_JSON),
    "application/*": (0, LEGACY_JSON),
    "*/*": (0, LEGACY_JSON),
}


@dataclass(frozen=True, slots=True)
class AcceptedMediaTypes:
    """The media types for the response; at least one of them is set."""

    json: str | None
    stream: str | None


def negotiate_media_types(accept: str | None, *, streams: bool = True) -> AcceptedMediaTypes:
    """Return the media types that an Accept header prefers; without `streams`, only JSON.

    Raises:
        RequestRejected: the header accepts none of the media types that are served.
    """
    if accept is None:
        return AcceptedMediaTypes(LEGACY_JSON, None)
    json: list[tuple[float, tuple[int, str]]] = []
    stream: list[tuple[float, tuple[int, str]]] = []
    for entry in accept.split(","):
        media_type, _, parameter_text = entry.lower().partition(";")
        media_type = media_type.strip()
        parameters = _parameters(parameter_text)
        quality = _quality(parameters.get("q", "1"))
        if quality <= 0:
            continue
        if media_type in _JSON:
            json.append((quality, _JSON[media_type]))
        elif streams and media_type == EVENT_STREAM:
            stream.append((quality, (1, EVENT_STREAM)))
        elif streams and media_type == MULTIPART and parameters.get("subscriptionspec") == "1.0":
            stream.append((quality, (0, MULTIPART)))
    if not json and not stream:
        raise RequestRejected(
            HTTPStatus.NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            f"expected to answer {RESPONSE_JSON} or {LEGACY_JSON}, or a subscription as"
            f" {EVENT_STREAM} or {MULTIPART_SUBSCRIPTION}, got an `accept` of none of them",
        )
    return AcceptedMediaTypes(
        max(json)[1][1] if json else None,
        max(stream)[1][1] if stream else None,
    )


def _parameters(text: str) -> dict[str, str]:
    pairs = (parameter.partition("=") for parameter in text.split(";"))
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
