"""GraphQL types and mutation for the completeness of inventories and their attestation."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.decimals import format_rounded
from engine.verification import attestation as engine
from engine.verification import completeness
from resolvers import inventory as resolved
from schema.connection import checked_page_size
from schema.descriptions import NOT_COMPUTED
from schema.enums import AttestationState
from schema.info import Info
from schema.opd import Opd
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)
from schema.verification_scope import DevelopmentPolicy

if TYPE_CHECKING:
    from schema.application import Application


@strawberry.type(description="An application, and the required fields that it leaves open.")
class MissingFields:
    application_id: strawberry.ID
    fields: list[str]

    @strawberry.field
    async def application(
        self, info: Info
    ) -> Annotated[Application, strawberry.lazy("schema.application")] | None:
        from schema.application import Application

        application = await info.context.loaders.applications.load(self.application_id)
        return None if application is None else Application.from_model(application)


@strawberry.type(description="How many of the required cells of some applications are filled.")
class Completeness:
    applications: int = strawberry.field(description="That are not retired.")
    filled: int
    required: int
    value: str | None = strawberry.field(
        description="Exact decimal from 0 to 1; null where no application is listed."
    )
    display: str | None = strawberry.field(description="Rounded half up, two places.")
    enough: bool = strawberry.field(
        description="At least 0.80: from here on an absence can prove something, once attested."
    )
    missing_count: int = strawberry.field(description="Applications with an open field.")
    _value: strawberry.Private[completeness.Completeness]

    @strawberry.field(description="By application; `first` is at most 200.")
    def missing(self, first: int = 50) -> list[MissingFields]:
        return [
            MissingFields(application_id=strawberry.ID(row.application), fields=list(row.fields))
            for row in self._value.missing[: checked_page_size(first)]
        ]

    @classmethod
    def from_model(cls, value: completeness.Completeness) -> Completeness:
        return cls(
            applications=value.applications,
            filled=value.filled,
            required=value.required,
            value=value.value,
            display=None if value.exact is None else format_rounded(value.exact),
            enough=value.is_sufficient,
            missing_count=len(value.missing),
            _value=value,
        )


@strawberry.type(description="An OPD's word that its inventory is complete.")
class Attestation:
    opd_id: strawberry.ID
    at: datetime

    @strawberry.field
    async def opd(self, info: Info) -> Opd | None:
        owner = await info.context.loaders.opds.load(self.opd_id)
        return None if owner is None else Opd.from_model(owner)

    @classmethod
    def from_model(cls, value: engine.Attestation) -> Attestation:
        return cls(opd_id=strawberry.ID(value.opd), at=value.at)


@strawberry.type(description="An edit of an OPD's inventory by another subject than attested.")
class ForeignEdit:
    subject: strawberry.ID = strawberry.field(description="The application or integration.")
    at: datetime


@strawberry.type(description="What an OPD's word for its inventory is worth today.")
class Seal:
    state: AttestationState
    attestation: Attestation | None = strawberry.field(description="The latest.")
    expires_on: date | None = strawberry.field(description="The last day on which it holds.")
    broken_by: ForeignEdit | None = strawberry.field(description="The first edit that broke it.")

    @classmethod
    def from_model(cls, value: engine.AttestationStatus) -> Seal:
        attestation, edit = value.attestation, value.invalidated_by
        return cls(
            state=value.state,
            attestation=None if attestation is None else Attestation.from_model(attestation),
            expires_on=value.expires_on,
            broken_by=None
            if edit is None
            else ForeignEdit(subject=strawberry.ID(edit.subject), at=edit.at),
        )


@strawberry.type(description="The inventory of one OPD.")
class OpdInventory:
    opd: Opd
    completeness: Completeness
    seal: Seal
    vouched_for: bool = strawberry.field(
        description="The seal holds and enough is filled: an absence here is a fact for the rules."
    )
    exempt_because: str | None = strawberry.field(
        description="Why it need not be on the service bus; null: it is asked."
    )

    @classmethod
    def from_model(cls, value: resolved.OpdInventory) -> OpdInventory:
        return cls(
            opd=Opd.from_model(value.opd),
            completeness=Completeness.from_model(value.completeness),
            seal=Seal.from_model(value.attestation),
            vouched_for=value.vouched_for,
            exempt_because=value.exemption_reason,
        )


@strawberry.type(description="How complete a region's inventory is.")
class RegionInventory:
    completeness: Completeness
    owner_unknown: Completeness | None = strawberry.field(
        description="Of the applications whose OPD the source does not name; null: none."
    )
    opd_count: int
    vouched_for_count: int
    policy: DevelopmentPolicy | None = strawberry.field(
        description="On building applications; null: none is recorded."
    )
    _value: strawberry.Private[resolved.RegionInventory]

    @strawberry.field(description="By name; `first` is at most 200.")
    def opds(self, first: int = 100) -> list[OpdInventory]:
        return [
            OpdInventory.from_model(inventory)
            for inventory in self._value.opds[: checked_page_size(first)]
        ]

    @classmethod
    def from_model(cls, value: resolved.RegionInventory) -> RegionInventory:
        unknown = value.without_opd
        return cls(
            completeness=Completeness.from_model(value.completeness),
            owner_unknown=None if unknown is None else Completeness.from_model(unknown),
            opd_count=len(value.opds),
            vouched_for_count=sum(inventory.vouched_for for inventory in value.opds),
            policy=None if value.policy is None else DevelopmentPolicy.from_model(value.policy),
            _value=value,
        )


@strawberry.type
class RegionInventoryField:
    """The field of Region for its inventory as a whole."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description=f"Its completeness and seals, as a whole and by OPD. {NOT_COMPUTED}"
    )
    async def inventory(self, info: Info) -> RegionInventory | None:
        return RegionInventory.from_model(
            await resolved.summarise_region_inventory(info.context, self._value.code)
        )


@strawberry.input
class AttestInventoryInput:
    opd: strawberry.ID = strawberry.field(description="Id of the OPD that vouches.")
    idempotency_key: str | None = None


AttestInventoryPayload = Annotated[
    Attestation | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("AttestInventoryPayload"),
]


@strawberry.type
class InventoryMutation:
    @strawberry.mutation(
        description="The OPD vouches that all it runs is listed; for its own staff and its region. "
        "It holds for 365 days, or until another subject edits an application of the OPD or one of "
        "its exchanges; to confirm an exchange is no such edit."
    )
    async def attest_inventory(
        self, info: Info, input: AttestInventoryInput
    ) -> AttestInventoryPayload:
        request = resolved.AttestInventory(input.opd)
        mutation = resolved.attest_inventory(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Attestation.from_model)
