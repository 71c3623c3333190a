"""What a caller did that cannot be answered, as exceptions that carry data.

Problem                    expected: becomes a problem type in the result
├── NotFound               no such thing, or none that this viewer may see
├── InvalidInput           a field holds what it may not
├── VersionConflict        somebody else changed it first
├── AlreadyExists          there is one, and may be one only
├── WrongState             the thing is not in a state that allows this
├── IncompleteAssessment   levels are missing
├── OwnedElsewhere         another instance writes this region
└── IdempotencyKeyReused   the key answered another request
Refused                    not expected: a top-level error with a code
├── Forbidden              this viewer may not do this
├── SnapshotRequired       the cursor cannot be resumed from
├── InvalidArgument        an argument of a query or subscription is not usable
└── UnknownEntity          a reference to no such thing, or to none this viewer may see
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.model import Role


class Problem(Exception):
    """Something a client must expect; its message is for a person."""


class NotFound(Problem):
    def __init__(self, what: str, id: str) -> None:
        super().__init__(f"there is no {what} {id!r}")
        self.what = what
        self.id = id


class InvalidInput(Problem):
    def __init__(self, field: str, expected: str, got: str) -> None:
        super().__init__(f"{field}: expected {expected}, got {got}")
        self.field = field
        self.expected = expected
        self.got = got


class VersionConflict(Problem):
    def __init__(self, id: str, expected: int, current: int) -> None:
        super().__init__(f"{id} was changed meanwhile: expected version {current}, got {expected}")
        self.id = id
        self.expected = expected
        self.current = current


class AlreadyExists(Problem):
    def __init__(self, what: str, id: str) -> None:
        super().__init__(f"there is already an {what}: {id}")
        self.id = id


class WrongState(Problem):
    def __init__(self, id: str, state: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{id} is {state}; this asks for {' or '.join(allowed)}")
        self.id = id
        self.state = state
        self.allowed = tuple(allowed)


class IncompleteAssessment(Problem):
    def __init__(self, id: str, missing: Sequence[int]) -> None:
        super().__init__(f"{id} has no level for {len(missing)} indicators")
        self.id = id
        self.missing = tuple(missing)


class OwnedElsewhere(Problem):
    def __init__(self, region: str, url: str) -> None:
        super().__init__(f"region {region} is written at {url}, and only read here")
        self.url = url


class IdempotencyKeyReused(Problem):
    def __init__(self, key: str) -> None:
        super().__init__(f"the idempotency key {key!r} was used for another request")
        self.key = key


class OperationError(Exception):
    """An operation that gets an error instead of an answer, with a code in its extensions."""

    code = "REFUSED"

    @property
    def extensions(self) -> dict[str, str]:
        return {"code": self.code}


class Forbidden(OperationError):
    code = "FORBIDDEN"

    def __init__(self, role: Role, what: str) -> None:
        super().__init__(f"a viewer with role {role.value} may not {what}")


class SnapshotRequired(OperationError):
    code = "SNAPSHOT_REQUIRED"

    def __init__(self, cursor: str) -> None:
        super().__init__(f"the cursor {cursor!r} cannot be resumed from: read the data anew")


class OperationTooComplex(OperationError):
    code = "TOO_COMPLEX"

    def __init__(self, expected: str) -> None:
        super().__init__(f"expected {expected} for one operation, got more: ask for less at once")


class InvalidArgument(OperationError):
    code = "INVALID_ARGUMENT"

    def __init__(self, argument: str, expected: str, got: str) -> None:
        super().__init__(f"argument {argument}: expected {expected}, got {got}")


class UnknownEntity(OperationError):
    code = "NOT_FOUND"

    def __init__(self, what: str, key: str) -> None:
        super().__init__(f"there is no {what} {key!r}, or none that this viewer may see")
