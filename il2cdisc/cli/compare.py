"""`il2cdisc compare`: two datasets, or two folders of datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from il2cdisc.cli.app import FINDINGS, STOPPED, app, whole
from il2cdisc.cli.ending import ending
from il2cdisc.cli.printing import print_problems


@app.command()
def compare(
    a: Annotated[
        Path,
        typer.Argument(help="Dataset (.xpt, .json, .ndjson, .dsjc, .parquet, .csv), or folder of datasets."),
    ],
    b: Annotated[Path, typer.Argument(help="What to compare it with; of another format, too.")],
    keys: Annotated[
        str | None,
        typer.Option(
            help="Variables that records are matched by, separated by commas. If not given: those of "
            "--trial, of a define.xml next to the datasets, or of the trial that a build is in; if there are "
            "none, the number of the record."
        ),
    ] = None,
    tolerance: Annotated[
        float, typer.Option(help="Absolute tolerance for numbers: 0.001 takes 1 and 1.001 as equal.")
    ] = 0.0,
    relative: Annotated[
        float,
        typer.Option(
            "--relative-tolerance",
            help="Tolerance for numbers as a part of the greater of the two, such as 1e-9.",
        ),
    ] = 0.0,
    show: Annotated[
        int, typer.Option(help="Records that the terminal shows per variable; counts are always full.", min=0)
    ] = 5,
    trial: Annotated[
        Path | None,
        typer.Option("--trial", help="Folder that holds study.toml; its workbooks name the key variables."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the report, comparison.xlsx and comparison.json."),
    ] = None,
) -> None:
    """Compare two datasets, or the datasets of two folders, which may be of different formats.

    Compared are labels, variables and their order, type, length, label and format, records, and values.
    Exit code 0 if they are identical, 1 if there is a difference, 2 if something could not be compared.
    """
    with ending():
        from il2cdisc.compare.text import as_lines
        from il2cdisc.compare.values import tolerance_of
        from il2cdisc.run.compare import compare as run_compare
        from il2cdisc.run.compare import key_list

        report = run_compare(
            a, b, keys=key_list(keys), tolerance=tolerance_of(tolerance, relative),
            trial=trial.resolve() if trial else None, out=whole(out),
        )  # fmt: skip
        print_problems(report.problems)
        for line in as_lines(report, show=show):
            typer.echo(line)
        if out is not None:
            typer.echo(f"written: {out / 'comparison.xlsx'}, {out / 'comparison.json'}")
        if report.problems:
            raise typer.Exit(STOPPED)
        if not report.identical:
            raise typer.Exit(FINDINGS)
