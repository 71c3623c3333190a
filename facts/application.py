"""The agencies, applications and integrations of West Java that ship with Simpul."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from engine.matching.opd_names import kind_by_name
from engine.model import (
    Application,
    ApplicationStatus,
    CommonApplication,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Opd,
    Provenance,
)
from facts.instrument import instrument_by_id
from facts.region import region_code
from facts.row import rows


@dataclass(frozen=True, slots=True)
class OpdReference:
    """An agency as most regencies and cities have it, to suggest names from."""

    id: str
    name: str
    acronym: str
    alternative_names: str
    affairs: str
    provenance: Provenance


@cache
def opds() -> tuple[Opd, ...]:
    """Agencies of West Java that are known to run an application."""
    return tuple(
        Opd(
            id=row.text("id"),
            region=region_code(row),
            name=row.text("name"),
            acronym=row.optional("acronym") or "",
            provenance=row.provenance(),
            kind=kind_by_name(row.text("name")),
        )
        for row in rows("opds.csv", "id region name acronym", "id")
    )


@cache
def opd_reference() -> tuple[OpdReference, ...]:
    """The usual agencies of a regency or city."""
    columns = "id name acronym alternative_names affairs"
    return tuple(
        OpdReference(
            id=row.text("id"),
            name=row.text("name"),
            acronym=row.text("acronym"),
            alternative_names=row.optional("alternative_names") or "",
            affairs=row.text("affairs"),
            provenance=row.provenance(),
        )
        for row in rows("opd_reference.csv", columns, "id")
    )


@cache
def common_applications() -> tuple[CommonApplication, ...]:
    """National shared applications and infrastructure."""
    indicators = {each.number for each in instrument_by_id("spbe-2020").indicators}
    found = []
    for row in rows(
        "common_applications.csv", "id name owner classification legal_basis indicators", "id"
    ):
        numbers = row.wholes("indicators")
        if not indicators.issuperset(numbers):
            raise row.wrong("indicators", "indicators of spbe-2020")
        found.append(
            CommonApplication(
                id=row.text("id"),
                name=row.text("name"),
                owner=row.text("owner"),
                classification=row.text("classification"),
                legal_basis=row.text("legal_basis"),
                indicators=numbers,
                provenance=row.provenance(),
            )
        )
    return tuple(found)


@cache
def applications() -> tuple[Application, ...]:
    """Applications of West Java that public sources name, each as version 1."""
    known_opds = {each.id: each.region for each in opds()}
    common = {each.id for each in common_applications()}
    columns = "id region opd name url platform status year common_application"
    found = []
    for row in rows("applications.csv", columns, "id"):
        region, opd = region_code(row), row.optional("opd")
        if opd is not None and known_opds.get(opd) != region:
            raise row.wrong("opd", f"an OPD of {region}")
        instance_of = row.optional("common_application")
        if instance_of is not None and instance_of not in common:
            raise row.wrong("common_application", "a common application")
        found.append(
            Application(
                id=row.text("id"),
                region=region,
                opd=opd,
                name=row.text("name"),
                status=row.choice("status", ApplicationStatus),
                version=1,
                provenance=row.provenance(),
                url=row.optional("url"),
                platform=row.optional("platform") or "",
                year=row.optional_whole("year"),
                common_application=instance_of,
            )
        )
    return tuple(found)


@cache
def integrations() -> tuple[Integration, ...]:
    """Integrations of West Java that public sources tell of, each as version 1."""
    owners = {each.id: each.region for each in applications()}
    columns = (
        "id region source_application target_application target_name data_object"
        " mode direction status evidence_grade"
    )
    found = []
    for row in rows("integrations.csv", columns, "id"):
        region, source = region_code(row), row.text("source_application")
        if owners.get(source) != region:
            raise row.wrong("source_application", f"an application of {region}")
        target = row.optional("target_application")
        if target is not None and target not in owners:
            raise row.wrong("target_application", "an application")
        grade = row.whole("evidence_grade")
        if grade not in (0, 1):
            raise row.wrong("evidence_grade", "0 or 1: no counterpart has confirmed anything")
        found.append(
            Integration(
                id=row.text("id"),
                region=region,
                source=source,
                target=target,
                target_name=row.text("target_name"),
                data_object=row.text("data_object"),
                mode=row.choice("mode", IntegrationMode),
                direction=row.choice("direction", IntegrationDirection),
                status=row.choice("status", IntegrationStatus),
                evidence_grade=grade,
                version=1,
                provenance=row.provenance(),
            )
        )
    return tuple(found)
