"""`il2cdisc build` and `il2cdisc check`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from il2cdisc.base.problems import Problems
from il2cdisc.cli.app import FINDINGS, STOPPED, Out, Trial, app, whole
from il2cdisc.cli.ending import ending
from il2cdisc.cli.printing import BlocksShown, print_problems, progress
from il2cdisc.run.stages import LastStage

if TYPE_CHECKING:
    from il2cdisc.check.core import CoreAsked
    from il2cdisc.check.product import Examined
    from il2cdisc.study import Study

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
    until: Annotated[
        LastStage | None,
        typer.Option(help="Stage to end with, for a quick look; it goes to the folder of --out."),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(help="Exit code 1 if a finding is open: without a disposition, or to be corrected."),
    ] = False,
    qc: Annotated[
        bool,
        typer.Option(
            "--qc",
            help="Run the independent twins in mappings/qc, too, and report where the datasets differ from "
            "them; exit code 2 if a twin could not be compared.",
        ),
    ] = False,
    core: Core = False,
    core_report: CoreReport = None,
    core_seconds: CoreSeconds = 600.0,
    block_subjects: Annotated[
        int | None,
        typer.Option(
            help="Subjects that are mapped, completed and derived together: 300, or 600 where a build starts "
            "from SDTM; the outputs do not depend on it.",
            min=1,
            show_default=False,
        ),
    ] = None,
    scratch: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the datasets of the blocks during a build; next to the outputs if not given.",
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Build the whole package: SDTM, ADaM, define.xml, transport files, checks, displays, lineage.

    With NAMES a part, for a quick look: transport files of the named datasets with their SUPP--, the named
    displays, their lineage, and the checks that make sense for one dataset. It maps only what they need, and
    goes to the folder of --out, never to the outputs. Texts are as long as the longest value of their own
    dataset; in a whole build they have one length in all datasets. That, and nothing else, may differ.
    """
    with ending() as end:
        from il2cdisc.deliver.standing import PreviousOutputs
        from il2cdisc.run.build import Asked
        from il2cdisc.run.build import build as run_build
        from il2cdisc.study import load_study

        end.standing = PreviousOutputs(out, str(out or ""))
        progress("reading study.toml, workbooks and mappings")
        study = load_study(trial.resolve())
        target = out or trial / study.paths.outputs
        end.standing = PreviousOutputs(target, str(target), study.id)
        asked_core = _core_asked(core, core_report, core_seconds)
        room = whole(scratch)
        asked = Asked(names or (), until, whole(out), asked_core, block_subjects, room, qc, BlocksShown())
        examined = run_build(study, progress, asked)
        if isinstance(examined, Problems):
            print_problems(examined.items)
            progress(f"done until {until}: {target}")
            return
        _print(examined, study)
        pages = [f"{target}/{name}" for name in ("tlf/index.html", "checks/findings.xlsx")]
        progress(f"done: {target} (open {', '.join(page for page in pages if Path(page).is_file())})")
        _exit(examined, strict=strict)


@app.command()
def check(
    trial: Trial = Path(),
    out: Out = None,
    core: Core = False,
    core_report: CoreReport = None,
    core_seconds: CoreSeconds = 600.0,
) -> None:
    """Check the files of the last build again; exit code 1 if a finding is open.

    A finding is open if it has no disposition, or one that says it is to be corrected.
    With CDISC CORE its findings are in the same reports; exit code 2 if it could not run.
    """
    with ending():
        from il2cdisc.run.check import check as run_check
        from il2cdisc.study import load_study

        study = load_study(trial.resolve())
        asked = _core_asked(core, core_report, core_seconds)
        examined = run_check(study, progress, out=whole(out), core=asked)
        _print(examined, study)
        _exit(examined, strict=True)


def _print(examined: Examined, study: Study) -> None:
    from il2cdisc.check.product import facts_of
    from il2cdisc.check.report import print_report

    print_report(examined.report, facts_of(study), sys.stdout, dispositions=examined.dispositions)
    for line in examined.lines:
        progress(line)


def _exit(examined: Examined, *, strict: bool) -> None:
    """Exit code 2 where CDISC CORE or the twins did not run whole, 1 on open findings where they count."""
    if not examined.complete or (examined.outcome is not None and not examined.outcome.complete):
        raise typer.Exit(STOPPED)
    if strict and examined.is_open:
        raise typer.Exit(FINDINGS)


def _core_asked(core: bool, report: Path | None, seconds: float) -> CoreAsked | None:
    """How CDISC CORE is asked, None if it is not; only here the environment is read."""
    if not core and report is None:
        return None
    from il2cdisc.check.core import CoreAsked

    python, cache = (os.environ.get(f"IL2CDISC_CORE_{name}", "") for name in ("PYTHON", "CACHE"))
    return CoreAsked(python, cache, report.resolve() if report else None, seconds)
