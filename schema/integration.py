"""GraphQL types and mutations for integrations."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from engine import model
from resolvers import integration as resolved
from schema.application import Application
from schema.descriptions import EVIDENCE, IDEMPOTENCY_KEY, VERSION
from schema.enums import IntegrationDirection, IntegrationMode, IntegrationStatus
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


@strawberry.type(description="A data exchange from a source to a target.")
class Integration(Node):
    version: int = strawberry.field(description="Send it back with a change.")
    target_name: str = strawberry.field(description="Also where the target is in no inventory.")
    data_object: str
    mode: IntegrationMode
    direction: IntegrationDirection
    status: IntegrationStatus
    evidence_grade: int = strawberry.field(
        description="0 claimed, 1 documented, 2 confirmed by the counterpart, 3 machine log."
    )
    evidence: list[EvidenceDocument]
    verified_on: date | None = strawberry.field(
        description="The newest day of its evidence, or of the counterpart's confirmation."
    )
    region_code: strawberry.ID
    provenance: Provenance
    _value: strawberry.Private[model.Integration]

    @strawberry.field
    async def source(self, info: Info) -> Application:
        application = await info.context.loaders.applications.load(self._value.source)
        assert application is not None  # the column is a foreign key
        return Application.from_model(application)

    @strawberry.field(description="Null where the target is in no inventory here.")
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
            target_name=value.target_name,
            data_object=value.data_object,
            mode=value.mode,
            direction=value.direction,
            status=value.status,
            evidence_grade=value.evidence_grade,
            evidence=[EvidenceDocument.from_model(link) for link in value.evidence],
            verified_on=value.verified_on,
            region_code=strawberry.ID(value.region),
            provenance=Provenance.from_model(value.provenance),
            _value=value,
        )


@strawberry.input
class ConnectApplicationsInput:
    source: strawberry.ID
    target: strawberry.ID | None = strawberry.field(
        default=None, description="Null for a target in no inventory; then give targetName."
    )
    target_name: str = ""
    data_object: str
    mode: IntegrationMode
    direction: IntegrationDirection = model.IntegrationDirection.ONE_WAY
    status: IntegrationStatus = model.IntegrationStatus.ACTIVE
    evidence: list[EvidenceInput] = strawberry.field(default_factory=list, description=EVIDENCE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class DocumentIntegrationInput:
    id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    evidence: list[EvidenceInput] = strawberry.field(
        description=f"Added to what is there. {EVIDENCE}"
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class ConfirmIntegrationInput:
    id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class WithdrawIntegrationInput:
    id: strawberry.ID
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
    strawberry.union("ConnectApplicationsPayload"),
]
ConfirmIntegrationPayload = Annotated[
    Integration
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union("ConfirmIntegrationPayload"),
]
DocumentIntegrationPayload = Annotated[
    Integration
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union("DocumentIntegrationPayload"),
]
WithdrawIntegrationPayload = Annotated[
    Integration
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union("WithdrawIntegrationPayload"),
]


@strawberry.type
class IntegrationMutation:
    @strawberry.mutation(description="For the source application's OPD, its region, the province.")
    async def connect_applications(
        self, info: Info, input: ConnectApplicationsInput
    ) -> ConnectApplicationsPayload:
        request = resolved.ConnectApplications(
            source=input.source,
            target=input.target,
            target_name=input.target_name,
            data_object=input.data_object,
            mode=input.mode,
            direction=input.direction,
            status=input.status,
            evidence=tuple(link.to_model() for link in input.evidence),
        )
        mutation = resolved.connect_applications(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Integration.from_model)

    @strawberry.mutation(
        description="Evidence of the exchange, for the source application's OPD, its region, the "
        "province. Its newest date is the day up to which the exchange is verified; a MACHINE_LOG "
        "is for the region to hand in, which runs the bus."
    )
    async def document_integration(
        self, info: Info, input: DocumentIntegrationInput
    ) -> DocumentIntegrationPayload:
        evidence = tuple(link.to_model() for link in input.evidence)
        request = resolved.DocumentIntegration(input.id, input.version, evidence)
        mutation = resolved.add_evidence(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Integration.from_model)

    @strawberry.mutation(description="For the other side: the target's OPD or its region.")
    async def confirm_integration(
        self, info: Info, input: ConfirmIntegrationInput
    ) -> ConfirmIntegrationPayload:
        request = resolved.ConfirmIntegration(input.id, input.version)
        mutation = resolved.confirm_integration(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Integration.from_model)

    @strawberry.mutation(description="For either side.")
    async def withdraw_integration(
        self, info: Info, input: WithdrawIntegrationInput
    ) -> WithdrawIntegrationPayload:
        request = resolved.WithdrawIntegration(input.id, input.version)
        mutation = resolved.withdraw_integration(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Integration.from_model)
