"""News of a region's verifications and proposals: where they differ from what was last announced.

Followed are the bounds of each instrument with rules; of each kind of assessment, but those that
only suppose something, the newest with levels and the newest that is published; and the proposals.
A first outcome is kept in silence where nobody claims anything: there is nothing new about it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.assessment.instruments import catalogue
from engine.consolidation.proposal import Proposal
from engine.document import document, value_of
from engine.graph.graph import IntegrationGraph, touched, with_integration
from engine.model import Assessment, AssessmentKind, AssessmentState, EventKind, Visibility
from engine.verification.inventory import Inventory
from engine.verification.rules import tables
from engine.verification.verification import Verification, verify, verify_again
from engine.verification.verification_state import (
    ProposalsNews,
    ProposalsOutcome,
    VerificationNews,
    VerificationOutcome,
    of_proposals,
    of_verification,
    proposals_news,
    verification_news,
)
from resolvers import graph
from resolvers.verification import held
from storage import announcement
from storage import assessment as stored
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
VERIFICATION, PROPOSALS = "verification ", "proposals"  # how subjects begin


@dataclass(frozen=True, slots=True)
class News:
    """Outcomes that differ from those last announced, and what is told of them."""

    outcomes: Mapping[str, VerificationOutcome | ProposalsOutcome]  # by subject
    forgotten: Collection[str] = ()  # subjects that are followed no more
    told: Sequence[tuple[VerificationNews | ProposalsNews, Visibility]] = ()

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.forgotten)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A region as it was verified last: what of it is the same need not be done again."""

    recorded: Recorded
    drawn: IntegrationGraph
    verified: Mapping[str, tuple[Inventory, Mapping[int, int], Verification]]  # by subject


class Verifier:
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
            recorded = await self._shelf.of_region(
                transaction.session, transaction.region, unsettled=transaction.subjects
            )
            news = await self.news(transaction.session, recorded, transaction.at)
            await announce(transaction, news)

    async def news(self, session: Session, recorded: Recorded, at: datetime) -> News:
        """Return what is new about a region's verifications as of a day."""
        region = recorded.region
        followed = await stored.followed(session, region, CLAIMS, tuple(tables()))
        known = await announcement.of_region(session, region)
        outcomes: dict[str, VerificationOutcome | ProposalsOutcome] = {}
        told: list[tuple[VerificationNews | ProposalsNews, Visibility]] = []
        verified = self._verified(recorded, followed, at)
        for subject, (claims, found) in verified.items():
            kept = known.get(subject)
            before = None if kept is None else value_of(VerificationOutcome, kept)
            if before == found:
                continue
            outcomes[subject] = found
            about = f"region-{region}" if claims is None else claims.id
            event = verification_news(about, before, found)
            if event is not None and not (before is None and claims is None):
                told.append((event, _visibility(claims)))
        # What newer assessments have taken the place of.
        past = {subject for subject in known if subject.startswith(VERIFICATION)} - verified.keys()
        return News(outcomes, sorted(past), told)

    def _verified(
        self, recorded: Recorded, followed: Iterable[Assessment], at: datetime
    ) -> dict[str, tuple[Assessment | None, VerificationOutcome]]:
        seen = self._seen.pop(recorded.region, None)
        drawn = _drawn(recorded, at.date(), seen)
        edges = None if seen is None else touched(seen.drawn, drawn)
        judged = {}
        found = {}
        bounds: list[tuple[str, Assessment | None]] = [(id, None) for id in tables()]
        for id, claims in [*bounds, *((each.instrument, each) for each in followed)]:
            year = at.year if claims is None else claims.year
            levels = {each.indicator: each.level for each in claims.levels} if claims else {}
            inventory = held(drawn, recorded, id, year, claims)
            subject = f"{VERIFICATION}{id if claims is None else claims.id}"
            last = None if seen is None else seen.verified.get(subject)
            if last is not None and edges is not None and _alike(last[:2], (inventory, levels)):
                result = verify_again(
                    last[2], catalogue()[id], tables()[id], levels, inventory, changed=edges
                )
            else:
                result = verify(catalogue()[id], tables()[id], levels, inventory)
            judged[subject] = (inventory, levels, result)
            found[subject] = (claims, of_verification(result, year, claims))
        self._seen[recorded.region] = _Seen(recorded, drawn, judged)
        while len(self._seen) > KEPT:
            self._seen.popitem(last=False)
        return found


async def told_proposals(session: Session, region: str) -> Mapping[str, Any] | None:
    """Return what was last announced of a region's proposals, as it is kept."""
    return (await announcement.of_regions(session, [region], PROPOSALS)).get(region)


async def of_region_proposals(session: Session, region: str, proposals: Iterable[Proposal]) -> News:
    """Return what is new about a region's proposals."""
    kept = await told_proposals(session, region)
    found = of_proposals(proposals)
    if kept is None:
        return News({PROPOSALS: found})
    event = proposals_news(f"region-{region}", value_of(ProposalsOutcome, kept), found)
    return News({}) if event is None else News({PROPOSALS: found}, (), [(event, Visibility.PUBLIC)])


async def announce(transaction: LogTransaction, news: News) -> None:
    """Keep what is new, and tell it with the transaction."""
    session, region = transaction.session, transaction.region
    for subject, found in news.outcomes.items():
        await announcement.keep(session, region, subject, found, transaction.at)
    await announcement.forget(session, region, news.forgotten)
    for event, visibility in news.told:
        of_proposals = isinstance(event, ProposalsNews)
        kind = EventKind.PROPOSALS_CHANGED if of_proposals else EventKind.VERIFICATION_CHANGED
        transaction.derive(kind, event.topic, document(event), visibility)


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


def _visibility(claims: Assessment | None) -> Visibility:
    public = claims is None or claims.state is AssessmentState.PUBLISHED
    return Visibility.PUBLIC if public else Visibility.REGION
