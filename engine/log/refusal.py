"""The refusal of an entry of a followed log, which states what its owner may not state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class RefusalReason(Enum):
    """Why an entry of a followed log is not applied, wholly or in part."""

    FOREIGN_RESULT = "FOREIGN_RESULT"  # a result that another region's log records
    FOREIGN_REGION = "FOREIGN_REGION"  # it is about another region than that of the log
    FOREIGN_ID = "FOREIGN_ID"  # the id of a row does not begin with the code of the log's region
    FOREIGN_IDENTITY = "FOREIGN_IDENTITY"  # name, kind or parent differ from the follower's list
    OUT_OF_BOUNDS = "OUT_OF_BOUNDS"  # a length, a character, an address or a number
    TOO_MANY_ROWS = "TOO_MANY_ROWS"
    MISSING_REFERENCE = "MISSING_REFERENCE"  # it refers to a row that the copy does not have
    INVALID_BODY = "INVALID_BODY"  # another form than its kind, no score, or a contradiction


class EntryRefused(Exception):
    """An entry is not applied, wholly or in part; the message says what was expected and came."""

    def __init__(self, reason: RefusalReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class TooManyRows(EntryRefused):
    """An entry would add a row to a log that has the most of these rows already.

    Attributes: rows (the name of their table), most.
    """

    def __init__(self, rows: str, most: int) -> None:
        super().__init__(
            RefusalReason.TOO_MANY_ROWS,
            f"expected at most {most} rows of {rows} in a log, got more",
        )
        self.rows = rows
        self.most = most


class BodyTooLarge(EntryRefused):
    """The body of an entry is larger than a follower of the log stores.

    Attributes: size, most (bytes of its JSON).
    """

    def __init__(self, size: int, most: int) -> None:
        super().__init__(
            RefusalReason.OUT_OF_BOUNDS,
            f"expected a body of at most {most:,} bytes as JSON, got {size:,}",
        )
        self.size = size
        self.most = most


def merge_refusals(refusals: Sequence[EntryRefused]) -> EntryRefused:
    """Return the refusals of rows of a snapshot, and of its entry, as one that counts each reason.

    Its reason is that of the first one.
    """
    by_reason: dict[RefusalReason, list[EntryRefused]] = {}
    for refusal in refusals:
        by_reason.setdefault(refusal.reason, []).append(refusal)
    counts = ", ".join(f"{len(refused)} {reason.value}" for reason, refused in by_reason.items())
    firsts = "".join(f"; {reason.value}: {refused[0]}" for reason, refused in by_reason.items())
    message = f"parts of a snapshot are refused: {counts}{firsts}"
    return EntryRefused(refusals[0].reason, message)


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """An entry of a followed log that is stored for the chain, but not applied or only in part."""

    region: str  # the region in whose log it is
    sequence: int
    reason: RefusalReason
    message: str  # what was expected and received, in English
    at: datetime  # the time of its arrival
