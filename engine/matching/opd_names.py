"""OPDs by the names that people write: what kind a name says, and which known OPD is meant."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from engine.model import Opd, OpdKind

# The first words of official names (PP 18/2016 on perangkat daerah), and the kind that each says.
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
_NEAR = 60.0  # percent of letters; below it, the nearest name is no help to a person


def kind_by_name(name: str) -> OpdKind | None:
    """The kind that the first word of an official name says; None where it says none."""
    return FIRST_WORDS.get(name.strip().partition(" ")[0].casefold())


def name_key(name: str) -> str:
    """A name as it is compared: letter case and the number of spaces make no difference."""
    return " ".join(name.split()).casefold()


def ids_by_name(opds: Iterable[Opd]) -> dict[str, str]:
    """The ids of OPDs by the key of their name or acronym; an acronym of two OPDs means neither."""
    known = tuple(opds)
    found = {name_key(each.name): each.id for each in known}
    acronyms = [name_key(each.acronym) for each in known]
    for each in known:
        acronym = name_key(each.acronym)
        if acronym and acronyms.count(acronym) == 1:
            found.setdefault(acronym, each.id)
    return found


def nearest_opd(name: str, opds: Iterable[Opd]) -> Opd | None:
    """The OPD whose name or acronym is spelt most nearly so; None where none is near."""
    spellings = [
        (each, name_key(text)) for each in opds for text in (each.name, each.acronym) if text
    ]
    found = process.extractOne(
        name_key(name), [text for _, text in spellings], scorer=fuzz.ratio, score_cutoff=_NEAR
    )
    return None if found is None else spellings[found[2]][0]
