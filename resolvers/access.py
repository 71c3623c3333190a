"""Who may see and do what: the one place that decides.

Published results, inventories and integrations are for everybody. What is not published is
for the region itself, its assessors, and its province.
"""

from __future__ import annotations

from engine.model import Application, AssessmentKind, Region, Role, Viewer
from resolvers.problems import Forbidden
from storage.access import PUBLISHED_ONLY, Access


def unpublished_access(viewer: Viewer) -> Access:
    """Return whose unpublished assessments and entries the viewer may read."""
    match viewer.role:
        case Role.ADMIN:
            return Access(everything=True)
        case Role.PROVINCE:
            return Access(provinces=viewer.regions)
        case Role.REGION | Role.ASSESSOR | Role.OPD:
            return Access(regions=viewer.regions)
        case Role.PUBLIC:
            return PUBLISHED_ONLY


def covers_region(viewer: Viewer, region: Region) -> bool:
    """Say whether the viewer's scope holds the region."""
    access = unpublished_access(viewer)
    return (
        access.everything
        or region.code in access.regions | access.provinces
        or region.parent in access.provinces
    )


def allow_application_edit(viewer: Viewer, region: Region, opd: str | None) -> None:
    """Allow an OPD's staff for its own applications, and who answers for the region.

    Raises:
        Forbidden: otherwise.
    """
    of_opd = viewer.role is Role.OPD and opd is not None and opd in viewer.opds
    of_region = viewer.role in (Role.REGION, Role.PROVINCE, Role.ADMIN)
    _require(viewer, region, of_opd or of_region, "change applications of this OPD")


def allow_integration_confirmation(
    viewer: Viewer, counterpart: Region, application: Application
) -> None:
    """Allow the side that did not draw the integration: its target's OPD or region."""
    allow_application_edit(viewer, counterpart, application.opd)


def allow_inventory_attestation(viewer: Viewer, region: Region, opd: str) -> None:
    """Allow an OPD's own staff, and its region: nobody else knows whether a list is complete."""
    of_opd = viewer.role is Role.OPD and opd in viewer.opds
    allowed = of_opd or viewer.role is Role.REGION
    _require(viewer, region, allowed, "vouch for the inventory of this OPD")


def allow_region_description(viewer: Viewer, region: Region) -> None:
    """Allow who answers for the region as a whole: its scope, its policy, its own efforts."""
    roles = (Role.REGION, Role.PROVINCE, Role.ADMIN)
    _require(viewer, region, viewer.role in roles, "describe this region")


def allow_proposal_decision(viewer: Viewer, region: Region) -> None:
    """Allow who answers for the whole inventory: the region and the province."""
    roles = (Role.REGION, Role.PROVINCE, Role.ADMIN)
    _require(viewer, region, viewer.role in roles, "decide on proposals here")


def allow_assessment(viewer: Viewer, region: Region, kind: AssessmentKind) -> None:
    """Allow a region its own simulations, targets and self-assessments; assessors the rest."""
    own = kind in (
        AssessmentKind.SIMULATION,
        AssessmentKind.TARGET,
        AssessmentKind.SELF,
        AssessmentKind.INTERIM,
    )
    roles = (
        (Role.REGION, Role.PROVINCE, Role.ADMIN)
        if own
        else (Role.ASSESSOR, Role.PROVINCE, Role.ADMIN)
    )
    _require(viewer, region, viewer.role in roles, f"write a {kind.value} assessment here")


def allow_review(viewer: Viewer, region: Region) -> None:
    """Allow assessors and the province to return or publish what was submitted."""
    roles = (Role.ASSESSOR, Role.PROVINCE, Role.ADMIN)
    _require(viewer, region, viewer.role in roles, "return or publish assessments here")


def allow_result_recording(viewer: Viewer, region: Region) -> None:
    """Allow the province to record what a decree or a report publishes."""
    roles = (Role.PROVINCE, Role.ADMIN)
    _require(viewer, region, viewer.role in roles, "record results here")


def _require(viewer: Viewer, region: Region, allowed: bool, what: str) -> None:
    if not covers_region(viewer, region):
        raise Forbidden(viewer.role, f"do this in region {region.code}, which is outside its scope")
    if not allowed:
        raise Forbidden(viewer.role, what)
