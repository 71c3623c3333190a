"""What the commands of `simpul opd` share: OPDs named by a person, and refusals in words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from engine.model import Opd
from hub.cli import preconditions
from hub.cli.console import exit_with_error
from hub.cli.known_messages import translate_message, translate_refusal
from hub.cli.region_hint import exit_with_foreign_owner, exit_with_unknown_region
from hub.exit_codes import ExitCode
from hub.settings import Settings

if TYPE_CHECKING:
    from engine.matching.opd_names import OpdNames
    from resolvers.context import Context

Value = TypeVar("Value")

Affairs = Annotated[
    list[str] | None,
    typer.Option(help="Letter of a government affair (UU 23/2014), as P; may be repeated."),
]
# The options that state the fields of an input.
OPTIONS = {
    "parentId": "--parent",
    "affairIds": "--affair",
    "referenceIds": "--register",
    "successorId": "--into",
    "reason": "--reason",
    "acronym": "--acronym",
}


@dataclass(frozen=True, slots=True)
class OpdChange:
    """A change by the operator of the instance, and the OPDs that the region has."""

    context: Context
    opds: dict[str, Opd]  # by id
    names: OpdNames

    def find_opd(self, text: str, argument: str) -> Opd:
        """Return the OPD that a person names, or exit with the nearest names."""
        opd = self.opds.get(text) or self.names.match(text)
        if opd is None:
            nearest = ", ".join(repr(opd.name) for opd in self.names.nearest(text))
            message = _("{argument}: expected the name, acronym or id of an OPD, got {text!r}")
            hint = _("; near are {nearest}").format(nearest=nearest) if nearest else ""
            exit_with_error(message.format(argument=argument, text=text) + hint, ExitCode.INPUT)
        return opd


def run_opd_change(region: str, change: Callable[[OpdChange], Awaitable[Value]]) -> Value:
    """Run a change of the OPDs of a region, and exit with a message if it is refused."""
    from resolvers.problems import (
        AlreadyExists,
        ApplicationNamesCollide,
        InvalidArgument,
        InvalidInput,
        NotFound,
        OwnedElsewhere,
        Problem,
    )

    settings = preconditions.load_migrated_settings()
    try:
        return asyncio.run(_run(settings, region, change))
    except OwnedElsewhere as elsewhere:
        exit_with_foreign_owner(region, elsewhere.url)
    except (NotFound, InvalidArgument):
        exit_with_unknown_region(region)
    except AlreadyExists as existing:
        exit_with_error(
            _("there is already an OPD of that name in this region: {id}").format(id=existing.id),
            ExitCode.INPUT,
        )
    except ApplicationNamesCollide as collide:
        pairs = "\n".join(
            f"  {pair.moved.name}: {pair.moved.id}, {pair.existing.id}"
            for pair in collide.collisions
        )
        message = _(
            "nothing is changed: these applications would have one name in one OPD. Rename or "
            "retire one of each pair first:"
        )
        exit_with_error(f"{message}\n{pairs}", ExitCode.INPUT)
    except InvalidInput as invalid:
        field = invalid.field.partition(".")[0]
        exit_with_error(
            _("{field}: expected {expected}, got {got}").format(
                field=OPTIONS.get(field, field),
                expected=translate_message(invalid.expected),
                got=invalid.received,
            ),
            ExitCode.INPUT,
        )
    except Problem as problem:
        exit_with_error(translate_refusal(str(problem)), ExitCode.INPUT)


async def _run(
    settings: Settings, region_code: str, change: Callable[[OpdChange], Awaitable[Value]]
) -> Value:
    from engine.matching.opd_names import OpdNames
    from engine.model import OWN_ACTOR_PREFIX, Role, Viewer
    from facts import tables
    from hub.instance import open_instance
    from resolvers.context import Context
    from resolvers.operation_budget import OperationBudget
    from resolvers.problems import NotFound
    from storage import opd as stored
    from storage import region as stored_region

    async with open_instance(settings) as instance:
        async with instance.database.read() as session:
            region = (await stored_region.regions_by_code(session, [region_code])).get(region_code)
            opds = await stored.list_opds_by_region(session, region_code, include_dissolved=True)
        if region is None:
            raise NotFound("region", region_code)
        context = Context(
            instance,
            Viewer(f"{OWN_ACTOR_PREFIX}opd", Role.ADMIN),
            OperationBudget(bounded=False),
        )
        names = OpdNames(opds, region.name, tables.opd_aliases())
        return await change(OpdChange(context, {opd.id: opd for opd in opds}, names))


def opd_document(opd: Opd) -> dict[str, Any]:
    """Return an OPD as the commands print it as JSON."""
    return {
        "id": opd.id,
        "region": opd.region,
        "name": opd.name,
        "acronym": opd.acronym,
        "kind": None if opd.kind is None else opd.kind.value,
        "parent": opd.parent,
        "affairs": list(opd.affairs),
        "successor": opd.successor,
        "dissolvedReason": opd.dissolved_reason,
    }
