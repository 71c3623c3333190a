"""Formats the values that an import changes as texts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from engine.model import Opd
from resolvers.application import find_common_application
from resolvers.import_plan import PlanValue


def format_plan_value(field: str, value: PlanValue, opds: Mapping[str, Opd]) -> str | None:
    """Return a value of a field as a text, or None if there is none.

    Args:
        opds: the OPDs of the region, by id.
    """
    if value is None or value in ("", ()):
        return None
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, tuple):
        return ", ".join(capability.name for capability in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if field == "opd" and value in opds:
        return opds[str(value)].name
    if field == "common_application":
        application = find_common_application(str(value))
        return str(value) if application is None else application.name
    return str(value)
