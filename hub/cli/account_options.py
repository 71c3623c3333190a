"""The arguments and options of `simpul account` that several of its commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.region_argument import resolve_regions

AccountArgument = Annotated[
    str, typer.Argument(help="Id or login of the account, or name of a program.")
]
LoginOption = Annotated[
    str | None,
    typer.Option(help="User name or e-mail address; without it, the person chooses one."),
]
RegionsOption = Annotated[
    list[str],
    typer.Option(help="Code or name of a region in scope.", callback=resolve_regions),
]
OpdsOption = Annotated[list[str], typer.Option(help="Name, acronym or id of an OPD in scope.")]
