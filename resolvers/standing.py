"""News of a region's verifications and proposals: where they differ from what was last announced.

Followed are the bounds of each instrument with rules; of each kind of assessment, but those that
only suppose something, the newest with levels; and the proposals. A first standing is kept in
silence where nobody claims anything: there is nothing new about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import standing as engine
from engine.instruments import catalogue
from engine.model import Assessment, AssessmentKind, AssessmentState, EventKind, Visibility
from engine.proposal import Proposal
from engine.rules import tables
from engine.verification import verify
from resolvers import graph
from resolvers.verification import held
from storage import assessment as stored
from storage import inventory, standing
from storage.access import Access
from storage.database import Session
from storage.inventory import Recorded
from storage.log import LogTransaction

CLAIMS = (
    AssessmentKind.SELF,
    AssessmentKind.INTERIM,
    AssessmentKind.EXTERNAL,
    AssessmentKind.OFFICIAL,
)
UNRELATED = frozenset(
    {EventKind.REGION_RECORDED, EventKind.RESULT_RECORDED, EventKind.EFFORT_EDITED}
)
EVERYBODYS = Access(everything=True)
VERIFICATION, PROPOSALS = "verification ", "proposals"  # how subjects begin


@dataclass(frozen=True, slots=True)
class News:
    """A standing that differs from the one last announced."""

    subject: str
    standing: Mapping[str, Any] | None  # None: the subject is no more
    kind: EventKind
    visibility: Visibility
    event: Mapping[str, Any] | None  # None: kept in silence


async def derive(transaction: LogTransaction) -> None:
    """Announce what the entries of a transaction make of the region's verifications."""
    if transaction.kinds - UNRELATED:
        session, region, at = transaction.session, transaction.region, transaction.at
        await announce(transaction, await of_verifications(session, region, at))


async def announce(transaction: LogTransaction, news: Iterable[News]) -> None:
    """Keep what is new, and tell it with the transaction."""
    session, region = transaction.session, transaction.region
    for each in news:
        if each.standing is None:
            await standing.forget(session, region, each.subject)
        else:
            await standing.keep(session, region, each.subject, each.standing, transaction.at)
        if each.event is not None:
            transaction.derive(each.kind, each.event, each.visibility)


async def of_verifications(session: Session, region: str, at: datetime) -> list[News]:
    """Return what is new about a region's verifications as of a day."""
    recorded = await inventory.of_region(session, region)
    assessments = [each for each, _ in await stored.of_region(session, region, EVERYBODYS)]
    known = await standing.of_region(session, region)
    found: list[News] = []
    gone = {subject for subject in known if subject.startswith(VERIFICATION)}
    for subject, claims, body in _verifications(recorded, assessments, at):
        gone.discard(subject)
        before = known.get(subject)
        if before == body:
            continue
        event = engine.verification_news(before, body)
        silent = event is None or (before is None and claims is None)
        about = f"region-{region}" if claims is None else claims.id
        found.append(
            News(
                subject,
                body,
                EventKind.VERIFICATION_CHANGED,
                _visibility(claims),
                None if silent else {"subject": about, **(event or {})},
            )
        )
    # What a newer assessment has taken the place of is followed no more.
    past = EventKind.VERIFICATION_CHANGED, Visibility.REGION
    return found + [News(subject, None, *past, None) for subject in sorted(gone)]


async def of_proposals(session: Session, region: str, proposals: Iterable[Proposal]) -> list[News]:
    """Return what is new about a region's proposals."""
    before = (await standing.of_region(session, region)).get(PROPOSALS)
    body = engine.of_proposals(proposals)
    event = engine.proposals_news(before or engine.NO_PROPOSALS, body)
    if before is not None and event is None:
        return []
    told = None if before is None or event is None else {"subject": f"region-{region}", **event}
    return [News(PROPOSALS, body, EventKind.PROPOSALS_CHANGED, Visibility.PUBLIC, told)]


def _verifications(
    recorded: Recorded, assessments: Sequence[Assessment], at: datetime
) -> Iterator[tuple[str, Assessment | None, engine.Standing]]:
    drawn = graph.built(recorded, at.date())
    for id, table in tables().items():
        newest = [_newest(assessments, id, kind) for kind in CLAIMS]
        for claims in (None, *(each for each in newest if each is not None)):
            year = at.year if claims is None else claims.year
            levels = (
                {} if claims is None else {each.indicator: each.level for each in claims.levels}
            )
            found = verify(catalogue()[id], table, levels, held(drawn, recorded, id, year, claims))
            subject = f"{VERIFICATION}{id if claims is None else claims.id}"
            yield subject, claims, engine.of_verification(found, year, claims)


def _newest(
    assessments: Sequence[Assessment], instrument: str, kind: AssessmentKind
) -> Assessment | None:
    """The first that fits: they come newest first."""
    fitting = (
        each
        for each in assessments
        if (each.instrument, each.kind) == (instrument, kind) and each.levels
    )
    return next(fitting, None)


def _visibility(claims: Assessment | None) -> Visibility:
    public = claims is None or claims.state is AssessmentState.PUBLISHED
    return Visibility.PUBLIC if public else Visibility.REGION
