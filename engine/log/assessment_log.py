"""The log in which an assessment is recorded.

A region's log holds what the region states about itself. What others state about it, which are the
results of the kinds in RESULT_KINDS, is in the log of its parent, so that a region can never record
its own result.
"""

from __future__ import annotations

from engine.model import AssessmentKind

NATION_CODE = "ID"
RESULT_KINDS = frozenset({AssessmentKind.INTERIM, AssessmentKind.EXTERNAL, AssessmentKind.OFFICIAL})


def assessment_log(code: str, parent: str | None, kind: AssessmentKind) -> str | None:
    """Return the code of the region whose log holds a region's assessments of a kind.

    For a result it is the province of a regency or city, and the nation for a province or a
    central agency. Return None for a result of the nation, which has none.

    Args:
        code, parent: of the region that is assessed.
    """
    return result_log(code, parent) if kind in RESULT_KINDS else code


def result_log(code: str, parent: str | None) -> str | None:
    """Return the code of the region whose log holds the results of a region."""
    return None if code == NATION_CODE else parent or NATION_CODE
