"""The files of a region for people: its applications in three formats, and the template."""

from __future__ import annotations

import asyncio
import csv
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import BytesIO, StringIO
from zipfile import ZipFile

import httpx2
import pytest
from openpyxl import load_workbook
from starlette.applications import Starlette

from engine.model import PUBLIC_VIEWER, Role, Viewer
from engine.spreadsheet.export_sheet import EXPORT_HEADERS
from hub.admission.admission import Admission
from hub.admission.client_budgets import ClientRate
from hub.downloads import Downloads
from hub.instance import open_instance
from hub.settings import Settings
from hub.template import write_region_template
from resolvers.application import (
    RegisterApplication,
    RetireApplication,
    register_application,
    retire_application,
)
from resolvers.context import Context, Instance
from resolvers.inventory_export import RegionExport

REGION = "32.11"
FILES = f"/unduh/{REGION}"
ADMIN = Viewer("ani", Role.ADMIN)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@asynccontextmanager
async def open_browser(
    url: str,
    write_template: Callable[[RegionExport], bytes] = write_region_template,
    admission: Admission | None = None,
) -> AsyncIterator[tuple[httpx2.AsyncClient, Instance]]:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=url)) as instance:
        downloads = Downloads(
            lambda viewer: Context(instance, viewer), write_template, admission=admission
        )
        app = Starlette(routes=downloads.routes())
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://simpul.test"
        ) as browser:
            yield browser, instance


async def register(instance: Instance, name: str) -> str:
    request = RegisterApplication(region=REGION, opd=f"{REGION}:opd-dishub", name=name)
    application = await register_application(Context(instance, ADMIN), request, None)
    return application.id


async def test_the_formats_have_the_same_applications(filled_sqlite_url: str) -> None:
    async with open_browser(filled_sqlite_url) as (browser, instance):
        id = await register(instance, '=HYPERLINK("http://jahat.test")')
        retired = await register(instance, "Sudah Berhenti")
        request = RetireApplication(retired, 1, "diganti")
        await retire_application(Context(instance, ADMIN), request, None)

        xlsx = await browser.get(f"{FILES}/aplikasi.xlsx")
        assert xlsx.headers["content-type"] == XLSX
        assert (
            xlsx.headers["content-disposition"]
            == 'attachment; filename="aplikasi-kabupaten-sumedang.xlsx"'
        )
        sheet = load_workbook(BytesIO(xlsx.content)).active
        assert sheet is not None
        assert sheet.freeze_panes == "A2"
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0] == tuple(EXPORT_HEADERS.values())
        by_id = {row[0]: row for row in rows[1:]}
        assert by_id[id][1:3] == ("Dinas Perhubungan", '=HYPERLINK("http://jahat.test")')
        assert retired not in by_id
        [name_cell] = [cells[2] for cells in sheet.iter_rows() if cells[0].value == id]
        with ZipFile(BytesIO(xlsx.content)) as archive:
            assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")  # no formula
        assert name_cell.hyperlink is None

        text = await browser.get(f"{FILES}/aplikasi.csv")
        assert text.headers["content-type"] == "text/csv; charset=utf-8"
        assert text.content.startswith(b"\xef\xbb\xbfID;OPD;")
        lines = list(csv.reader(StringIO(text.content.decode("utf-8-sig")), delimiter=";"))
        assert lines[0] == list(EXPORT_HEADERS.values())
        assert [line[0] for line in lines] == [row[0] for row in rows]
        assert next(line[2] for line in lines if line[0] == id) == (
            '\'=HYPERLINK("http://jahat.test")'
        )

        document = (await browser.get(f"{FILES}/aplikasi.json")).json()
        assert document["schemaVersion"] == 1
        assert document["region"] == {"code": REGION, "name": "Kabupaten Sumedang"}
        assert [application["id"] for application in document["applications"]] == list(by_id)
        [application] = [
            application for application in document["applications"] if application["id"] == id
        ]
        assert application == {
            "id": id,
            "version": 1,
            "opd": {"id": f"{REGION}:opd-dishub", "name": "Dinas Perhubungan"},
            "name": '=HYPERLINK("http://jahat.test")',
            "functionTag": None,
            "functionText": None,
            "status": "ACTIVE",
            "year": None,
            "url": None,
            "platform": None,
            "developer": None,
            "hosting": None,
            "database": None,
            "users": None,
            "yearlyCost": None,
            "migrationCost": None,
            "addedCost": None,
            "legalBasis": None,
            "isPublicService": None,
            "fit": None,
            "isConsulted": None,
            "commonApplication": None,
            "capabilities": [],
            "integratedWith": [],
        }


