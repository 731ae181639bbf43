"""`il2cdisc ct` and `il2cdisc term`: releases of controlled terminology, and their terms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from il2cdisc.base.problems import Kind, Severity, Stopped
from il2cdisc.cli.app import FINDINGS, Trial, app
from il2cdisc.cli.ending import ending

if TYPE_CHECKING:
    from il2cdisc.standards.lookup import FoundTerm
    from il2cdisc.standards.terminology import StandardCodelist

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


UNKNOWN_TERM = Kind(
    "CLI011",
    "Unknown term",
    Severity.STOP,
    "Check the spelling, or import the release with il2cdisc ct import FILE --trial FOLDER, in a folder with "
    "a study.toml.",
)
SHOWN_TERMS = 30
"""How many codelists with the term are shown."""


@app.command("term")
def term(
    word: Annotated[str, typer.Argument(help="A term, a synonym, an NCI code, or a codelist such as NY.")],
    trial: Trial = Path(),
    everything: Annotated[bool, typer.Option("--all", help="Show all that is found.")] = False,
) -> None:
    """Look up a term of CDISC terminology: its NCI code, its codelists, synonyms where they are known.

    Terms come from the trial's imported terminology where there is a study.toml, else from the terms that
    come with il2cdisc.
    """
    with ending():
        from il2cdisc.run.workbooks import Terms
        from il2cdisc.standards.lookup import codelists_without_terms, find_terms, named, similar_terms

        known = Terms.of(trial)
        found = find_terms(known.terminology, word.strip())
        absent = codelists_without_terms(known.terminology)
        bare = named(absent, word.strip())
        for listed in bare:
            typer.echo(_without_terms(listed))
        if not found and not bare:
            what = f"{word!r} is not a term of {known.version}"
            if absent:
                what = (
                    f"{word!r} is not among the terms that are here; {len(absent):,} codelists of "
                    f"{known.version} may have it, whose terms do not come with il2cdisc and are not imported"
                )
            hint = ", ".join(similar_terms(known.terminology, word.strip()))
            raise Stopped([UNKNOWN_TERM.at("", what, hint=hint)])
        shown = found if everything else found[:SHOWN_TERMS]
        for item in shown:
            for line in _described(item, everything=everything):
                typer.echo(line)
        if len(shown) < len(found):
            typer.echo(f"and {len(found) - len(shown):,} more (--all shows them)")


def _without_terms(listed: StandardCodelist) -> str:
    """The line that shows a codelist whose terms are neither shipped nor imported, and how to get them."""
    open_ = "extensible" if listed.extensible else "not extensible"
    return (
        f"{listed.short_name} ({listed.code}, {listed.name}, {open_}): {listed.count:,} terms, which do not "
        f"come with il2cdisc. Import the {listed.package} release with il2cdisc ct import FILE --trial "
        "FOLDER, in a folder with a study.toml."
    )


def _described(item: FoundTerm, *, everything: bool) -> Iterator[str]:
    """Lines that show a term with its codelist, or a codelist with its terms."""
    listed = item.codelist
    open_ = {True: "extensible", False: "not extensible", None: "extensible or not: unknown"}[
        listed.extensible
    ]
    head = f"{listed.short_name} ({listed.code}, {listed.name}, {open_})"
    if item.term is not None:
        yield f"{item.term.value}  {item.term.code}  in {head}"
        if item.term.synonyms:
            yield f"    synonyms: {'; '.join(item.term.synonyms)}"
        return
    yield f"{head}: {len(listed.terms):,} terms"
    for one in listed.terms if everything else listed.terms[:SHOWN_TERMS]:
        yield f"    {one.value}  {one.code}"
    if len(listed.terms) > SHOWN_TERMS and not everything:
        yield f"    and {len(listed.terms) - SHOWN_TERMS:,} more (--all shows them)"
