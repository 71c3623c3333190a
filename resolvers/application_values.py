"""Checks the values of an application, for mutations and imports, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.bounds import NumberBound, TextBound
from engine.log.body_bounds import number_bound, text_bound
from engine.model import Application, Capability
from facts.tables import common_applications
from resolvers.problems import InvalidInput
from resolvers.region_change import checked_address, checked_text

YEARS_AHEAD = 5  # of a planned application
COUNT_FIELDS = ("users", "yearly_cost", "migration_cost", "added_cost")
OPTIONAL_TEXTS: Mapping[str, TextBound] = {  # texts that may be unknown, by field
    field: text_bound(Application, field)
    for field in ("function", "platform", "developer", "hosting", "database", "legal_basis")
}
TEXT_BOUNDS: Mapping[str, TextBound] = {"name": text_bound(Application, "name"), **OPTIONAL_TEXTS}
# The names of input fields where they differ from those of the model.
INPUT_FIELDS = {
    "opd": "opdId",
    "function": "functionText",
    "common_application": "commonApplicationId",
    "consulted": "isConsulted",
    "yearly_cost": "yearlyCost",
    "migration_cost": "migrationCost",
    "added_cost": "addedCost",
    "legal_basis": "legalBasis",
    "public_service": "isPublicService",
}


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """A field of an application with a value that is not allowed."""

    field: str  # name of the field in the model
    invalid: InvalidInput


def check_application_values(
    application: Application, year: int
) -> tuple[Application, list[ValueProblem]]:
    """Return the application with its values in their stored form, and the refused values.

    The refused values stay as they are. Whether the OPD exists and whether the name is taken needs
    the database, and is not checked.

    Args:
        year: the present year.
    """
    checked: dict[str, Any] = {}
    problems: list[ValueProblem] = []
    for field, allowed in number_bounds(year).items():
        number = getattr(application, field)
        if number is not None and not allowed.least <= number <= allowed.most:
            expected = _describe_bound(field, allowed)
            problems.append(
                ValueProblem(field, InvalidInput(_input_field(field), expected, str(number)))
            )
    common_application = application.common_application
    if common_application is not None and not _is_common_application(common_application):
        expected = "the id of a common application"
        problems.append(
            ValueProblem(
                "common_application",
                InvalidInput("commonApplicationId", expected, common_application),
            )
        )
    for field, bound in TEXT_BOUNDS.items():
        try:
            checked[field] = checked_text(_input_field(field), getattr(application, field), bound)
        except InvalidInput as invalid:
            problems.append(ValueProblem(field, invalid))
    if application.url is not None:
        try:
            checked["url"] = checked_address("url", application.url)
        except InvalidInput as invalid:
            problems.append(ValueProblem("url", invalid))
    capabilities = tuple(
        capability for capability in Capability if capability in application.capabilities
    )
    return replace(application, capabilities=capabilities, **checked), problems


def number_bounds(year: int) -> dict[str, NumberBound]:
    """Return the bounds of each number, in the present year `year`."""
    return {
        "year": NumberBound(number_bound(Application, "year").least, year + YEARS_AHEAD),
        **{field: number_bound(Application, field) for field in ("fit", *COUNT_FIELDS)},
    }


def _describe_bound(field: str, bound: NumberBound) -> str:
    noun = {"year": "a year from ", "fit": ""}.get(field, "a whole number from ")
    return f"{noun}{bound.least} to {bound.most}"


def _input_field(field: str) -> str:
    return INPUT_FIELDS.get(field, field)


def _is_common_application(id: str) -> bool:
    return any(application.id == id for application in common_applications())