async def test_an_unchanged_file_is_not_sent_again(filled_sqlite_url: str) -> None:
    async with open_browser(filled_sqlite_url) as (browser, instance):
        first = await browser.get(f"{FILES}/aplikasi.csv")
        known = {"if-none-match": f'"other", {first.headers["etag"]}'}
        unchanged = await browser.get(f"{FILES}/aplikasi.csv", headers=known)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        other_format = await browser.get(f"{FILES}/aplikasi.json", headers=known)
        assert other_format.status_code == 200
        await register(instance, "Aplikasi Baru")
        changed = await browser.get(f"{FILES}/aplikasi.csv", headers=known)
        assert changed.status_code == 200
        assert "Aplikasi Baru" in changed.text


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/unduh/99.99/aplikasi.csv", "expected the code of a region, got '99.99'"),
        ("/unduh/99.99/templat.xlsx", "expected the code of a region, got '99.99'"),
        (
            f"{FILES}/aplikasi.xls",
            "expected a file aplikasi with one of xlsx, csv, json, got 'xls'",
        ),
    ],
)
async def test_an_unknown_file_is_not_found(
    filled_sqlite_url: str, path: str, message: str
) -> None:
    async with open_browser(filled_sqlite_url) as (browser, _instance):
        answer = await browser.get(path)
        assert answer.status_code == 404
        assert answer.json() == {"error": {"code": "NOT_FOUND", "message": message}}


async def test_a_third_file_at_once_is_to_be_asked_for_later(filled_sqlite_url: str) -> None:
    may_end, started = threading.Event(), threading.Semaphore(0)

    def wait(_export: RegionExport) -> bytes:
        started.release()
        assert may_end.wait(10)
        return b"selesai"

    async with open_browser(filled_sqlite_url, wait) as (browser, _instance):
        slow = [asyncio.create_task(browser.get(f"{FILES}/templat.xlsx")) for _ in range(2)]
        for _ in slow:
            assert await asyncio.to_thread(started.acquire, timeout=10)
        refused = await browser.get(f"{FILES}/aplikasi.csv")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert refused.json()["error"]["code"] == "BUSY"
        may_end.set()
        assert [answer.content for answer in await asyncio.gather(*slow)] == [b"selesai"] * 2
        assert (await browser.get(f"{FILES}/aplikasi.csv")).status_code == 200


async def test_the_template_offers_the_opds_of_the_region(filled_sqlite_url: str) -> None:
    async with open_browser(filled_sqlite_url) as (browser, instance):
        answer = await browser.get(f"{FILES}/templat.xlsx")
        assert (
            answer.headers["content-disposition"]
            == 'attachment; filename="templat-aplikasi-kabupaten-sumedang.xlsx"'
        )
        workbook = load_workbook(BytesIO(answer.content))
        record = await Context(instance, PUBLIC_VIEWER).loaders.inventories.load(REGION)
        offered = [cell.value for cell in workbook["Daftar"]["A"]][1:]
        assert [name for name in offered if name] == [opd.name for opd in record.opds]


async def test_a_client_without_budget_gets_no_file(filled_sqlite_url: str) -> None:
    rate = ClientRate(seconds_per_second=0.5, burst_seconds=1.0)
    admission = Admission(rate, clock=lambda: 0.0)
    admission.budgets.charge("address 127.0.0.1", 1.0)
    async with open_browser(filled_sqlite_url, admission=admission) as (browser, _):
        answer = await browser.get(f"{FILES}/aplikasi.csv")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.json()["error"]["code"] == "CLIENT_BUDGET_EXHAUSTED"


async def test_a_file_is_charged_to_the_address(filled_sqlite_url: str) -> None:
    admission = Admission(ClientRate(seconds_per_second=1e-9))
    async with open_browser(filled_sqlite_url, admission=admission) as (browser, _):
        assert (await browser.get(f"{FILES}/aplikasi.xlsx")).status_code == 200
    assert 0 < admission.budgets.remaining_seconds("address 127.0.0.1") < 10
