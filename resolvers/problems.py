"""The exceptions of resolvers: problems that a client must expect, and errors with a code.

Problem                    expected: becomes a problem type in the result
├── NotFound               no such thing, or none that this viewer may see
├── InvalidInput           a field has a value that is not allowed
├── VersionConflict        another client changed it first
├── AlreadyExists          it exists, and there may be only one
├── ApplicationNamesCollide applications that pass to one OPD have the same name
├── WrongState             the thing is not in a state that allows this
├── IncompleteAssessment   levels are missing
├── InvalidClaims          some of the claimed levels are not allowed
├── OwnedElsewhere         another instance writes this region
├── ImportRefused          rows of the file have problems, or the file as a whole has
├── TooManyDrafts          too many files of the viewer wait to be imported
└── IdempotencyKeyReused   the key was used for another request
OperationError             not expected: a top-level error with a code
├── Forbidden              this viewer may not do this
├── SnapshotRequired       the cursor cannot be resumed from
├── OperationTooComplex    the operation exceeds its budget
├── TryLater               not now; it states after how long
│   ├── ClientBudgetExhausted   the client has used its CPU time, or lets too much wait
│   ├── ServerBusy              all clients together ask for more than the server can do
│   └── Unavailable             the database does not respond
├── NotFresh               a copy is older than was required
├── InvalidArgument        an argument of a query or subscription is not allowed
└── UnknownEntity          a reference names no entity that this viewer may see
MailNotSent                the mail server did not take a mail
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from engine.coverage import Coverage
from engine.model import Application, Role


class SubjectState(Enum):
    """The state of an assessment, an application, an integration, an import or an account."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    PUBLISHED = "PUBLISHED"
    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    RETIRED = "RETIRED"
    UNKNOWN = "UNKNOWN"
    WITHDRAWN = "WITHDRAWN"
    IMPORTED = "IMPORTED"
    UNDONE = "UNDONE"
    INVITED = "INVITED"
    ERASED = "ERASED"
    OF_PROGRAM = "OF_PROGRAM"
    OF_PROVIDER = "OF_PROVIDER"
    LAST_ADMIN = "LAST_ADMIN"
    LAST_WAY_IN = "LAST_WAY_IN"


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """The numbers of rows of a file by what an import does with them, and of its warnings."""

    add: int
    change: int
    leave: int
    refuse: int
    warnings: int  # problems that keep no row from being written

    @property
    def total(self) -> int:
        """The number of rows that list applications."""
        return self.add + self.change + self.leave + self.refuse


class Problem(Exception):
    """An error that a client must expect; its message is for a person."""


class NotFound(Problem):
    """The thing does not exist, or the viewer may not see it."""

    def __init__(self, what: str, id: str) -> None:
        super().__init__(f"there is no {what} {id!r}")
        self.what = what
        self.id = id


class InvalidInput(Problem):
    """A field of the input has a value that is not allowed."""

    def __init__(self, field: str, expected: str, got: str) -> None:
        super().__init__(f"{field}: expected {expected}, got {got}")
        self.field = field
        self.expected = expected
        self.received = got


class VersionConflict(Problem):
    """Another client changed the row after this client had read it."""

    def __init__(self, id: str, expected: int, current: int) -> None:
        super().__init__(
            f"{id} has changed: the input has version {expected}, the current version is {current}"
        )
        self.id = id
        self.expected = expected
        self.current = current


class AlreadyExists(Problem):
    """The thing exists already, and there may be only one; `id` is that of the existing one."""

    def __init__(self, what: str, id: str) -> None:
        super().__init__(f"there is already an {what}: {id}")
        self.id = id


@dataclass(frozen=True, slots=True)
class NameCollision:
    """Two applications in use that would have one name in one OPD."""

    moved: Application
    existing: Application  # that of the successor, or of another dissolved OPD


class ApplicationNamesCollide(Problem):
    """Applications that would pass to one OPD have the same name; `collisions` holds the pairs."""

    def __init__(self, collisions: Sequence[NameCollision]) -> None:
        first = collisions[0]
        super().__init__(
            f"expected no two applications of one name in the successor, got {len(collisions)} "
            f"pairs, the first {first.moved.name!r} ({first.moved.id} and {first.existing.id}): "
            "rename or retire one of each pair first"
        )
        self.collisions = tuple(collisions)


class WrongState(Problem):
    """The thing is in a state that does not allow the change; `allowed` lists those that do."""

    def __init__(self, id: str, state: SubjectState, allowed: Sequence[SubjectState]) -> None:
        expected = " or ".join(allowed_state.value for allowed_state in allowed)
        super().__init__(f"{id}: expected the state {expected}, got {state.value}")
        self.id = id
        self.state = state
        self.allowed = tuple(allowed)


class IncompleteAssessment(Problem):
    """The assessment has indicators without a level; `missing` holds their numbers."""

    def __init__(self, id: str, missing: Sequence[int]) -> None:
        super().__init__(f"{id} has no level for {len(missing)} indicators")
        self.id = id
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class InvalidClaim:
    """A claimed level that is not allowed, with the field that has a wrong value."""

    indicator: int
    field: str
    expected: str
    received: str


