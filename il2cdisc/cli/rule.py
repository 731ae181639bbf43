"""`il2cdisc rule`: what the code of a message means."""

from __future__ import annotations

from typing import Annotated

import typer

from il2cdisc.base.problems import Kind, Severity, Stopped, did_you_mean
from il2cdisc.cli.app import app
from il2cdisc.cli.ending import ending

UNKNOWN_CODE = Kind(
    "CLI004", "Unknown code", Severity.STOP, "Run il2cdisc rule without a code to list all codes."
)


@app.command()
def rule(
    code: Annotated[str, typer.Argument(help="A code such as CHK070 or RAW120; none: list all.")] = "",
) -> None:
    """Say what the code of a message means and what to do; of a rule also why, with an example."""
    with ending():
        from il2cdisc.run.kinds import all_kinds, page_of

        known = all_kinds()
        if not code:
            for item in known.values():
                typer.echo(f"{item.code} {item.title}")
            return
        page = page_of(code.upper())
        if not page:
            begins = (one for size in (5, 4, 3) for one in known if one.startswith(code[:size].upper()))
            hint = next(begins, did_you_mean(code.upper(), known))
            raise Stopped([UNKNOWN_CODE.at("", f"{code!r} is not a code of il2cdisc.", hint=hint)])
        typer.echo(page)
