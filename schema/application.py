"""GraphQL types, queries and mutations for applications and common applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
from schema.descriptions import (
    APPLICATION_EDITORS,
    CURRENT_VERSION,
    IDEMPOTENCY_KEY,
    VERSION,
)
from schema.enums import ApplicationStatus, Capability, CommonApplicationClassification
from schema.freshness import FreshnessArgument, wait_for_copies
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

FUNCTION_TEXT = (
    "What the application is for, in the words of its OPD; null if it is unknown. `functionTag` "
    "has the business function that is estimated from it and other facts."
)
FUNCTION_TEXT_INPUT = (
    "What the application is for, in 1 to 2000 characters. Null means that it is unknown."
)
URL = "The address of the application; null if it is unknown or has none."
URL_INPUT = (
    "The address, which begins with http:// or https:// and has at most 2000 characters. Null "
    "means that it is unknown or that there is none."
)
PLATFORM = "The platform that it runs on, such as web; null if it is unknown."
PLATFORM_INPUT = (
    "The platform that it runs on, such as web, in 1 to 200 characters. Null means that it is "
    "unknown."
)
YEAR = "The year of its first use; null if it is unknown."
YEAR_INPUT = (
    "The year of its first use, from 1980 to five years from now. Null means that it is unknown."
)
COMMON_APPLICATION_ID = (
    "The id of the common application that it is an instance of. Null means that it is an "
    "application of the region itself."
)
CAPABILITIES = (
    "What a person has seen that its users can do; at most one of each kind. What is not in the "
    "list is not known."
)
IS_CONSULTED = (
    "Whether the region's ICT unit was consulted before the application was built; null if it is "
    "not on record."
)
USERS = "The number of its users in a year; null if it is unknown."
FIT = "How well it serves its purpose in the judgement of its OPD, from 1 to 5; null if unrated."
YEARLY_COST = "The cost of running it, in rupiah a year; null if it is unknown."
MIGRATION_COST = "The cost of moving its users and data away, in rupiah; null if it is unknown."
ADDED_COST = (
    "The cost in rupiah a year if it took over the work of another application; null if it is "
    "unknown."
)
# The attributes of inputs whose names differ from the fields of the model.
INPUT_NAMES = {
    "opd": "opd_id",
    "function": "function_text",
    "common_application": "common_application_id",
    "consulted": "is_consulted",
}


@strawberry.federation.type(
    keys=["id"],
    description="A national shared application (aplikasi umum) or shared infrastructure that a "
    "regulation provides for all regions.",
)
class CommonApplication(Node):
    name: str = strawberry.field(description="The name, such as SRIKANDI.")
    owner: str = strawberry.field(
        description="The central agency that runs it; several are separated by commas or slashes."
    )
    classification: CommonApplicationClassification = strawberry.field(
        description="What it is by its regulation."
    )
    legal_basis: str = strawberry.field(
        description="The regulations that establish it, in Indonesian."
    )
    indicators: list[int] = strawberry.field(
        description="The numbers of the indicators of spbe-2020 that it serves; at most 47."
    )
    provenance: Provenance = strawberry.field(description="Where the record comes from.")

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


@strawberry.federation.type(
    keys=["id"], description="An application in the inventory of a region, as an OPD runs it."
)
class Application(Node, ApplicationImpactField, ApplicationFunction):
    version: int = strawberry.field(description=CURRENT_VERSION)
    name: str = strawberry.field(description="The name, as its OPD writes it.")
    status: ApplicationStatus = strawberry.field(description="Whether it is in use.")
    function_text: str | None = strawberry.field(description=FUNCTION_TEXT)
    url: str | None = strawberry.field(description=URL)
    platform: str | None = strawberry.field(description=PLATFORM)
    year: int | None = strawberry.field(description=YEAR)
    retired_reason: str | None = strawberry.field(
        description="Why it was taken out of use; null if it is in use or no reason is recorded."
    )
    capabilities: list[Capability] = strawberry.field(description=CAPABILITIES)
    is_consulted: bool | None = strawberry.field(description=IS_CONSULTED)
    users: WholeNumber | None = strawberry.field(description=USERS)
    fit: int | None = strawberry.field(description=FIT)
    yearly_cost: WholeNumber | None = strawberry.field(description=YEARLY_COST)
    migration_cost: WholeNumber | None = strawberry.field(description=MIGRATION_COST)
    added_cost: WholeNumber | None = strawberry.field(description=ADDED_COST)
    provenance: Provenance = strawberry.field(description="Where the record comes from.")
    _value: strawberry.Private[model.Application]

    @strawberry.field(
        description="The OPD that owns the application; null if the source does not name it."
    )
    async def opd(self, info: Info) -> Opd | None:
        if self._value.opd is None:
            return None
        owner = await info.context.loaders.opds.load(self._value.opd)
        return None if owner is None else Opd.from_model(owner)

    @strawberry.field(description="The region whose inventory lists the application.")
    async def region(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(
            await info.context.loaders.regions.load(self._value.region)
        )

    @strawberry.field(
        description="The common application that it is an instance of; null if it is an "
        "application of the region itself."
    )
    def common_application(self) -> CommonApplication | None:
        return CommonApplication.find_by_id(self._value.common_application)

    @strawberry.field(description="The integrations in which it is the source or the target.")
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
            function_text=value.function or None,
            url=value.url or None,
            platform=value.platform or None,
            year=value.year,
            retired_reason=value.retired_reason or None,
            capabilities=list(value.capabilities),
            is_consulted=value.consulted,
            users=_optional_whole_number(value.users),
            fit=value.fit,
            yearly_cost=_optional_whole_number(value.yearly_cost),
            migration_cost=_optional_whole_number(value.migration_cost),
            added_cost=_optional_whole_number(value.added_cost),
            provenance=Provenance.from_model(value.provenance),
            _value=value,
        )


@strawberry.input(description="Conditions on applications. An application must meet all of them.")
class ApplicationFilter:
    opd_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the OPD that owns it. Null includes all OPDs."
    )
    statuses: list[ApplicationStatus] | None = strawberry.field(
        default=None, description="The statuses to include. Null includes all statuses."
    )
    common_application_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the common application that it is an instance of. Null includes "
        "all applications.",
    )
    search: str | None = strawberry.field(
        default=None,
        description="A part of the application's name, of at most 200 characters, in any case. "
        "Null includes all names.",
    )


FilterArgument = Annotated[
    ApplicationFilter | None,
    strawberry.argument(description="Conditions on applications. Null includes all."),
]


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
        opd=conditions.opd_id,
        statuses=tuple(set(conditions.statuses or ())),
        common_application=conditions.common_application_id,
        search=checked_search_text(conditions.search),
        first=checked_page_size(first),
        after=decode_cursor(after, 2),
    )
    return to_connection(page, [Application.from_model(application) for application in page.values])


@strawberry.type
class ApplicationQuery:
    @strawberry.field(description="The applications of all regions, by name.")
    async def applications(
        self,
        info: Info,
        filter: FilterArgument = None,
        first: FirstArgument = 50,
        after: AfterArgument = None,
        freshness: FreshnessArgument = None,
    ) -> Connection[Application]:
        await wait_for_copies(info, freshness)
        return await application_page(info, None, filter, first, after)

    @strawberry.field(
        description="All common applications. The list ships with each version of Simpul and has "
        "at most 100 items."
    )
    def common_applications(self) -> list[CommonApplication]:
        return [
            CommonApplication.from_model(value) for value in resolved.list_common_applications()
        ]


@strawberry.input(description="An application to add to the inventory of a region.")
class RegisterApplicationInput:
    region_code: strawberry.ID = strawberry.field(
        description="The code of the region in whose inventory it is, such as 32.11."
    )
    opd_id: strawberry.ID = strawberry.field(
        description="The id of the OPD that owns it, which must be of the same region."
    )
    name: str = strawberry.field(
        description="The name, of 1 to 200 characters. An OPD has no two applications of one name."
    )
    status: ApplicationStatus = strawberry.field(
        default=model.ApplicationStatus.ACTIVE, description="Whether it is in use."
    )
    function_text: str | None = strawberry.field(default=None, description=FUNCTION_TEXT_INPUT)
    url: str | None = strawberry.field(default=None, description=URL_INPUT)
    platform: str | None = strawberry.field(default=None, description=PLATFORM_INPUT)
    year: int | None = strawberry.field(default=None, description=YEAR_INPUT)
    common_application_id: strawberry.ID | None = strawberry.field(
        default=None, description=COMMON_APPLICATION_ID
    )
    capabilities: list[Capability] = strawberry.field(
        default_factory=list, description=CAPABILITIES
    )
    is_consulted: bool | None = strawberry.field(default=None, description=IS_CONSULTED)
    users: WholeNumber | None = strawberry.field(default=None, description=USERS)
    fit: int | None = strawberry.field(default=None, description=FIT)
    yearly_cost: WholeNumber | None = strawberry.field(default=None, description=YEARLY_COST)
    migration_cost: WholeNumber | None = strawberry.field(default=None, description=MIGRATION_COST)
    added_cost: WholeNumber | None = strawberry.field(default=None, description=ADDED_COST)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(
    description="Changes of an application. A field that is left out stays as it is, and null "
    "makes a value unknown. `opdId`, `name`, `status` and `capabilities` cannot be null."
)
class UpdateApplicationInput:
    id: strawberry.ID = strawberry.field(description="The id of the application.")
    version: int = strawberry.field(description=VERSION)
    opd_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The id of the OPD that owns it, which must be of the same region.",
    )
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name, of 1 to 200 characters."
    )
    status: ApplicationStatus | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether it is in use. RETIRED is not allowed: use `retireApplication`.",
    )
    function_text: str | None = strawberry.field(
        default=strawberry.UNSET, description=FUNCTION_TEXT_INPUT
    )
    url: str | None = strawberry.field(default=strawberry.UNSET, description=URL_INPUT)
    platform: str | None = strawberry.field(default=strawberry.UNSET, description=PLATFORM_INPUT)
    year: int | None = strawberry.field(default=strawberry.UNSET, description=YEAR_INPUT)
    common_application_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description=COMMON_APPLICATION_ID
    )
    capabilities: list[Capability] | None = strawberry.field(
        default=strawberry.UNSET, description=CAPABILITIES
    )
    is_consulted: bool | None = strawberry.field(default=strawberry.UNSET, description=IS_CONSULTED)
    users: WholeNumber | None = strawberry.field(default=strawberry.UNSET, description=USERS)
    fit: int | None = strawberry.field(default=strawberry.UNSET, description=FIT)
    yearly_cost: WholeNumber | None = strawberry.field(
        default=strawberry.UNSET, description=YEARLY_COST
    )
    migration_cost: WholeNumber | None = strawberry.field(
        default=strawberry.UNSET, description=MIGRATION_COST
    )
    added_cost: WholeNumber | None = strawberry.field(
        default=strawberry.UNSET, description=ADDED_COST
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="An application to take out of use.")
class RetireApplicationInput:
    id: strawberry.ID = strawberry.field(description="The id of the application.")
    version: int = strawberry.field(description=VERSION)
    reason: str | None = strawberry.field(
        default=None,
        description="Why it is taken out of use, in 1 to 2000 characters. Null gives no reason.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


RegisterApplicationPayload = Annotated[
    Application | NotFound | InvalidInput | AlreadyExists | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "RegisterApplicationPayload",
        description="The registered application, or the problem because of which nothing changed.",
    ),
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
    strawberry.union(
        "UpdateApplicationPayload",
        description="The changed application, or the problem because of which nothing changed.",
    ),
]
RetireApplicationPayload = Annotated[
    Application
    | NotFound
    | InvalidInput
    | VersionConflict
    | WrongState
    | OwnedElsewhere
    | IdempotencyKeyReused,
    strawberry.union(
        "RetireApplicationPayload",
        description="The retired application, or the problem because of which nothing changed.",
    ),
]


@strawberry.type
class ApplicationMutation:
    @strawberry.mutation(
        description=f"Adds an application to the inventory of its region. {APPLICATION_EDITORS}"
    )
    async def register_application(
        self,
        info: Info,
        input: Annotated[
            RegisterApplicationInput, strawberry.argument(description="The new application.")
        ],
    ) -> RegisterApplicationPayload:
        values = _model_values(input)
        values["capabilities"] = tuple(input.capabilities)
        request = resolved.RegisterApplication(region=input.region_code, **values)
        mutation = resolved.register_application(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Application.from_model)

    @strawberry.mutation(description=f"Changes fields of an application. {APPLICATION_EDITORS}")
    async def update_application(
        self,
        info: Info,
        input: Annotated[
            UpdateApplicationInput,
            strawberry.argument(description="The application and its new values."),
        ],
    ) -> UpdateApplicationPayload:
        changes = {
            name: value
            for name, value in _model_values(input).items()
            if value is not strawberry.UNSET
        }
        if changes.get("capabilities") is not None:
            changes["capabilities"] = tuple(changes["capabilities"])
        request = resolved.UpdateApplication(input.id, input.version, changes)
        mutation = resolved.update_application(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Application.from_model)

    @strawberry.mutation(
        description="Takes an application out of use for good. Its history stays. "
        + APPLICATION_EDITORS
    )
    async def retire_application(
        self,
        info: Info,
        input: Annotated[
            RetireApplicationInput,
            strawberry.argument(description="The application and the reason."),
        ],
    ) -> RetireApplicationPayload:
        request = resolved.RetireApplication(input.id, input.version, input.reason)
        mutation = resolved.retire_application(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Application.from_model)


def _model_values(input: RegisterApplicationInput | UpdateApplicationInput) -> dict[str, Any]:
    """Return the values of an input by the names of the model's fields."""
    return {name: getattr(input, INPUT_NAMES.get(name, name)) for name in resolved.CHANGEABLE}


def _optional_whole_number(value: int | None) -> WholeNumber | None:
    return None if value is None else WholeNumber(value)
