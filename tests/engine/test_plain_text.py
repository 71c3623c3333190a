"""Plain text: the characters that texts may have, and the keys by which names are compared."""

from __future__ import annotations

import pytest

from engine.plain_text import is_plain_lines, is_plain_text, name_key, single_spaced

REFUSED = ("\x00", "\x1b", "\x07", "\x85", "\u200b", "\u202e", "\ufeff", "\u2028", "\ud800")


@pytest.mark.parametrize("character", REFUSED)
def test_control_and_format_characters_are_not_plain(character: str) -> None:
    assert not is_plain_text(f"SIMPEG{character}")
    assert not is_plain_lines(f"SIMPEG{character}")


def test_only_lines_may_have_line_feeds_and_tabs() -> None:
    for text in ("satu\ndua", "satu\tdua"):
        assert (is_plain_text(text), is_plain_lines(text)) == (False, True)
    for text in ("Kantor Urusan Agama é 国 🏥", "satu\u00a0dua"):
        assert (is_plain_text(text), is_plain_lines(text)) == (True, True)


@pytest.mark.parametrize(
    "name",
    [
        "E-Office",
        "  e-OFFICE ",
        "Ｅ－Ｏｆｆｉｃｅ",
        "E-Oﬃce",
        "E\u200b-Of\u00adfice",
        "\ufeffE-Office\u202e",
        "E-Office\ufe0f",
        "E-Office\x1b",
    ],
)
def test_other_spellings_of_a_name_have_its_key(name: str) -> None:
    assert name_key(name) == "e-office"


def test_names_that_differ_in_a_letter_have_other_keys() -> None:
    names = ["SIMPEG", "SIMPEG 2", "ЅІМРЕG", "SÍMPEG"]  # the third has Cyrillic letters
    assert len(set(map(name_key, names))) == 4


def test_a_composed_letter_is_the_same_as_its_parts() -> None:
    assert name_key("Re\u0301novation") == name_key("Rénovation")


def test_a_text_in_one_line_has_single_spaces_and_no_invisible_characters() -> None:
    assert single_spaced(" Dinas\u00a0 Kese\u200bhatan\r\n Kota\x1b ") == "Dinas Kesehatan Kota"
