"""The language of the command line: Indonesian if SIMPUL_LANG is `id`, otherwise English.

Commands pass their texts through `gettext.gettext`, as typer does, so one catalogue translates
both. `python -m tests.hub.cli.catalogue` extracts the texts into the catalogue and compiles it.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from typing import Literal

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "messages"  # the domain of gettext's functions, unless a program selects another

Language = Literal["en", "id"]


def set_language() -> None:
    """Select the language that SIMPUL_LANG names; typer must not be imported before.

    LANGUAGE takes precedence over LC_ALL and LANG, so that SIMPUL_LANG alone decides. For the
    language `C`, gettext returns each text unchanged and does not look for a catalogue.
    """
    os.environ["LANGUAGE"] = "id" if os.environ.get("SIMPUL_LANG") == "id" else "C"
    gettext.bindtextdomain(DOMAIN, str(LOCALE))


def language() -> Language:
    """Return the selected language."""
    return "id" if os.environ.get("LANGUAGE") == "id" else "en"


def N_(message: str) -> str:  # the name by which the extraction of messages knows it
    """Return the text unchanged; it marks the text as one that is translated where it is printed."""
    return message
