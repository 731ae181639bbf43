"""`il2cdisc queries`: the query log."""

from __future__ import annotations

from pathlib import Path

import typer

from il2cdisc.cli.app import FINDINGS, Out, Trial, app, whole
from il2cdisc.cli.ending import ending
from il2cdisc.cli.printing import print_problems

queries_app = typer.Typer(help="Work on the query log, queries.xlsx.", no_args_is_help=True)
app.add_typer(queries_app, name="queries")


@queries_app.command("update")
def queries_update(trial: Trial = Path(), out: Out = None) -> None:
    """Add the questions of the last build to the query log, queries.xlsx next to study.toml.

    Rows that are there stay as they are, with everything that people wrote; a question whose value changed
    gets a further row. The next build asks nothing that is answered or closed there. Exit code 1 if cells of
    the log are wrong.
    """
    with ending():
        from il2cdisc.run.query_log import update_queries
        from il2cdisc.study import load_study

        problems = update_queries(load_study(trial.resolve()), typer.echo, out=whole(out))
        print_problems(problems)
        if problems:
            raise typer.Exit(FINDINGS)
