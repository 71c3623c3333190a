"""The tables that ship with Simpul: their sizes, and their consistency."""

from __future__ import annotations

import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

import facts
from engine.model import AssessmentKind, OpdKind, RegionKind
from facts import tables


def test_no_cell_has_blanks_at_its_ends_or_two_in_a_row() -> None:
    files = sorted(Path(facts.__file__).parent.glob("*.csv"))
    assert files
    faulty = [
        (file.name, row, cell)
        for file in files
        for row, cells in enumerate(csv.reader(file.read_text("utf-8").splitlines()), start=1)
        for cell in cells
        if cell != " ".join(cell.split())
    ]
    assert faulty == []


def official(year: int) -> dict[str, str]:
    return {
        result.region: result.figures.value
        for result in tables.result_rows()
        if result.year == year and result.kind is AssessmentKind.OFFICIAL
    }


def test_west_java_is_a_province_with_18_regencies_and_9_cities() -> None:
    kinds = Counter(region.kind for region in tables.region_catalogue())
    assert kinds == {RegionKind.PROVINCE: 1, RegionKind.REGENCY: 18, RegionKind.CITY: 9}
    assert {region.parent for region in tables.region_catalogue()} == {None, "32"}
    assert all(
        region.latitude and region.longitude and region.capital
        for region in tables.region_catalogue()
    )


def test_the_nation_is_552_regions_and_94_central_agencies() -> None:
    kinds = Counter(region.kind for region in tables.region_catalogue(national=True))
    assert kinds == {
        RegionKind.PROVINCE: 38,
        RegionKind.REGENCY: 416,
        RegionKind.CITY: 98,
        RegionKind.CENTRAL_AGENCY: 94,
    }


def test_the_parts_of_west_java_add_up_to_the_province() -> None:
    counts = tables.subdivisions_by_region()
    parts = [counts[region.code] for region in tables.region_catalogue() if region.parent]
    assert counts["32"] == tables.Subdivisions(
        sum(part.kecamatan for part in parts),
        sum(part.kelurahan for part in parts),
        sum(part.desa for part in parts),
    )
    assert counts["32"] == tables.Subdivisions(627, 646, 5311)
    population = {region.code: region.population or 0 for region in tables.region_catalogue()}
    assert population.pop("32") == sum(population.values()) == 51_316_378


@pytest.mark.parametrize("year", [2023, 2024])
def test_every_region_of_west_java_has_an_official_result(year: int) -> None:
    assert set(official(year)) == {region.code for region in tables.region_catalogue()}


def test_the_best_of_2024_are_bandung_sumedang_and_karawang() -> None:
    values = official(2024)
    assert values.pop("32") == "4.73"
    best = sorted(values.items(), key=lambda item: Fraction(item[1]), reverse=True)[:3]
    assert best == [("32.73", "4.59"), ("32.11", "4.51"), ("32.15", "4.40")]


def test_the_results_of_the_nation_are_those_of_the_reports() -> None:
    counts = Counter(
        result.year
        for result in tables.result_rows(national=True)
        if result.kind is AssessmentKind.OFFICIAL
    )
    assert counts == {
        2018: 3, 2019: 6, 2020: 3, 2021: 13, 2022: 11, 2023: 621, 2024: 615, 2025: 3,
    }  # fmt: skip


def test_other_kinds_are_separate_from_official_results() -> None:
    unofficial = [
        (result.kind.value, result.region, result.year, result.figures.value)
        for result in tables.result_rows(national=True)
        if result.kind is not AssessmentKind.OFFICIAL
    ]
    assert unofficial == [
        ("TARGET", "32", 2023, "3.50"),
        ("SELF", "32.12", 2023, "3.77"),
        ("SELF", "32.78", 2023, "3.54"),
        ("INTERIM", "32.73", 2025, "3.00"),
        ("TARGET", "32.73", 2025, "4.62"),
    ]


def test_each_table_has_all_of_its_rows() -> None:
    assert [
        len(tables.average_rows()),
        len(tables.sheet_lines()),
        len(tables.west_java_opds()),
        len(tables.opd_reference()),
        len(tables.affairs_by_id()),
        len(tables.common_applications()),
        len(tables.west_java_applications()),
        len(tables.west_java_integrations()),
    ] == [23, 292, 136, 45, 32, 11, 207, 24]


