"""GraphQL types for listings of a region that are, or may be, the same system."""

from __future__ import annotations

import strawberry

from engine import model
from engine.matching import duplicates as engine
from engine.matching import grouping
from engine.matching.name_matching import DuplicatePolicy
from resolvers import inventory_analysis as resolved
from resolvers.inventory_analysis import InventoryAnalysis
from schema.application_reference import ApplicationReference, NamedValue, to_application_references
from schema.connection import checked_page_size
from schema.descriptions import NOT_COMPUTED
from schema.info import Info

strawberry.enum(
    DuplicatePolicy,
    name="DuplicatePolicy",
    description="AUTO: surely one system. REVIEW: a question to a person, one answer per group.",
)


@strawberry.type(description="A system that one central agency runs for all regions.")
class NationalSystem:
    id: strawberry.ID
    name: str
    owner: str

    @classmethod
    def from_id(cls, id: str) -> NationalSystem:
        """Return the national system with this id, which must exist."""
        value = resolved.national_system_by_id(id)
        return cls(id=strawberry.ID(id), name=value.name, owner=value.owner)


@strawberry.type(description="Why two listings are, or may be, one system.")
class DuplicateLink:
    a: strawberry.ID
    b: strawberry.ID
    policy: DuplicatePolicy
    signals: list[NamedValue]

    @classmethod
    def from_model(cls, value: grouping.ListingPair) -> DuplicateLink:
        return cls(
            a=strawberry.ID(value.a),
            b=strawberry.ID(value.b),
            policy=value.decision,
            signals=[NamedValue(name=signal.name, value=signal.value) for signal in value.signals],
        )


@strawberry.type(description="Listings that are surely one system; saves nothing to join them.")
class Relisting:
    count: int
    listings: list[ApplicationReference] = strawberry.field(description="The first 100.")

    @classmethod
    def from_listing_ids(cls, value: tuple[str, ...]) -> Relisting:
        """Return the group of the listings with these ids."""
        return cls(count=len(value), listings=to_application_references(value))


@strawberry.type(description="Listings of one system, or the question whether they are.")
class DuplicateGroup:
    policy: DuplicatePolicy
    national: NationalSystem | None
    count: int = strawberry.field(description="Listings.")
    listings: list[ApplicationReference] = strawberry.field(description="The first 100.")
    parts: list[Relisting] = strawberry.field(
        description="What needs no question: one part where the policy is AUTO."
    )
    links: list[DuplicateLink] = strawberry.field(
        description="One example for each two spellings that were linked; the first 100."
    )

    @classmethod
    def from_model(cls, value: grouping.DuplicateGroup) -> DuplicateGroup:
        return cls(
            policy=value.decision,
            national=None if value.national is None else NationalSystem.from_id(value.national),
            count=len(value.listings),
            listings=to_application_references(value.listings),
            parts=[Relisting.from_listing_ids(ids) for ids in value.sure_parts[:100]],
            links=[DuplicateLink.from_model(link) for link in value.linked_pairs[:100]],
        )


@strawberry.type(
    description="An inventory sorted out by names, addresses and the catalogue of national "
    "systems. A suggestion: nothing is joined or removed. Lists give at most 200."
)
class Duplicates:
    rule: str
    listed: int = strawberry.field(description="Listings that are not retired.")
    group_count: int
    review_count: int = strawberry.field(description="Groups that ask a person.")
    relisting_count: int
    website_count: int
    several_count: int
    alone_count: int = strawberry.field(description="Listings that nothing links to another.")
    _value: strawberry.Private[InventoryAnalysis]

    @strawberry.field(description="Of one policy, or of both.")
    def groups(
        self, policy: DuplicatePolicy | None = None, first: int = 50
    ) -> list[DuplicateGroup]:
        groups = [
            group
            for group in self._value.inventory.groups
            if policy is None or group.decision is policy
        ]
        return [DuplicateGroup.from_model(group) for group in groups[: checked_page_size(first)]]

    @strawberry.field(description="Systems that are listed more than once, for sure.")
    def relistings(self, first: int = 50) -> list[Relisting]:
        return [
            Relisting.from_listing_ids(ids)
            for ids in self._value.duplicate_groups[: checked_page_size(first)]
        ]

    @strawberry.field(description="Pages about an office: no application to consolidate.")
    def websites(self, first: int = 50) -> list[ApplicationReference]:
        return to_application_references(
            self._value.inventory.websites[: checked_page_size(first, 100)]
        )

    @strawberry.field(description="Lines that name several systems in one cell.")
    def several(self, first: int = 50) -> list[ApplicationReference]:
        return to_application_references(
            self._value.inventory.several[: checked_page_size(first, 100)]
        )

    @classmethod
    def from_analysis(cls, value: InventoryAnalysis) -> Duplicates:
        """Return the duplicates that an analysis has found."""
        inventory = value.inventory
        return cls(
            rule=engine.RULE,
            listed=len(value.listings),
            group_count=len(inventory.groups),
            review_count=sum(
                group.decision is DuplicatePolicy.REVIEW for group in inventory.groups
            ),
            relisting_count=len(value.duplicate_groups),
            website_count=len(inventory.websites),
            several_count=len(inventory.several),
            alone_count=len(inventory.alone),
            _value=value,
        )


@strawberry.type
class RegionDuplicates:
    """The field of Region for listings of the same system."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description=f"Which listings of its inventory are, or may be, one system. {NOT_COMPUTED}"
    )
    async def duplicates(self, info: Info) -> Duplicates | None:
        return Duplicates.from_analysis(
            await resolved.analyse_region_inventory(info.context, self._value.code)
        )
