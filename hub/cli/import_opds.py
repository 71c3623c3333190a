"""Records the OPDs that a file names and the region does not have, for `simpul import --new-opds`."""

from __future__ import annotations

from collections.abc import Sequence

from engine.matching.opd_names import kind_by_name
from engine.model import OpdKind
from engine.plain_text import name_key
from facts.tables import opd_aliases
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.context import Context
from resolvers.inventory_import import IMPORT_VIEWER
from resolvers.opd import RegisterOpd, register_opd
from resolvers.operation_budget import OperationBudget


def official_name(name: str) -> tuple[str, str]:
    """Return the official name and the acronym of a usual OPD, or the name itself without one."""
    key = name_key(name)
    for official, acronym, *others in (names for names in opd_aliases() if len(names) > 1):
        if key != name_key(official) and key in map(name_key, (acronym, *others)):
            return official, acronym
    return name, ""


async def record_opds(settings: Settings, region: str, names: Sequence[str]) -> list[str]:
    """Record OPDs by the names in a file, and return their official names.

    The kind is that of the first word of the name, or OTHER.

    Raises:
        NotFound, OwnedElsewhere: this instance cannot write the region.
        AlreadyExists, InvalidInput: a name is not allowed; the OPDs before it are recorded.
    """
    recorded: dict[str, str] = {}
    async with open_instance(settings) as instance:
        context = Context(instance, IMPORT_VIEWER, OperationBudget(bounded=False))
        for name, acronym in map(official_name, names):
            if name_key(name) in recorded:  # a name and its acronym are one OPD
                continue
            kind = kind_by_name(name) or OpdKind.OTHER
            request = RegisterOpd(region, name, kind, acronym or None)
            recorded[name_key(name)] = (await register_opd(context, request, None)).name
    return list(recorded.values())
