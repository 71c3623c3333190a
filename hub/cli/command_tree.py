"""Translates what typer prints itself: the help of all commands, usage lines and usage errors.

typer passes only a part of its texts through gettext, and reads the help of a command from its
docstring. So the tree of commands is translated once, before it runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from hub.cli.known_messages import USAGE_ERRORS, translate_message
from hub.cli.translation import N_, language

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter

# A text of typer that it does not pass through gettext.
USAGE = N_("Usage: ")


class TranslatedContext(typer.Context):
    """The context of a command, whose usage line is in the user's language."""

    def make_formatter(self) -> HelpFormatter:
        formatter = super().make_formatter()
        formatter.write_usage = partial(formatter.write_usage, prefix=_(USAGE))  # type: ignore[method-assign]
        return formatter


class TranslatedGroup(TyperGroup):
    """The root of the commands; it translates them, and the errors in their arguments."""

    def main(self, *args: Any, **options: Any) -> Any:
        if language() != "en":
            translate_command(self)
        return super().main(*args, **options)

    def make_context(self, *args: Any, **options: Any) -> Context:
        with _translated_usage_errors():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Context) -> Any:
        with _translated_usage_errors():
            return super().invoke(ctx)


def translate_command(command: Command) -> None:
    """Translate the help of a command, of its parameters and of the commands in it."""
    for owner, attribute in translatable_texts(command):
        setattr(owner, attribute, _(getattr(owner, attribute)))
    for tree_command in walk_commands(command):
        tree_command.context_class = TranslatedContext


def translatable_texts(command: Command) -> Iterator[tuple[object, str]]:
    """Yield the texts of a tree of commands, each as an object and the name of its attribute."""
    for tree_command in walk_commands(command):
        attributes = ("help", "short_help", "options_metavar", "subcommand_metavar")
        yield from _attributes_with_text(tree_command, *attributes)
        with tree_command.make_context("simpul", [], resilient_parsing=True) as context:
            parameters = tree_command.get_params(context)  # with --help
        for parameter in parameters:
            yield from _attributes_with_text(parameter, "help", "metavar")


def walk_commands(command: Command) -> Iterator[Command]:
    """Yield a command, and all commands in it if it is a group."""
    yield command
    if isinstance(command, TyperGroup):
        for subcommand in command.commands.values():
            yield from walk_commands(subcommand)


def _attributes_with_text(owner: object, *attributes: str) -> Iterator[tuple[object, str]]:
    return ((owner, attribute) for attribute in attributes if getattr(owner, attribute, None))


@contextmanager
def _translated_usage_errors() -> Iterator[None]:
    try:
        yield
    except typer.TyperException as error:
        message = translate_message(error.format_message(), USAGE_ERRORS)
        error.format_message = lambda: message  # type: ignore[method-assign]
        raise
