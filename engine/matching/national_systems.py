"""Recognises listings of the national systems that all regions use.

A national system is one system, however many OPDs list it. Listings of two regions count as the
same system only if this catalogue recognises both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from rapidfuzz import fuzz, process

from engine.matching.names import NameNormaliser, url_host

_NEAR = 90.0  # percent: "siskudes" for "siskeudes"
_NEAR_AT_ITS_ADDRESS = 80.0  # "ljkpn" for "lhkpn", at the address of LHKPN
_SHORTEST_NEAR = 7  # letters; different shorter acronyms differ by one letter


class Recognition(Enum):
    """How certain it is that a listing is a national system."""

    SURE = "SURE"  # the name matches
    LIKELY = "LIKELY"  # a near name, or the name at the region's own address


@dataclass(frozen=True, slots=True)
class NationalSystem:
    """A system that one central agency runs for all regions."""

    id: str
    name: str
    aliases: tuple[str, ...]
    hosts: tuple[str, ...]
    owner: str
    functions: tuple[str, ...]
    common_application: str | None  # its id, if a regulation makes the system a common application


@dataclass(frozen=True, slots=True)
class RecognisedSystem:
    """The national system of a listing, with the certainty of the recognition."""

    system: NationalSystem
    recognition: Recognition


class NationalCatalogue:
    """Recognises national systems by name. An address alone is not sufficient.

    One host serves many systems (`myasn.bkn.go.id` is the address of MyASN and of SIASN), and the
    name of a region's own system may contain a national name (WP-SIPD).
    """

    def __init__(self, systems: Iterable[NationalSystem], normaliser: NameNormaliser) -> None:
        self._normaliser = normaliser
        self._by_key: dict[str, NationalSystem] = {}
        self._hosts: dict[str, list[str]] = {}  # host -> keys of the systems there
        for system in systems:
            for alias in (system.name, *system.aliases):
                for form in normaliser.name(alias).forms:
                    self._by_key.setdefault(form, system)
        for key, system in self._by_key.items():
            for host in system.hosts:
                self._hosts.setdefault(host, []).append(key)
        self._long_keys = [key for key in self._by_key if len(key) >= _SHORTEST_NEAR]
        self._near_keys: dict[str, str | None] = {}
        self.recognise_system = lru_cache(maxsize=1 << 18)(self._recognise)

    def _recognise(self, name: str, url: str | None) -> RecognisedSystem | None:
        """Return the national system of a listing, or None if it is not recognised."""
        parsed = self._normaliser.name(name)
        host = url_host(url)
        for form in (parsed.key, *sorted(parsed.forms)):
            system = self._by_key.get(form)
            if system is not None:
                is_own_host = bool(host) and host.endswith(".go.id") and host not in self._hosts
                at_own_host = is_own_host and bool(system.hosts)
                return RecognisedSystem(
                    system, Recognition.LIKELY if at_own_host else Recognition.SURE
                )
        if host in self._hosts and len(self.systems_in_cell(name)) < 2:
            keys_at_host = self._hosts[host]
            for word in parsed.words:  # "srikandi.arsip" at srikandi.arsip.go.id
                if word in keys_at_host:
                    return RecognisedSystem(self._by_key[word], Recognition.SURE)
            match = process.extractOne(
                parsed.key, keys_at_host, scorer=fuzz.ratio, score_cutoff=_NEAR_AT_ITS_ADDRESS
            )
            if match is not None:
                return RecognisedSystem(self._by_key[match[0]], Recognition.LIKELY)
        near_key = self._find_near_key(parsed.key)
        return (
            None
            if near_key is None
            else RecognisedSystem(self._by_key[near_key], Recognition.LIKELY)
        )

    def systems_in_cell(self, name: str) -> tuple[NationalSystem, ...]:
        """Return the national systems in one cell, if it lists more than one."""
        if not any(mark in name for mark in "&,/;+") and " dan " not in name.lower():
            return ()
        if self._normaliser.name(name).key in self._by_key:
            return ()  # one name that contains a separator: "SIKN/JIKN"
        named = (self._by_key.get(word) for word in self._normaliser.name(name).words)
        systems = {system.id: system for system in named if system is not None}
        return tuple(systems.values()) if len(systems) > 1 else ()

    def _find_near_key(self, key: str) -> str | None:
        if len(key) < _SHORTEST_NEAR:
            return None
        if key not in self._near_keys:
            match = process.extractOne(key, self._long_keys, scorer=fuzz.ratio, score_cutoff=_NEAR)
            self._near_keys[key] = None if match is None else match[0]
        return self._near_keys[key]
