"""`il2cdisc reconcile`: a list of a safety database or a laboratory against the trial."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from il2cdisc.base.problems import Stopped
from il2cdisc.cli.app import FINDINGS, Out, Trial, app, whole
from il2cdisc.cli.ending import ending


@app.command()
def reconcile(
    file: Annotated[Path, typer.Argument(help="CSV file with a line per serious event, or per sample.")],
    trial: Trial = Path(),
    out: Out = None,
    samples: Annotated[
        str,
        typer.Option(
            help="Form of the raw export to compare with, such as a list of samples; if not given, the "
            "serious adverse events of AE."
        ),
    ] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="VARIABLE=HEADER, for a header that is not the name of the variable; may be repeated."
        ),
    ] = None,
    keys: Annotated[
        str,
        typer.Option(
            help="Variables that records are matched by, separated by commas. If not given: subject and "
            "AESPID, or subject, term and start; of a form its key."
        ),
    ] = "",
    delimiter: Annotated[str, typer.Option(help="Character between the fields of the file.")] = ",",
    encoding: Annotated[str, typer.Option(help="Encoding of the file.")] = "utf-8",
    written: Annotated[
        str, typer.Option(help="How the file writes dates, such as dd/mm/yyyy; if not given, ISO 8601.")
    ] = "",
    report: Annotated[
        Path | None,
        typer.Option(help="Folder for the report, reconciliation.xlsx and reconciliation.json."),
    ] = None,
) -> None:
    """Compare a safety database's serious events with AE, or a laboratory's samples with a raw form.

    Listed are records that one side does not have, records that are there several times, events of the file
    that AE does not have as serious, and values that differ. Exit code 0 if both agree, 1 if there is a
    difference, 2 if they could not be compared.
    """
    with ending():
        from il2cdisc.compare.reconcile import as_lines
        from il2cdisc.run.reconcile import (
            BAD_COLUMN,
            ListOptions,
            reconcile_form,
            reconcile_serious,
            write_reports,
        )
        from il2cdisc.study import load_study

        pairs = [item.partition("=") for item in column or ()]
        wrong = ["".join(pair) for pair in pairs if not all(pair)]
        if wrong:
            raise Stopped([BAD_COLUMN.at("--column", "is not VARIABLE=HEADER", values=wrong)])
        names = [name.strip() for name in keys.split(",") if name.strip()]
        columns = {variable: header for variable, _, header in pairs}
        options = ListOptions(columns, names, delimiter, encoding, written)
        study = load_study(trial.resolve())
        if samples:
            found = reconcile_form(study, file, options, samples)
        else:
            found = reconcile_serious(study, file, options, out=whole(out))
        for line in as_lines(found):
            typer.echo(line)
        if report is not None:
            written_to = write_reports(found, report, study)
            typer.echo(f"written: {', '.join(map(str, written_to))}")
        if not found.agrees:
            raise typer.Exit(FINDINGS)
