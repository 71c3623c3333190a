"""Measures how complete the inventory of an OPD or region is, and lists the missing fields.

The required fields are those that a rule or a comparison reads. This project chose them from the
record of SIA-SPBE and from real inventories. A retired application has no required fields. For an
OPD that lists no application, completeness is unknown until the OPD attests that it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from engine.decimals import format_exact
from engine.model import Application, ApplicationStatus
from engine.verification.attestation import AttestationStatus

ENOUGH = Fraction(4, 5)  # from this completeness on, a missing edge counts as absent

REQUIRED: dict[str, Callable[[Application], bool]] = {
    "opd": lambda each: each.opd is not None,
    "status": lambda each: each.status is not ApplicationStatus.UNKNOWN,
    "function": lambda each: bool(each.function.strip()),
    "platform": lambda each: bool(each.platform.strip()),
    "year": lambda each: each.year is not None,
}


@dataclass(frozen=True, slots=True)
class MissingFields:
    """The required fields that an application lacks."""

    application: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The number of required cells of an inventory, and of those that are filled."""

    of: str  # OPD or region; empty for applications of an unknown OPD
    applications: int
    filled: int
    required: int
    missing: tuple[MissingFields, ...]

    @property
    def exact(self) -> Fraction | None:
        """The filled share, from 0 to 1; None without applications."""
        return Fraction(self.filled, self.required) if self.required else None

    @property
    def value(self) -> str | None:
        """The filled share as a decimal string; None without applications."""
        return None if self.exact is None else format_exact(self.exact)

    @property
    def enough(self) -> bool:
        """Whether at least 80 percent is filled. An empty inventory has no gaps."""
        return self.exact is None or self.exact >= ENOUGH


def measure_completeness(of: str, applications: Iterable[Application]) -> Completeness:
    """Measure the completeness of some applications together."""
    asked = sorted(
        (each for each in applications if each.status is not ApplicationStatus.RETIRED),
        key=lambda each: each.id,
    )
    missing = []
    for each in asked:
        fields = tuple(name for name, filled in REQUIRED.items() if not filled(each))
        if fields:
            missing.append(MissingFields(each.id, fields))
    required = len(asked) * len(REQUIRED)
    gaps = sum(len(each.fields) for each in missing)
    return Completeness(of, len(asked), required - gaps, required, tuple(missing))


def by_opd(opds: Iterable[str], applications: Iterable[Application]) -> dict[str, Completeness]:
    """Measure the completeness of each OPD. The key "" is for applications without an OPD."""
    run_by: dict[str, list[Application]] = {opd: [] for opd in opds}
    for each in applications:
        run_by.setdefault(each.opd or "", []).append(each)
    return {opd: measure_completeness(opd, owned) for opd, owned in run_by.items()}


def vouched_for(
    seals: Iterable[AttestationStatus], inventories: dict[str, Completeness]
) -> frozenset[str]:
    """Return the OPDs whose inventory is attested and complete enough to prove an absence."""
    return frozenset(
        each.opd
        for each in seals
        if each.holds and each.opd in inventories and inventories[each.opd].enough
    )
