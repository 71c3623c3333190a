"""Checks whether a replica could store bodies: their types, their region, and their references.

In the database, the rows of a replica refer to each other, and the shipped instruments compute their
scores. A body for which that fails stops the replication. This check needs no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from engine.assessment.instrument import Instrument
from engine.assessment.score import from_levels, score_assessment
from engine.document import value_of
from engine.log.entry_types import Claimed
from engine.matching.function_classifier import Correction
from engine.model import Application, Assessment, Integration, Opd, Region
from engine.verification.attestation import Attestation, Attested
from engine.verification.inventory import Exemption
from facts.instrument import instrument_by_id, instrument_catalogue


class InvalidBody(Exception):
    """No replica could store a body. The message states what was expected and what came."""


@dataclass
class BodyCheck:
    """Checks the bodies of one region in order."""

    region: str
    complete: bool = True  # False: references may point to bodies before the first one
    _recorded: set[str] = field(default_factory=set)  # ids of OPDs and applications
    _instruments: dict[str, Instrument] = field(default_factory=dict)  # by assessment
    _begun: bool = False

    def take(self, what: str, kind: type, body: Mapping[str, Any]) -> None:
        """Check the next body.

        Args:
            what: the name of the body in error messages.

        Raises:
            InvalidBody: a replica could not store the body.
        """
        try:
            value: Any = value_of(kind, body)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise InvalidBody(f"{what}: {place}: {first['msg']}") from None
        named = value.code if isinstance(value, Region) else getattr(value, "region", self.region)
        if named != self.region:
            raise InvalidBody(f"{what}: expected region {self.region}, got {named}")
        if self.complete:
            self._refer(what, value)
        self._compute(what, value)
        if isinstance(value, (Opd, Application)):
            self._recorded.add(value.id)
        self._begun = True

    def _refer(self, what: str, value: object) -> None:
        if not self._begun and not isinstance(value, Region):
            raise InvalidBody(f"{what}: expected the region itself first, got something else")
        for id in _references(value):
            if id not in self._recorded:
                raise InvalidBody(f"{what}: expected what it refers to before it, got {id} without")

    def _compute(self, what: str, value: object) -> None:
        try:
            match value:
                case Assessment():
                    if value.instrument not in instrument_catalogue():
                        expected = f"one of the instruments {', '.join(instrument_catalogue())}"
                        raise InvalidBody(f"{what}: expected {expected}, got {value.instrument}")
                    instrument = self._instruments[value.id] = instrument_by_id(value.instrument)
                    score_assessment(instrument, value)
                case Claimed() if value.assessment in self._instruments:
                    instrument = self._instruments[value.assessment]
                    from_levels(instrument, {value.claim.indicator: value.claim.level})
        except (ValueError, KeyError) as error:
            raise InvalidBody(f"{what}: it has no score: {error}") from None


def _references(value: object) -> list[str]:
    """Return the ids of the OPDs and applications of its own region that a body refers to."""
    match value:
        case Application(opd=str(opd)) | Attestation(opd=opd) | Exemption(opd=opd):
            return [opd]
        case Attested():
            return [value.attestation.opd]
        case Integration():
            return [value.source]
        case Correction():
            return [value.application]
        case _:
            return []
