"""News of a region's verifications and proposals: where they differ from what was last announced.

Followed are the bounds of each instrument with rules; of each kind of assessment, but those that
only suppose something, the newest with levels; and the proposals. A first standing is kept in
silence where nobody claims anything: there is nothing new about it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine import standing as engine
from engine.graph import IntegrationGraph, touched, with_integration
from engine.instruments import catalogue
from engine.inventory import Inventory
from engine.model import Assessment, AssessmentKind, AssessmentState, EventKind, Visibility
from engine.proposal import Proposal
from engine.rules import tables
from engine.verification import Verification, verify, verify_again
from resolvers import graph
from resolvers.verification import held
from storage import assessment as stored
from storage import standing
from storage.access import Access
from storage.database import Session
from storage.inventory import KEPT, Recorded, Shelf
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
FEW = 20  # changed exchanges: to draw a graph anew costs no more than so many changes of it
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


@dataclass(frozen=True, slots=True)
class _Seen:
    """A region as it was verified last: what of it is the same need not be done again."""

    recorded: Recorded
    drawn: IntegrationGraph
    verified: Mapping[str, tuple[Inventory, Mapping[int, int], Verification]]  # by subject


class Standings:
    """Verifies regions, and sooner again where only exchanges have changed.

    What is remembered is compared with what is on record, value by value: it may be of a
    transaction that was rolled back.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    async def derive(self, transaction: LogTransaction) -> None:
        """Announce what the entries of a transaction make of the region's verifications."""
        if transaction.kinds - UNRELATED:
            session, region, at = transaction.session, transaction.region, transaction.at
            news = await self.of_verifications(session, region, at, unsettled=transaction.subjects)
            await announce(transaction, news)

    async def of_verifications(
        self, session: Session, region: str, at: datetime, *, unsettled: Collection[str] = ()
    ) -> list[News]:
        """Return what is new about a region's verifications as of a day."""
        recorded = await self._shelf.of_region(session, region, unsettled=unsettled)
        assessments = [each for each, _ in await stored.of_region(session, region, EVERYBODYS)]
        known = await standing.of_region(session, region)
        found: list[News] = []
        gone = {subject for subject in known if subject.startswith(VERIFICATION)}
        for subject, claims, body in self._verifications(recorded, assessments, at):
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

    def _verifications(
        self, recorded: Recorded, assessments: Sequence[Assessment], at: datetime
    ) -> list[tuple[str, Assessment | None, engine.Standing]]:
        seen = self._seen.pop(recorded.region, None)
        drawn = _drawn(recorded, at.date(), seen)
        edges = None if seen is None else touched(seen.drawn, drawn)
        verified = {}
        found = []
        for id, table in tables().items():
            newest = [_newest(assessments, id, kind) for kind in CLAIMS]
            for claims in (None, *(each for each in newest if each is not None)):
                year = at.year if claims is None else claims.year
                levels = {each.indicator: each.level for each in claims.levels} if claims else {}
                inventory = held(drawn, recorded, id, year, claims)
                subject = f"{VERIFICATION}{id if claims is None else claims.id}"
                last = None if seen is None else seen.verified.get(subject)
                if last is not None and edges is not None and _alike(last[:2], (inventory, levels)):
                    judged = verify_again(
                        last[2], catalogue()[id], table, levels, inventory, changed=edges
                    )
                else:
                    judged = verify(catalogue()[id], table, levels, inventory)
                verified[subject] = (inventory, levels, judged)
                found.append((subject, claims, engine.of_verification(judged, year, claims)))
        self._seen[recorded.region] = _Seen(recorded, drawn, verified)
        while len(self._seen) > KEPT:
            self._seen.popitem(last=False)
        return found


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


async def of_proposals(session: Session, region: str, proposals: Iterable[Proposal]) -> list[News]:
    """Return what is new about a region's proposals."""
    before = (await standing.of_region(session, region)).get(PROPOSALS)
    body = engine.of_proposals(proposals)
    event = engine.proposals_news(before or engine.NO_PROPOSALS, body)
    if before is not None and event is None:
        return []
    told = None if before is None or event is None else {"subject": f"region-{region}", **event}
    return [News(PROPOSALS, body, EventKind.PROPOSALS_CHANGED, Visibility.PUBLIC, told)]


def _drawn(recorded: Recorded, today: date, seen: _Seen | None) -> IntegrationGraph:
    """The graph, by what has changed since it was drawn last where that is little."""
    if seen is None or seen.drawn.today != today:
        return graph.built(recorded, today)
    before = {each.id: each for each in seen.recorded.integrations}
    changed = [each for each in recorded.integrations if before.pop(each.id, None) != each]
    same_ends = (seen.recorded.applications, seen.recorded.elsewhere) == (
        recorded.applications,
        recorded.elsewhere,
    )
    if before or not same_ends or len(changed) > FEW:
        return graph.built(recorded, today)
    drawn = seen.drawn
    for each in changed:
        drawn = with_integration(drawn, each)
    return drawn


def _alike(
    one: tuple[Inventory, Mapping[int, int]], other: tuple[Inventory, Mapping[int, int]]
) -> bool:
    """Whether two that were verified differ in the edges of their graphs at most."""
    same_ends = one[0].graph.known is other[0].graph.known  # it was drawn from the other
    return same_ends and replace(one[0], graph=other[0].graph) == other[0] and one[1] == other[1]


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
