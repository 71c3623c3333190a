"""GraphQL types and mutation for the completeness of inventories and their attestation."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.verification import attestation as engine
from engine.verification import completeness
from resolvers import inventory as resolved
from schema.actor import Actor
from schema.arguments import INPUT, AfterArgument, FirstArgument
from schema.connection import Connection, slice_connection
from schema.descriptions import IDEMPOTENCY_KEY, NOT_COMPUTED
from schema.figure import Figure
from schema.info import Info
from schema.opd import Opd
from schema.problem import (
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    result_or_problem,
)
from schema.verification_enums import ApplicationField, AttestationState
from schema.verification_scope import DevelopmentPolicy

if TYPE_CHECKING:
    from schema.application import Application


@strawberry.type(description="An application whose record lacks required fields.")
class ApplicationMissingFields:
    application_id: strawberry.ID = strawberry.field(description="The id of the application.")
    fields: list[ApplicationField] = strawberry.field(
        description="The required fields that are empty: at least one, and each at most once."
    )

    @strawberry.field(
        description="The application; null if it cannot be read, although its id is known."
    )
    async def application(
        self, info: Info
    ) -> Annotated[Application, strawberry.lazy("schema.application")] | None:
        from schema.application import Application

        application = await info.context.loaders.applications.load(self.application_id)
        return None if application is None else Application.from_model(application)

    @classmethod
    def from_model(cls, value: completeness.ApplicationMissingFields) -> ApplicationMissingFields:
        return cls(application_id=strawberry.ID(value.application), fields=list(value.fields))


@strawberry.type(
    description="How many of the required fields of some applications are filled: "
    "`ApplicationField` lists the fields. Retired applications do not count."
)
class InventoryCompleteness:
    application_count: int = strawberry.field(
        description="The number of applications that are not retired."
    )
    filled_count: int = strawberry.field(description="The number of required fields with a value.")
    required_count: int = strawberry.field(
        description="The number of required fields: the applications times the fields of each."
    )
    share: Figure | None = strawberry.field(
        description="The share of the required fields that are filled, from 0 to 1; null if there "
        "is no application."
    )
    is_sufficient: bool = strawberry.field(
        description="Whether the share is at least 0.80, or there is no application. What an "
        "attested inventory does not list then counts as absent."
    )
    _value: strawberry.Private[completeness.Completeness]

    @strawberry.field(description="The applications that lack required fields, by their ids.")
    def missing(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[ApplicationMissingFields]:
        return slice_connection(
            self._value.missing,
            first,
            after,
            key=lambda entry: entry.application,
            to_node=ApplicationMissingFields.from_model,
        )

    @classmethod
    def from_model(cls, value: completeness.Completeness) -> InventoryCompleteness:
        return cls(
            application_count=value.applications,
            filled_count=value.filled,
            required_count=value.required,
            share=Figure.from_optional(value.exact),
            is_sufficient=value.is_sufficient,
            _value=value,
        )


@strawberry.type(description="The statement of an OPD that its inventory is complete.")
class Attestation:
    attested_at: datetime = strawberry.field(description="When the OPD made it.")
    _value: strawberry.Private[engine.Attestation]

    @strawberry.field(description="The OPD that made it.")
    async def opd(self, info: Info) -> Opd:
        return Opd.from_required_model(await info.context.loaders.opds.load(self._value.opd))

    @strawberry.field(description="Who made it for the OPD.")
    async def attested_by(self, info: Info) -> Actor:
        return await _actor_of_opd(info, self._value.by, self._value.opd)

    @classmethod
    def from_model(cls, value: engine.Attestation) -> Attestation:
        return cls(attested_at=value.at, _value=value)


@strawberry.type(
    description="A change of an OPD's inventory by a subject other than the one who attested it."
)
class ForeignEdit:
    subject_id: strawberry.ID = strawberry.field(
        description="The id of the application or integration that was changed; `node` finds it."
    )
    changed_at: datetime = strawberry.field(description="When it was changed.")
    _value: strawberry.Private[engine.ForeignEdit]

    @strawberry.field(description="Who changed it.")
    async def changed_by(self, info: Info) -> Actor:
        return await _actor_of_opd(info, self._value.by, self._value.opd)

    @classmethod
    def from_model(cls, value: engine.ForeignEdit) -> ForeignEdit:
        return cls(subject_id=strawberry.ID(value.subject), changed_at=value.at, _value=value)


@strawberry.type(description="The status of an OPD's attestation of its inventory today.")
class AttestationStatus:
    state: AttestationState = strawberry.field(description="Whether the attestation is valid.")
    attestation: Attestation | None = strawberry.field(
        description="The latest attestation; null if there is none."
    )
    expires_on: date | None = strawberry.field(
        description="The last day on which it is valid unless an edit invalidates it; null if "
        "there is no attestation."
    )
    invalidated_by: ForeignEdit | None = strawberry.field(
        description="The first edit that invalidated the attestation; null if there is none."
    )

    @classmethod
    def from_model(cls, value: engine.AttestationStatus) -> AttestationStatus:
        attestation, edit = value.attestation, value.invalidated_by
        return cls(
            state=value.state,
            attestation=None if attestation is None else Attestation.from_model(attestation),
            expires_on=value.expires_on,
            invalidated_by=None if edit is None else ForeignEdit.from_model(edit),
        )


@strawberry.type(description="The inventory of one OPD.")
class OpdInventory:
    opd: Opd = strawberry.field(description="The OPD.")
    completeness: InventoryCompleteness = strawberry.field(
        description="How complete the records of its applications are."
    )
    attestation: AttestationStatus = strawberry.field(
        description="Whether the OPD attests that its inventory lists all that it runs."
    )
    is_attested: bool = strawberry.field(
        description="Whether the attestation is valid and the completeness is sufficient. The "
        "rules then treat what the inventory does not list as absent."
    )
    exemption_reason: str | None = strawberry.field(
        description="Why the OPD need not be on the service bus; null if it is not exempt."
    )

    @classmethod
    def from_model(cls, value: resolved.OpdInventory) -> OpdInventory:
        return cls(
            opd=Opd.from_model(value.opd),
            completeness=InventoryCompleteness.from_model(value.completeness),
            attestation=AttestationStatus.from_model(value.attestation),
            is_attested=value.is_attested,
            exemption_reason=value.exemption_reason or None,
        )


@strawberry.type(description="How complete a region's inventory is.")
class RegionInventory:
    completeness: InventoryCompleteness = strawberry.field(
        description="The completeness of all applications of the region together."
    )
    owner_unknown: InventoryCompleteness | None = strawberry.field(
        description="The completeness of the applications without a known OPD; null if there is "
        "no such application."
    )
    attested_opd_count: int = strawberry.field(
        description="The number of OPDs whose inventory is attested, as `isAttested` defines it."
    )
    development_policy: DevelopmentPolicy | None = strawberry.field(
        description="The region's policy on building applications; null if none is in force."
    )
    _value: strawberry.Private[resolved.RegionInventory]

    @strawberry.field(description="The inventories of the region's OPDs, by the name of the OPD.")
    def opds(
        self, first: FirstArgument = 100, after: AfterArgument = None
    ) -> Connection[OpdInventory]:
        return slice_connection(
            self._value.opds,
            first,
            after,
            key=lambda inventory: inventory.opd.id,
            to_node=OpdInventory.from_model,
        )

    @classmethod
    def from_model(cls, value: resolved.RegionInventory) -> RegionInventory:
        unknown, policy = value.without_opd, value.policy
        return cls(
            completeness=InventoryCompleteness.from_model(value.completeness),
            owner_unknown=None if unknown is None else InventoryCompleteness.from_model(unknown),
            attested_opd_count=sum(inventory.is_attested for inventory in value.opds),
            development_policy=None
            if policy is None or policy.year is None
            else DevelopmentPolicy.from_model(policy),
            _value=value,
        )


@strawberry.type
class RegionInventoryField:
    """The field of Region for its inventory as a whole."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="How complete the region's inventory is, and whether its OPDs attest it. "
        + NOT_COMPUTED
    )
    async def inventory(self, info: Info) -> RegionInventory | None:
        return RegionInventory.from_model(
            await resolved.summarise_region_inventory(info.context, self._value.code)
        )


