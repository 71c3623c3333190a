"""The two media types of a GraphQL answer, and which of them a client prefers."""

from __future__ import annotations

from http import HTTPStatus

from hub.request_limits import Refused

RESPONSE_JSON = "application/graphql-response+json"
LEGACY_JSON = "application/json"

# Where both are accepted equally, the one that says more; by a wildcard, the one all can read.
_RANKS = {
    RESPONSE_JSON: (2, RESPONSE_JSON),
    LEGACY_JSON: (1, LEGACY_JSON),
    "application/*": (0, LEGACY_JSON),
    "*/*": (0, LEGACY_JSON),
}


def answered_in(accept: str | None) -> str:
    """The media type to answer in, by the weights of an Accept header.

    Raises Refused when neither of ours is accepted.
    """
    if accept is None:
        return LEGACY_JSON
    offers: list[tuple[float, tuple[int, str]]] = []
    for entry in accept.split(","):
        kind, _, parameters = entry.strip().lower().partition(";")
        rank = _RANKS.get(kind.strip())
        quality = _quality(parameters)
        if rank is not None and quality > 0:
            offers.append((quality, rank))
    if not offers:
        raise Refused(
            HTTPStatus.NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            f"expected to answer {RESPONSE_JSON} or {LEGACY_JSON}, got an `accept` of neither",
        )
    return max(offers)[1][1]


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
