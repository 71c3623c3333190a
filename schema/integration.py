"""GraphQL types and mutations for integrations."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from resolvers import integration as resolved
from schema.application import Application
from schema.arguments import INPUT
from schema.descriptions import (
    CURRENT_VERSION,
    EVIDENCE,
    IDEMPOTENCY_KEY,
    INTEGRATION_ID,
    PROVENANCE,
    VERSION,
)
from schema.enums import EvidenceGrade, IntegrationDirection, IntegrationMode, IntegrationStatus
from schema.info import Info
from schema.node import EvidenceDocument, EvidenceInput, Node, Provenance
from schema.problem import (
    AlreadyExists,
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    OwnedElsewhere,
    VersionConflict,
    WrongState,
    result_or_problem,
)

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(
    description="The record of a data exchange from a source application to a target. It belongs "
    "to the log of the source's region."
)
class Integration(Node):
    version: int = strawberry.field(description=CURRENT_VERSION)
    target_id: strawberry.ID | None = strawberry.field(
        description="The id of the target application; null if the target is in no inventory. The "
        "id may be known although `target` is null."
    )
    target_name: str | None = strawberry.field(
        description="The name of the target as it was recorded, which is all that is known of a "
        "target in no inventory; null if none was recorded."
    )
    data_object: str | None = strawberry.field(
        description="The data that is exchanged, in Indonesian; null if it is not recorded."
    )
    mode: IntegrationMode | None = strawberry.field(
        description="How the data is exchanged; UNKNOWN if the source does not state it, and "
        "null if it is withheld from the viewer."
    )
    direction: IntegrationDirection = strawberry.field(
        description="Whether data flows to the target only, or in both directions."
    )
    status: IntegrationStatus = strawberry.field(
        description="Whether the exchange is planned, active or withdrawn."
    )
    evidence_grade: EvidenceGrade | None = strawberry.field(
        description="How well it is shown that the exchange takes place; null if it is withheld "
        "from the viewer."
    )
    evidence: list[EvidenceDocument] | None = strawberry.field(
        description="The documents that show the exchange, the newest first; at most 20. Null if "
        "they are withheld from the viewer."
    )
    verified_on: date | None = strawberry.field(
        description="The day up to which the exchange is verified: the newest date of its evidence "
        "or of a confirmation by the counterpart. Null if no date is known."
    )
    provenance: Provenance = strawberry.field(description=PROVENANCE)
    _value: strawberry.Private[model.Integration]

    @strawberry.field(description="The region of the source application, which holds the record.")
    async def region(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(
            await info.context.loaders.regions.load(self._value.region)
        )

    @strawberry.field(description="The application that sends the data.")
    async def source(self, info: Info) -> Application:
        application = await info.context.loaders.applications.load(self._value.source)
        assert application is not None  # the column is a foreign key
        return Application.from_model(application)

    @strawberry.field(
        description="The application that receives the data. Null if it is in no inventory, or in "
        "the inventory of a region of which this instance has no copy."
    )
    async def target(self, info: Info) -> Application | None:
        if self._value.target is None:
            return None
        application = await info.context.loaders.applications.load(self._value.target)
        return None if application is None else Application.from_model(application)

    @classmethod
    def from_model(cls, value: model.Integration) -> Integration:
        return cls(
            id=strawberry.ID(value.id),
            version=value.version,
            target_id=None if value.target is None else strawberry.ID(value.target),
            target_name=value.target_name or None,
            data_object=value.data_object or None,
            mode=value.mode,
            direction=value.direction,
            status=value.status,
            evidence_grade=value.evidence_grade,
            evidence=[EvidenceDocument.from_model(link) for link in value.evidence],
            verified_on=value.verified_on,
            provenance=Provenance.from_model(value.provenance),
            _value=value,
        )


@strawberry.input(description="A data exchange of an application that is not recorded yet.")
class ConnectApplicationsInput:
    source_id: strawberry.ID = strawberry.field(
        description="The id of the application that sends the data."
    )
    target_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the application that receives the data. Null if it is in no "
        "inventory; `targetName` is then required.",
    )
    target_name: str | None = strawberry.field(
        default=None,
        description="The name of a target in no inventory, of 1 to 300 characters. It has no "
        "effect if `targetId` is given.",
    )
    data_object: str = strawberry.field(
        description="The data that is exchanged, in Indonesian, of 1 to 300 characters."
    )
    mode: IntegrationMode = strawberry.field(
        description="How the data is exchanged; UNKNOWN if it is not known."
    )
    direction: IntegrationDirection = strawberry.field(
        default=model.IntegrationDirection.ONE_WAY,
        description="Whether data flows to the target only, or in both directions.",
    )
    status: IntegrationStatus = strawberry.field(
        default=model.IntegrationStatus.ACTIVE,
        description="PLANNED or ACTIVE; WITHDRAWN is refused.",
    )
    evidence: list[EvidenceInput] = strawberry.field(default_factory=list, description=EVIDENCE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="Evidence that the exchange of an integration takes place.")
class DocumentIntegrationInput:
    id: strawberry.ID = strawberry.field(description=INTEGRATION_ID)
    version: int = strawberry.field(description=VERSION)
    evidence: list[EvidenceInput] = strawberry.field(
        description="Links to documents that show the exchange, 1 to 20. They are added to the "
        "recorded ones, of which the newest 20 remain."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="The confirmation by the counterpart that an exchange takes place.")
class ConfirmIntegrationInput:
    id: strawberry.ID = strawberry.field(description=INTEGRATION_ID)
    version: int = strawberry.field(description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="The withdrawal of an exchange that never took place or has ended.")
class WithdrawIntegrationInput:
    id: strawberry.ID = strawberry.field(description=INTEGRATION_ID)
    version: int = strawberry.field(description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


ConnectApplicationsPayload = Annotated[
    Integration
    | NotFound
    | InvalidInput
    | AlreadyExists
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "ConnectApplicationsPayload",
        description="The recorded integration, or the problem that prevented the change.",
    ),
]
ConfirmIntegrationPayload = Annotated[
    Integration
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "ConfirmIntegrationPayload",
        description="The confirmed integration, or the problem that prevented the change.",
    ),
]
DocumentIntegrationPayload = Annotated[
    Integration
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "DocumentIntegrationPayload",
        description="The documented integration, or the problem that prevented the change.",
    ),
]
WithdrawIntegrationPayload = Annotated[
    Integration
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "WithdrawIntegrationPayload",
        description="The withdrawn integration, or the problem that prevented the change.",
    ),
]


@strawberry.type
class IntegrationMutation:
    @strawberry.mutation(
        description="Records a data exchange of an application. The staff of the OPD "
        "of the source, of its region and of its province may do it."
    )
    async def connect_applications(
        self,
        info: Info,
        input: Annotated[ConnectApplicationsInput, INPUT],
    ) -> ConnectApplicationsPayload:
        request = resolved.ConnectApplications(
            source_id=input.source_id,
            target_id=input.target_id,
            target_name=input.target_name or "",
            data_object=input.data_object,
            mode=input.mode,
            direction=input.direction,
            status=input.status,
            evidence=tuple(link.to_model() for link in input.evidence),
        )
        mutation = resolved.connect_applications(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Integration.from_model)

    @strawberry.mutation(
        description="Adds evidence to an integration. The staff of the OPD of the source, of its "
        "region and of its province may do it. The staff of an OPD may not add evidence of the "
        "kind MACHINE_LOG, because the region runs the service bus."
    )
    async def document_integration(
        self,
        info: Info,
        input: Annotated[DocumentIntegrationInput, INPUT],
    ) -> DocumentIntegrationPayload:
        evidence = tuple(link.to_model() for link in input.evidence)
        request = resolved.DocumentIntegration(input.id, input.version, evidence)
        mutation = resolved.add_evidence(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Integration.from_model)

    @strawberry.mutation(
        description="Confirms as the counterpart that the exchange takes place. The staff of the "
        "OPD of the target, of its region and of its province may do it, but not the person who "
        "recorded the integration."
    )
    async def confirm_integration(
        self,
        info: Info,
        input: Annotated[ConfirmIntegrationInput, INPUT],
    ) -> ConfirmIntegrationPayload:
        request = resolved.ConfirmIntegration(input.id, input.version)
        mutation = resolved.confirm_integration(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Integration.from_model)

    @strawberry.mutation(
        description="Withdraws an integration; it stays in the history. The staff of the OPDs, of "
        "the regions and of the provinces of the source and the target may do it."
    )
    async def withdraw_integration(
        self,
        info: Info,
        input: Annotated[WithdrawIntegrationInput, INPUT],
    ) -> WithdrawIntegrationPayload:
        request = resolved.WithdrawIntegration(input.id, input.version)
        mutation = resolved.withdraw_integration(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Integration.from_model)
