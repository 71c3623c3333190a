"""GraphQL types for listings of a region that are, or may be, the same system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.matching import duplicates as engine
from engine.matching import grouping, name_matching
from resolvers import inventory_analysis as resolved
from resolvers.inventory_analysis import InventoryAnalysis
from schema.application_reference import (
    LISTED_MOST,
    ApplicationReference,
    to_application_references,
)
from schema.arguments import AfterArgument, FirstArgument
from schema.connection import Connection, slice_connection
from schema.descriptions import NOT_COMPUTED
from schema.enums import DuplicatePolicy, MatchSignalKind
from schema.info import Info
from schema.node import Node

if TYPE_CHECKING:
    from schema.application import CommonApplication

# A national system may have the id of the common application that it implements.
NATIONAL_SYSTEM_PREFIX = "national-system:"


@strawberry.type(
    description="A system that one central agency runs for all regions. Its id begins with "
    f"`{NATIONAL_SYSTEM_PREFIX}`."
)
class NationalSystem(Node):
    name: str = strawberry.field(description="The name, such as SIASN.")
    owner: str = strawberry.field(description="The central agency that runs it.")
    _common_application_id: strawberry.Private[str | None]

    @strawberry.field(
        description="The common application that it is by regulation; null if there is none."
    )
    def common_application(
        self,
    ) -> Annotated[CommonApplication, strawberry.lazy("schema.application")] | None:
        from schema.application import CommonApplication

        return CommonApplication.find_by_id(self._common_application_id)

    @classmethod
    def find_by_id(cls, id: str) -> NationalSystem | None:
        """Return the national system with this id of the API, if there is one."""
        key = id.removeprefix(NATIONAL_SYSTEM_PREFIX)
        value = resolved.find_national_system(key) if key != id else None
        return None if value is None else cls.from_key(value.id)

    @classmethod
    def from_key(cls, key: str) -> NationalSystem:
        """Return the national system with this id in the catalogue, which must exist."""
        value = resolved.national_system_by_id(key)
        return cls(
            id=strawberry.ID(f"{NATIONAL_SYSTEM_PREFIX}{key}"),
            name=value.name,
            owner=value.owner,
            _common_application_id=value.common_application,
        )


@strawberry.type(description="Something that indicates that two listings are the same system.")
class MatchSignal:
    kind: MatchSignalKind = strawberry.field(description="What was compared.")
    value: str = strawberry.field(
        description="What both listings have in common; the kind states what it is."
    )

    @classmethod
    def from_model(cls, value: name_matching.MatchSignal) -> MatchSignal:
        is_national = value.kind is MatchSignalKind.NATIONAL_SYSTEM
        text = resolved.national_system_by_id(value.value).name if is_national else value.value
        return cls(kind=value.kind, value=text)


@strawberry.type(description="Two listings that are, or may be, the same system, with the reasons.")
class DuplicateLink:
    first_id: strawberry.ID = strawberry.field(
        description="The id of the application in the first listing."
    )
    second_id: strawberry.ID = strawberry.field(
        description="The id of the application in the second listing."
    )
    policy: DuplicatePolicy = strawberry.field(
        description="Whether the two are certainly the same system."
    )
    signals: list[MatchSignal] = strawberry.field(
        description="What indicates it; at most one signal of each kind."
    )

    @classmethod
    def from_model(cls, value: grouping.ListingPair) -> DuplicateLink:
        return cls(
            first_id=strawberry.ID(value.a),
            second_id=strawberry.ID(value.b),
            policy=value.decision,
            signals=[MatchSignal.from_model(signal) for signal in value.signals],
        )


@strawberry.type(
    description="Listings that are certainly the same system. Joining them saves nothing."
)
class RepeatedListing:
    listing_count: int = strawberry.field(description="The number of listings.")
    listings: list[ApplicationReference] = strawberry.field(
        description=f"The listings; at most the first {LISTED_MOST}."
    )

    @classmethod
    def from_listing_ids(cls, value: Sequence[str]) -> RepeatedListing:
        """Return the group of the listings with these ids."""
        return cls(listing_count=len(value), listings=to_application_references(value))


@strawberry.type(description="Listings that are, or may be, the same system.")
class DuplicateGroup:
    policy: DuplicatePolicy = strawberry.field(
        description="Whether all of them are certainly the same system."
    )
    national_system: NationalSystem | None = strawberry.field(
        description="The national system that they are; null if they are not recognised as one."
    )
    listing_count: int = strawberry.field(description="The number of listings.")
    listings: list[ApplicationReference] = strawberry.field(
        description=f"The listings; at most the first {LISTED_MOST}."
    )
    parts: list[RepeatedListing] = strawberry.field(
        description="The listings by what is certainly the same system: one part if the policy is "
        f"AUTO, or else the parts that a person should compare; at most the first {LISTED_MOST}."
    )
    links: list[DuplicateLink] = strawberry.field(
        description="Pairs of listings that show why the group was formed: one for each two "
        f"spellings that were linked; at most the first {LISTED_MOST}."
    )

    @classmethod
    def from_model(cls, value: grouping.DuplicateGroup) -> DuplicateGroup:
        return cls(
            policy=value.decision,
            national_system=None
            if value.national is None
            else NationalSystem.from_key(value.national),
            listing_count=len(value.listings),
            listings=to_application_references(value.listings),
            parts=[RepeatedListing.from_listing_ids(ids) for ids in value.sure_parts[:LISTED_MOST]],
            links=[DuplicateLink.from_model(link) for link in value.linked_pairs[:LISTED_MOST]],
        )


@strawberry.type(
    description="The listings of a region's inventory, grouped by the system that they list. The "
    "groups follow from names, addresses, OPDs and the catalogue of national systems. They are a "
    "suggestion: nothing is joined or removed. A listing is an application that is not retired."
)
class Duplicates:
    rule: str = strawberry.field(
        description="The name and version of the rule that compares listings, such as "
        "`duplicates/1`."
    )
    listing_count: int = strawberry.field(description="The number of listings in the inventory.")
    alone_count: int = strawberry.field(description="The number of listings that are in no group.")
    _value: strawberry.Private[InventoryAnalysis]

    @strawberry.field(description="The groups of listings that are, or may be, the same system.")
    def groups(
        self,
        policy: Annotated[
            DuplicatePolicy | None,
            strawberry.argument(description="The policy of the groups. Null includes both."),
        ] = None,
        first: FirstArgument = 50,
        after: AfterArgument = None,
    ) -> Connection[DuplicateGroup]:
        groups = [
            group
            for group in self._value.inventory.groups
            if policy is None or group.decision is policy
        ]
        return slice_connection(
            groups,
            first,
            after,
            key=lambda group: group.listings[0],  # in no other group
            to_node=DuplicateGroup.from_model,
        )

    @strawberry.field(description="The systems that are certainly listed more than once.")
    def repeated_listings(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[RepeatedListing]:
        return slice_connection(
            self._value.duplicate_groups,
            first,
            after,
            key=lambda ids: ids[0],
            to_node=RepeatedListing.from_listing_ids,
        )

    @strawberry.field(
        description="The listings that are websites about an office. They are no applications to "
        "consolidate."
    )
    def websites(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[ApplicationReference]:
        return _application_page(self._value.inventory.websites, first, after)

    @strawberry.field(description="The listings whose name contains the names of several systems.")
    def multi_system_listings(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[ApplicationReference]:
        return _application_page(self._value.inventory.several, first, after)

    @classmethod
    def from_analysis(cls, value: InventoryAnalysis) -> Duplicates:
        """Return the duplicates that an analysis has found."""
        return cls(
            rule=engine.RULE,
            listing_count=len(value.listings),
            alone_count=len(value.inventory.alone),
            _value=value,
        )


@strawberry.type
class RegionDuplicates:
    """The field of Region for listings of the same system."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The listings of the region's inventory that are, or may be, the same system. "
        + NOT_COMPUTED
    )
    async def duplicates(self, info: Info) -> Duplicates | None:
        return Duplicates.from_analysis(
            await resolved.analyse_region_inventory(info.context, self._value.code)
        )


def _application_page(
    ids: Sequence[str], first: int, after: str | None
) -> Connection[ApplicationReference]:
    return slice_connection(
        ids,
        first,
        after,
        key=str,
        to_node=lambda id: ApplicationReference(id=strawberry.ID(id)),
    )
