"""The scope of an average over many regions, and the source that states it."""

from __future__ import annotations

from enum import Enum


class AverageScope(Enum):
    """The regions that an average is taken over."""

    NATIONAL = "NATIONAL"  # all local governments and central agencies
    LOCAL_GOVERNMENTS = "LOCAL_GOVERNMENTS"
    PROVINCES = "PROVINCES"
    REGENCIES = "REGENCIES"
    CITIES = "CITIES"
    WEST_JAVA = "WEST_JAVA"  # its 27 regencies and cities
    WEST_JAVA_PILOTS = "WEST_JAVA_PILOTS"
    PILOTS = "PILOTS"


class AverageKind(Enum):
    """The source of an average. QUOTED means that someone other than the assessor stated it."""

    OFFICIAL = "OFFICIAL"
    QUOTED = "QUOTED"
    SIMULATION = "SIMULATION"
    TARGET = "TARGET"
