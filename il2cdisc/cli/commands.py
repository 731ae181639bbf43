"""The command line: arguments, exit codes, progress. Heavy imports wait inside the commands."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from il2cdisc import __version__
from il2cdisc.base.problems import Address, Kind, Problem, Severity, Stopped, did_you_mean
from il2cdisc.base.room import is_room
from il2cdisc.cli.streams import use_lasting_streams

if TYPE_CHECKING:
    from il2cdisc.check.core import CoreAsked
    from il2cdisc.deliver.standing import Standing

UNREACHABLE = Kind(
    "CLI001",
    "File or folder that cannot be used",
    Severity.STOP,
    "Check its permissions and the space on the disk.",
)
OWN_ERROR = Kind(
    "CLI002",
    "Error of il2cdisc itself",
    Severity.STOP,
    "Run again with IL2CDISC_DEBUG=1 in the environment and report what it prints.",
)
NO_MEMORY = Kind(
    "CLI003",
    "Not enough memory",
    Severity.STOP,
    "Close other programs, raise the limit (ulimit -v), or build a part: il2cdisc build NAME --out FOLDER.",
)
UNKNOWN_CODE = Kind("CLI004", "Unknown code", Severity.STOP, "List all codes with: il2cdisc rule")
FINDINGS, STOPPED = 1, 2
SHOWN = 20

app = typer.Typer(
    help="Turn a trial's raw exports into SDTM, ADaM, transport files, checks and displays.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
spec_app = typer.Typer(help="Work on the specification workbooks.", no_args_is_help=True)
app.add_typer(spec_app, name="spec")

raw_app = typer.Typer(help="Work on the raw export.", no_args_is_help=True)
app.add_typer(raw_app, name="raw")

ct_app = typer.Typer(
    help="Controlled terminology: import a release, see what it changes.", no_args_is_help=True
)
app.add_typer(ct_app, name="ct")

Trial = Annotated[Path, typer.Option("--trial", help="Folder that holds study.toml.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder of outputs, instead of the one that study.toml names.")
]


Core = Annotated[
    bool,
    typer.Option(
        "--core",
        help="Run the rules of CDISC CORE too, in the Python that IL2CDISC_CORE_PYTHON names, "
        "with the rules in the folder that IL2CDISC_CORE_CACHE names.",
    ),
]
CoreReport = Annotated[
    Path | None,
    typer.Option("--core-report", help="JSON report of CDISC's program core, instead of running its rules."),
]
CoreSeconds = Annotated[
    float, typer.Option("--core-seconds", help="Time for one rule of CDISC CORE, in seconds.", min=0.1)
]


@app.command()
def build(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Datasets and displays of a part, such as AE ADSL T-14-2-1; none: everything."),
    ] = None,
    trial: Trial = Path(),
    out: Out = None,
    strict: Annotated[
        bool, typer.Option(help="Exit 1 on open findings: without a disposition, or to be corrected.")
    ] = False,
    core: Core = False,
    core_report: CoreReport = None,
    core_seconds: CoreSeconds = 600.0,
) -> None:
    """Build the whole package: SDTM, ADaM, define.xml, transport files, checks, displays, lineage.

    With NAMES a part, for a quick look: transport files of the named datasets with their SUPP--, the named
    displays, their lineage, and the checks that make sense for one dataset. It maps only what they need, and
    goes to the folder of --out, never to the outputs. Texts are as long as the longest value of their own
    dataset; in a whole build they have one length in all datasets. That, and nothing else, may differ.
    """
    with _told() as end:
        from il2cdisc.run.build import build as run_build

        end.standing = standing = _standing(trial, out)
        asked = _core_asked(core, core_report, core_seconds)
        target = _whole(out)
        report, outcome = run_build(trial.resolve(), _say, names or (), out=target, core=asked)
        open_ = _finish(trial, report)
        target = standing.shown
        pages = [f"{target}/{name}" for name in ("tlf/index.html", "checks/findings.xlsx")]
        _say(f"done: {target} (open {', '.join(page for page in pages if Path(page).is_file())})")
        if outcome is not None and not outcome.complete:
            raise typer.Exit(STOPPED)
        if strict and open_:
            raise typer.Exit(FINDINGS)


@app.command()
def check(
    trial: Trial = Path(),
    out: Out = None,
    core: Core = False,
    core_report: CoreReport = None,
    core_seconds: CoreSeconds = 600.0,
) -> None:
    """Check the files of the last build again; exit 1 on open findings.

    Open are findings without a disposition, and those that are to be corrected.
    With CDISC CORE its findings stand beside ours in the reports; exit 2 if it could not run.
    """
    with _told():
        from il2cdisc.run.build import check as run_check

        asked = _core_asked(core, core_report, core_seconds)
        target = _whole(out)
        report, dispositions, outcome = run_check(trial.resolve(), _say, out=target, core=asked)
        _print_report(trial, report, dispositions)
        from il2cdisc.check.dispositions import undisposed

        if outcome is not None and not outcome.complete:
            raise typer.Exit(STOPPED)
        if undisposed(report.findings, dispositions):
            raise typer.Exit(FINDINGS)


@spec_app.command("check")
def spec_check(trial: Trial = Path()) -> None:
    """Report every problem of study.toml, workbooks, displays and mappings at once, each with its place.

    Reads no data. Exit code 1 if there are findings, 2 if there is a problem that stops a build.
    """
    with _told():
        from il2cdisc.run.survey import survey

        found = survey(trial.resolve())
        for note in found.notes:
            typer.echo(note)
        _print_problems(found.problems.items)
        stops, findings = len(set(found.problems.stops)), len(set(found.problems.findings))
        typer.echo(_verdict(stops, findings))
        if stops:
            raise typer.Exit(STOPPED)
        if findings:
            raise typer.Exit(FINDINGS)


@raw_app.command("accept")
def raw_accept(trial: Trial = Path()) -> None:
    """Accept the raw export as it is: write accepted.toml, which later builds hold the export against.

    A build reports records of a subject and visit that were accepted and are gone. Raw files are never
    written.
    """
    with _told():
        from il2cdisc.run.accept import accept_export

        gone = accept_export(trial.resolve(), typer.echo)
        for problem in gone:
            typer.echo(f"no longer there: {'; '.join(map(str, problem.records or (problem.where,)))}")


def _verdict(stops: int, findings: int) -> str:
    """What `spec check` says at its end."""
    if not stops and not findings:
        return "no problems: study.toml, workbooks, displays and mappings agree"
    some = f"{findings} finding{'' if findings == 1 else 's'}"
    if not stops:
        return f"no problem stops a build; {some}"
    text = f"{stops} problem{' stops' if stops == 1 else 's stop'} a build"
    return f"{text}; {some}" if findings else text


@ct_app.command("import")
def ct_import(
    files: Annotated[list[Path], typer.Argument(help="Files of a release: text, ODM-XML or Excel.")],
    trial: Trial = Path(),
    package: Annotated[str, typer.Option(help="SDTM, ADaM ... where the file does not tell.")] = "",
    version: Annotated[str, typer.Option(help="2026-03-27, where the file does not tell.")] = "",
) -> None:
    """Import a quarterly release of CDISC terminology as NCI EVS publishes it, for this trial."""
    with _told():
        from il2cdisc.standards.evs import read_evs
        from il2cdisc.standards.release import store_release
        from il2cdisc.study import load_study

        study = load_study(trial.resolve())
        for file in files:
            release = read_evs(file, str(file), package=package, version=version)
            place = study.shown(store_release(release, study.terminology))
            told = f"{len(release.codelists):,} codelists, {release.count:,} terms"
            typer.echo(f"imported {release.name}: {told} ({place})")
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
    """What a release of terminology would change for this trial; exit 1 if it changes something."""
    with _told():
        from il2cdisc.run.release import differences

        problems, notes = differences(trial.resolve(), release)
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


@app.command()
def simulate(
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the raw export; must not exist or be empty.")
    ],
    subjects: Annotated[int, typer.Option(help="Randomised subjects.", min=1)] = 36,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 141,
    trial: Trial = Path(),
) -> None:
    """Make a synthetic raw export with the trial's simulator."""
    with _told():
        from il2cdisc.run.simulate import dummy_record, run_simulation

        run_simulation(trial.resolve(), out.resolve(), subjects=subjects, seed=seed)
        typer.echo(f"SYNTHETIC DATA of {subjects} randomised subjects (seed {seed}): {out}")
        for line in dummy_record(trial.resolve(), out.resolve()):
            typer.echo(line)


