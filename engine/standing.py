"""What a region's verification and proposals came to, in the few values that tell one from another.

A standing is kept as it was last announced; what differs from it is news. It is a JSON document, so
that it can be kept and sent as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from engine.model import Assessment, AssessmentState
from engine.proposal import Proposal
from engine.score import Score
from engine.verification import Verdict, Verification

Standing = dict[str, Any]
Known = Mapping[str, Any]

NO_PROPOSALS: Standing = {"proposals": {}}


def of_verification(verification: Verification, year: int, claims: Assessment | None) -> Standing:
    """The verdicts and scores of a verification; without claims these are bounds alone."""
    return {
        "assessment": None if claims is None else claims.id,
        "instrument": verification.instrument,
        "table": verification.table,
        "year": year,
        "kind": None if claims is None else claims.kind.value,
        "published": claims is None or claims.state is AssessmentState.PUBLISHED,
        "claimed": _exact(verification.claimed),
        "supported": _exact(verification.supported),
        "notRefuted": _exact(verification.not_refuted),
        "verdicts": {str(each.indicator): _verdict(each) for each in verification.verdicts},
    }


def verification_news(before: Known | None, after: Known) -> Standing | None:
    """What subscribers hear of a verification; None where no verdict differs.

    `changed` names the indicators whose bounds, claim or flag differ, with both verdicts. A score
    that moves by another indicator's level is news of the index alone. What is published is news
    as a whole, to those who saw none of it.
    """
    if before is not None and after["published"] and not before["published"]:
        before = None
    was = {} if before is None else before["verdicts"]
    changed = [
        {"indicator": int(number), "before": was.get(number), "after": verdict}
        for number, verdict in after["verdicts"].items()
        if was.get(number) != verdict
    ]
    if not changed:
        return None
    scores = ("claimed", "supported", "notRefuted")
    return {
        **{name: after[name] for name in ("assessment", "instrument", "year", "kind")},
        "before": None if before is None else {name: before[name] for name in scores},
        "after": {name: after[name] for name in scores},
        "changed": changed,
    }


def of_proposals(proposals: Iterable[Proposal]) -> Standing:
    """The kind and the inputs of each proposal, by id; whether it was decided is not in it."""
    return {"proposals": {each.id: [each.kind.value, each.inputs] for each in proposals}}


def proposals_news(before: Known, after: Known) -> Standing | None:
    """What subscribers hear of proposals; None where nothing differs."""
    was, now = before["proposals"], after["proposals"]
    if was == now:
        return None
    kinds = Counter(kind for kind, _ in now.values())
    return {
        "opened": sorted(now.keys() - was.keys()),
        "changed": sorted(id for id in now.keys() & was.keys() if now[id] != was[id]),
        "closed": sorted(was.keys() - now.keys()),
        "kinds": dict(sorted(kinds.items())),
    }


def _verdict(verdict: Verdict) -> list[Any]:
    flag = None if verdict.flag is None else verdict.flag.value
    return [verdict.claim, verdict.ceiling, verdict.not_refuted, flag]


def _exact(score: Score | None) -> str | None:
    return None if score is None else score.value
