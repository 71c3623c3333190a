"""Projects log entries onto the rows, for own writes, rebuilds and replicated logs.

Each entry carries the state of its subject after the change. So the newest entry of a subject is
enough, except for the change of an index and for the edit that invalidates an attestation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from engine.consolidation.decision import ProposalDecision
from engine.log.actor import parse_actor
from engine.log.body_ids import own_ids
from engine.log.entry import Entry
from engine.log.entry_check import check_followed_body, check_own_id, check_own_region, parse_body
from engine.log.entry_types import ENTRY_BODY_TYPES, ClaimedLevel
from engine.log.inventory_import import InventoryImport
from engine.log.refusal import EntryRefused, RefusalReason
from engine.log.region_identity import RegionIdentity, identify_region
from engine.log.source import RegionHandover
from engine.matching.function_classifier import FunctionCorrection
from engine.model import Application, Assessment, EventKind, Integration, Opd, Region
from engine.path.effort import RegionEffort
from engine.verification.attestation import Attestation, AttestationRecord, ForeignEdit
from engine.verification.inventory import DevelopmentPolicy, Exemption
from storage import (
    application,
    effort,
    function_correction,
    integration,
    inventory_import,
    opd,
    proposal,
    verification_scope,
)
from storage.projected_assessment import (
    IndexChange,
    apply_assessment,
    apply_claim,
    check_continuity,
    require_instrument,
)
from storage.projected_rows import referenced_rows, stated_rows
from storage.projection_batch import ProjectionBatch
from storage.slices import in_slices
from storage.tables import ApplicationRow, IntegrationRow, OpdRow


@dataclass(frozen=True, slots=True)
class AppliedEntry:
    """What one entry changed."""

    entry: Entry
    region: str  # which the entry is about
    is_region_held: bool  # False: a result waits for its region, and no reader sees it yet
    index_change: IndexChange | None = None
    refused: EntryRefused | None = None  # the reason why the entry changed nothing
    note: EntryRefused | None = None  # a part of the entry that was not applied

    @property
    def refusals(self) -> list[EntryRefused]:
        """What was refused: the entry, a part of it, or nothing."""
        return [refusal for refusal in (self.refused, self.note) if refusal is not None]


@dataclass(frozen=True, slots=True)
class ProjectedEntries:
    """What a page of entries changed."""

    applied: list[AppliedEntry]
    versioned: dict[str, Application | Integration]  # stated applications and integrations, by id
    is_region_new: bool  # the region of the log is held from now on


Bodies = Sequence[tuple[Entry, type | None, Mapping[str, Any]]]
Values = Sequence[tuple[Entry, Any]]  # of bodies; a body of a wrong form is an EntryRefused


async def apply_entries(
    session: AsyncSession,
    entries: Sequence[Entry],
    identity: RegionIdentity | None = None,
    batch: ProjectionBatch | None = None,
) -> ProjectedEntries:
    """Apply entries of one log to the rows, and return what they changed.

    Args:
        identity: of the region in this instance's list, if another instance writes the log. What
            such a log may not say is refused, and the entries after it are applied.
        batch: the rows that the entries refer to, if the caller has read them under the lock of the
            region.

    Raises:
        EntryRefused: this instance writes the log, and an entry may not say what it says.
    """
    if not entries:
        return ProjectedEntries([], {}, False)
    bodies = [(entry, ENTRY_BODY_TYPES.get(entry.kind), entry.body) for entry in entries]
    batch, values = await read_batch(session, entries[0].region, bodies, identity, batch)
    projected = await apply_values(batch, values)
    await batch.write(session)
    return projected


async def read_batch(
    session: AsyncSession,
    log: str,
    bodies: Bodies,
    identity: RegionIdentity | None,
    batch: ProjectionBatch | None = None,
) -> tuple[ProjectionBatch, Values]:
    """Return the rows that bodies of one log refer to, and the values of the bodies."""
    values: list[tuple[Entry, Any]] = []
    async for entry, kind, body in in_slices(bodies):
        try:
            value = parse_body(kind, body, has_known_fields=identity is not None)
            values.append((entry, value))
        except EntryRefused as refused:
            if identity is None:
                raise
            values.append((entry, refused))
    if batch is None:
        stated = [value for _entry, value in values]
        batch = await ProjectionBatch.from_values(session, log, stated, identity)
    return batch, values


async def apply_values(batch: ProjectionBatch, values: Values) -> ProjectedEntries:
    """Apply the values of entries in order, and return what they changed.

    Raises:
        EntryRefused: this instance writes the log, and an entry may not say what it says.
    """
    applied, versioned = [], dict[str, Application | Integration]()
    async for entry, value in in_slices(values):
        about = _subject_region(batch, entry, value)
        change, refused, note = None, None, None
        try:
            change, note = _apply_value(batch, entry, value)
        except EntryRefused as refusal:
            if batch.identity is None:
                raise
            refused = refusal
        # An own log begins with the entry of its region, so its batch need not have read the row.
        is_own = batch.identity is None and about == entry.region
        is_held = is_own or about in batch.held_regions
        applied.append(AppliedEntry(entry, about, is_held, change, refused, note))
        if refused is None and isinstance(value, Application | Integration):
            versioned[value.id] = value
    return ProjectedEntries(applied, versioned, batch.is_region_new)


def _subject_region(batch: ProjectionBatch, entry: Entry, value: Any) -> str:
    """Return the region that an entry is about."""
    if isinstance(value, Assessment):
        return value.region
    if isinstance(value, ClaimedLevel) and value.assessment in batch.assessments:
        return batch.assessments[value.assessment].assessment.region
    return entry.region


def _apply_value(
    batch: ProjectionBatch, entry: Entry, value: Any
) -> tuple[IndexChange | None, EntryRefused | None]:
    """Apply one entry to the batch; return the change of an index, and what was not applied.

    Raises:
        EntryRefused: the entry is not applied.
    """
    if isinstance(value, EntryRefused):
        raise value
    _check_value(batch, entry.region, value)
    if batch.identity is not None and not batch.is_snapshot:
        check_own_id(entry.region, entry.subject)  # which events show
    change, note, log = None, None, entry.region
    match value:
        case Region():
            note = _apply_region(batch, value)
        case Opd():
            batch.pending.put_columns(OpdRow, opd.opd_columns(value))
        case Application():
            _apply_application(batch, entry, value)
        case Integration():
            _apply_integration(batch, entry, value)
        case Attestation():
            batch.put_attestation(log, AttestationRecord(value, None))
        case AttestationRecord():
            batch.put_attestation(log, value)
        case ProposalDecision():
            batch.pending.put(proposal.decision_to_row(value))
        case FunctionCorrection():
            batch.pending.put(function_correction.correction_to_row(log, value))
        case Exemption():
            batch.pending.put(verification_scope.exemption_row(log, value))
        case DevelopmentPolicy():
            batch.pending.put(verification_scope.policy_row(value))
        case RegionEffort():
            batch.pending.put(effort.effort_to_row(value))
        case InventoryImport():
            batch.pending.put(inventory_import.import_to_row(value))
        case ClaimedLevel():
            change = apply_claim(batch, log, value)
        case Assessment():
            change = apply_assessment(batch, log, value)
    batch.add_stated(stated_rows(value))
    return change, note


def _check_value(batch: ProjectionBatch, log: str, value: Any) -> None:
    """Refuse what the log may not say, before the batch changes."""
    check_own_region(log, value)
    for id in own_ids(value):
        check_own_id(log, id)
    if batch.identity is not None:
        graded = None
        if isinstance(value, Assessment):
            require_instrument(value.instrument)
            graded = batch.find_identity(value.region)
        check_followed_body(log, value, graded)
        if isinstance(value, Assessment):
            check_continuity(batch, value)
        needs_region = not isinstance(value, Region | Assessment | ClaimedLevel | RegionHandover)
        if needs_region and log not in batch.held_regions:
            raise EntryRefused(
                RefusalReason.MISSING_REFERENCE,
                f"expected the region itself first, got {type(value).__name__}",
            )
        for row in referenced_rows(value):
            if row not in batch.existing:
                raise EntryRefused(
                    RefusalReason.MISSING_REFERENCE,
                    f"expected an earlier entry that records {row[1]}, got none",
                )
    batch.require_place(stated_rows(value))


def _apply_region(batch: ProjectionBatch, stated: Region) -> EntryRefused | None:
    """Apply the description of a region; its identity is that of this instance's list."""
    identity, note = batch.identity, None
    if identity is not None and identify_region(stated) != identity:
        note = EntryRefused(
            RefusalReason.FOREIGN_IDENTITY,
            f"expected {identity.name}, {identity.kind.value}, in {identity.parent}; "
            f"got {stated.name}, {stated.kind.value}, in {stated.parent}",
        )
        stated = replace(stated, name=identity.name, kind=identity.kind, parent=identity.parent)
    batch.put_region(stated)
    return note


