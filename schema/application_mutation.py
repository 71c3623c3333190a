"""GraphQL mutations that register, change and retire applications."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from engine import model
from resolvers import application as resolved
from schema.application import (
    ADDED_COST,
    CAPABILITIES,
    FIT,
    IS_CONSULTED,
    IS_PUBLIC_SERVICE,
    MIGRATION_COST,
    USERS,
    YEARLY_COST,
    Application,
)
from schema.arguments import INPUT
from schema.descriptions import APPLICATION_EDITORS, IDEMPOTENCY_KEY, REGION_CODE, VERSION
from schema.enums import ApplicationStatus, Capability
from schema.info import Info
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

FUNCTION_TEXT_INPUT = (
    "What the application is for, in 1 to 2,000 characters. Null means that it is unknown."
)
URL_INPUT = (
    "The address, which begins with http:// or https:// and has at most 2,000 characters. Null "
    "means that it is unknown or that there is none."
)
PLATFORM_INPUT = (
    "The platform that it runs on, such as web, in 1 to 200 characters. Null means that it is "
    "unknown."
)
DEVELOPER_INPUT = (
    "Who built it, such as a company or a unit of the region, in 1 to 200 characters. Null means "
    "that it is unknown."
)
HOSTING_INPUT = (
    "Where it runs, such as the data centre of the region, in 1 to 200 characters. Null means that "
    "it is unknown."
)
DATABASE_INPUT = (
    "The database system that it uses, such as MySQL, in 1 to 200 characters. Null means that it "
    "is unknown."
)
LEGAL_BASIS_INPUT = (
    "The regulation or decree that it is based on, in 1 to 2,000 characters. Null means that it is "
    "unknown."
)
YEAR_INPUT = (
    "The year of its first use, from 1980 to five years from now. Null means that it is unknown."
)
COMMON_APPLICATION_ID = (
    "The id of the common application that it is an instance of. Null means that it is an "
    "application of the region itself."
)
# The attributes of inputs whose names differ from the fields of the model.
INPUT_NAMES = {
    "opd": "opd_id",
    "function": "function_text",
    "common_application": "common_application_id",
    "consulted": "is_consulted",
    "public_service": "is_public_service",
}


@strawberry.input(description="An application to add to the inventory of a region.")
class RegisterApplicationInput:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    opd_id: strawberry.ID = strawberry.field(
        description="The id of the OPD that owns it, which must be of the same region."
    )
    name: str = strawberry.field(
        description="The name, of 1 to 200 characters. An OPD has no two "
        "applications in use of one name, in any case."
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
    developer: str | None = strawberry.field(default=None, description=DEVELOPER_INPUT)
    hosting: str | None = strawberry.field(default=None, description=HOSTING_INPUT)
    database: str | None = strawberry.field(default=None, description=DATABASE_INPUT)
    legal_basis: str | None = strawberry.field(default=None, description=LEGAL_BASIS_INPUT)
    is_public_service: bool | None = strawberry.field(default=None, description=IS_PUBLIC_SERVICE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(
    description="Changes to an application. A field that is left out stays as it is, and null "
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
    developer: str | None = strawberry.field(default=strawberry.UNSET, description=DEVELOPER_INPUT)
    hosting: str | None = strawberry.field(default=strawberry.UNSET, description=HOSTING_INPUT)
    database: str | None = strawberry.field(default=strawberry.UNSET, description=DATABASE_INPUT)
    legal_basis: str | None = strawberry.field(
        default=strawberry.UNSET, description=LEGAL_BASIS_INPUT
    )
    is_public_service: bool | None = strawberry.field(
        default=strawberry.UNSET, description=IS_PUBLIC_SERVICE
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="An application to take out of use.")
class RetireApplicationInput:
    id: strawberry.ID = strawberry.field(description="The id of the application.")
    version: int = strawberry.field(description=VERSION)
    reason: str | None = strawberry.field(
        default=None,
        description="Why it is taken out of use, in 1 to 2,000 characters. Null gives no reason.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


RegisterApplicationPayload = Annotated[
    Application | NotFound | InvalidInput | AlreadyExists | OwnedElsewhere | IdempotencyKeyReused,
    strawberry.union(
        "RegisterApplicationPayload",
        description="The registered application, or the problem that prevented the change.",
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
        description="The changed application, or the problem that prevented the change.",
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
        description="The retired application, or the problem that prevented the change.",
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
        input: Annotated[RegisterApplicationInput, INPUT],
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
        input: Annotated[UpdateApplicationInput, INPUT],
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
        input: Annotated[RetireApplicationInput, INPUT],
    ) -> RetireApplicationPayload:
        request = resolved.RetireApplication(input.id, input.version, input.reason)
        mutation = resolved.retire_application(info.context, request, input.idempotency_key)
        return await result_or_problem(mutation, Application.from_model)


def _model_values(input: RegisterApplicationInput | UpdateApplicationInput) -> dict[str, Any]:
    """Return the values of an input by the names of the model's fields."""
    return {name: getattr(input, INPUT_NAMES.get(name, name)) for name in resolved.CHANGEABLE}
