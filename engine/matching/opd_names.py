"""Finds the kind and the record of an OPD from the name that a person wrote."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from engine.model import Opd, OpdKind

# The first words of official names (PP 18/2016 on perangkat daerah), and the kinds they mean.
FIRST_WORDS: dict[str, OpdKind] = {
    "sekretariat": OpdKind.SECRETARIAT,
    "inspektorat": OpdKind.INSPECTORATE,
    "dinas": OpdKind.DEPARTMENT,
    "badan": OpdKind.AGENCY,
    "kecamatan": OpdKind.DISTRICT,
    "kelurahan": OpdKind.URBAN_VILLAGE,
    "biro": OpdKind.DIVISION,
    "bagian": OpdKind.DIVISION,
    "uptd": OpdKind.TECHNICAL_UNIT,
    "upt": OpdKind.TECHNICAL_UNIT,
    "rsud": OpdKind.TECHNICAL_UNIT,
    "puskesmas": OpdKind.TECHNICAL_UNIT,
}
_NEAR = 60.0  # percent of letters; a less similar name is not suggested


def kind_by_name(name: str) -> OpdKind | None:
    """Return the kind that the first word of an official name means, or None."""
    return FIRST_WORDS.get(name.strip().partition(" ")[0].casefold())


def name_key(name: str) -> str:
    """Return the key by which names are compared. It ignores case and extra spaces."""
    return " ".join(name.split()).casefold()


def ids_by_name(opds: Iterable[Opd]) -> dict[str, str]:
    """Map the keys of names and acronyms to the ids of OPDs.

    An acronym that several OPDs share is left out.
    """
    listed = tuple(opds)
    ids = {name_key(opd.name): opd.id for opd in listed}
    acronyms = [name_key(opd.acronym) for opd in listed]
    for opd in listed:
        acronym = name_key(opd.acronym)
        if acronym and acronyms.count(acronym) == 1:
            ids.setdefault(acronym, opd.id)
    return ids


def nearest_opd(name: str, opds: Iterable[Opd]) -> Opd | None:
    """Return the OPD whose name or acronym is most similar to a name; None if none is near."""
    spellings = [(opd, name_key(text)) for opd in opds for text in (opd.name, opd.acronym) if text]
    match = process.extractOne(
        name_key(name), [text for _, text in spellings], scorer=fuzz.ratio, score_cutoff=_NEAR
    )
    return None if match is None else spellings[match[2]][0]
