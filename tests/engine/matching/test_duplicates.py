"""Duplicates: the lines of an inventory that are, or may be, one system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.matching.duplicates import DuplicateFinder, GroupedInventory
from engine.matching.listing import LineClassifier, LineKind, Listing
from engine.matching.name_matching import DuplicatePolicy, MatchSignal, MatchSignalKind
from engine.matching.names import NameNormaliser, NameWords
from engine.matching.national_systems import NationalCatalogue, NationalSystem

SYSTEMS = (
    NationalSystem(
        "sipd-ri", "SIPD RI", ("sipd",), ("sipd.kemendagri.go.id",), "Kemendagri", (), None
    ),
    NationalSystem("srikandi", "SRIKANDI", (), ("srikandi.arsip.go.id",), "ANRI", (), "srikandi"),
    NationalSystem("siskeudes", "Siskeudes", (), (), "Kemendagri", (), None),
    NationalSystem("lhkpn", "e-LHKPN", ("lhkpn",), ("elhkpn.kpk.go.id",), "KPK", (), None),
)
NORMALISER = NameNormaliser(NameWords(noise=frozenset({"aplikasi"})))
NATIONAL = NationalCatalogue(SYSTEMS, NORMALISER)
CLASSIFIER = LineClassifier(["BKPSDM", "Dinkes"], NATIONAL)
FINDER = DuplicateFinder(NORMALISER, NATIONAL, CLASSIFIER)


def line(id: str, name: str, opd: str = "", url: str | None = None, region: str = "A") -> Listing:
    return Listing(name, opd, url, id, region)


def sorted_inventory(*lines: Listing) -> GroupedInventory:
    return FINDER.group_listings(lines)


def test_a_national_system_listed_by_two_opds_needs_no_review() -> None:
    (group,) = sorted_inventory(
        line("1", "SIPD", "Bappeda"),
        line("2", "SIPD RI", "Kecamatan Wungu", "https://sipd.kemendagri.go.id/landing"),
    ).groups
    assert group.national == "sipd-ri"
    assert list(group.pairs()) == [("1", "2", DuplicatePolicy.AUTO)]
    assert group.linked_pairs[0].signals == (
        MatchSignal(MatchSignalKind.NATIONAL_SYSTEM, "sipd-ri"),
    )


def test_a_national_name_at_the_regions_own_address_needs_review() -> None:
    (group,) = sorted_inventory(
        line("1", "SIPD", "Bappeda", "https://sipd.madiunkab.go.id"), line("2", "SIPD", "BPKAD")
    ).groups
    assert group.decision is DuplicatePolicy.REVIEW


def test_a_misspelt_national_name_needs_review() -> None:
    (group,) = sorted_inventory(line("1", "Siskeudes"), line("2", "SISKUDES")).groups
    assert (group.national, group.decision) == ("siskeudes", DuplicatePolicy.REVIEW)


def test_one_address_and_half_similar_names_need_no_review() -> None:
    pair = FINDER.compare_listings(
        line("1", "E-Presensi", "Setda", "https://absen.x.go.id"),
        line("2", "Presensi Online", "Kecamatan", "http://absen.x.go.id/index.php"),
    )
    assert pair is not None
    assert pair.decision is DuplicatePolicy.AUTO
    assert pair.signals == (
        MatchSignal(MatchSignalKind.SAME_ADDRESS, "absen.x.go.id"),
        MatchSignal(MatchSignalKind.SIMILAR_NAME, "70 %"),
    )


def test_an_address_of_another_government_needs_review() -> None:
    inventory = sorted_inventory(
        line("1", "Sukma", "Kecamatan", "https://sukma.jatimprov.go.id"),
        line("2", "E Sukma", "RSUD", "https://sukma.jatimprov.go.id"),
        line("3", "Presensi", "Setda", "https://absen.x.go.id"),
        line("4", "Anggaran", "Setda", "https://anggaran.x.go.id"),
        line("5", "Kolak", "Setda", "https://kolak.x.go.id"),
    )
    assert [group.decision for group in inventory.groups] == [DuplicatePolicy.REVIEW]
    assert inventory.alone == ("3", "4", "5")


def test_one_name_in_two_opds_needs_review_and_in_one_opd_does_not() -> None:
    (review,) = sorted_inventory(
        line("1", "SMS Gateway", "RSUD"), line("2", "SMS Gateway", "PTSP")
    ).groups
    (automatic,) = sorted_inventory(
        line("1", "SMS Gateway", "RSUD"), line("2", "sms gateway", "RSUD")
    ).groups
    assert (review.decision, automatic.decision) == (DuplicatePolicy.REVIEW, DuplicatePolicy.AUTO)


def test_equal_names_without_opd_and_address_need_review() -> None:
    (group,) = sorted_inventory(line("1", "Notulen"), line("2", "Notulen")).groups
    assert group.decision is DuplicatePolicy.REVIEW


def test_near_names_at_addresses_of_their_own_are_two_systems() -> None:
    assert (
        FINDER.compare_listings(
            line("1", "E Sakip", url="https://sakip.x.go.id"),
            line("2", "E Sakips", url="https://esaka.x.go.id"),
        )
        is None
    )


def test_across_regions_only_the_catalogue_makes_one_system() -> None:
    assert FINDER.compare_listings(line("1", "SIMPEG"), line("2", "SIMPEG", region="B")) is None
    national = FINDER.compare_listings(line("1", "SRIKANDI"), line("2", "Srikandi", region="B"))
    assert national is not None
    assert national.decision is DuplicatePolicy.AUTO


def test_a_cell_with_two_systems_needs_review_in_both_groups() -> None:
    inventory = sorted_inventory(
        line("1", "SIPD"), line("2", "SIPD & Srikandi"), line("3", "Srikandi"), line("4", "SIPD RI")
    )
    assert inventory.several == ("2",)
    assert [group.listings for group in inventory.groups] == [("1", "4", "2"), ("3", "2")]
    assert {(a, b): d for a, b, d in inventory.groups[0].pairs()} == {
        ("1", "4"): DuplicatePolicy.AUTO,
        ("1", "2"): DuplicatePolicy.REVIEW,
        ("4", "2"): DuplicatePolicy.REVIEW,
    }


@pytest.mark.parametrize(
    ("name", "url", "kind"),
    [
        ("Website BKPSDM", "https://bkpsdm.x.go.id", LineKind.WEBSITE),
        ("dinkes.x.go.id", "https://dinkes.x.go.id/", LineKind.WEBSITE),
        ("Kecamatan Wungu", "https://wungukec.x.go.id", LineKind.APPLICATION),
        ("Website Kecamatan Wungu", "https://wungu.x.go.id", LineKind.WEBSITE),
        ("Website Kecamatan Wungu", "https://wungu.x.go.id/halamanadmin", LineKind.APPLICATION),
        ("Website Tentang Ekspor", "https://ekspor.x.go.id", LineKind.APPLICATION),
        ("SIPD", "https://sipd.kemendagri.go.id", LineKind.APPLICATION),
        ("SIPD dan Srikandi", None, LineKind.SEVERAL),
    ],
)
def test_websites_and_cells_with_several_systems_are_classified(
    name: str, url: str | None, kind: LineKind
) -> None:
    assert CLASSIFIER.classify_line(name, url) is kind


LINES = st.lists(
    st.tuples(
        st.sampled_from(
            ["SIPD", "SIMPEG", "Simpeg", "Notulen", "Website Dinkes", "SIPD & Srikandi"]
        ),
        st.sampled_from(["", "Bappeda", "BKPSDM"]),
        st.sampled_from([None, "https://simpeg.x.go.id", "https://dinkes.x.go.id"]),
        st.sampled_from(["A", "B"]),
    ),
    max_size=12,
)


@given(LINES)
def test_no_line_is_lost_and_groups_stay_within_a_region(
    rows: list[tuple[str, str, str | None, str]],
) -> None:
    lines = [
        line(str(n), name, opd, url, region) for n, (name, opd, url, region) in enumerate(rows)
    ]
    inventory = sorted_inventory(*lines)
    grouped = [id for group in inventory.groups for id in group.listings]
    sorted_ids = {*grouped, *inventory.alone, *inventory.websites, *inventory.several}
    assert sorted_ids == {listing.id for listing in lines}
    cells = set(inventory.several)
    assert len([id for id in grouped if id not in cells]) + len(inventory.alone) + len(
        inventory.websites
    ) == len(lines) - len(cells)
    region = {listing.id: listing.region for listing in lines}
    for group in inventory.groups:
        assert {region[id] for id in group.listings} == {group.region}


def test_a_nameless_line_matches_no_other() -> None:
    assert FINDER.compare_listings(line("1", ""), line("2", "SIMPEG")) is None
    assert sorted_inventory(line("1", ""), line("2", "SIMPEG"), line("3", "-")).groups == ()


def test_names_without_letters_to_compare_are_never_one_system() -> None:
    inventory = sorted_inventory(
        *(line(str(n), name, "Dinas") for n, name in enumerate(["-", "!!!", "１２", "-"])),
        *(
            line(f"at {n}", name, "Dinas", "https://x.go.id/satu")
            for n, name in enumerate(["-", "!!!"])
        ),
    )
    assert sorted(inventory.alone) == ["0", "1", "2", "3"]
    # A shared address needs a person's review, although the names have no letters.
    (group,) = inventory.groups
    assert list(group.pairs()) == [("at 0", "at 1", DuplicatePolicy.REVIEW)]


BRACKETS = ("pihak ke3", "Desktop", "mobile", "API", "-", "web OPD", "CCTV")


@pytest.mark.parametrize("brackets", BRACKETS)
def test_equal_brackets_after_two_names_are_no_match(brackets: str) -> None:
    lines = (
        line("1", f"Absensi ({brackets})", "Setda"),
        line("2", f"Pajak Daerah ({brackets})", "Setda"),
        line("3", f"SIMDA Keuangan ({brackets})", "Setda", "https://x.go.id/a"),
        line("4", f"Siskohatkes ({brackets})", "Setda", "https://x.go.id/b"),
    )
    assert sorted_inventory(*lines).groups == ()


def test_text_in_brackets_may_match_another_name() -> None:
    (group,) = sorted_inventory(
        line("1", "Administrasi Kependudukan (SIAK)", "Disdukcapil"),
        line("2", "SIAK", "Disdukcapil"),
    ).groups
    assert group.decision is DuplicatePolicy.AUTO


@pytest.mark.parametrize("url", ["-", "https://-", "http://", "belum ada", "https://www.-/"])
def test_an_address_without_a_host_matches_no_other(url: str) -> None:
    lines = (
        line("1", "SIMPEG", "BKPSDM", url),
        line("2", "Retribusi Parkir", "Dishub", url),
        line("3", "Rekam Medis", "Dinkes", url),
    )
    assert sorted_inventory(*lines).groups == ()