@strawberry.input(description="The attestation of an OPD's inventory.")
class AttestInventoryInput:
    opd_id: strawberry.ID = strawberry.field(
        description="The id of the OPD that attests its inventory."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


AttestInventoryPayload = Annotated[
    Attestation | NotFound | InvalidInput | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "AttestInventoryPayload",
        description="The attestation, or the problem that prevented the change.",
    ),
]


@strawberry.type
class InventoryMutation:
    @strawberry.mutation(
        description="Records that an OPD attests that its inventory lists all that it runs. The "
        f"attestation is valid for {engine.ATTESTED_DAYS} days, or until another subject changes "
        "an application of the OPD or one of its integrations; the confirmation of an integration "
        "does not invalidate it. The staff of the OPD and of its region may do it."
    )
    async def attest_inventory(
        self,
        info: Info,
        input: Annotated[AttestInventoryInput, INPUT],
    ) -> AttestInventoryPayload:
        request = resolved.AttestInventory(input.opd_id)
        mutation = resolved.attest_inventory(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Attestation.from_model)


async def _actor_of_opd(info: Info, actor: str, opd_id: str) -> Actor:
    """Return who acted in the log of the region of an OPD."""
    opd = await info.context.loaders.opds.load(opd_id)
    assert opd is not None  # an OPD is never deleted
    return Actor.from_entry(actor, opd.region)
