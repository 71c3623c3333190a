"""Measures how complete the inventory of an OPD or region is, and lists the missing fields.

The required fields are those that a rule or a comparison reads. This project chose them from the
record of SIA-SPBE and from real inventories. A retired application has no required fields. For an
OPD that lists no application, completeness is unknown until the OPD attests that it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from engine.decimals import format_exact
from engine.model import Application, ApplicationStatus
from engine.verification.attestation import AttestationStatus

SUFFICIENT_COMPLETENESS = Fraction(
    4, 5
)  # from this completeness on, a missing edge counts as absent


class ApplicationField(Enum):
    """A required field of an application."""

    OPD = "OPD"
    STATUS = "STATUS"
    FUNCTION_TEXT = "FUNCTION_TEXT"
    PLATFORM = "PLATFORM"
    YEAR = "YEAR"


REQUIRED_FIELDS: dict[ApplicationField, Callable[[Application], bool]] = {
    ApplicationField.OPD: lambda application: application.opd is not None,
    ApplicationField.STATUS: lambda application: (
        application.status is not ApplicationStatus.UNKNOWN
    ),
    ApplicationField.FUNCTION_TEXT: lambda application: bool(application.function.strip()),
    ApplicationField.PLATFORM: lambda application: bool(application.platform.strip()),
    ApplicationField.YEAR: lambda application: application.year is not None,
}


@dataclass(frozen=True, slots=True)
class ApplicationMissingFields:
    """The required fields that an application lacks."""

    application: str
    fields: tuple[ApplicationField, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The number of required cells of an inventory, and of those that are filled."""

    subject: str  # OPD or region; empty for applications of an unknown OPD
    applications: int
    filled: int
    required: int
    missing: tuple[ApplicationMissingFields, ...]

    @property
    def exact(self) -> Fraction | None:
        """The filled share, from 0 to 1; None without applications."""
        return Fraction(self.filled, self.required) if self.required else None

    @property
    def value(self) -> str | None:
        """The filled share as a decimal string; None without applications."""
        return None if self.exact is None else format_exact(self.exact)

    @property
    def is_sufficient(self) -> bool:
        """Whether at least 80 percent is filled. An empty inventory has no gaps."""
        return self.exact is None or self.exact >= SUFFICIENT_COMPLETENESS


def measure_completeness(of: str, applications: Iterable[Application]) -> Completeness:
    """Measure the completeness of some applications together."""
    listed = sorted(
        (
            application
            for application in applications
            if application.status is not ApplicationStatus.RETIRED
        ),
        key=lambda application: application.id,
    )
    missing = []
    for application in listed:
        fields = tuple(
            field for field, filled in REQUIRED_FIELDS.items() if not filled(application)
        )
        if fields:
            missing.append(ApplicationMissingFields(application.id, fields))
    required = len(listed) * len(REQUIRED_FIELDS)
    gaps = sum(len(entry.fields) for entry in missing)
    return Completeness(of, len(listed), required - gaps, required, tuple(missing))


def completeness_by_opd(
    opds: Iterable[str], applications: Iterable[Application]
) -> dict[str, Completeness]:
    """Measure the completeness of each OPD. The key "" is for applications without an OPD."""
    by_owner: dict[str, list[Application]] = {opd: [] for opd in opds}
    for application in applications:
        by_owner.setdefault(application.opd or "", []).append(application)
    return {opd: measure_completeness(opd, owned) for opd, owned in by_owner.items()}


def attesting_opds(
    statuses: Iterable[AttestationStatus], inventories: dict[str, Completeness]
) -> frozenset[str]:
    """Return the OPDs whose inventory is attested and complete enough to prove an absence."""
    return frozenset(
        status.opd
        for status in statuses
        if status.holds and status.opd in inventories and inventories[status.opd].is_sufficient
    )
