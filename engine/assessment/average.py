"""What an average over many regions is taken over, and whose it is."""

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
    """Whose average it is; QUOTED was said or written by someone other than the assessor."""

    OFFICIAL = "OFFICIAL"
    QUOTED = "QUOTED"
    SIMULATION = "SIMULATION"
    TARGET = "TARGET"
