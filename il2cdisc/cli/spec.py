"""`il2cdisc spec`: the specification workbooks."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from il2cdisc.base.problems import Kind, Problem, Severity, Stopped
from il2cdisc.cli.app import FINDINGS, STOPPED, Trial, app
from il2cdisc.cli.ending import ending
from il2cdisc.cli.printing import print_problems

if TYPE_CHECKING:
    from il2cdisc.spec.new.tables import Tables

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


Terms = Annotated[
    list[str] | None,
    typer.Option(
        "--terms", help="Terms of a large codelist, such as FRM=TABLET,CAPSULE. May be given several times."
    ),
]
Everything = Annotated[
    bool,
    typer.Option("--permissible", help="Take all permissible variables, not only those that il2cdisc makes."),
]
MALFORMED_TERMS = Kind(
    "CLI010",
    "Malformed list of terms",
    Severity.STOP,
    "Write the short name of a codelist, = and terms with commas between them (FRM=TABLET,CAPSULE).",
)


@spec_app.command("new")
def spec_new(
    domains: Annotated[str, typer.Option("--domains", help="Datasets with commas, such as DM,AE,LB.")],
    out: Annotated[Path | None, typer.Option("--out", help="The workbook to write.")] = None,
    terms: Terms = None,
    permissible: Everything = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a workbook that exists.")] = False,
    trial: Trial = Path(),
) -> None:
    """Write a workbook from the standard: labels, types, roles, codelists with codes, keys, structure.

    Terms come from the trial's imported terminology where there is a study.toml, else from the terms that
    come with il2cdisc.
    """
    with ending():
        from il2cdisc.run.workbooks import Terms as Known
        from il2cdisc.run.workbooks import write_book
        from il2cdisc.spec.new.make import WorkbookPlan, new_tables, standard_of
        from il2cdisc.spec.new.write import book_bytes

        names = _names(domains)
        file = out or trial / "specs" / f"{standard_of(names).lower()}.xlsx"
        known = Known.of(trial)
        plan = WorkbookPlan(names, _asked(terms), permissible, known.version, known.study)
        standard, tables = new_tables(plan, known.terminology)
        write_book(file, book_bytes(tables, standard), force=force)
        typer.echo(f"wrote {file}: {_counted(tables)}")
        _say_to_fill(tables)


@spec_app.command("add")
def spec_add(
    domains: Annotated[str, typer.Argument(help="Datasets with commas, such as LB or LB,VS.")],
    to: Annotated[Path, typer.Option("--to", help="The workbook that gets them.")],
    terms: Terms = None,
    permissible: Everything = False,
    trial: Trial = Path(),
) -> None:
    """Add datasets of the standard to a workbook in place; everything that people wrote stays."""
    with ending():
        from il2cdisc.run.workbooks import Terms as Known
        from il2cdisc.run.workbooks import write_book
        from il2cdisc.spec.load import read_spec
        from il2cdisc.spec.new.make import WorkbookPlan, added_tables
        from il2cdisc.spec.new.write import added_bytes

        known = Known.of(trial)
        plan = WorkbookPlan(_names(domains), _asked(terms), permissible, known.version)
        spec, _ = read_spec(to, str(to))
        tables = added_tables(plan, known.terminology, spec)
        write_book(to, added_bytes(to.read_bytes(), tables, str(to)), force=True)
        typer.echo(f"added to {to}: {_counted(tables)}")
        _say_to_fill(tables)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip().upper() for part in text.split(",") if part.strip()))


def _asked(texts: list[str] | None) -> dict[str, list[str]]:
    """Codelist → terms. Raises `Stopped` for a text that is not `CODELIST=TERM,TERM`."""
    found: dict[str, list[str]] = {}
    wrong: list[Problem] = []
    for text in texts or ():
        name, mark, values = text.partition("=")
        listed = [
            value.strip() for value in next(csv.reader([values], skipinitialspace=True), []) if value.strip()
        ]
        if not mark or not name.strip() or not listed:
            wrong.append(
                MALFORMED_TERMS.at("", f"--terms {text} names no codelist or no term", values=[text])
            )
        found.setdefault(name.strip().upper(), []).extend(listed)
    if wrong:
        raise Stopped(wrong)
    return found


def _counted(tables: Tables) -> str:
    parts = [
        f"{len(rows):,} row{'' if len(rows) == 1 else 's'} of {name}" for name, rows in tables.items() if rows
    ]
    return ", ".join(parts)


def _say_to_fill(tables: Tables) -> None:
    count = sum("TO FILL" in str(value) for rows in tables.values() for row in rows for value in row.values())
    if count:
        cells = "1 cell is" if count == 1 else f"{count:,} cells are"
        typer.echo(f"{cells} marked TO FILL: the standard does not know what belongs there")


@spec_app.command("from-define")
def spec_from_define(
    file: Annotated[Path, typer.Argument(help="A define.xml of version 2.0 or 2.1.")],
    out: Annotated[Path | None, typer.Option("--out", help="The workbook to write.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a workbook that exists.")] = False,
    trial: Trial = Path(),
) -> None:
    """Write a workbook from a define.xml; what a workbook does not hold is reported.

    A file with a document type, entities or broken references is refused, and nothing is written.
    """
    with ending():
        from il2cdisc.define.to_workbook import rows_of_define
        from il2cdisc.run.workbooks import write_book
        from il2cdisc.spec.new.write import book_bytes

        made = rows_of_define(file.read_bytes(), str(file))
        target = out or trial / "specs" / f"{made.standard.lower()}.xlsx"
        write_book(target, book_bytes(made.tables, made.standard), force=force)
        print_problems(made.problems(str(file)))
        typer.echo(f"wrote {target}: {_counted(made.tables)}")


@spec_app.command("from-p21")
def spec_from_p21(
    file: Annotated[Path, typer.Argument(help="A specification workbook of Pinnacle 21.")],
    out: Annotated[Path | None, typer.Option("--out", help="The workbook to write.")] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="A workbook whose sheets that the layout does not have are taken over."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a workbook that exists.")] = False,
    trial: Trial = Path(),
) -> None:
    """Write a workbook from one in the layout of Pinnacle 21; what is left out is reported."""
    with ending():
        from il2cdisc.run.workbooks import write_book
        from il2cdisc.spec.new.layout import LAYOUT, SHARED_SHEETS
        from il2cdisc.spec.new.pinnacle import rows_of_pinnacle, rows_of_sheets
        from il2cdisc.spec.new.write import book_bytes

        found = rows_of_pinnacle(file, str(file))
        known = LAYOUT[found.standard]
        own = [name for name in known if name not in SHARED_SHEETS]
        kept, headers = rows_of_sheets(keep, str(keep), own) if keep else ({}, {})
        extra = {name: [h for h in headers[name] if h not in known[name]] for name in headers}
        tables = {**found.tables, **kept}
        target = out or trial / "specs" / f"{found.standard.lower()}.xlsx"
        write_book(target, book_bytes(tables, found.standard, extra=extra), force=force)
        print_problems(found.problems)
        typer.echo(f"wrote {target}: {_counted(tables)}")


@spec_app.command("to-p21")
def spec_to_p21(
    file: Annotated[Path, typer.Argument(help="A workbook such as specs/sdtm.xlsx.")],
    out: Annotated[Path, typer.Option("--out", help="The workbook to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a workbook that exists.")] = False,
) -> None:
    """Write a workbook in the layout of Pinnacle 21 (Define-XML 2.1): only the sheets that it knows."""
    with ending():
        from il2cdisc.run.workbooks import write_book
        from il2cdisc.spec.new.layout import SHARED_SHEETS
        from il2cdisc.spec.new.pinnacle import other_sheets, rows_of_sheets
        from il2cdisc.spec.new.write import book_bytes

        tables, _ = rows_of_sheets(file, str(file), SHARED_SHEETS)
        left = other_sheets(file, str(file))
        write_book(out, book_bytes(tables, "SDTM", sheets=SHARED_SHEETS), force=force)
        typer.echo(f"wrote {out}: {_counted(tables)}")
        if left:
            typer.echo(f"not in the layout (spec from-p21 --keep takes them over): {', '.join(left)}")


@spec_app.command("from-xpt")
def spec_from_xpt(
    folder: Annotated[Path, typer.Argument(help="A folder of transport files, or one such file.")],
    out: Annotated[Path | None, typer.Option("--out", help="The workbook to write.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a workbook that exists.")] = False,
    trial: Trial = Path(),
) -> None:
    """Write a workbook from transport files: their variables, with what the standard knows of them."""
    with ending():
        from il2cdisc.run.workbooks import Terms as Known
        from il2cdisc.run.workbooks import write_book
        from il2cdisc.spec.new.transport_files import rows_of_transport_files
        from il2cdisc.spec.new.write import book_bytes

        known = Known.of(trial)
        standard, tables = rows_of_transport_files(folder, str(folder), known.terminology, known.version)
        target = out or trial / "specs" / f"{standard.lower()}.xlsx"
        write_book(target, book_bytes(tables, standard), force=force)
        typer.echo(f"wrote {target}: {_counted(tables)}")
        _say_to_fill(tables)
