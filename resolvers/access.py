"""Access rules: this module alone decides what each viewer may read and change.

Published results, inventories and integrations are public. Unpublished rows are visible only to
the region itself, its assessors and its province.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.log.assessment_log import NATION_CODE, RESULT_KINDS, result_log
from engine.model import Application, AssessmentKind, Region, Role, Viewer
from resolvers.problems import Forbidden
from storage.access import PUBLISHED_ONLY, Access


def unpublished_access(viewer: Viewer) -> Access:
    """Return the regions whose unpublished assessments and entries the viewer may read."""
    match viewer.role:
        case Role.ADMIN:
            return Access(everything=True)
        case Role.PROVINCE:
            return Access(provinces=viewer.regions)
        case Role.REGION | Role.ASSESSOR | Role.OPD:
            return Access(regions=viewer.regions)
        case Role.FOLLOWER if viewer.drafts:
            # The nation's own log is enough for those who follow it: a province that does so reads
            # no drafts of other provinces.
            provinces = viewer.regions - {NATION_CODE}
            return Access(regions=viewer.regions, provinces=provinces)
        case Role.FOLLOWER | Role.PUBLIC:
            return PUBLISHED_ONLY


def covers_region(viewer: Viewer, region: Region) -> bool:
    """Return whether the region is in the viewer's scope."""
    return covers_code(viewer, region.code, region.parent)


def covers_code(viewer: Viewer, code: str, parent: str | None) -> bool:
    """Return whether a region, which may not be held yet, is in the viewer's scope.

    The scope of a province has its regions; that of the nation, the provinces and central agencies.
    """
    access = unpublished_access(viewer)
    return (
        access.everything
        or code in access.regions | access.provinces
        or result_log(code, parent) in access.provinces
    )


def knows_owner(viewer: Viewer, region: Region, parents: Mapping[str, str | None]) -> bool:
    """Return whether the viewer may know the address of the instance that owns a region.

    Those whose results are in the log of the region send them to its owner, and so know it too.

    Args:
        parents: of the regions in the viewer's scope, by their codes.
    """
    return covers_region(viewer, region) or any(
        result_log(code, parent) == region.code for code, parent in parents.items()
    )


def allow_log_reading(viewer: Viewer, code: str, region: Region | None) -> None:
    """Allow every viewer with a token; a FOLLOWER reads the logs of its own regions only.

    Raises:
        Forbidden: the viewer has no token, or is a FOLLOWER of other regions.
    """
    if viewer.role is Role.PUBLIC:  # entries name the accounts that wrote them
        raise Forbidden(viewer.role, "follow the log of a region")
    codes = {code, None if region is None else region.parent}
    if viewer.role is Role.FOLLOWER and not codes & viewer.regions:
        raise Forbidden(viewer.role, f"follow the log of region {code}, which is outside its scope")


def allow_application_edit(viewer: Viewer, region: Region, opd: str | None) -> None:
    """Allow an OPD's staff for its own applications, and the roles that answer for the region.

    Raises:
        Forbidden: the viewer has another role, or the region is outside its scope.
    """
    is_own_opd = viewer.role is Role.OPD and opd is not None and opd in viewer.opds
    answers_for_region = viewer.role in (Role.REGION, Role.PROVINCE, Role.ADMIN)
    _require_access(
        viewer, region, is_own_opd or answers_for_region, "change applications of this OPD"
    )


def allow_inventory_import(viewer: Viewer, region: Region) -> None:
    """Allow the viewers who may edit some application of the region to import a file into it.

    Raises:
        Forbidden: the viewer has another role, or the region is outside its scope.
    """
    has_opds = viewer.role is Role.OPD and bool(viewer.opds)
    answers_for_region = viewer.role in (Role.REGION, Role.PROVINCE, Role.ADMIN)
    _require_access(viewer, region, has_opds or answers_for_region, "import into this region")


def allow_integration_confirmation(
    viewer: Viewer, counterpart: Region, application: Application
) -> None:
    """Allow the OPD or region of the integration's target, since the other side recorded it."""
    allow_application_edit(viewer, counterpart, application.opd)


