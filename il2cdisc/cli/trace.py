"""`il2cdisc trace`: the way back from a record to raw lines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from il2cdisc.cli.app import Out, Trial, app, whole
from il2cdisc.cli.ending import ending
from il2cdisc.cli.printing import print_problems


@app.command()
def trace(
    dataset: Annotated[str, typer.Argument(help="Dataset: LB, SUPPAE, RELREC, ADSL ...")],
    usubjid: Annotated[
        str, typer.Argument(help="Unique subject identifier; none for trial design datasets.")
    ] = "",
    seq: Annotated[
        int | None,
        typer.Argument(
            help="Sequence number (--SEQ, ASEQ) or IDVARVAL; without it all records of the subject."
        ),
    ] = None,
    variable: Annotated[str, typer.Option(help="Only the way of this variable (SUPP--: of this QNAM).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")] = False,
    trial: Trial = Path(),
    out: Out = None,
) -> None:
    """Print the way back from a record to raw files, lines, columns and values."""
    with ending():
        from il2cdisc.run.trace import trace as run_trace
        from il2cdisc.study import load_study
        from il2cdisc.trace import show

        study = load_study(trial.resolve())
        found = run_trace(study, dataset, usubjid, seq, out=whole(out), variable=variable)
        print_problems(found.problems)
        for line in [show.as_json(found)] if as_json else show.as_lines(found):
            typer.echo(line)
