"""GraphQL types, queries and mutations for applications and common applications."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from resolvers import application as resolved
from resolvers import integration as resolved_integration
from schema.arguments import AfterArgument, FirstArgument
from schema.connection import (
    Connection,
    checked_page_size,
    checked_search_text,
    decode_cursor,
    to_connection,
)
from schema.descriptions import IDEMPOTENCY_KEY, VERSION
from schema.enums import ApplicationStatus, Capability
from schema.function_tag import ApplicationFunction
from schema.impact import ApplicationImpactField
from schema.info import Info
from schema.node import Node, Provenance
from schema.opd import Opd
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
from schema.scalars import WholeNumber

if TYPE_CHECKING:
    from schema.integration import Integration
    from schema.region import Region


@strawberry.federation.type(
    keys=["id"], description="A national shared application (aplikasi umum) or infrastructure."
)
class CommonApplication:
    id: strawberry.ID
    name: str
    owner: str
    classification: str
    legal_basis: str
    indicators: list[int] = strawberry.field(description="Indicators of spbe-2020 it serves.")
    provenance: Provenance

    @classmethod
    def from_model(cls, value: model.CommonApplication) -> CommonApplication:
        return cls(
            id=strawberry.ID(value.id),
            name=value.name,
            owner=value.owner,
            classification=value.classification,
            legal_basis=value.legal_basis,
            indicators=list(value.indicators),
            provenance=Provenance.from_model(value.provenance),
        )

    @classmethod
    def find_by_id(cls, id: str | None) -> CommonApplication | None:
        """Return the common application with this id, if there is one."""
        application = resolved.find_common_application(id)
        return None if application is None else cls.from_model(application)


@strawberry.federation.type(keys=["id"], description="An application as an OPD runs it.")
class Application(Node, ApplicationImpactField, ApplicationFunction):
    version: int = strawberry.field(description="Send it back with a change.")
    name: str
    status: ApplicationStatus
    function: str
    url: str | None
    platform: str
    year: int | None
    retired_reason: str
    capabilities: list[Capability] = strawberry.field(
        description="That a person has seen; one not here is not known."
    )
    consulted: bool | None = strawberry.field(
        description="Whether the ICT unit was consulted before it was built; null: not on record."
    )
    users: WholeNumber | None = strawberry.field(description="In a year.")
    fit: int | None = strawberry.field(description="1 to 5, as the OPD rates it.")
    yearly_cost: WholeNumber | None = strawberry.field(description="Rupiah.")
    migration_cost: WholeNumber | None = strawberry.field(description="Rupiah, of leaving it.")
    added_cost: WholeNumber | None = strawberry.field(
        description="Rupiah a year, if it takes over what another application does."
    )
    region_code: strawberry.ID
    provenance: Provenance
    _value: strawberry.Private[model.Application]

    @strawberry.field(description="The owner; null where the source names none.")
    async def opd(self, info: Info) -> Opd | None:
        if self._value.opd is None:
            return None
        owner = await info.context.loaders.opds.load(self._value.opd)
        return None if owner is None else Opd.from_model(owner)

    @strawberry.field
    async def region(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(
            await info.context.loaders.regions.load(self._value.region)
        )

    @strawberry.field(description="The national application that it is an instance of.")
    def common_application(self) -> CommonApplication | None:
        return CommonApplication.find_by_id(self._value.common_application)

    @strawberry.field(description="Integrations from it and to it.")
    async def integrations(
        self, info: Info, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[Annotated[Integration, strawberry.lazy("schema.integration")]]:
        from schema.integration import Integration

        page = await resolved_integration.page_of_integrations(
            info.context,
            application=self._value.id,
            first=checked_page_size(first),
            after=decode_cursor(after, 1),
        )
        return to_connection(
            page, [Integration.from_model(integration) for integration in page.values]
        )

    @classmethod
    def from_model(cls, value: model.Application) -> Application:
        return cls(
            id=strawberry.ID(value.id),
            version=value.version,
            name=value.name,
            status=value.status,
            function=value.function,
            url=value.url,
            platform=value.platform,
            year=value.year,
            retired_reason=value.retired_reason,
            capabilities=list(value.capabilities),
            consulted=value.consulted,
            users=_optional_whole_number(value.users),
            fit=value.fit,
            yearly_cost=_optional_whole_number(value.yearly_cost),
            migration_cost=_optional_whole_number(value.migration_cost),
            added_cost=_optional_whole_number(value.added_cost),
            region_code=strawberry.ID(value.region),
            provenance=Provenance.from_model(value.provenance),
            _value=value,
        )


@strawberry.input(description="All given conditions hold.")
class ApplicationFilter:
    opd: strawberry.ID | None = None
    statuses: list[ApplicationStatus] | None = None
    common_application: strawberry.ID | None = None
    search: str | None = strawberry.field(default=None, description="Part of the name.")


async def application_page(
    info: Info,
    region: str | None,
    filter: ApplicationFilter | None,
    first: int,
    after: str | None,
) -> Connection[Application]:
    """Return one page of the applications of one region, or of all regions."""
    conditions = filter or ApplicationFilter()
    page = await resolved.page_of_applications(
        info.context,
        region=region,
        opd=conditions.opd,
        statuses=tuple(set(conditions.statuses or ())),
        common_application=conditions.common_application,
        search=checked_search_text(conditions.search),
        first=checked_page_size(first),
        after=decode_cursor(after, 2),
    )
    return to_connection(page, [Application.from_model(application) for application in page.values])


@strawberry.type
class ApplicationQuery:
    @strawberry.field(description="Applications of all regions, by name. `first` is at most 200.")
    async def applications(
        self,
        info: Info,
        filter: ApplicationFilter | None = None,
        first: FirstArgument = 50,
        after: AfterArgument = None,
    ) -> Connection[Application]:
        return await application_page(info, None, filter, first, after)

    @strawberry.field(description="The national shared applications.")
    def common_applications(self) -> list[CommonApplication]:
        return [
            CommonApplication.from_model(value) for value in resolved.list_common_applications()
        ]


@strawberry.input
class RegisterApplicationInput:
    region: strawberry.ID = strawberry.field(description="Code of the region.")
    opd: strawberry.ID = strawberry.field(description="Id of the OPD that owns it.")
    name: str = strawberry.field(description="1 to 200 characters.")
    status: ApplicationStatus = model.ApplicationStatus.ACTIVE
    function: str = ""
    url: str | None = None
    platform: str = ""
    year: int | None = strawberry.field(default=None, description="Of first use.")
    common_application: strawberry.ID | None = None
    capabilities: list[Capability] = strawberry.field(
        default_factory=list, description="That a person has seen."
    )
    consulted: bool | None = strawberry.field(
        default=None, description="Whether the ICT unit was consulted before it was built."
    )
    users: WholeNumber | None = strawberry.field(default=None, description="In a year.")
    fit: int | None = strawberry.field(default=None, description="1 to 5.")
    yearly_cost: WholeNumber | None = strawberry.field(default=None, description="Rupiah.")
    migration_cost: WholeNumber | None = strawberry.field(
        default=None, description="Rupiah, of leaving it."
    )
    added_cost: WholeNumber | None = strawberry.field(
        default=None, description="Rupiah a year, if it takes over what another one does."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(
    description="A field that is left out stays as it is; null clears what may be unknown."
)
class UpdateApplicationInput:
    id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    opd: strawberry.ID | None = strawberry.UNSET
    name: str | None = strawberry.UNSET
    status: ApplicationStatus | None = strawberry.UNSET
    function: str | None = strawberry.UNSET
    url: str | None = strawberry.UNSET
    platform: str | None = strawberry.UNSET
    year: int | None = strawberry.UNSET
    common_application: strawberry.ID | None = strawberry.UNSET
    capabilities: list[Capability] | None = strawberry.UNSET
    consulted: bool | None = strawberry.UNSET
    users: WholeNumber | None = strawberry.UNSET
    fit: int | None = strawberry.UNSET
    yearly_cost: WholeNumber | None = strawberry.UNSET
    migration_cost: WholeNumber | None = strawberry.UNSET
    added_cost: WholeNumber | None = strawberry.UNSET
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class RetireApplicationInput:
    id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    reason: str = ""
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


RegisterApplicationPayload = Annotated[
    Application | NotFound | InvalidInput | AlreadyExists | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union("RegisterApplicationPayload"),
]
UpdateApplicationPayload = Annotated[
    Application
    | NotFound
    | InvalidInput
    | AlreadyExists
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union("UpdateApplicationPayload"),
]
RetireApplicationPayload = Annotated[
    Application
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union("RetireApplicationPayload"),
]


@strawberry.type
class ApplicationMutation:
    @strawberry.mutation(description="For the OPD's own staff, its region, the province.")
    async def register_application(
        self, info: Info, input: RegisterApplicationInput
    ) -> RegisterApplicationPayload:
        values = {
            field.name: getattr(input, field.name) for field in fields(resolved.RegisterApplication)
        }
        values["capabilities"] = tuple(input.capabilities)
        request = resolved.RegisterApplication(**values)
        mutation = resolved.register_application(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Application.from_model)

    @strawberry.mutation(description="For the OPD's own staff, its region, the province.")
    async def update_application(
        self, info: Info, input: UpdateApplicationInput
    ) -> UpdateApplicationPayload:
        values = {name: getattr(input, name) for name in resolved.CHANGEABLE}
        changes = {name: value for name, value in values.items() if value is not strawberry.UNSET}
        if changes.get("capabilities") is not None:
            changes["capabilities"] = tuple(changes["capabilities"])
        request = resolved.UpdateApplication(input.id, input.version, changes)
        mutation = resolved.update_application(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Application.from_model)

    @strawberry.mutation(description="Taken out of use; its history stays.")
    async def retire_application(
        self, info: Info, input: RetireApplicationInput
    ) -> RetireApplicationPayload:
        request = resolved.RetireApplication(input.id, input.version, input.reason)
        mutation = resolved.retire_application(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Application.from_model)


def _optional_whole_number(value: int | None) -> WholeNumber | None:
    return None if value is None else WholeNumber(value)
