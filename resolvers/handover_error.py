"""Why a region is not handed over. Each message states what was expected and what came.

HandoverError
    SelfHandover        the new owner would be this instance
    TargetNotListed     this instance does not follow the region at the new owner
    TargetUnreachable   the new owner gives no valid response
    TargetBehind        the copy of the new owner lacks entries
    TargetDiverged      the copy of the new owner has another entry
    TargetUnwilling     the new owner does not accept the region
    OtherOfferStands    the region is offered already
    OfferNotAccepted    the new owner has not acknowledged the offer, which stands
    OfferWithdrawn      the offer was taken back meanwhile
    NoStandingOffer     there is no offer that could be taken back
"""

from __future__ import annotations


class HandoverError(Exception):
    """A region is not handed over, or its offer is not taken back."""


class SelfHandover(HandoverError):
    """The region would be handed over to the instance that owns it."""

    def __init__(self, url: str) -> None:
        super().__init__(f"expected the API of another instance, got our own: {url}")


class TargetNotListed(HandoverError):
    """The list of endpoints does not have the new owner as the endpoint of the region."""

    def __init__(self, region: str, url: str, listed_url: str | None) -> None:
        listed = "none" if listed_url is None else listed_url
        super().__init__(
            f"expected {url} as the endpoint of region {region} in the file of SIMPUL_FOLLOWS, "
            f"got {listed}: list it there, because the region is followed from the new owner"
        )


class TargetUnreachable(HandoverError):
    """The new owner gives no valid response."""

    def __init__(self, url: str, detail: str) -> None:
        super().__init__(
            f"expected a response of {url}, got none: {detail}; start that instance, and check its "
            "address and the token for it"
        )


class TargetBehind(HandoverError):
    """The copy of the new owner lacks entries."""

    def __init__(self, region: str, url: str, expected: int, got: int) -> None:
        super().__init__(
            f"expected a copy of region {region} up to entry {expected} at {url}, got one up to "
            f"entry {got}: wait until that instance follows the region here"
        )


class TargetDiverged(HandoverError):
    """The copy of the new owner has an entry that the log does not have."""

    def __init__(self, region: str, url: str, sequence: int) -> None:
        super().__init__(
            f"expected our entry {sequence} of region {region} at {url}, got another one: run "
            "`simpul forget` there, and wait until the region is copied again"
        )


class TargetUnwilling(HandoverError):
    """The new owner does not accept the region under this URL."""

    def __init__(self, region: str, url: str, accepted_url: str | None) -> None:
        if accepted_url is None:
            super().__init__(
                f"expected that {url} accepts region {region}, but it does not: list the "
                "region there in accept_handover of its endpoint, and check that its SIMPUL_URL is "
                "set and its copy is complete and fresh"
            )
        else:
            super().__init__(
                f"expected {url} as SIMPUL_URL of the new owner, got {accepted_url}: use that "
                "address here and in the file of SIMPUL_FOLLOWS"
            )


class OtherOfferStands(HandoverError):
    """The region is offered already."""

    def __init__(self, region: str, url: str, sequence: int) -> None:
        super().__init__(
            f"region {region} is offered to {url} by entry {sequence}: complete that hand-over, or "
            "take the offer back with --take-back"
        )


class OfferNotAccepted(HandoverError):
    """The new owner has not acknowledged the offer, which stands; the region is still owned here."""

    def __init__(self, region: str, url: str, sequence: int, seconds: float, failure: str) -> None:
        super().__init__(
            f"expected that {url} accepts entry {sequence}, which offers it region {region}, within "
            f"{seconds:g} seconds, but it does not: {failure}; the region is still owned here: "
            "run the same command again, or take the offer back with --take-back"
        )


class OfferWithdrawn(HandoverError):
    """The offer was taken back while the new owner was asked."""

    def __init__(self, region: str, sequence: int) -> None:
        super().__init__(
            f"expected that the offer of region {region} by entry {sequence} stands, but it was "
            "taken back: the region is still owned here"
        )


class NoStandingOffer(HandoverError):
    """There is no offer that could be taken back."""

    def __init__(self, region: str) -> None:
        super().__init__(f"region {region} is not offered to any instance: there is nothing to do")
