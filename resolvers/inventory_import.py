"""The inventory of a region without a node, from a spreadsheet: its rows become entries like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.listing import Listing
from engine.model import (
    OWN_ACTORS,
    Application,
    ApplicationStatus,
    EventKind,
    Opd,
    Provenance,
    Role,
    Viewer,
)
from engine.sheet import Problem, SheetInvalid, quoted
from resolvers.application import written
from resolvers.change import new_id
from resolvers.context import Context, Instance
from resolvers.problems import AlreadyExists, InvalidInput
from storage import opd

ROWS_MOST = 5_000  # one transaction, for which others wait
ITSELF = Viewer(f"{OWN_ACTORS}import", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows."""

    registered: int
    known: int  # an application of that name is in the inventory of that OPD already


async def take(
    instance: Instance, region: str, listings: Sequence[Listing], source: str
) -> Imported:
    """Register the applications of a sheet that are not there yet: all of them, or none.

    Args:
        listings: those of a sheet; `id` is the number of its row.
        source: what the sheet is, as the provenance of what comes from it.

    Raises:
        SheetInvalid: rows name another region, an OPD that the region has not, or what may not be.
        NotFound: there is no such region.
        OwnedElsewhere: another instance writes it.
    """
    if len(listings) > ROWS_MOST:
        expected = f"at most {ROWS_MOST} applications at once"
        raise SheetInvalid(Problem(None, None, expected, str(len(listings))))
    context = Context(instance, ITSELF, bounded=False)
    problems: list[Problem] = []
    registered = known = 0
    async with context.writing(region) as transaction:
        opds = _by_name(await opd.of_region(transaction.session, region))
        for each in listings:
            row = int(each.id)
            if each.region not in ("", region):
                problems.append(Problem(row, "region", region, quoted(each.region)))
                continue
            if each.opd and each.opd.casefold() not in opds:
                expected = f"an OPD of region {region}, by name or acronym"
                problems.append(Problem(row, "opd", expected, quoted(each.opd)))
                continue
            application = Application(
                id=new_id("application"),
                region=region,
                opd=opds.get(each.opd.casefold()),
                name=each.name,
                status=ApplicationStatus.UNKNOWN,
                version=1,
                provenance=Provenance(source, confirmed=False),
                url=each.url,
            )
            try:
                await written(context, transaction, application, EventKind.APPLICATION_REGISTERED)
                registered += 1
            except AlreadyExists:
                known += 1
            except InvalidInput as invalid:
                problems.append(Problem(row, invalid.field, invalid.expected, invalid.got))
        if problems:
            raise SheetInvalid(*problems)
    return Imported(registered, known)


def _by_name(opds: Sequence[Opd]) -> dict[str, str]:
    """Ids by name and by acronym; an acronym that two have names none."""
    found = {each.name.casefold(): each.id for each in opds}
    acronyms = [each.acronym.casefold() for each in opds]
    for each in opds:
        acronym = each.acronym.casefold()
        if acronym and acronyms.count(acronym) == 1:
            found.setdefault(acronym, each.id)
    return found
