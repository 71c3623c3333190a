"""Checks whether a replica could store the bodies of log entries: types, region and references.

In the database, the rows of a replica refer to each other, and the shipped instruments compute
their scores. A body for which that fails stops the replication. This check needs no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from engine.assessment.instrument import Instrument
from engine.assessment.score import score_assessment, score_levels
from engine.document import from_document
from engine.log.entry_types import ClaimedLevel
from engine.matching.function_classifier import FunctionCorrection
from engine.model import Application, Assessment, Integration, Opd, Region
from engine.verification.attestation import Attestation, AttestationRecord
from engine.verification.inventory import Exemption
from facts.instrument import instrument_by_id, instrument_catalogue


class InvalidBody(Exception):
    """A body that no replica could store; the message states what was expected and received."""


@dataclass
class BodyCheck:
    """Checks the bodies of one region in order."""

    region: str
    complete: bool = True  # False: references may point to entries that were pruned
    _recorded_ids: set[str] = field(default_factory=set)  # ids of OPDs and applications
    _instrument_by_assessment: dict[str, Instrument] = field(default_factory=dict)
    _has_started: bool = False

    def check(self, name: str, kind: type, body: Mapping[str, Any]) -> None:
        """Check the next body.

        Args:
            what: the name of the body in error messages.

        Raises:
            InvalidBody: a replica could not store the body.
        """
        try:
            value: Any = from_document(kind, body)
        except ValidationError as error:
            first = error.errors()[0]
            location = ".".join(map(str, first["loc"]))
            raise InvalidBody(f"{name}: {location}: {first['msg']}") from None
        region = value.code if isinstance(value, Region) else getattr(value, "region", self.region)
        if region != self.region:
            raise InvalidBody(f"{name}: expected region {self.region}, got {region}")
        if self.complete:
            self._check_references(name, value)
        self._check_score(name, value)
        if isinstance(value, (Opd, Application)):
            self._recorded_ids.add(value.id)
        self._has_started = True

    def _check_references(self, name: str, value: object) -> None:
        if not self._has_started and not isinstance(value, Region):
            raise InvalidBody(f"{name}: expected the region itself first, got something else")
        for id in _references(value):
            if id not in self._recorded_ids:
                raise InvalidBody(f"{name}: expected what it refers to before it, got {id} without")

    def _check_score(self, name: str, value: object) -> None:
        try:
            match value:
                case Assessment():
                    if value.instrument not in instrument_catalogue():
                        expected = f"one of the instruments {', '.join(instrument_catalogue())}"
                        raise InvalidBody(f"{name}: expected {expected}, got {value.instrument}")
                    instrument = self._instrument_by_assessment[value.id] = instrument_by_id(
                        value.instrument
                    )
                    score_assessment(instrument, value)
                case ClaimedLevel() if value.assessment in self._instrument_by_assessment:
                    instrument = self._instrument_by_assessment[value.assessment]
                    score_levels(instrument, {value.claim.indicator: value.claim.level})
        except (ValueError, KeyError) as error:
            raise InvalidBody(f"{name}: it has no score: {error}") from None


def _references(value: object) -> list[str]:
    """Return the ids of the OPDs and applications of its own region that a body refers to."""
    match value:
        case Application(opd=str(opd)) | Attestation(opd=opd) | Exemption(opd=opd):
            return [opd]
        case AttestationRecord():
            return [value.attestation.opd]
        case Integration():
            return [value.source]
        case FunctionCorrection():
            return [value.application]
        case _:
            return []
