"""Files are uploaded for an import, refused at once if they cannot be read, and marked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import httpx2
import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from engine.model import Role
from hub.app import create_app
from hub.settings import Settings
from hub.transport.uploads import clean_file_name
from resolvers.problems import TooManyDrafts
from tests.engine.spreadsheet.written_files import write_xlsx
from tests.fixtures.credentials import issue_token

REGION, OPD = "32.11", "32.11:opd-dishub"
BINARY = {"content-type": "application/octet-stream"}
CSV = (
    b"Nama Aplikasi,OPD,Tahun\nSi Uji,Dinas Perhubungan,2021\nSi Coba,Dinas Perhubungan,dua ribu\n"
)
ADDRESS = f"/berkas?region={REGION}&name=daftar.csv"
Browser = httpx2.AsyncClient


@pytest.fixture
def settings(filled_database_url: str, tmp_path: Path) -> Settings:
    return Settings(SIMPUL_DATABASE_URL=filled_database_url, data_dir=tmp_path / "data")


@asynccontextmanager
async def open_browser(settings: Settings) -> AsyncIterator[Browser]:
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        Browser(transport=httpx2.ASGITransport(app), base_url="http://simpul.test") as browser,
    ):
        yield browser


def credentials(
    settings: Settings,
    role: Role = Role.REGION,
    region: str = REGION,
    opds: tuple[str, ...] = (),
    subject: str = "ani",
) -> dict[str, str]:
    token = issue_token(settings.database, role, [region], opds, subject=subject)
    return {"authorization": f"Bearer {token}", **BINARY}


def error_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def test_a_viewer_sends_two_files_at_once_at_most(settings: Settings) -> None:
    async with open_browser(settings) as browser:
        headers, received = credentials(settings), asyncio.Event()

        async def slow_body() -> AsyncIterator[bytes]:
            yield CSV
            await received.wait()

        uploads = [
            asyncio.create_task(browser.post(ADDRESS, content=slow_body(), headers=headers))
            for _number in range(2)
        ]
        await asyncio.sleep(0.5)  # both have begun
        refused = await browser.post(ADDRESS, content=CSV, headers=headers)
        assert error_of(refused) == (503, "BUSY")
        assert refused.headers["retry-after"] == "5"
        received.set()
        assert [(await upload).status_code for upload in uploads] == [201, 201]


async def test_an_uploaded_file_can_be_previewed_and_comes_back_marked(
    settings: Settings,
) -> None:
    async with open_browser(settings) as browser:
        headers = credentials(settings)
        response = await browser.post(ADDRESS, content=CSV, headers=headers)
        draft = response.json()
        assert response.status_code == 201
        assert (draft["name"], draft["size"]) == ("daftar.csv", len(CSV))
        expires_at = datetime.fromisoformat(draft["expiresAt"])
        assert timedelta(minutes=59) < expires_at - datetime.now(UTC) < timedelta(minutes=61)

        query = {"query": f'{{ importDraft(id: "{draft["id"]}") {{ counts {{ add refuse }} }} }}'}
        graphql_headers = {"authorization": headers["authorization"]}
        preview = await browser.post("/graphql", json=query, headers=graphql_headers)
        assert preview.json()["data"]["importDraft"]["counts"] == {"add": 1, "refuse": 1}

        marked = await browser.get(f"/berkas/{draft['id']}/ditandai", headers=headers)
        assert marked.status_code == 200
        assert {
            name: marked.headers[name]
            for name in ("content-disposition", "x-content-type-options", "cache-control")
        } == {
            "content-disposition": (
                'attachment; filename="daftar-ditandai.xlsx"; '
                "filename*=UTF-8''daftar-ditandai.xlsx"
            ),
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        }
        sheet = openpyxl.load_workbook(BytesIO(marked.content)).active
        assert sheet is not None
        assert [cell.value for cell in sheet[3]] == ["Si Coba", "Dinas Perhubungan", "dua ribu"]
        faulty = sheet["C3"]
        assert faulty.fill.start_color.rgb == "FFFFC7CE"
        assert faulty.comment is not None
        assert "dua ribu" in faulty.comment.text
        assert "misalnya 2021" in faulty.comment.text
        assert sheet["C2"].comment is None
        other = credentials(settings, subject="budi")
        assert error_of(await browser.get(f"/berkas/{draft['id']}/ditandai", headers=other)) == (
            404,
            "NOT_FOUND",
        )


async def test_a_marked_workbook_keeps_its_lists_and_formulas(settings: Settings) -> None:
    workbook, content = openpyxl.Workbook(), BytesIO()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Daftar"
    sheet.append(["Nama Aplikasi", "OPD", "Tahun"])
    sheet.append(["Si Uji", "Dinas Perhubungan", "kemarin"])
    choices = DataValidation("list", formula1='"Dinas Perhubungan"')
    choices.add("B2:B9")
    sheet.add_data_validation(choices)
    workbook.save(content)
    async with open_browser(settings) as browser:
        headers = credentials(settings, Role.OPD, opds=(OPD,))
        address = f"/berkas?region={REGION}&name=C%3A%5Cdata%5Cdaftar%20%C3%A9.xlsx"
        draft = (await browser.post(address, content=content.getvalue(), headers=headers)).json()
        assert draft["name"] == "daftar é.xlsx"
        marked = await browser.get(f"/berkas/{draft['id']}/ditandai", headers=headers)
        assert marked.headers["content-disposition"] == (
            'attachment; filename="daftar _-ditandai.xlsx"; '
            "filename*=UTF-8''daftar%20%C3%A9-ditandai.xlsx"
        )
        saved = openpyxl.load_workbook(BytesIO(marked.content))["Daftar"]
        assert [rule.formula1 for rule in saved.data_validations.dataValidation] == [
            '"Dinas Perhubungan"'
        ]
        assert saved["C2"].comment is not None
        assert "kemarin" in saved["C2"].comment.text


@pytest.mark.parametrize(
    "media_type", ["multipart/form-data; boundary=a", "text/plain", "", "Text/Plain;charset=utf-8"]
)
async def test_what_a_form_of_another_site_can_send_is_refused(
    settings: Settings, media_type: str
) -> None:
    async with open_browser(settings) as browser:
        headers = credentials(settings) | {"content-type": media_type}
        response = await browser.post(ADDRESS, content=CSV, headers=headers)
        assert error_of(response) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    ("viewer", "error"),
    [
        (lambda settings: BINARY, (401, "UNAUTHENTICATED")),
        (lambda settings: {"authorization": "Bearer x", **BINARY}, (401, "UNAUTHENTICATED")),
        (lambda settings: credentials(settings, Role.ASSESSOR), (403, "FORBIDDEN")),
        (lambda settings: credentials(settings, region="32.12"), (403, "FORBIDDEN")),
    ],
    ids=["no token", "a wrong token", "an assessor", "another region"],
)
async def test_only_those_who_may_write_there_upload(
    settings: Settings,
    viewer: Callable[[Settings], dict[str, str]],
    error: tuple[int, str],
) -> None:
    async with open_browser(settings) as browser:
        response = await browser.post(ADDRESS, content=CSV, headers=viewer(settings))
        assert error_of(response) == error
        assert ("www-authenticate" in response.headers) == (error[0] == 401)


async def test_files_that_cannot_be_read_are_refused_at_once(settings: Settings) -> None:
    far = write_xlsx('<sheetData><row r="1"><c r="XFD20000"><v>1</v></c></row></sheetData>')
    async with open_browser(settings) as browser:
        headers = credentials(settings)
        refused = await browser.post(ADDRESS, content=far, headers=headers)
        assert error_of(refused) == (422, "FAR_CELL")
        assert "the cell XFD20000 of the sheet 'Data'" in refused.json()["error"]["message"]
        indonesian = headers | {"accept-language": "id-ID,id;q=0.9"}
        refused = await browser.post(ADDRESS, content=b"%PDF-1.7", headers=indonesian)
        assert refused.json() == {
            "error": {
                "code": "PDF_DOCUMENT",
                "message": "seharusnya lembar kerja atau CSV, yang ada dokumen PDF; ekspor "
                "tabelnya dari program asalnya sebagai .xlsx atau CSV",
            }
        }
        large = await browser.post(ADDRESS, content=b"a" * (20 * 1024 * 1024 + 1), headers=headers)
        assert error_of(large) == (413, "FILE_TOO_LARGE")
        nowhere = "/berkas?region=99.99&name=a.csv"
        assert error_of(await browser.post(nowhere, content=CSV, headers=headers)) == (
            404,
            "NOT_FOUND",
        )
        assert (await browser.get("/berkas", headers=headers)).status_code == 405


async def test_five_files_of_a_viewer_wait_at_most(settings: Settings) -> None:
    async with open_browser(settings) as browser:
        headers = credentials(settings)
        for _number in range(5):
            assert (await browser.post(ADDRESS, content=CSV, headers=headers)).status_code == 201
        refused = await browser.post(ADDRESS, content=CSV, headers=headers)
        assert error_of(refused) == (409, "TOO_MANY_DRAFTS")
        assert refused.json()["error"]["message"] == str(
            TooManyDrafts(5, 60 * 1024 * 1024, 5, 5 * len(CSV))
        )
        other = credentials(settings, subject="budi")
        assert (await browser.post(ADDRESS, content=CSV, headers=other)).status_code == 201


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/daftar.csv", "daftar.csv"),
        ("C:\\Users\\Ani\\daftar.xlsx", "daftar.xlsx"),
        ("daftar\r\n\u202e.csv", "daftar.csv"),
        ("a" * 300 + ".xlsx", "a" * 195 + ".xlsx"),
        ("", "berkas"),
    ],
)
def test_a_file_name_is_a_name_only(name: str, clean: str) -> None:
    assert clean_file_name(name) == clean
