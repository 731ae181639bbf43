"""The command line: one file for each group of commands; heavy imports wait inside the commands."""

from __future__ import annotations

import gc

from il2cdisc.cli import (
    build,
    compare,
    crf,
    profile,
    queries,
    raw,
    reconcile,
    rule,
    simulate,
    spec,
    terminology,
    tlf,
    trace,
)
from il2cdisc.cli.app import app
from il2cdisc.cli.streams import use_lasting_streams

__all__ = [
    "app",
    "build",
    "compare",
    "crf",
    "main",
    "profile",
    "queries",
    "raw",
    "reconcile",
    "rule",
    "simulate",
    "spec",
    "terminology",
    "tlf",
    "trace",
]


def main() -> None:
    """Entry point of the command `il2cdisc`."""
    # frames hardly make cycles: looking for them after every 700 objects takes a tenth of a build
    gc.set_threshold(100_000, 20, 20)
    use_lasting_streams()
    app()
