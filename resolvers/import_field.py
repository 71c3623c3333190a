"""The fields of an import that are fields of an application, and the values that it records."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model import ApplicationStatus
from resolvers.import_plan import PlanValue, RowOutcome, RowPlan

# The fields of an import that are fields of an application, with their names there.
MODEL_FIELDS: Mapping[str, str] = {
    **{
        field: field
        for field in (
            *("name", "url", "status", "year", "platform", "developer", "hosting", "database"),
            *("users", "yearly_cost", "migration_cost", "added_cost", "legal_basis"),
            *("public_service", "consulted", "fit", "common_application", "capabilities"),
        )
    },
    "use": "function",
}
IMPORT_FIELDS = {model: field for field, model in MODEL_FIELDS.items()}
# What an empty cell that clears a field records; None for the fields that are not here.
CLEARED_VALUES: Mapping[str, PlanValue] = {
    "status": ApplicationStatus.UNKNOWN,
    "capabilities": (),
    **dict.fromkeys(
        ("platform", "developer", "hosting", "database", "legal_basis", "function"), ""
    ),
}


def list_added_values(plan: RowPlan) -> Mapping[str, tuple[PlanValue, PlanValue]]:
    """Return the values of an application that the import adds, each after None, by field.

    It is empty if the row of the plan is not added. Fields without a value are left out.
    """
    application = plan.application
    if plan.outcome is not RowOutcome.ADD or application is None:
        return {}
    values: dict[str, PlanValue] = {
        "opd": application.opd,
        **{name: getattr(application, model) for name, model in MODEL_FIELDS.items()},
        "function": plan.function,
    }
    return {name: (None, value) for name, value in values.items() if value not in (None, "", ())}
