"""The option `--column FIELD=HEADER` of the commands that read a list of applications."""

from __future__ import annotations

from collections.abc import Collection
from gettext import gettext as _

from hub.cli.console import exit_with_error
from hub.exit_codes import ExitCode


def parse_column_options(options: Collection[str], fields: Collection[str]) -> dict[str, str]:
    """Return the header by field that the options state; exit with an error if one is wrong."""
    header_by_field: dict[str, str] = {}
    for option in options:
        field, equals, header = (part.strip() for part in option.partition("="))
        if not equals or not header or field not in fields or field in header_by_field:
            exit_with_error(
                _(
                    "--column: expected FIELD=HEADER once for one of {fields}, got {option!r}"
                ).format(fields=", ".join(fields), option=option),
                ExitCode.INPUT,
            )
        header_by_field[field] = header
    return header_by_field
