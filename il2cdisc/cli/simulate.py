"""`il2cdisc simulate`: a synthetic raw export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from il2cdisc.cli.app import Trial, app
from il2cdisc.cli.ending import ending


@app.command()
def simulate(
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the raw export; must not exist or be empty.")
    ],
    subjects: Annotated[int, typer.Option(help="Randomised subjects.", min=1)] = 36,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 141,
    trial: Trial = Path(),
) -> None:
    """Make a synthetic raw export with the trial's simulator."""
    with ending():
        from il2cdisc.run.simulate import dummy_record, run_simulation

        run_simulation(trial.resolve(), out.resolve(), subjects=subjects, seed=seed)
        typer.echo(f"SYNTHETIC DATA of {subjects} randomised subjects (seed {seed}): {out}")
        for line in dummy_record(trial.resolve(), out.resolve()):
            typer.echo(line)
