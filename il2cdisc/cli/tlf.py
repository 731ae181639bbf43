"""`il2cdisc tlf`: shells of the displays, and which expected tables and figures they cover."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from il2cdisc.cli.app import FINDINGS, Out, Trial, app, whole
from il2cdisc.cli.ending import ending

if TYPE_CHECKING:
    from il2cdisc.study import Study


@app.command()
def tlf(
    shells: Annotated[
        bool, typer.Option("--shells", help="Render every display with xx.x for its numbers, without data.")
    ] = False,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage",
            help="Print FDA's standard safety tables and figures: made or not.",
        ),
    ] = False,
    trial: Trial = Path(),
    out: Out = None,
) -> None:
    """Shells of the displays (into the folder shells, or --out), and their coverage of expected ones.

    Exit code 1 if an expected table or figure is missing.
    """
    with ending():
        from il2cdisc.study import load_study

        if not shells and not coverage:
            raise typer.BadParameter("give --shells, --coverage, or both")
        study = load_study(trial.resolve())
        if shells:
            from il2cdisc.run.shells import write_shells

            folder, count = write_shells(study, whole(out))
            typer.echo(f"shells of {count} displays: {folder} (open {folder / 'index.html'})")
        if coverage:
            _print_coverage(study)


def _print_coverage(study: Study) -> None:
    from il2cdisc.run.coverage import MISSING, coverage, coverage_lines
    from il2cdisc.run.survey import make_plan

    rows = coverage(make_plan(study))
    for line in coverage_lines(rows):
        typer.echo(line)
    if any(row.state == MISSING for row in rows):
        raise typer.Exit(FINDINGS)
