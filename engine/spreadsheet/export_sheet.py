"""The applications of a region as rows of a sheet, which `simpul import` reads again without loss."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.model import Application, ApplicationStatus, Capability, Integration, IntegrationStatus

CellContent = str | int  # "" in an empty cell

# The fields of an application in the order of their columns, with the header of each column. The
# import knows all of these headers.
EXPORT_HEADERS: Mapping[str, str] = {
    "id": "ID",
    "opd": "OPD",
    "name": "Nama aplikasi",
    "function": "Fungsi katalog",
    "use": "Fungsi",
    "status": "Status",
    "year": "Tahun",
    "url": "Alamat",
    "platform": "Platform",
    "developer": "Pengembang",
    "hosting": "Hosting",
    "database": "Basis data",
    "users": "Jumlah pengguna",
    "yearly_cost": "Biaya per tahun",
    "migration_cost": "Biaya migrasi",
    "added_cost": "Biaya tambahan",
    "legal_basis": "Dasar hukum",
    "public_service": "Layanan publik",
    "fit": "Kesesuaian",
    "consulted": "Dikonsultasikan",
    "common_application": "Aplikasi umum",
    "capabilities": "Kemampuan",
    "integrated_with": "Terintegrasi dengan",
}
STATUS_WORDS: Mapping[ApplicationStatus, str] = {
    ApplicationStatus.ACTIVE: "Aktif",
    ApplicationStatus.INACTIVE: "Tidak aktif",
    ApplicationStatus.PLANNED: "Direncanakan",
    ApplicationStatus.UNKNOWN: "Tidak diketahui",
    ApplicationStatus.RETIRED: "Dihentikan",
}
CAPABILITY_WORDS: Mapping[Capability, str] = {
    Capability.INFORMATION: "Informasi",
    Capability.INTERACTION: "Interaksi",
    Capability.TRANSACTION: "Transaksi",
}
YES, NO = "Ya", "Tidak"
LIST_SEPARATOR = "; "
_SEPARATORS_IN_NAMES = re.compile(r"[;|\n]")
_DIVIDING_WORDS = re.compile(r"[,/&]|\b(?:dan|serta|and)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SheetNames:
    """The names that stand in cells for the ids in applications."""

    opds: Mapping[str, str]  # by the id of the OPD
    functions: Mapping[str, str]  # by the id of the application; those that a person assigned
    common_applications: Mapping[str, str]  # by id
    integrated_with: Mapping[str, Sequence[str]]  # the targets, by the id of the source


def to_sheet_row(application: Application, names: SheetNames) -> tuple[CellContent, ...]:
    """Return the cells of an application, in the order of EXPORT_HEADERS."""
    common_application = application.common_application or ""
    cells: Mapping[str, CellContent | None] = {
        "id": application.id,
        "opd": names.opds.get(application.opd or "", ""),
        "name": application.name,
        "function": names.functions.get(application.id, ""),
        "use": application.function,
        "status": STATUS_WORDS[application.status],
        "year": application.year,
        "url": application.url,
        "platform": application.platform,
        "developer": application.developer,
        "hosting": application.hosting,
        "database": application.database,
        "users": application.users,
        "yearly_cost": application.yearly_cost,
        "migration_cost": application.migration_cost,
        "added_cost": application.added_cost,
        "legal_basis": application.legal_basis,
        "public_service": _yes_or_no(application.public_service),
        "fit": application.fit,
        "consulted": _yes_or_no(application.consulted),
        "common_application": names.common_applications.get(common_application, common_application),
        "capabilities": LIST_SEPARATOR.join(
            CAPABILITY_WORDS[capability] for capability in application.capabilities
        ),
        "integrated_with": _list_names(names.integrated_with.get(application.id, ())),
    }
    return tuple("" if (cell := cells[field]) is None else cell for field in EXPORT_HEADERS)


def target_names_by_source(
    integrations: Iterable[Integration], applications: Iterable[Application]
) -> dict[str, tuple[str, ...]]:
    """Return the names of the targets of each application's integrations, by its id.

    A withdrawn integration is left out. The name in `applications`, those of the region, precedes
    the recorded one, which may be older. A target of several integrations is listed once.
    """
    names = {application.id: application.name for application in applications}
    targets: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for integration in integrations:
        name = names.get(integration.target or "", integration.target_name)
        if name and integration.status is not IntegrationStatus.WITHDRAWN:
            targets[integration.source][name] = None
    return {source: tuple(sorted(target_names)) for source, target_names in targets.items()}


def _list_names(names: Sequence[str]) -> str:
    """Return a list of names that is divided into the same names again."""
    text = LIST_SEPARATOR.join(_SEPARATORS_IN_NAMES.sub(",", name) for name in names)
    # Without a semicolon, a comma or a word such as "dan" would divide the only name.
    return f"{text};" if len(names) == 1 and _DIVIDING_WORDS.search(text) else text


def _yes_or_no(value: bool | None) -> str | None:
    return None if value is None else YES if value else NO
