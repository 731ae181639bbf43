"""What commands print: problems on standard error, progress on standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import typer

from il2cdisc.base.problems import Problem

SHOWN = 20
"""Problems of one code that a terminal shows."""


def print_problems(problems: Iterable[Problem]) -> None:
    """Each problem once, sorted by place; the first 20 of a code."""
    seen: dict[str, int] = {}
    for problem in sorted(dict.fromkeys(problems), key=Problem.sort_key):
        seen[problem.code] = seen.get(problem.code, 0) + 1
        if seen[problem.code] <= SHOWN:
            typer.echo(str(problem), err=True)
    for code, count in seen.items():
        if count > SHOWN:
            typer.echo(f"{code}: and {count - SHOWN} more", err=True)


def progress(text: str) -> None:
    """One line for each stage: plain in a pipe and in CI, marked on a terminal, in colour unless NO_COLOR."""
    if sys.stdout.isatty() and not os.environ.get("CI"):
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        typer.echo("› " if plain else typer.style("› ", fg=typer.colors.CYAN), nl=False)
    typer.echo(text)
