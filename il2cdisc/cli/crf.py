"""`il2cdisc crf`: the annotated case report form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from il2cdisc.cli.app import Trial, app
from il2cdisc.cli.ending import ending

crf_app = typer.Typer(help="Work on the annotated case report form.", no_args_is_help=True)
app.add_typer(crf_app, name="crf")


@crf_app.command("propose")
def crf_propose(
    trial: Trial = Path(),
    out: Annotated[Path | None, typer.Option("--out", help="The workbook to write.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a workbook that exists.")] = False,
) -> None:
    r"""Search the sponsor's form for the data dictionary's labels, and write the placement of its fields.

    The file is the one that \[crf] of study.toml names. Fields whose label is not found are marked.
    """
    with ending():
        from il2cdisc.run.crf import propose_placement

        written = propose_placement(trial, out, force=force)
        typer.echo(f"wrote {written.file}: {written.found} of {written.fields} fields placed")
        if written.several:
            typer.echo(f"{written.several} of them are several times on their page: check Occurrence")
        if not written.has_text:
            typer.echo("the file has no text: give pages and offsets")
        elif written.found < written.fields:
            typer.echo("give the others a page, and an anchor or offsets: they are marked in the sheet")
