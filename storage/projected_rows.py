"""The rows that entries state and refer to, and the query that reads them at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, or_, select

from engine.consolidation.decision import ProposalDecision
from engine.log import body_bounds
from engine.log.entry_types import ClaimedLevel
from engine.log.inventory_import import InventoryImport
from engine.matching.function_classifier import FunctionCorrection
from engine.model import Application, Assessment, AssessmentKind, Integration, Opd
from engine.verification.attestation import Attestation, AttestationRecord
from engine.verification.inventory import Exemption
from storage import attestation
from storage.combined_query import CombinedQuery
from storage.tables import (
    ApplicationRow,
    AssessmentRow,
    AttestationRow,
    DecisionRow,
    IntegrationRow,
    InventoryImportRow,
    LevelRow,
    OpdRow,
    RegionRow,
    Table,
    core_table,
)

RowKey = tuple[type[Table], str]  # a table, and the id of one of its rows

ROWS_MOST: Mapping[type[Table], int] = {  # in one log
    table: body_bounds.ROWS_MOST[kind]
    for table, kind in (
        (OpdRow, Opd),
        (ApplicationRow, Application),
        (IntegrationRow, Integration),
        (AssessmentRow, Assessment),
        (DecisionRow, ProposalDecision),
        (InventoryImportRow, InventoryImport),
    )
}


@lru_cache
def rows_query(tables: frozenset[type[Table]]) -> CombinedQuery:
    """Return the query for the rows of these tables by id.

    Its parameters are `region`, which is the log, and for each table the ids by `ids_name`. With
    the assessments, it reads their levels, the regions that they are about, and the assessments
    in the log of which the listed regions have only one. With tables in ROWS_MOST, it reads their
    number of rows in the log.
    """
    queries: dict[str, Select[*tuple[Any, ...]]] = {}
    for table in tables:
        columns = core_table(table).c
        key = columns[{DecisionRow: "proposal", RegionRow: "code"}.get(table, "id")]
        condition: ColumnElement[bool] = key.in_(_ids_parameter(table))
        selected: Select[*tuple[Any, ...]] = select(key.label("id"))
        if table is ApplicationRow:
            selected = select(key, columns.opd)
        elif table is RegionRow:
            selected = select(key.label("id"), columns.name, columns.kind, columns.parent)
            if AssessmentRow in tables:
                assessed = select(AssessmentRow.region).where(
                    AssessmentRow.id.in_(_ids_parameter(AssessmentRow))
                )
                condition = or_(condition, key.in_(assessed))
        elif table is AssessmentRow:
            selected = select(table)
            queries[LevelRow.__tablename__] = select(
                LevelRow.assessment, LevelRow.indicator, LevelRow.level
            ).where(LevelRow.assessment.in_(_ids_parameter(table)))
            queries[SINGLE_ASSESSMENTS] = _SELECT_SINGLE_ASSESSMENTS
        queries[table.__tablename__] = selected.where(condition)
        if table in ROWS_MOST:
            queries[count_name(table)] = count_query(table)
    if tables & {OpdRow, ApplicationRow}:
        queries[AttestationRow.__tablename__] = attestation.BY_REGION
    return CombinedQuery(**queries)


def count_query(table: type[Table]) -> Select[*tuple[Any, ...]]:
    """Return the query for the number of rows of a table in the log `region`."""
    columns = core_table(table).c
    log = columns.log if table is AssessmentRow else columns.region
    count = func.count().label("count")
    return select(count).select_from(core_table(table)).where(log == bindparam("region"))


def ids_name(table: type[Table]) -> str:
    """Return the name of the parameter of `rows_query` that has the ids of a table."""
    return f"{table.__tablename__}_ids"


def count_name(table: type[Table]) -> str:
    """Return the name under which `rows_query` returns the number of rows of a table."""
    return f"{table.__tablename__}_count"


def _ids_parameter(table: type[Table]) -> BindParameter[str]:
    return bindparam(ids_name(table), expanding=True)


SINGLE_ASSESSMENTS = "single_assessment"
_SELECT_SINGLE_ASSESSMENTS = select(
    AssessmentRow.id,
    AssessmentRow.region,
    AssessmentRow.instrument,
    AssessmentRow.year,
    AssessmentRow.kind,
).where(
    AssessmentRow.log == bindparam("region"),
    AssessmentRow.kind != AssessmentKind.SIMULATION.value,
    AssessmentRow.region.in_(_ids_parameter(RegionRow)),
)


def stated_rows(value: Any) -> list[RowKey]:
    """Return the row that a body states, by table and id; none if its key is that of another row."""
    match value:
        case Opd():
            return [(OpdRow, value.id)]
        case Application():
            return [(ApplicationRow, value.id)]
        case Integration():
            return [(IntegrationRow, value.id)]
        case ProposalDecision():
            return [(DecisionRow, value.proposal)]
        case Assessment():
            return [(AssessmentRow, value.id)]
        case InventoryImport():
            return [(InventoryImportRow, value.id)]
        case _:
            return []


def referenced_rows(value: Any) -> list[RowKey]:
    """Return the rows that a body refers to, which are in the same log."""
    match value:
        case Application(opd=str(opd)) | Attestation(opd=opd) | Exemption(opd=opd):
            return [(OpdRow, opd)]
        case AttestationRecord():
            return [(OpdRow, value.attestation.opd)]
        case Integration():
            return [(ApplicationRow, value.source)]
        case FunctionCorrection():
            return [(ApplicationRow, value.application)]
        case _:
            return []


def linked_rows(value: Any) -> list[RowKey]:
    """Return the rows that a body refers to, and that need not exist."""
    match value:
        case Integration(target=str(target)):
            return [(ApplicationRow, target)]
        case ClaimedLevel():
            return [(AssessmentRow, value.assessment)]
        case _:
            return []
