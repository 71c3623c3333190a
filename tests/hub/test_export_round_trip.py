"""What an export or the template writes is read by an import as it was."""

from __future__ import annotations

import pytest

from engine.model import (
    Application,
    ApplicationStatus,
    Capability,
    Opd,
    Provenance,
    Region,
    RegionKind,
)
from engine.spreadsheet.application_values import ApplicationValues, ApplicationWorkbook
from engine.spreadsheet.export_sheet import EXPORT_HEADERS, STATUS_WORDS, SheetNames
from engine.spreadsheet.headers import FIELDS, match_header
from engine.spreadsheet.import_sheet import parse_application_workbook
from engine.spreadsheet.set_apart import SetApartReason
from engine.spreadsheet.status_words import parse_status
from hub.inventory_export import ExportFormat, write_export
from hub.template import write_region_template
from hub.template_texts import EXAMPLE_MARK
from hub.workbook_reader import read_workbook
from resolvers.application import list_common_applications
from resolvers.inventory_export import RegionExport
from resolvers.shipped_functions import functions_by_id

PROVENANCE = Provenance("uji")
FUNCTIONS = {id: function.name for id, function in functions_by_id().items()}
COMMON_APPLICATIONS = {
    application.id: application.name for application in list_common_applications()
}
OPD = Opd("32.05:opd-dinkes", "32.05", "Dinas Kesehatan, P2KB & PPA", "Dinkes", PROVENANCE)
FULL = Application(
    id="32.05:application-penuh",
    region="32.05",
    opd=OPD.id,
    name='=Si "Antre"; Puskesmas',
    status=ApplicationStatus.INACTIVE,
    version=3,
    provenance=PROVENANCE,
    function="- mencatat pasien, obat; dan antrean",
    url="https://antre.garut.test/masuk?a=1",
    platform="Web, Android",
    year=2021,
    common_application="spse",
    capabilities=(Capability.INFORMATION, Capability.TRANSACTION),
    consulted=False,
    users=2**53 - 1,
    fit=4,
    yearly_cost=15_000_000,
    migration_cost=1,
    added_cost=2_500,
    developer="Tim TIK",
    hosting="Pusat data",
    database="MySQL 8.0",
    legal_basis="Perbup 12/2021 jo. 3/2022",
    public_service=True,
)
BARE = Application(
    "32.05:application-polos",
    "32.05",
    None,
    "007",
    ApplicationStatus.UNKNOWN,
    1,
    PROVENANCE,
    users=0,
    yearly_cost=0,
)
EXPORT = RegionExport(
    region=Region("32.05", "Kabupaten Garut", RegionKind.REGENCY, "32", PROVENANCE),
    applications=(FULL, BARE),
    opds=(OPD,),
    names=SheetNames(
        opds={OPD.id: OPD.name},
        functions={FULL.id: FUNCTIONS["finance"]},
        common_applications=COMMON_APPLICATIONS,
        integrated_with={FULL.id: ("SIMPEG, BKN", "SIPD"), BARE.id: ("Satu Data dan Peta",)},
    ),
    digest="digest",
)


def read_applications(content: bytes) -> ApplicationWorkbook:
    return parse_application_workbook(
        read_workbook(content), functions=FUNCTIONS, common_applications=COMMON_APPLICATIONS
    )


def test_each_header_of_an_export_is_read_as_its_field() -> None:
    matches = {field: match_header(header) for field, header in EXPORT_HEADERS.items()}
    assert {field: match and match[0] for field, match in matches.items()} == {
        field: field for field in EXPORT_HEADERS
    }
    assert set(FIELDS) - set(EXPORT_HEADERS) == {"region"}  # all rows are of one region


@pytest.mark.parametrize("status", ApplicationStatus)
def test_each_status_word_of_an_export_is_read_as_its_status(status: ApplicationStatus) -> None:
    assert parse_status(STATUS_WORDS[status]) is status


@pytest.mark.parametrize("form", [ExportFormat.XLSX, ExportFormat.CSV])
def test_every_value_is_read_as_it_was_exported(form: ExportFormat) -> None:
    workbook = read_applications(write_export(EXPORT, form))
    assert workbook.problems == ()
    assert [row.problems for row in workbook.rows] == [(), ()]
    assert [column.header for column in workbook.sheets[0].columns if column.field is None] == []
    assert workbook.sheets[0].set_apart == ()
    assert [row.values for row in workbook.rows] == [
        ApplicationValues(
            id=FULL.id,
            opd=OPD.name,
            name=FULL.name,
            function="finance",
            use=FULL.function,
            status=FULL.status,
            year=2021,
            url=FULL.url,
            platform=FULL.platform,
            developer=FULL.developer,
            hosting=FULL.hosting,
            database=FULL.database,
            users=FULL.users,
            yearly_cost=FULL.yearly_cost,
            migration_cost=FULL.migration_cost,
            added_cost=FULL.added_cost,
            legal_basis=FULL.legal_basis,
            public_service=True,
            fit=4,
            consulted=False,
            common_application="spse",
            capabilities=FULL.capabilities,
            integrated_with=("SIMPEG, BKN", "SIPD"),
        ),
        ApplicationValues(
            id=BARE.id,
            name="007",
            users=0,
            yearly_cost=0,
            integrated_with=("Satu Data dan Peta",),
        ),
    ]


def test_the_template_is_read_as_an_empty_list_with_an_example() -> None:
    workbook = read_applications(write_region_template(EXPORT))
    assert workbook.rows == ()
    assert [(sheet.name, sheet.is_read) for sheet in workbook.sheets] == [
        ("Aplikasi", True),
        ("Petunjuk", False),
        ("Daftar", False),
    ]
    assert [column.field for column in workbook.sheets[0].columns] == list(EXPORT_HEADERS)
    [example] = workbook.sheets[0].set_apart
    assert (example.row, example.reason) == (2, SetApartReason.EXAMPLE)
    assert example.text.startswith(EXAMPLE_MARK)