def allow_inventory_attestation(viewer: Viewer, region: Region, opd: str) -> None:
    """Allow an OPD's own staff and its region: only they know whether its list is complete."""
    is_own_opd = viewer.role is Role.OPD and opd in viewer.opds
    is_allowed = is_own_opd or viewer.role is Role.REGION
    _require_access(viewer, region, is_allowed, "attest the inventory of this OPD")


def allow_region_description(viewer: Viewer, region: Region) -> None:
    """Allow the roles that answer for a region to edit its scope, its policy and its efforts."""
    roles = (Role.REGION, Role.PROVINCE, Role.ADMIN)
    _require_access(viewer, region, viewer.role in roles, "edit the description of this region")


def allow_proposal_decision(viewer: Viewer, region: Region) -> None:
    """Allow the roles that answer for the whole inventory: the region and the province."""
    roles = (Role.REGION, Role.PROVINCE, Role.ADMIN)
    _require_access(viewer, region, viewer.role in roles, "decide on proposals in this region")


def allow_assessment(viewer: Viewer, region: Region, kind: AssessmentKind, log: str) -> None:
    """Allow a region its own simulations, targets and self-assessments.

    Assessors draft external and interim results. The province drafts every kind of its regions,
    but no results of its own region.

    Args:
        region: the region that is assessed.
        log: the code of the region whose log holds the assessment.
    """
    if kind not in RESULT_KINDS:
        is_allowed = viewer.role in (Role.REGION, Role.PROVINCE, Role.ADMIN)
    else:
        is_allowed = _drafts_results(viewer, kind, log)
    _require_access(viewer, region, is_allowed, f"write a {kind.value} assessment of this region")


def allow_return(viewer: Viewer, region: Region, kind: AssessmentKind, log: str) -> None:
    """Allow assessors and the province to return submitted assessments; results, who drafts them.

    Args:
        log: the code of the region whose log holds the assessment.
    """
    is_allowed = (
        _drafts_results(viewer, kind, log)
        if kind in RESULT_KINDS
        else viewer.role in (Role.ASSESSOR, Role.PROVINCE, Role.ADMIN)
    )
    _require_access(viewer, region, is_allowed, f"return a {kind.value} assessment of this region")


def allow_publication(viewer: Viewer, region: Region, kind: AssessmentKind, log: str) -> None:
    """Allow assessors and the province to publish; results, only who records them.

    Args:
        log: the code of the region whose log holds the assessment.
    """
    is_allowed = (
        _writes_results(viewer, log)
        if kind in RESULT_KINDS
        else viewer.role in (Role.ASSESSOR, Role.PROVINCE, Role.ADMIN)
    )
    _require_access(viewer, region, is_allowed, f"publish a {kind.value} assessment of this region")


def allow_result_recording(viewer: Viewer, region: Region, kind: AssessmentKind, log: str) -> None:
    """Allow the province to record what a decree or a report publishes about its regions.

    Args:
        log: the code of the region whose log holds the result.
    """
    is_allowed = (
        _writes_results(viewer, log)
        if kind in RESULT_KINDS
        else viewer.role in (Role.PROVINCE, Role.ADMIN)
    )
    _require_access(viewer, region, is_allowed, "record results of this region")


def _drafts_results(viewer: Viewer, kind: AssessmentKind, log: str) -> bool:
    is_draft = kind is not AssessmentKind.OFFICIAL and viewer.role is Role.ASSESSOR
    return is_draft or _writes_results(viewer, log)


def _writes_results(viewer: Viewer, log: str) -> bool:
    is_parent = viewer.role is Role.PROVINCE and log in viewer.regions
    return is_parent or viewer.role is Role.ADMIN


def _require_access(viewer: Viewer, region: Region, is_allowed: bool, action: str) -> None:
    if viewer.role is Role.FOLLOWER:
        raise Forbidden(viewer.role, f"{action}: the role reads only")
    if not covers_region(viewer, region):
        raise Forbidden(viewer.role, f"do this in region {region.code}, which is outside its scope")
    if not is_allowed:
        raise Forbidden(viewer.role, action)
