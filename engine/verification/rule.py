"""Rule tables: the requirements of each level on the graph and the documents."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction


class RequirementKind(Enum):
    """The kind of a requirement. `engine.verification.requirement_evaluation` evaluates each kind."""

    ANY_OPD_ON_BUS = "ANY_OPD_ON_BUS"
    EVERY_OPD_ON_BUS = "EVERY_OPD_ON_BUS"
    BUS_JOINED_OUTSIDE = "BUS_JOINED_OUTSIDE"
    PARTNER_LINKED = "PARTNER_LINKED"
    EVERY_SERVING_LINKED = "EVERY_SERVING_LINKED"
    EVERY_APPLICATION_LINKED = "EVERY_APPLICATION_LINKED"
    LIVE_EXCHANGE = "LIVE_EXCHANGE"
    CONSULTED = "CONSULTED"
    NO_DUPLICATE = "NO_DUPLICATE"
    REVIEW = "REVIEW"
    FOLLOW_UP = "FOLLOW_UP"
    JUDGEMENT = "JUDGEMENT"  # neither the graph nor documents can decide it


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement of a level and of every level above it."""

    level: int
    kind: RequirementKind
    text: str  # in our words
    in_year: bool = False  # the document must be dated in the year of the assessment
    share: Fraction = Fraction(1)  # share of the applications that must meet it


@dataclass(frozen=True, slots=True)
class Rule:
    """The requirements on the levels of some indicators. A level without one is not limited."""

    id: str
    indicators: tuple[int, ...]
    nominates_to: int | None  # highest level at which a claim may be an under-claim
    requirements: tuple[Requirement, ...]  # lowest level first


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The rules for one instrument. Rules that are not confirmed refute no claim."""

    id: str
    version: str
    instrument: str
    confirmed: bool
    note: str
    sources: tuple[str, ...]
    rules: tuple[Rule, ...]

    @property
    def reference(self) -> str:
        """The id and version of the table: "id/version"."""
        return f"{self.id}/{self.version}"
