"""The arguments and options of commands with which a person names a region."""

from __future__ import annotations

from collections.abc import Iterable
from gettext import gettext as _
from typing import Annotated

import typer

from engine.model import Region
from hub.cli.console import exit_with_error
from hub.exit_codes import ExitCode


def resolve_region(text: str) -> str:
    """Return the code of the region that a person names by a code or a name.

    The command exits with an error if the text means several regions, is only similar to names, or
    is a code from before a division of a province. A text that means no region is returned, and
    the command that reads the region reports it.
    """
    from facts import tables

    match = tables.region_names().match(text)
    if match.code is not None:
        return match.code
    if match.former_code_of is not None:
        exit_with_error(
            _("{text!r} is a former code: the region is now {regions}").format(
                text=text, regions=list_regions(match.candidates)
            ),
            ExitCode.INPUT,
        )
    if match.candidates:
        exit_with_error(
            _(
                "expected the code or the name of one region, got {text!r}, which may mean {regions}"
            ).format(text=text, regions=list_regions(match.candidates)),
            ExitCode.INPUT,
        )
    return text


def resolve_regions(texts: list[str]) -> list[str]:
    """Return the codes of the regions that a person names, as `resolve_region` does."""
    return [resolve_region(text) for text in texts]


def list_regions(regions: Iterable[Region]) -> str:
    """Return the codes and names of regions for a message."""
    return ", ".join(f"{region.code} ({region.name})" for region in regions)


RegionArgument = Annotated[
    str, typer.Argument(help="Code or name of the region, such as 32.11.", callback=resolve_region)
]
RegionOption = Annotated[
    str, typer.Option(help="Code or name of the region, such as 32.11.", callback=resolve_region)
]
