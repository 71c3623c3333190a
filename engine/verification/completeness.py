"""How complete the inventory of an OPD or region is, and what is missing on which application.

The required fields are those that a rule or a comparison reads: a choice of this project from the
record of SIA-SPBE and from what inventories hold in practice. A retired application asks for
nothing. An OPD that lists no application is neither complete nor incomplete: that is unknown, until
it vouches for having none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from engine.decimals import format_exact
from engine.model import Application, ApplicationStatus
from engine.verification.attestation import AttestationStatus

ENOUGH = Fraction(4, 5)  # from here on a missing edge can prove something

REQUIRED: dict[str, Callable[[Application], bool]] = {
    "opd": lambda each: each.opd is not None,
    "status": lambda each: each.status is not ApplicationStatus.UNKNOWN,
    "function": lambda each: bool(each.function.strip()),
    "platform": lambda each: bool(each.platform.strip()),
    "year": lambda each: each.year is not None,
}


@dataclass(frozen=True, slots=True)
class MissingFields:
    """What an application does not tell."""

    application: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the required cells are filled."""

    of: str  # OPD or region; empty for applications whose OPD is not known
    applications: int
    filled: int
    required: int
    missing: tuple[MissingFields, ...]

    @property
    def exact(self) -> Fraction | None:
        """None where there is no application."""
        return Fraction(self.filled, self.required) if self.required else None

    @property
    def value(self) -> str | None:
        return None if self.exact is None else format_exact(self.exact)

    @property
    def enough(self) -> bool:
        """At least 80 percent; an empty inventory has no gaps."""
        return self.exact is None or self.exact >= ENOUGH


def measure_completeness(of: str, applications: Iterable[Application]) -> Completeness:
    """The completeness of some applications taken together."""
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
    """The completeness of each OPD; under "" that of the applications without one, if any."""
    run_by: dict[str, list[Application]] = {opd: [] for opd in opds}
    for each in applications:
        run_by.setdefault(each.opd or "", []).append(each)
    return {opd: measure_completeness(opd, owned) for opd, owned in run_by.items()}


def vouched_for(
    seals: Iterable[AttestationStatus], inventories: dict[str, Completeness]
) -> frozenset[str]:
    """The OPDs whose inventory is attested and complete enough that an absence in it is a fact."""
    return frozenset(
        each.opd
        for each in seals
        if each.holds and each.opd in inventories and inventories[each.opd].enough
    )