def _apply_application(batch: ProjectionBatch, entry: Entry, changed: Application) -> None:
    """Apply an application; a change of its OPD edits the inventories of both OPDs."""
    owners = {changed.opd, batch.opds.get(changed.id)}
    batch.opds[changed.id] = changed.opd
    batch.pending.put_columns(ApplicationRow, application.application_columns(changed))
    _invalidate_attestations(batch, entry, changed.id, owners)


def _apply_integration(batch: ProjectionBatch, entry: Entry, changed: Integration) -> None:
    """Apply an integration, which edits the inventories at both ends in this region.

    A confirmation comes from the counterpart itself, so it invalidates no attestation.
    """
    batch.pending.put_columns(IntegrationRow, integration.integration_columns(changed))
    if entry.kind is not EventKind.INTEGRATION_CONFIRMED:
        ends = [id for id in (changed.source, changed.target) if id is not None]
        own_applications = [id for id in ends if id.startswith(f"{entry.region}:")]
        owners = {batch.opds.get(id) for id in own_applications}
        _invalidate_attestations(batch, entry, changed.id, owners)


def _invalidate_attestations(
    batch: ProjectionBatch, entry: Entry, subject: str, owners: Iterable[str | None]
) -> None:
    """Invalidate the valid attestations of these OPDs that another person gave."""
    for owner in owners:
        attested = None if owner is None else batch.attested.get(owner)
        if attested is not None and attested.invalidated_by is None:
            author = parse_actor(entry.actor).id
            edit = ForeignEdit(attested.attestation.opd, subject, author, entry.at)
            if attested.attestation.by != author:
                batch.put_attestation(entry.region, replace(attested, invalidated_by=edit))
