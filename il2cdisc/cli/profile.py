"""`il2cdisc profile`: one subject on a page or two."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from il2cdisc.cli.app import Trial, app, whole
from il2cdisc.cli.ending import ending


@app.command()
def profile(
    usubjid: Annotated[str, typer.Argument(help="Unique subject identifier.")],
    out: Annotated[Path, typer.Option("--out", help="File to write; its ending says the format.")],
    package: Annotated[
        Path | None,
        typer.Option("--package", help="Folder of outputs, instead of the one that study.toml names."),
    ] = None,
    trial: Trial = Path(),
) -> None:
    """Write the profile of a subject: demographics, exposure, events, medication, scores, laboratory."""
    with ending():
        from il2cdisc.run.profile import profile as write_profile
        from il2cdisc.study import load_study

        study = load_study(trial.resolve())
        typer.echo(f"done: {write_profile(study, usubjid, out, out=whole(package))}")
