"""A table of rules: what each level of an indicator asks of the graph and of documents."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction


class RequirementKind(Enum):
    """What a rule can ask; `engine.verification.requirement` answers each."""

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
    JUDGEMENT = "JUDGEMENT"  # neither graph nor documents can tell


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a level asks, and with it every level above."""

    level: int
    ask: RequirementKind
    text: str  # in our words
    in_year: bool = False  # the document must be dated in the year of the assessment
    share: Fraction = Fraction(1)  # of the applications that must show it


@dataclass(frozen=True, slots=True)
class Rule:
    """What the levels of some indicators ask. A level without a requirement is not limited."""

    id: str
    indicators: tuple[int, ...]
    nominates_to: int | None  # up to where a claim below the ceiling is an under-claim
    requirements: tuple[Requirement, ...]  # lowest level first


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The rules for one instrument. Where they are not confirmed they refute no claim."""

    id: str
    version: str
    instrument: str
    confirmed: bool
    note: str
    sources: tuple[str, ...]
    rules: tuple[Rule, ...]

    @property
    def reference(self) -> str:
        return f"{self.id}/{self.version}"
