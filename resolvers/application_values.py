"""Checks the values of an application, for mutations and imports, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.model import Application, Capability
from facts.tables import common_applications
from resolvers.problems import InvalidInput
from resolvers.region_change import checked_text, web_address

EARLIEST_YEAR = 1980
YEARS_AHEAD = 5  # of a planned application
NAME_LENGTH = 200
TEXT_LENGTH = 2000
COUNT_FIELDS = ("users", "yearly_cost", "migration_cost", "added_cost")
COUNT_MOST = 2**53 - 1  # the largest integer that every JSON reader represents exactly
FIT_SCALE = range(1, 6)
OPTIONAL_TEXTS = {  # the most characters of a text that may be unknown, by field
    "function": TEXT_LENGTH,
    "platform": NAME_LENGTH,
    "developer": NAME_LENGTH,
    "hosting": NAME_LENGTH,
    "database": NAME_LENGTH,
    "legal_basis": TEXT_LENGTH,
}
# The least and the most characters of each text.
TEXT_LENGTHS: Mapping[str, tuple[int, int]] = {
    "name": (1, NAME_LENGTH),
    **{field: (0, most) for field, most in OPTIONAL_TEXTS.items()},
}
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
    for field, (least, most) in number_bounds(year).items():
        number = getattr(application, field)
        if number is not None and not least <= number <= most:
            expected = _describe_bounds(field, least, most)
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
    for field, (least, most) in TEXT_LENGTHS.items():
        try:
            checked[field] = checked_text(
                _input_field(field), getattr(application, field), least=least, most=most
            )
        except InvalidInput as invalid:
            problems.append(ValueProblem(field, invalid))
    if application.url is not None:
        try:
            checked["url"] = web_address("url", application.url)
        except InvalidInput as invalid:
            problems.append(ValueProblem("url", invalid))
    capabilities = tuple(
        capability for capability in Capability if capability in application.capabilities
    )
    return replace(application, capabilities=capabilities, **checked), problems


def number_bounds(year: int) -> dict[str, tuple[int, int]]:
    """Return the least and the most of each number, in the present year `year`."""
    return {
        "year": (EARLIEST_YEAR, year + YEARS_AHEAD),
        "fit": (FIT_SCALE[0], FIT_SCALE[-1]),
        **dict.fromkeys(COUNT_FIELDS, (0, COUNT_MOST)),
    }


def _describe_bounds(field: str, least: int, most: int) -> str:
    noun = {"year": "a year from ", "fit": ""}.get(field, "a whole number from ")
    return f"{noun}{least} to {most}"


def _input_field(field: str) -> str:
    return INPUT_FIELDS.get(field, field)


def _is_common_application(id: str) -> bool:
    return any(application.id == id for application in common_applications())
