"""`il2cdisc spec`: the specification workbooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from il2cdisc.cli.app import FINDINGS, STOPPED, Trial, app
from il2cdisc.cli.ending import ending
from il2cdisc.cli.printing import print_problems

spec_app = typer.Typer(help="Work on the specification workbooks.", no_args_is_help=True)
app.add_typer(spec_app, name="spec")


@spec_app.command("check")
def spec_check(
    trial: Trial = Path(),
    blocks: Annotated[
        bool,
        typer.Option(
            "--blocks",
            help="Read the export too, map a few subjects together and one by one, and compare.",
        ),
    ] = False,
) -> None:
    """Report every problem of study.toml, workbooks, displays and mappings at once, each with its place.

    Reads no data, but for --blocks. Exit code 1 if there are findings, 2 if there is a problem that stops a
    build.
    """
    with ending():
        from il2cdisc.run.survey import survey
        from il2cdisc.study import read_study

        found = survey(*read_study(trial.resolve()))
        if blocks and found.plan is not None and found.plan.study.start is None:
            from il2cdisc.run.block_check import check_blocks

            found.problems.extend(check_blocks(found.plan))
        for note in found.notes:
            typer.echo(note)
        print_problems(found.problems.items)
        stops, findings = len(set(found.problems.stops)), len(set(found.problems.findings))
        typer.echo(_verdict(stops, findings))
        if stops:
            raise typer.Exit(STOPPED)
        if findings:
            raise typer.Exit(FINDINGS)


def _verdict(stops: int, findings: int) -> str:
    """What `spec check` says at its end."""
    if not stops and not findings:
        return "no problems: study.toml, workbooks, displays and mappings agree"
    some = f"{findings} finding{'' if findings == 1 else 's'}"
    if not stops:
        return f"no problem stops a build; {some}"
    text = f"{stops} problem{' stops' if stops == 1 else 's stop'} a build"
    return f"{text}; {some}" if findings else text
