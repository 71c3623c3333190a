"""The plan of an import: what happens to each row of a file, and what a person has to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from engine.model import Application, ApplicationStatus, Capability, Opd, Region
from engine.spreadsheet.application_values import ApplicationRow, ApplicationWorkbook
from engine.spreadsheet.sheet import SheetProblem
from resolvers.problems import ImportCounts

PlanValue = ApplicationStatus | tuple[Capability, ...] | str | int | bool | None


class RowOutcome(Enum):
    """What an import does with a row."""

    ADD = "ADD"
    CHANGE = "CHANGE"
    LEAVE = "LEAVE"  # the inventory or a row above has the same, or a person retired it
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What an import does with one row."""

    row: ApplicationRow
    outcome: RowOutcome
    problems: tuple[SheetProblem, ...]
    application: Application | None = None  # after the import; None if the row is refused
    current: Application | None = None  # before the import; None if the inventory lacks it
    # The values before and after by field of the import. Those before are None if the outcome
    # is ADD; it is empty if the outcome is LEAVE or REFUSE.
    changes: Mapping[str, tuple[PlanValue, PlanValue]] = field(default_factory=dict)
    # The function to record for the application; None withdraws one. Only if it is corrected.
    function: str | None = None
    is_function_corrected: bool = False

    @property
    def is_application_changed(self) -> bool:
        """Whether the application has another version after the import."""
        return self.application is not None and self.application != self.current


@dataclass(frozen=True, slots=True)
class PlannedIntegration:
    """An integration that the import connects. `target` is None for an external system."""

    source: str  # id of an application of the inventory or of the plan
    target: str | None
    target_name: str


@dataclass(frozen=True, slots=True)
class UnknownOpd:
    """A name that matches no OPD of the region, with the OPDs of the nearest names."""

    name: str
    row_count: int
    nearest: tuple[Opd, ...]


@dataclass(frozen=True, slots=True)
class UnknownIntegration:
    """A name of an integrated system that matches no application, or several."""

    name: str
    row_count: int
    nearest: tuple[Application, ...]


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """A problem of a cell, or one problem that several rows share."""

    problem: SheetProblem  # of the first row
    rows: tuple[int, ...]  # empty if it concerns a whole sheet or file
    candidates: tuple[Opd, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import of a file would do with the inventory as it is now."""

    region: Region
    workbook: ApplicationWorkbook
    rows: tuple[RowPlan, ...]
    problems: tuple[PlanProblem, ...] = ()  # the blocking ones first
    unknown_opds: tuple[UnknownOpd, ...] = ()
    unknown_integrations: tuple[UnknownIntegration, ...] = ()
    integrations: tuple[PlannedIntegration, ...] = ()
    opds: Mapping[str, Opd] = field(default_factory=dict)  # those of the region, by id
    default_opd: Opd | None = None  # the owner of the rows that name none
    is_file_refused: bool = False  # a problem of the file as a whole keeps all rows out

    @property
    def counts(self) -> ImportCounts:
        """The numbers of rows by outcome."""
        outcomes = Counter(plan.outcome for plan in self.rows)
        return ImportCounts(
            add=outcomes[RowOutcome.ADD],
            change=outcomes[RowOutcome.CHANGE],
            leave=outcomes[RowOutcome.LEAVE],
            refuse=outcomes[RowOutcome.REFUSE],
            warnings=sum(not problem.problem.is_blocking for problem in self.problems),
        )