class InvalidClaims(Problem):
    """Some of the levels that are claimed at once are not allowed; `claims` holds these."""

    def __init__(self, claims: Sequence[InvalidClaim]) -> None:
        first = claims[0]
        super().__init__(
            f"{len(claims)} claims are not allowed, the first for indicator {first.indicator}: "
            f"{first.field}: expected {first.expected}, got {first.received}"
        )
        self.claims = tuple(claims)


class OwnedElsewhere(Problem):
    """Another instance owns the region.

    `url` is the address of its API; None if the viewer may not know it.
    """

    def __init__(self, region: str, url: str | None) -> None:
        owner = url or "another instance"
        super().__init__(f"region {region} is owned by {owner}, and read-only here")
        self.url = url


class ImportRefused(Problem):
    """Rows of the file have problems that keep them from being written."""

    def __init__(self, counts: ImportCounts) -> None:
        super().__init__(
            "expected rows without blocking problems, got "
            f"{counts.refuse} rows with one among {counts.total}: nothing is imported"
        )
        self.counts = counts


class TooManyDrafts(Problem):
    """Too many files of the viewer wait to be imported, or too many bytes of them."""

    def __init__(self, count_most: int, size_most: int, count: int, size: int) -> None:
        super().__init__(
            f"expected at most {count_most} waiting files with {size_most} bytes in all, got one "
            f"more in addition to {count} with {size} bytes: import one of them first"
        )
        self.count = count
        self.size = size


class IdempotencyKeyReused(Problem):
    """The idempotency key was used before, for another request."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the idempotency key {key!r} was used for another request")
        self.key = key


class OperationError(Exception):
    """A top-level GraphQL error with a code in its extensions."""

    code = "REFUSED"

    @property
    def extensions(self) -> dict[str, object]:
        """The extensions of the GraphQL error."""
        return {"code": self.code}


class Forbidden(OperationError):
    """The viewer's role or scope does not allow the operation."""

    code = "FORBIDDEN"

    def __init__(self, role: Role, what: str) -> None:
        super().__init__(f"a viewer with role {role.value} may not {what}")


class SnapshotRequired(OperationError):
    """The cursor cannot be resumed from: the client must read the data again."""

    code = "SNAPSHOT_REQUIRED"

    def __init__(self, cursor: str) -> None:
        super().__init__(f"the cursor {cursor!r} cannot be resumed from: read the data again")


class OperationTooComplex(OperationError):
    """The operation exceeds its budget of reads, searches, references or time."""

    code = "TOO_COMPLEX"

    def __init__(
        self, expected: str, scope: str = "operation", advice: str = "split the operation"
    ) -> None:
        super().__init__(f"expected {expected} for one {scope}, got more: {advice}")


class TryLater(OperationError):
    """The operation was not executed, or not completely: the client should try again later."""

    retry_seconds: float = 1.0

    def __init__(self, message: str, retry_seconds: float) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds

    @property
    def retry_after(self) -> int:
        """The value of the header `retry-after`: whole seconds, at least one."""
        return max(1, ceil(self.retry_seconds))

    @property
    def extensions(self) -> dict[str, object]:
        """The extensions of the GraphQL error, with the seconds to wait."""
        return {**super().extensions, "retryAfterSeconds": self.retry_after}


class ClientBudgetExhausted(TryLater):
    """The client has used the CPU time that is meant for it, or lets too many operations wait."""

    code = "CLIENT_BUDGET_EXHAUSTED"


class ServerBusy(TryLater):
    """The clients together ask for more than the server can do."""

    code = "SERVER_BUSY"


class Unavailable(TryLater):
    """A part that the operation needs, such as the database, does not respond."""

    code = "UNAVAILABLE"


class NotFresh(OperationError):
    """Copies of regions are older than the request requires."""

    code = "NOT_FRESH"

    def __init__(self, max_age: int, coverage: Coverage) -> None:
        region_count, fresh_count = len(coverage.regions), coverage.fresh_count
        super().__init__(
            f"of {region_count} regions {region_count - fresh_count} are older than "
            f"{max_age} seconds"
        )
        self.coverage = coverage

    @property
    def extensions(self) -> dict[str, object]:
        """The extensions of the GraphQL error, with the counts of the coverage."""
        return {
            **super().extensions,
            "regionCount": len(self.coverage.regions),
            "freshCount": self.coverage.fresh_count,
            "staleCount": self.coverage.stale_count,
            "unreachableCount": self.coverage.unreachable_count,
        }


class InvalidArgument(OperationError):
    """An argument of a query or subscription has a value that is not allowed."""

    code = "INVALID_ARGUMENT"

    def __init__(self, argument: str, expected: str, got: str) -> None:
        super().__init__(f"argument {argument}: expected {expected}, got {got}")


class UnknownEntity(OperationError):
    """A reference names an entity that does not exist or that the viewer may not see."""

    code = "NOT_FOUND"

    def __init__(self, what: str, key: str) -> None:
        super().__init__(f"there is no {what} {key!r}, or none that this viewer may see")


class MailNotSent(Exception):
    """The mail server did not take a mail; the message states why."""
