"""`il2cdisc ct`: releases of controlled terminology."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from il2cdisc.cli.app import FINDINGS, Trial, app
from il2cdisc.cli.ending import ending

ct_app = typer.Typer(
    help="Controlled terminology: import a release, see what it changes.", no_args_is_help=True
)
app.add_typer(ct_app, name="ct")


@ct_app.command("import")
def ct_import(
    files: Annotated[list[Path], typer.Argument(help="Files of a release: text, ODM-XML or Excel.")],
    trial: Trial = Path(),
    package: Annotated[
        str, typer.Option(help="Package, such as SDTM or ADaM, if the file does not name it.")
    ] = "",
    version: Annotated[
        str, typer.Option(help="Version, such as 2026-03-27, if the file does not name it.")
    ] = "",
) -> None:
    """Import a quarterly release of CDISC terminology as NCI EVS publishes it, for this trial."""
    with ending():
        from il2cdisc.standards.evs import read_evs
        from il2cdisc.standards.release import store_release
        from il2cdisc.study import load_study

        study = load_study(trial.resolve())
        for file in files:
            release = read_evs(file, str(file), package=package, version=version)
            place = study.shown(store_release(release, study.terminology))
            size = f"{len(release.codelists):,} codelists, {release.count:,} terms"
            typer.echo(f"imported {release.name}: {size} ({place})")
            if release.unknown:
                typer.echo(
                    f"the file does not say whether these are extensible: {', '.join(release.unknown)}"
                )
            if release.version != study.standards.ct:
                typer.echo(f"checks use version {study.standards.ct}, that study.toml names, not this one")


@ct_app.command("diff")
def ct_diff(
    release: Annotated[
        str, typer.Argument(help="A file of NCI EVS, or an imported version; without it the newest.")
    ] = "",
    trial: Trial = Path(),
) -> None:
    """What a release of terminology would change for this trial; exit code 1 if it changes something."""
    with ending():
        from il2cdisc.run.release import differences
        from il2cdisc.study import load_study

        problems, notes = differences(load_study(trial.resolve()), release)
        for note in notes:
            typer.echo(note)
        for problem in problems:
            typer.echo(str(problem))
        count = len(problems)
        typer.echo(
            f"{count} change{'' if count == 1 else 's'} for this trial" if count else "nothing changes"
        )
        if count:
            raise typer.Exit(FINDINGS)
