"""GraphQL types of the problems that a mutation may return instead of its result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from engine.log.body_bounds import CLAIMS_MOST
from resolvers import problems
from schema.application_reference import LISTED_MOST, ApplicationReference
from schema.enums import SubjectState

Value = TypeVar("Value")

EXPECTED = "The values that the field accepts, in English."
GOT = (
    "The value that was sent. If a text or a list has a wrong length, it is this length; that of a "
    "text is without the white space around it."
)


@strawberry.interface(
    description="Why a mutation changed nothing. The result of a mutation is either its object or "
    "one of the problems that its union lists."
)
class Problem:
    message: str = strawberry.field(
        description="The problem in an English sentence, for a log or for a developer."
    )


@strawberry.type(
    description="The input refers to a thing that does not exist, or that this viewer may not read."
)
class NotFound(Problem):
    id: strawberry.ID = strawberry.field(
        description="The id from the input, or the code if the input names a region."
    )


@strawberry.type(description="A field of the input has a value that is not allowed.")
class InvalidInput(Problem):
    field: str = strawberry.field(
        description="The path of the field in the input, such as `year` or `evidence.0.url`."
    )
    expected: str = strawberry.field(description=EXPECTED)
    got: str = strawberry.field(description=GOT)


@strawberry.type(
    description="Another client changed the thing first. Read it again, and decide again."
)
class VersionConflict(Problem):
    id: strawberry.ID = strawberry.field(description="The id of the thing.")
    expected_version: int = strawberry.field(
        description="The version that the input expected the thing to have."
    )
    current_version: int = strawberry.field(description="The version that the thing has now.")


@strawberry.type(description="The thing exists already, and there may be only one.")
class AlreadyExists(Problem):
    id: strawberry.ID = strawberry.field(description="The id of the thing that exists.")


@strawberry.type(description="Two applications in use that would have one name in one OPD.")
class NameCollision:
    name: str = strawberry.field(description="The name of the application that would move.")
    moved: ApplicationReference = strawberry.field(
        description="The application of a dissolved OPD that would move."
    )
    existing: ApplicationReference = strawberry.field(
        description="The application of that name, of the successor or of another of the OPDs."
    )


@strawberry.type(
    description="Applications that would pass to one OPD have the same name. Nothing was changed. "
    "Rename or retire one application of each pair, and send the request again."
)
class ApplicationNamesCollide(Problem):
    collision_count: int = strawberry.field(description="The number of pairs.")
    collisions: list[NameCollision] = strawberry.field(
        description=f"The pairs, at most {LISTED_MOST}."
    )


@strawberry.type(
    description="The thing is in a state in which this change is not possible. The thing is an "
    "assessment, an application, an integration, an import, an account or a passkey."
)
class WrongState(Problem):
    id: strawberry.ID = strawberry.field(description="The id of the thing.")
    current_state: SubjectState = strawberry.field(description="The state that the thing is in.")
    allowed_states: list[SubjectState] = strawberry.field(
        description="The states in which the change is possible, at most 4."
    )


@strawberry.type(
    description="The assessment cannot be submitted, because not every indicator has a level."
)
class IncompleteAssessment(Problem):
    id: strawberry.ID = strawberry.field(description="The id of the assessment.")
    missing_indicators: list[int] = strawberry.field(
        description="The numbers of the indicators without a level, in ascending order; at most "
        "all indicators of the instrument."
    )


@strawberry.type(description="A level in `claimLevels` that is not allowed, and why.")
class InvalidClaim:
    indicator: int = strawberry.field(
        description="The number of the indicator, as the claim states it."
    )
    field: str = strawberry.field(
        description="The path of the first faulty field in the claim, such as `level` or "
        "`evidence.0.url`."
    )
    expected: str = strawberry.field(description=EXPECTED)
    got: str = strawberry.field(description=GOT)


@strawberry.type(
    description="Some of the levels in `claimLevels` are not allowed. None of the levels is "
    "claimed, not even those that are allowed."
)
class InvalidClaims(Problem):
    claims: list[InvalidClaim] = strawberry.field(
        description="The claims that are not allowed, in the order of the input; at most "
        f"{CLAIMS_MOST}."
    )


@strawberry.type(
    description="Another instance owns the region. Send the mutation to that instance, with a "
    "token that it accepts: each instance accepts only its own tokens or those of its provider."
)
class OwnedElsewhere(Problem):
    # Not `url`: the fields `url` of other members of the same unions differ in nullability, and a
    # document that selects both is invalid.
    owner_url: str | None = strawberry.field(
        description="The address of the API of the instance that owns the region, for HTTP. The "
        "same address with ws or wss serves WebSockets. Null if the scope of the viewer has "
        "neither the region nor a region in it."
    )


@strawberry.type(description="The numbers of rows of a file by what an import does with them.")
class ImportCounts:
    add: int = strawberry.field(description="The number of rows that add an application.")
    change: int = strawberry.field(description="The number of rows that change one.")
    leave: int = strawberry.field(
        description="The number of rows that write nothing, because the inventory or a row above "
        "has the same, or because a person retired the application."
    )
    refuse: int = strawberry.field(
        description="The number of rows that are not written because of a problem."
    )
    warnings: int = strawberry.field(
        description="The number of problems that do not prevent a row from being written."
    )

    @classmethod
    def from_resolver(cls, value: problems.ImportCounts) -> ImportCounts:
        return cls(
            add=value.add,
            change=value.change,
            leave=value.leave,
            refuse=value.refuse,
            warnings=value.warnings,
        )


@strawberry.type(
    description="Rows of the file have problems that prevent them from being written, or the file "
    "as a whole has one. Nothing is written."
)
class ImportRefused(Problem):
    counts: ImportCounts = strawberry.field(description="The numbers of rows by outcome.")


@strawberry.type(
    description="The idempotency key was used within seven days for a request with another input. "
    "Choose another key."
)
class IdempotencyKeyReused(Problem):
    key: str = strawberry.field(description="The idempotency key from the input.")


async def result_or_problem(mutation: Awaitable[Value], wrap: Callable[[Value], object]) -> Any:
    """Return the wrapped result of `mutation`, or the problem that it raised.

    The union of a mutation lists its problems; execution checks the result against the union.
    """
    try:
        return wrap(await mutation)
    except problems.Problem as problem:
        return problem_from_exception(problem)


def problem_from_exception(problem: problems.Problem) -> Problem:
    """Return the GraphQL type of a problem."""
    message = str(problem)
    match problem:
        case problems.NotFound():
            return NotFound(message=message, id=strawberry.ID(problem.id))
        case problems.InvalidInput():
            return InvalidInput(
                message=message,
                field=problem.field,
                expected=problem.expected,
                got=problem.received,
            )
        case problems.VersionConflict():
            return VersionConflict(
                message=message,
                id=strawberry.ID(problem.id),
                expected_version=problem.expected,
                current_version=problem.current,
            )
        case problems.AlreadyExists():
            return AlreadyExists(message=message, id=strawberry.ID(problem.id))
        case problems.ApplicationNamesCollide():
            return ApplicationNamesCollide(
                message=message,
                collision_count=len(problem.collisions),
                collisions=[
                    NameCollision(
                        name=collision.moved.name,
                        moved=ApplicationReference(id=strawberry.ID(collision.moved.id)),
                        existing=ApplicationReference(id=strawberry.ID(collision.existing.id)),
                    )
                    for collision in problem.collisions[:LISTED_MOST]
                ],
            )
        case problems.WrongState():
            return WrongState(
                message=message,
                id=strawberry.ID(problem.id),
                current_state=problem.state,
                allowed_states=list(problem.allowed),
            )
        case problems.IncompleteAssessment():
            return IncompleteAssessment(
                message=message,
                id=strawberry.ID(problem.id),
                missing_indicators=list(problem.missing),
            )
        case problems.InvalidClaims():
            return InvalidClaims(
                message=message,
                claims=[
                    InvalidClaim(
                        indicator=claim.indicator,
                        field=claim.field,
                        expected=claim.expected,
                        got=claim.received,
                    )
                    for claim in problem.claims
                ],
            )
        case problems.ImportRefused():
            return ImportRefused(message=message, counts=ImportCounts.from_resolver(problem.counts))
        case problems.OwnedElsewhere():
            return OwnedElsewhere(message=message, owner_url=problem.url)
        case problems.IdempotencyKeyReused():
            return IdempotencyKeyReused(message=message, key=problem.key)
        case _:
            raise problem
