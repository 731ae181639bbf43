"""The stages that a build may be asked to end with."""

from __future__ import annotations

from enum import StrEnum


class LastStage(StrEnum):
    """In their order; after the last of them come the displays."""

    SDTM = "sdtm"
    ADAM = "adam"
    DEFINE = "define"
    LINEAGE = "lineage"
    RESULTS = "results"
    CHECKS = "checks"