@app.command()
def trace(
    dataset: Annotated[str, typer.Argument(help="Dataset: LB, SUPPAE, RELREC, ADSL ...")],
    usubjid: Annotated[
        str, typer.Argument(help="Unique subject identifier; none for trial design datasets.")
    ] = "",
    seq: Annotated[
        int | None, typer.Argument(help="--SEQ, ASEQ or IDVARVAL; without it all records of the subject.")
    ] = None,
    variable: Annotated[str, typer.Option(help="Only the way of this variable (SUPP--: of this QNAM).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")] = False,
    trial: Trial = Path(),
    out: Out = None,
) -> None:
    """Print the way back from a record to raw files, lines, columns and values."""
    with _told():
        from il2cdisc.run.build import trace as run_trace
        from il2cdisc.trace import show

        place = _whole(out)
        found = run_trace(trial.resolve(), dataset, usubjid, seq, out=place, variable=variable)
        _print_problems(list(found.problems))
        for line in [show.as_json(found)] if as_json else show.as_lines(found):
            typer.echo(line)


@app.command()
def rule(
    code: Annotated[str, typer.Argument(help="A code such as CHK070 or RAW120; none: list all.")] = "",
) -> None:
    """Say what the code of a message means and what to do; of a rule also why, with an example."""
    with _told():
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


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"il2cdisc {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Turn a trial's raw exports into SDTM, ADaM, transport files, checks and displays."""