def test_every_row_of_every_table_has_a_source() -> None:
    provenances = [
        *(row.provenance for row in tables.region_catalogue(national=True)),
        *(row.provenance for row in tables.result_rows(national=True)),
        *(row.provenance for row in tables.average_rows()),
        *(row.provenance for row in tables.sheet_lines()),
        *(row.provenance for row in tables.west_java_opds()),
        *(row.provenance for row in tables.opd_reference()),
        *(row.provenance for row in tables.affairs_by_id().values()),
        *(row.provenance for row in tables.common_applications()),
        *(row.provenance for row in tables.west_java_applications()),
        *(row.provenance for row in tables.west_java_integrations()),
    ]
    assert len(provenances) == 2696
    assert [provenance for provenance in provenances if not provenance.source.strip()] == []


def test_every_region_of_west_java_runs_an_application() -> None:
    regions = {application.region for application in tables.west_java_applications()}
    assert regions == {region.code for region in tables.region_catalogue()}


def test_applications_that_the_source_calls_national_are_recognised() -> None:
    instances = Counter(
        application.common_application for application in tables.west_java_applications()
    )
    del instances[None]
    assert instances == {"spse": 22, "sipd-ri": 1, "sp4n-lapor": 1}


def test_press_reports_give_no_evidence_and_documents_give_grade_one() -> None:
    grades = Counter(integration.evidence_grade for integration in tables.west_java_integrations())
    assert grades == {0: 9, 1: 15}


def test_a_target_in_the_inventory_has_the_name_of_its_application() -> None:
    names = {application.id: application.name for application in tables.west_java_applications()}
    inside = [edge for edge in tables.west_java_integrations() if edge.target is not None]
    assert len(inside) == 11
    assert [edge.target_name for edge in inside] == [names[edge.target or ""] for edge in inside]


def test_every_region_is_found_by_its_code_and_by_its_name() -> None:
    names = tables.region_names()
    for region in tables.region_catalogue(national=True):
        assert names.match(region.code).code == region.code
        if region.kind is RegionKind.PROVINCE:
            assert names.match(f"Provinsi {region.name}").code == region.code
        elif region.kind is RegionKind.REGENCY:
            shortened = region.name.replace("Kabupaten ", "KAB. ")
            assert names.match(shortened).code == region.code
            assert names.match(region.code.replace(".", "")).code == region.code
        else:
            assert names.match(region.name.upper()).code == region.code


def test_codes_from_before_the_new_provinces_lead_to_the_present_ones() -> None:
    former = tables.former_region_codes()
    assert Counter(code[:2] for code in former.values()) == {
        "65": 5, "76": 5, "93": 4, "94": 8, "95": 8, "96": 6,
    }  # fmt: skip
    assert len(set(former.values())) == len(former)
    match = tables.region_names().match("91.01")
    assert (match.code, match.former_code_of) == (None, "93.01")
    assert [region.name for region in match.candidates] == ["Kabupaten Merauke"]


def test_a_regency_has_a_default_list_of_42_agencies_and_a_city_of_41() -> None:
    regency = {opd.name: opd for opd in tables.default_opds(RegionKind.REGENCY)}
    city = {opd.name: opd for opd in tables.default_opds(RegionKind.CITY)}
    assert (len(regency), len(city)) == (42, 41)
    assert regency.keys() - city.keys() == {"Dinas Pemberdayaan Masyarakat dan Desa"}
    assert tables.default_opds(RegionKind.PROVINCE) == ()
    secretariat = regency["Sekretariat Daerah"]
    divisions = [opd for opd in regency.values() if opd.kind is OpdKind.DIVISION]
    assert len(divisions) == 9
    assert {opd.parent for opd in divisions} == {secretariat.id}


def test_the_default_agencies_carry_out_all_affairs_but_those_of_provinces() -> None:
    affairs = tables.affairs_by_id()
    carried = {id for opd in tables.default_opds(RegionKind.REGENCY) for id in opd.affair_ids}
    assert [affairs[id].name for id in affairs if id not in carried] == [
        "Kehutanan",
        "Energi dan Sumber Daya Mineral",
    ]
    groups = Counter(affair.group.value for affair in affairs.values())
    assert groups == {"BASIC_SERVICE": 6, "OTHER_MANDATORY": 18, "OPTIONAL": 8}


def test_remarks_are_no_part_of_the_other_names_of_an_agency() -> None:
    aliases = {names[0]: names[1:] for names in tables.opd_aliases()}
    assert aliases["Sekretariat DPRD"] == ("Setwan", "Sekretariat DPRK")
