"""The bytes of the files that each page of the built web client loads at first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.web_pages import WEB_CLIENT_FOLDER

OWN_FILE = re.compile(r'(?:src|href)="/(assets/[^"]+)"')
STATIC_IMPORT = re.compile(r'(?:\bfrom|\bimport)\s*"\./([^"]+\.js)"')
FONT = re.compile(r"url\(\./(inter-pages-[^)]+\.woff2)\)")  # the other font is seldom loaded
KIB = 1024

pytestmark = pytest.mark.skipif(
    not WEB_CLIENT_FOLDER.is_dir(), reason="expected the web client, which `make` builds"
)


def list_first_files(page: Path) -> set[Path]:
    """List the page and the files that it loads before it runs, with those that they import."""
    files: set[Path] = set()
    to_read = [page]
    while to_read:
        file = to_read.pop()
        if file in files:
            continue
        files.add(file)
        if file.suffix == ".woff2":
            continue
        pattern = {".html": OWN_FILE, ".js": STATIC_IMPORT, ".css": FONT}[file.suffix]
        to_read += [file.parent / name for name in pattern.findall(file.read_text())]
    return files


def compressed_bytes(file: Path) -> int:
    """Return the bytes that a browser receives: those of the copy with brotli, if there is one."""
    copy = file.with_name(f"{file.name}.br")
    return (copy if copy.is_file() else file).stat().st_size


# The wall loads 110 KiB in all, the page of a region 150 and the explorer 450; the rest is answers.
@pytest.mark.parametrize(
    ("page", "most_kib", "scripts", "fonts"),
    [
        ("index.html", 95, 5, 1),
        ("region.html", 108, 5, 1),
        ("import.html", 84, 5, 1),
        ("sign-in.html", 63, 3, 1),
        ("account.html", 68, 4, 1),
        ("people.html", 78, 4, 1),
        ("explorer.html", 270, 3, 0),
    ],
)
def test_a_page_loads_few_bytes_at_first(
    page: str, most_kib: int, scripts: int, fonts: int
) -> None:
    files = list_first_files(WEB_CLIENT_FOLDER / page)
    kinds = [file.suffix for file in files]
    assert (kinds.count(".js"), kinds.count(".woff2")) == (scripts, fonts)
    size = sum(map(compressed_bytes, files)) / KIB
    assert size <= most_kib
