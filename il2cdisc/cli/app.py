"""The command `il2cdisc` and the options that several of its commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from il2cdisc import __version__

FINDINGS, STOPPED = 1, 2
"""Exit codes: open findings; a problem that stops."""

Trial = Annotated[Path, typer.Option("--trial", help="Folder that holds study.toml.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder of outputs, instead of the one that study.toml names.")
]

app = typer.Typer(
    help="Turn a trial's raw exports into SDTM, ADaM, transport files, checks and displays.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"il2cdisc {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Turn a trial's raw exports into SDTM, ADaM, transport files, checks and displays."""


def whole(out: Path | None) -> Path | None:
    """The path from the root on, as messages name it."""
    try:
        return out.resolve() if out else None
    except RuntimeError:  # symbolic links in a circle, in Python 3.12 and before: publishing reports it
        return out
