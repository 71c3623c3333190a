"""The names of the fields, reasons and values of an import, as commands print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from gettext import gettext as _

from engine.model import ApplicationStatus, Capability
from engine.spreadsheet.export_sheet import CAPABILITY_WORDS, LIST_SEPARATOR, STATUS_WORDS
from hub.cli.translation import N_, language
from resolvers.import_plan import ImportPlan, PlanValue
from resolvers.import_restorer import UndoRefusalReason

ROWS_LISTED = 12  # the row numbers that a line lists

FIELD_NAMES: Mapping[str, str] = {
    "id": N_("id"),
    "name": N_("name"),
    "opd": N_("opd"),
    "region": N_("region"),
    "url": N_("url"),
    "status": N_("status"),
    "function": N_("function of the catalogue"),
    "use": N_("function"),
    "year": N_("year"),
    "platform": N_("platform"),
    "developer": N_("developer"),
    "hosting": N_("hosting"),
    "database": N_("database"),
    "users": N_("number of users"),
    "yearly_cost": N_("yearly cost"),
    "migration_cost": N_("cost of migration"),
    "added_cost": N_("added cost"),
    "legal_basis": N_("legal basis"),
    "public_service": N_("public service"),
    "fit": N_("fit"),
    "consulted": N_("consulted"),
    "common_application": N_("common application"),
    "capabilities": N_("capabilities"),
    "integrated_with": N_("integrated with"),
}
NOT_READ_REASONS: Mapping[str, str] = {  # by the value of NoTableReason
    "EMPTY": N_("it is empty"),
    "HIDDEN": N_("it is hidden"),
    "SKIPPED": N_("it is not among the sheets of --sheet"),
    "NO_HEADER": N_("no row looks like a header"),
    "NO_NAME_COLUMN": N_("no column holds names of applications"),
    "REFERENCE": N_("it is a list for reference"),
    "GUIDE": N_("it states how to fill in the template"),
    "NO_ROWS": N_("no row is below the header"),
}
SET_APART_REASONS: Mapping[str, str] = {  # by the value of SetApartReason
    "TITLE": N_("title"),
    "HEADER_REPEATED": N_("header again"),
    "NUMBERING": N_("numbers of the columns"),
    "OPD_HEADING": N_("name of an OPD above its rows"),
    "NOTE": N_("note"),
    "TOTAL": N_("total"),
    "SIGNATURE": N_("signature"),
    "NO_APPLICATION": N_("no application"),
    "EXAMPLE": N_("example"),
}
UNDO_REFUSALS: Mapping[UndoRefusalReason, str] = {
    UndoRefusalReason.CHANGED_SINCE: N_("someone has changed it since"),
    UndoRefusalReason.NAME_TAKEN: N_("another application has its earlier name now"),
    UndoRefusalReason.HISTORY_MISSING: N_("this instance does not have its earlier version"),
}


def list_row_numbers(rows: Sequence[int | str]) -> str:
    """Return the numbers of rows as a list, which ends with the count of the others."""
    numbers = ", ".join(map(str, rows[:ROWS_LISTED]))
    if len(rows) <= ROWS_LISTED:
        return numbers
    return _("{numbers} and {count} more").format(numbers=numbers, count=len(rows) - ROWS_LISTED)


def describe_value(plan: ImportPlan, field: str, value: PlanValue) -> str:
    """Return a value of a field in the words of the user's language; OPDs by their names."""
    if value is None or value in ("", ()):
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, ApplicationStatus):
        return STATUS_WORDS[value] if language() == "id" else value.value
    if isinstance(value, tuple):
        return LIST_SEPARATOR.join(map(_capability_word, value))
    if field == "opd" and value in plan.opds:
        return plan.opds[str(value)].name
    return str(value)


def _capability_word(capability: Capability) -> str:
    return CAPABILITY_WORDS[capability] if language() == "id" else capability.value
