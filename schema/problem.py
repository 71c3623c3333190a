"""GraphQL types of the problems that a mutation may return instead of its result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from resolvers import problems

Value = TypeVar("Value")


@strawberry.interface(description="Why a mutation changed nothing. Ask for `message` at least.")
class Problem:
    message: str = strawberry.field(description="For a person, in English.")


@strawberry.type(description="There is no such thing, or none that this viewer may see.")
class NotFound(Problem):
    id: strawberry.ID


@strawberry.type(description="A field of the input holds what it may not.")
class InvalidInput(Problem):
    field: str
    expected: str
    got: str


@strawberry.type(description="Somebody else changed it first: read it again, then decide.")
class VersionConflict(Problem):
    id: strawberry.ID
    expected_version: int = strawberry.field(description="The version that was sent.")
    current_version: int = strawberry.field(description="The version that is there now.")


@strawberry.type(description="There is one already, and may be one only.")
class AlreadyExists(Problem):
    id: strawberry.ID = strawberry.field(description="Of the one that exists.")


@strawberry.type(description="It is not in a state that allows this.")
class WrongState(Problem):
    id: strawberry.ID
    current_state: str
    allowed: list[str]


@strawberry.type(description="An assessment cannot be submitted while levels are missing.")
class IncompleteAssessment(Problem):
    id: strawberry.ID
    missing: list[int] = strawberry.field(description="Numbers of the indicators without level.")


@strawberry.type(description="Another instance writes this region: send it there.")
class OwnedElsewhere(Problem):
    # Not `url`: the fields `url` of other members of the same unions differ in nullability, and a
    # document that selects both is invalid.
    owner_url: str = strawberry.field(description="Of the API of that instance.")


@strawberry.type(description="The idempotency key was used before, for another request.")
class IdempotencyKeyReused(Problem):
    key: str


async def result_or_problem(mutation: Awaitable[Value], wrap: Callable[[Value], object]) -> Any:
    """Return the wrapped result of `work`, or the problem that it raised.

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
        case problems.WrongState():
            return WrongState(
                message=message,
                id=strawberry.ID(problem.id),
                current_state=problem.state,
                allowed=list(problem.allowed),
            )
        case problems.IncompleteAssessment():
            return IncompleteAssessment(
                message=message, id=strawberry.ID(problem.id), missing=list(problem.missing)
            )
        case problems.OwnedElsewhere():
            return OwnedElsewhere(message=message, owner_url=problem.url)
        case problems.IdempotencyKeyReused():
            return IdempotencyKeyReused(message=message, key=problem.key)
        case _:
            raise problem