def main() -> None:
    """Entry point of the command `il2cdisc`."""
    # frames hardly make cycles: looking for them after every 700 objects takes a tenth of a build
    gc.set_threshold(100_000, 20, 20)
    use_lasting_streams()
    app()


@dataclass
class _End:
    """What a command says when it stops: of a build, what stands in the folder of outputs."""

    standing: Standing | None = None

    def stop(self, problems: list[Problem]) -> typer.Exit:
        _print_problems(problems)
        count = len(set(problems))
        text = f"stopped: {count} problem{'' if count == 1 else 's'}"
        if self.standing is not None:
            with suppress(OSError):
                text += f"; {self.standing.told()}"
        typer.echo(text, err=True)
        return typer.Exit(STOPPED)


@contextmanager
def _told() -> Iterator[_End]:
    """Problems instead of tracebacks; exit code 2."""
    end = _End()
    try:
        yield end
    except Stopped as stopped:
        raise end.stop(list(stopped.problems)) from None
    except (typer.Exit, typer.Abort):
        raise
    except OSError as error:
        place = Address(file=str(error.filename or ""))
        raise end.stop([UNREACHABLE.at(place, error.strerror or str(error))]) from None
    except MemoryError:
        raise end.stop([NO_MEMORY.at("", "The system has no more memory for this process.")]) from None
    except Exception as error:
        if is_room(error):
            raise end.stop([NO_MEMORY.at("", f"{' '.join(str(error).split())[:300]}.")]) from None
        if os.environ.get("IL2CDISC_DEBUG"):
            raise
        text = " ".join(str(error).split())[:300]
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = Address(file=Path(last.filename).name, line=last.lineno or 0)
        raise end.stop([OWN_ERROR.at(place, f"{type(error).__name__}: {text}")]) from None


def _print_problems(problems: list[Problem]) -> None:
    seen: dict[str, int] = {}
    for problem in sorted(dict.fromkeys(problems), key=Problem.sort_key):
        seen[problem.code] = seen.get(problem.code, 0) + 1
        if seen[problem.code] <= SHOWN:
            typer.echo(str(problem), err=True)
    for code, count in seen.items():
        if count > SHOWN:
            typer.echo(f"{code}: and {count - SHOWN} more", err=True)


def _print_report(trial: Path, report: object, dispositions: object) -> None:
    from il2cdisc.check.report import Facts, print_report
    from il2cdisc.study import load_study

    study = load_study(trial.resolve())
    facts = Facts(study.id, study.build.time, study.study.synthetic)
    print_report(report, facts, sys.stdout, dispositions=dispositions)  # pyright: ignore[reportArgumentType]


def _core_asked(core: bool, report: Path | None, seconds: float) -> CoreAsked | None:
    """How CDISC CORE is asked, None if it is not; only here the environment is read."""
    if not core and report is None:
        return None
    from il2cdisc.check.core import CoreAsked

    python, cache = (os.environ.get(f"IL2CDISC_CORE_{name}", "") for name in ("PYTHON", "CACHE"))
    return CoreAsked(python, cache, report.resolve() if report else None, seconds)


def _finish(trial: Path, report: object) -> bool:
    """Print the report; True where a finding has no disposition."""
    from il2cdisc.check.dispositions import read_dispositions, undisposed
    from il2cdisc.study import load_study

    study = load_study(trial.resolve())
    dispositions = read_dispositions(study.dispositions, shown=study.shown(study.dispositions))
    _print_report(trial, report, dispositions)
    return bool(undisposed(report.findings, dispositions))  # pyright: ignore[reportAttributeAccessIssue]


def _whole(out: Path | None) -> Path | None:
    """The path from the root on, as messages name it."""
    try:
        return out.resolve() if out else None
    except RuntimeError:  # symbolic links in a circle, in Python 3.12 and before: publishing tells it
        return out


def _standing(trial: Path, out: Path | None) -> Standing:
    """The folder that a build of the trial writes to, as it is now."""
    from il2cdisc.deliver.standing import Standing
    from il2cdisc.study import load_study

    try:
        study = load_study(trial.resolve())
    except Stopped:  # the build tells what is wrong in study.toml
        return Standing(out, str(out or ""))
    target = out or trial / study.paths.outputs
    return Standing(target, str(target), study.id)


def _say(text: str) -> None:
    """One line a stage: plain in a pipe and in CI, marked on a terminal, coloured unless NO_COLOR says no."""
    if sys.stdout.isatty() and not os.environ.get("CI"):
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        typer.echo("› " if plain else typer.style("› ", fg=typer.colors.CYAN), nl=False)
    typer.echo(text)
