"""`il2cdisc raw`: the raw export."""

from __future__ import annotations

from pathlib import Path

import typer

from il2cdisc.cli.app import Trial, app
from il2cdisc.cli.ending import ending

raw_app = typer.Typer(help="Work on the raw export.", no_args_is_help=True)
app.add_typer(raw_app, name="raw")


@raw_app.command("accept")
def raw_accept(trial: Trial = Path()) -> None:
    """Accept the raw export as it is: write accepted.toml, which later builds hold the export against.

    A build reports records of a subject and visit that were accepted and are gone. Raw files are never
    written.
    """
    with ending():
        from il2cdisc.run.accept import accept_export
        from il2cdisc.study import load_study

        gone = accept_export(load_study(trial.resolve()), typer.echo)
        for problem in gone:
            typer.echo(f"no longer there: {'; '.join(map(str, problem.records or (problem.where,)))}")
