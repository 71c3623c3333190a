"""GraphQL types and queries for applications and common applications."""

from __future__ import annotations

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
from schema.descriptions import CURRENT_VERSION, PROVENANCE
from schema.enums import ApplicationStatus, Capability, CommonApplicationClassification
from schema.freshness import FreshnessArgument, wait_for_copies
from schema.function_tag import ApplicationFunction
from schema.impact import ApplicationImpactField
from schema.info import Info
from schema.node import Node, Provenance
from schema.opd import Opd
from schema.scalars import WholeNumber

if TYPE_CHECKING:
    from schema.integration import Integration
    from schema.region import Region

FUNCTION_TEXT = (
    "What the application is for, in the words of its OPD; null if it is unknown. `functionTag` "
    "has the business function that is estimated from it and other facts."
)
URL = "The address of the application; null if it is unknown or has none."
PLATFORM = "The platform that it runs on, such as web; null if it is unknown."
YEAR = "The year of its first use; null if it is unknown."
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

DEVELOPER = "Who built it, such as a company or a unit of the region; null if it is unknown."
HOSTING = "Where it runs, such as the data centre of the region; null if it is unknown."
DATABASE = "The database system that it uses, such as MySQL; null if it is unknown."
LEGAL_BASIS = "The regulation or decree that it is based on; null if it is unknown."
IS_PUBLIC_SERVICE = "Whether it serves the public; null if it is unknown."


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
        description="The numbers of the indicators of `spbe-2020` that it serves; at most 47."
    )
    provenance: Provenance = strawberry.field(description=PROVENANCE)

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
    developer: str | None = strawberry.field(description=DEVELOPER)
    hosting: str | None = strawberry.field(description=HOSTING)
    database: str | None = strawberry.field(description=DATABASE)
    legal_basis: str | None = strawberry.field(description=LEGAL_BASIS)
    is_public_service: bool | None = strawberry.field(description=IS_PUBLIC_SERVICE)
    provenance: Provenance = strawberry.field(description=PROVENANCE)
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
            developer=value.developer or None,
            hosting=value.hosting or None,
            database=value.database or None,
            legal_basis=value.legal_basis or None,
            is_public_service=value.public_service,
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


def _optional_whole_number(value: int | None) -> WholeNumber | None:
    return None if value is None else WholeNumber(value)
