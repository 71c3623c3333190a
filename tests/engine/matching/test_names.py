"""Normalisation of names and addresses for comparison."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.matching.names import (
    NameNormaliser,
    NameWords,
    normalise_url,
    place_words,
    registered_domain,
    split_words,
    url_host,
)

WORDS = NameWords(
    noise=frozenset({"aplikasi", "sistem", "informasi", "online"}),
    area_kinds=frozenset({"kab", "kecamatan", "kota"}),
    places=place_words(["Kabupaten Madiun", "Kabupaten Bandung Barat", "Kota Bandung"]),
)


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("SIMPEG Kab. Madiun", "simpeg"),
        ("SIPD Kecamatan Balerejo", "sipd"),  # a place that no table lists
        ("Satu Data Kota Bandung Barat", "satudata"),
        ("Presensi Online", "presensi"),
        ("e-Presensi", "epresensi"),
        ("SmartArsip", "smartarsip"),
        ("sida.madiunkab", "sida"),
        ("Aplikasi Sistem Informasi", "aplikasisisteminformasi"),  # every word is noise
    ],
)
def test_noise_and_places_are_removed_from_the_key(printed: str, key: str) -> None:
    assert NameNormaliser(WORDS).name(printed).key == key


def test_text_in_brackets_is_another_form_of_the_name() -> None:
    name = NameNormaliser(WORDS).name("Penilaian Pelaksanaan Pekerjaan (e-P3)")
    assert name.forms == {"penilaianpelaksanaanpekerjaan", "ep3"}


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=40))
def test_a_key_is_lower_case_letters_and_digits_and_its_own_key(printed: str) -> None:
    normaliser = NameNormaliser(NameWords())
    key = normaliser.name(printed).key
    assert normaliser.name(key).key == key
    assert key == "".join(split_words(key))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.simpeg.madiunkab.go.id/", "simpeg.madiunkab.go.id"),
        ("HTTP://Absen.go.id/index.php", "absen.go.id"),
        ("https://kab.kertaskerja.cc/login?next=1#top", "kab.kertaskerja.cc"),
        ("srikandi.arsip.go.id/auth/login", "srikandi.arsip.go.id"),
        ("https://a.go.id/layanan/izin", "a.go.id/layanan/izin"),
        (None, ""),
        ("-", ""),
        ("https://-", ""),
        ("https://www.-/x", ""),
        ("belum ada", ""),
        ("http://localhost:8080/x", "localhost:8080/x"),
        ("https://a.go.id (internal)", "a.go.id"),
        ("https://a.go.id, https://b.go.id", "a.go.id"),
        ("a.go.id\nb.go.id", "a.go.id"),
        ("Aplikasi desktop, tanpa alamat", ""),
    ],
)
def test_an_address_is_normalised_to_its_host_and_path(url: str | None, expected: str) -> None:
    assert normalise_url(url) == expected


def test_host_and_registered_domain() -> None:
    assert url_host("https://absen.madiunkab.go.id:8443/x") == "absen.madiunkab.go.id"
    assert registered_domain("absen.madiunkab.go.id") == "madiunkab.go.id"
    assert registered_domain("mapid.io") == "mapid.io"


@pytest.mark.parametrize("name", ["ＳＩＭＰＥＧ", "SIM\u200bPEG", "\ufeffsimpeg\u202e"])
def test_compatible_forms_of_letters_are_the_same_word(name: str) -> None:
    assert split_words(name) == ("simpeg",)
    assert normalise_url(f"https://{name}.go.id/") == "simpeg.go.id"
