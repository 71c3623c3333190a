"""Translates the English messages of libraries and other layers that commands print.

Such a message is complete when a command gets it. The command recognises it by its template, and
fills the translated template with the same values.
"""

from __future__ import annotations

import re
from functools import cache
from gettext import gettext as _
from string import Formatter

from hub.cli.translation import N_, language

# By the name of a value: it is a message itself, or it is a number; otherwise it is any text.
MESSAGE_VALUES = frozenset({"message", "expected", "reason"})
TRANSLATED_VALUES = frozenset({"problem"})  # messages; without a translation, none of it has one
NUMBER_VALUES = frozenset({"lowest", "highest", "most", "count", "limit", "number", "sequence"})

# The first template that fits is used, so a general one comes after the special ones.
USAGE_ERRORS = (
    N_("Missing option {name}. {message}"),
    N_("Missing argument {name}. {message}"),
    N_("Missing option {name}."),
    N_("Missing argument {name}."),
    N_("Invalid value for {name}: {message}"),
    N_("Invalid value: {message}"),
    N_("No such option: {name} (Possible options: {options})"),
    N_("No such option: {name}"),
    N_("Option {name} requires an argument."),
    N_("Option {name} does not take a value."),
    N_("Got unexpected extra argument(s) ({arguments})"),
    N_("{message}. Did you mean {suggestions}?"),
)
INVALID_VALUES = (
    N_("Value error, {message}"),
    N_("Input should be a valid integer, unable to parse string as an integer"),
    N_("Input should be a valid number, unable to parse string as a number"),
    N_("Input should be greater than or equal to {limit}"),
    N_("Input should be less than or equal to {limit}"),
    N_("Input should be greater than {limit}"),
    N_("Input should be {choice} or {other}"),
    N_("{value} is not one of {choices}."),
    N_("Choose from:\n\t{choices}"),
    N_("String should match pattern {pattern}"),
    N_("String should have at least {count} character"),
    N_("String should have at most {count} characters"),
)
SETTINGS_PROBLEMS = (
    N_("{variable}: expected one of {choices}, got {value}"),
    N_("{variable}: expected postgresql://…, got the scheme {value}"),
    N_("{variable}: the parameter {name} is not known; expected {choices}"),
    N_("{variable}: the parameter {name} is given twice; expected it once"),
    N_("{variable}: expected one port, or one for each host, got {count} for {number} hosts"),
    N_("{variable}: expected redis://… or rediss://…, got the scheme {value}"),
    N_("{variable}: expected a host and a port, got something else"),
    N_("{variable}: expected redis://host:port/number, got something else"),
    N_("{variable}: expected a file or an address with https://, got {value}"),
    N_("{variable}: expected a file, got {value}"),
    N_("{variable}: expected a secret of at least {most} bytes, got {count}"),
    N_("{variable}: no longer a setting; the file in SIMPUL_IDENTITY_PROVIDER replaces it ({key})"),
    N_(
        "{variable}: no longer a setting; tokens are in the database now, and `simpul token` makes "
        "them"
    ),
    N_("{variable}: expected a value, since {other} is set, got none"),
    N_("{variable}: {problem}, got {value}"),
)
DATABASE_PROBLEMS = (
    N_(
        "this database was written before the first release, and its logs have an earlier form. "
        "Export the inventories with the version that wrote it (`simpul export`), then begin with "
        "an empty database: delete this one, or choose another SIMPUL_DATA_DIR or DATABASE_URL"
    ),
)
REFUSALS = (
    N_("argument {argument}: expected {expected}, got {value}"),
    N_("cannot listen on {address} ({reason}); set SIMPUL_PORT or SIMPUL_HOST to another value"),
    N_("cannot listen on {address} ({reason}); set SIMPUL_METRICS_ADDRESS to another value"),
)
HANDOVER_ERRORS = (
    N_("expected the API of another instance, got our own: {url}"),
    N_(
        "expected {url} as the endpoint of region {region} in the file of SIMPUL_FOLLOWS, got "
        "none: list it there, because the region is followed from the new owner"
    ),
    N_(
        "expected {url} as the endpoint of region {region} in the file of SIMPUL_FOLLOWS, got "
        "{other}: list it there, because the region is followed from the new owner"
    ),
    N_(
        "expected a response of {url}, got none: {reason}; start that instance, and check its "
        "address and the token for it"
    ),
    N_(
        "expected a copy of region {region} up to entry {sequence} at {url}, got one up to entry "
        "{number}: wait until that instance follows the region here"
    ),
    N_(
        "expected our entry {sequence} of region {region} at {url}, got another one: run `simpul "
        "forget` there, and wait until the region is copied again"
    ),
    N_(
        "expected that {url} accepts region {region}, but it does not: list the region there "
        "in accept_handover of its endpoint, and check that its SIMPUL_URL is set and its copy is "
        "complete and fresh"
    ),
    N_(
        "expected {url} as SIMPUL_URL of the new owner, got {other}: use that address here and in "
        "the file of SIMPUL_FOLLOWS"
    ),
    N_(
        "region {region} is offered to {url} by entry {sequence}: complete that hand-over, or take "
        "the offer back with --take-back"
    ),
    N_(
        "expected that {url} accepts entry {sequence}, which offers it region {region}, within "
        "{limit} seconds, but it does not: {reason}; the region is still owned here: run the "
        "same command again, or take the offer back with --take-back"
    ),
    N_(
        "expected that the offer of region {region} by entry {sequence} stands, but it was "
        "taken back: the region is still owned here"
    ),
    N_("region {region} is not offered to any instance: there is nothing to do"),
)
EXPECTATIONS = (
    N_("an address that begins with http:// or https:// and names a host"),
    N_("a user name or an e-mail address without white space"),
    N_("a text without control or format characters"),
    N_("an index above {lowest}, up to {highest}"),
    N_("indicators that are not excluded"),
    N_("indicators below the highest level"),
    N_("no step in both"),
    N_("a step of {instrument}"),
    N_("0 or more"),
    N_("a year from {lowest} to {highest}"),
    N_("an OPD of region {region} that is not dissolved"),
    N_("an OPD of region {region}"),
    N_("an OPD that is not a part of this one"),
    N_("an OPD that is named once, and is not the successor"),
    N_("an OPD that takes over its applications in use"),
    N_("another OPD"),
    N_("the id of a government affair"),
    N_("the id of a usual OPD that the region lacks, once"),
    N_("the id of {name}, too, which contains this OPD"),
    N_("the id of a node of this graph"),
    N_("one of {choices}"),
    N_("{lowest} to {highest} of {instrument}"),
    N_("{lowest} to {highest} characters"),
    N_("{lowest} to {highest}"),
)
REASONS = (
    N_("No such file or directory"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("Permission denied"),
    N_("File exists"),
    N_("No space left on device"),
    N_("Address already in use"),
    N_("Cannot assign requested address"),
    N_("File is not a zip file"),
    N_("expected this sequence, got {sequence}"),
    N_("previous hash is not that of the entry before"),
    N_("the head names another last entry"),
    N_("its copy is not ready"),
    N_("its copy ends at entry {sequence}"),
)
COLUMNS_WITHOUT_HEADER = (N_("column {number}"),)
MESSAGE_PARTS = (*INVALID_VALUES, *REASONS, *EXPECTATIONS)


def translate_message(message: str, templates: tuple[str, ...] = MESSAGE_PARTS) -> str:
    """Return a message in the user's language, or unchanged if no template fits."""
    if language() == "en":
        return message
    for template in templates:
        match = _template_pattern(template).fullmatch(message)
        if match is not None:
            values = {
                name: translate_message(value)
                if name in MESSAGE_VALUES | TRANSLATED_VALUES
                else value
                for name, value in match.groupdict().items()
            }
            if any(values[name] == match[name] for name in TRANSLATED_VALUES & values.keys()):
                continue
            return _(template).format(**values)
    return message


def translate_refusal(message: str) -> str:
    """Return why a command is refused; a message that has no translation gets a translated lead."""
    translated = translate_message(message, REFUSALS)
    if language() == "en" or translated != message:
        return translated
    return _("This command is refused: {message}").format(message=message)


def system_reason(error: OSError) -> str:
    """Return why the operating system refused something, in the user's language."""
    return translate_message(error.strerror or str(error), REASONS)


@cache
def _template_pattern(template: str) -> re.Pattern[str]:
    pattern = ""
    for text, name, _spec, _conversion in Formatter().parse(template):
        pattern += re.escape(text)
        if name is not None:
            pattern += f"(?P<{name}>{'[0-9.]+' if name in NUMBER_VALUES else '.+?'})"
    return re.compile(pattern, re.DOTALL)
