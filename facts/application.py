"""The agencies, applications and integrations of West Java that ship with Simpul."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated

from pydantic import BeforeValidator

from engine.matching.opd_names import kind_by_name
from engine.model import (
    Application,
    ApplicationStatus,
    CommonApplication,
    CommonApplicationClassification,
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Opd,
    OpdKind,
    RegionKind,
)
from facts.affair import affairs_by_id
from facts.reference import RegionCode, Spbe2020Indicators
from facts.row import TableRow, WholeNumber, Words, read_rows

_REMARK = re.compile(r"\([^()]*\)")  # where the name is in use: "Sekretariat DPRK (Aceh)"


RegionKinds = Annotated[tuple[RegionKind, ...], BeforeValidator(str.split)]


class OpdReference(TableRow):
    """An agency that most regencies and cities have, as a suggestion for its name."""

    id: str
    name: str
    acronym: str
    alternative_names: str = ""
    affairs: str  # in words
    kind: OpdKind
    parent: str | None = None  # id of the reference that it is a part of
    affair_ids: Words = ()
    default_for: RegionKinds = ()  # the kinds of regions that usually have it under this name


class _OpdRow(TableRow):
    id: str
    region: RegionCode
    name: str
    acronym: str = ""


class _CommonApplicationRow(TableRow):
    id: str
    name: str
    owner: str
    classification: CommonApplicationClassification
    legal_basis: str
    indicators: Spbe2020Indicators = ()


class _ApplicationRow(TableRow):
    id: str
    region: RegionCode
    opd: str | None = None
    name: str
    url: str | None = None
    platform: str = ""
    status: ApplicationStatus
    year: WholeNumber | None = None
    common_application: str | None = None


class _IntegrationRow(TableRow):
    id: str
    region: RegionCode
    source_application: str
    target_application: str | None = None
    target_name: str
    data_object: str
    mode: IntegrationMode
    direction: IntegrationDirection
    status: IntegrationStatus
    evidence_grade: EvidenceGrade


@cache
def west_java_opds() -> tuple[Opd, ...]:
    """Return the agencies of West Java that are known to run an application."""
    return tuple(
        Opd(**row.values(), kind=kind_by_name(row.name))
        for row in read_rows(_OpdRow, "opds.csv", "id")
    )


@cache
def opd_reference() -> tuple[OpdReference, ...]:
    """Return the usual agencies of a regency or city.

    Raises:
        FactInvalid: a row refers to an unknown agency or affair.
    """
    rows = tuple(read_rows(OpdReference, "opd_reference.csv", "id"))
    ids = {row.id for row in rows}
    for row in rows:
        if row.parent is not None and row.parent not in ids:
            raise row.invalid("parent", "an agency of opd_reference.csv")
        if not affairs_by_id().keys() >= set(row.affair_ids):
            raise row.invalid("affair_ids", "affairs of affairs.csv")
    return rows


def default_opds(region_kind: RegionKind) -> tuple[OpdReference, ...]:
    """Return the agencies that most regions of a kind have under the same name."""
    return tuple(opd for opd in opd_reference() if region_kind in opd.default_for)


@cache
def opd_aliases() -> tuple[tuple[str, ...], ...]:
    """Return the names of each usual agency: the official name, the acronym and other names."""
    return tuple(
        tuple(
            name
            for text in (opd.name, opd.acronym, *opd.alternative_names.split(";"))
            if (name := _REMARK.sub("", text).strip())
        )
        for opd in opd_reference()
    )


@cache
def common_applications() -> tuple[CommonApplication, ...]:
    """Return the national shared applications and infrastructure."""
    return tuple(
        CommonApplication(**row.values())
        for row in read_rows(_CommonApplicationRow, "common_applications.csv", "id")
    )


@cache
def west_java_applications() -> tuple[Application, ...]:
    """Return the applications of West Java that public sources name, each as version 1.

    Raises:
        FactInvalid: a row refers to an unknown OPD or common application.
    """
    region_by_opd = {opd.id: opd.region for opd in west_java_opds()}
    common_ids = {application.id for application in common_applications()}
    applications = []
    for row in read_rows(_ApplicationRow, "applications.csv", "id"):
        if row.opd is not None and region_by_opd.get(row.opd) != row.region:
            raise row.invalid("opd", f"an OPD of {row.region}")
        if row.common_application is not None and row.common_application not in common_ids:
            raise row.invalid("common_application", "a common application")
        applications.append(Application(**row.values(), version=1))
    return tuple(applications)


@cache
def west_java_integrations() -> tuple[Integration, ...]:
    """Return the integrations of West Java that public sources mention, each as version 1.

    Raises:
        FactInvalid: a row refers to an unknown application, or claims a confirmation.
    """
    region_by_application = {
        application.id: application.region for application in west_java_applications()
    }
    integrations = []
    for row in read_rows(_IntegrationRow, "integrations.csv", "id"):
        if region_by_application.get(row.source_application) != row.region:
            raise row.invalid("source_application", f"an application of {row.region}")
        if (
            row.target_application is not None
            and row.target_application not in region_by_application
        ):
            raise row.invalid("target_application", "an application")
        if row.evidence_grade not in (0, 1):
            raise row.invalid("evidence_grade", "0 or 1: no counterpart has confirmed anything")
        values = row.values()
        source, target = values.pop("source_application"), values.pop("target_application")
        integrations.append(Integration(**values, source=source, target=target, version=1))
    return tuple(integrations)
