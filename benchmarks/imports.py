"""Benchmark of a file of many applications: reading, preview, import and undo.

    python benchmarks/imports.py [--rows 3000] [--database URL]

Writes a workbook of made-up applications, and imports it into Kabupaten Sumedang with the functions
that the API calls. Without a URL, the database is SQLite in a temporary folder; any other one must
be empty. Prints CPU and wall seconds, and for comparison those of openpyxl, which only reads the
cells of the same file.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import openpyxl

from engine.model import Role, Viewer
from facts.tables import west_java_opds
from hub.instance import open_instance
from hub.settings import Settings
from resolvers import import_draft, import_undo, inventory_import
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from resolvers.seed import seed_regions
from storage.migrate import upgrade_database

REGION = "32.11"
VIEWER = Viewer("ani", Role.REGION, regions=frozenset({REGION}))
HEADER = (
    *("No", "Nama Aplikasi", "Perangkat Daerah", "Fungsi/Kegunaan", "Alamat URL", "Tahun"),
    *("Platform", "Status", "Pengembang", "Jumlah Pengguna", "Terintegrasi Dengan"),
)
STATUSES = ("Aktif", "Tidak Aktif", "aktif", "Dalam Pengembangan")


def main() -> None:
    """Run the benchmark."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--rows", type=int, default=3000)
    arguments.add_argument("--database", default="")
    options = arguments.parse_args()
    content = write_workbook(options.rows)
    with measure(f"openpyxl, cells of {options.rows:,} rows only"):
        workbook = openpyxl.load_workbook(BytesIO(content), read_only=True)
        assert workbook.active is not None
        assert sum(1 for _ in workbook.active.iter_rows(values_only=True)) > options.rows
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{Path(folder) / 'simpul.sqlite'}"
        asyncio.run(measure_import(url, content))


async def measure_import(url: str, content: bytes) -> None:
    """Preview, import, undo and import again, and print the times."""
    await asyncio.to_thread(upgrade_database, url)
    async with open_instance(Settings(SIMPUL_DATABASE_URL=url)) as instance:
        await seed_regions(instance, regions=[REGION, "32"])

        with measure("reading"):
            await instance.read_workbook(content, "daftar.xlsx")
        for name in ("", " again, after the undo"):
            draft = await import_draft.add_draft(
                new_context(instance), REGION, "daftar.xlsx", content
            )
            with measure(f"preview{name}"):
                planned = await inventory_import.plan_draft(new_context(instance), draft.id)
            assert planned is not None
            print_line(f"    {planned.plan.counts}, {len(planned.plan.integrations)} integrations")
            request = inventory_import.ImportUploadedFile(draft.id, 1, only_good_rows=True)
            with measure(f"import{name}"):
                imported = await inventory_import.import_uploaded_file(
                    new_context(instance), request, None
                )
            with measure(f"undo{name}"):
                undone = await import_undo.undo_import(
                    new_context(instance), import_undo.UndoImport(imported.id), None
                )
            assert undone.undone == len(imported.applications)


def new_context(instance: Instance) -> Context:
    """Return the context of one operation."""
    return Context(instance, VIEWER, OperationBudget(bounded=False))


def write_workbook(rows: int) -> bytes:
    """Return a workbook with a title, a header and `rows` applications, each with its own name."""
    opds = [opd.name for opd in west_java_opds() if opd.region == REGION]
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Aplikasi")
    sheet.append(["DAFTAR APLIKASI KABUPATEN SUMEDANG"])
    sheet.append(HEADER)
    for number in range(1, rows + 1):
        sheet.append(
            [
                number,
                f"Sistem Contoh {number}",
                opds[number % len(opds)],
                f"Melayani keperluan contoh nomor {number} bagi warga dan pegawai",
                f"https://contoh{number}.sumedangkab.go.id",
                2010 + number % 15,
                "Web",
                STATUSES[number % len(STATUSES)],
                "Dinas Komunikasi dan Informatika",
                number * 7,
                f"Sistem Contoh {number // 2}" if number % 10 == 0 else "-",
            ]
        )
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


@contextmanager
def measure(name: str) -> Iterator[None]:
    """Print the CPU and wall seconds of a block. Child processes are not counted as CPU."""
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print_line(f"{name:40} {cpu:6.2f} s CPU {wall:6.2f} s")


def print_line(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
