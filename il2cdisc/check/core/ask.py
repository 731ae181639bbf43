"""Asks CDISC CORE over the SDTM files of a build: in its own Python, or by the report of its program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from il2cdisc.check.core.drive import CoreRequest, run_core
from il2cdisc.check.core.outcome import CoreOutcome, Laid, laid_beside, rules_not_run, rules_run
from il2cdisc.check.core.released import read_core_report
from il2cdisc.check.occurrences import Origin
from il2cdisc.package import DEFINE, dataset_files, records_of

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CoreAsked:
    """How CDISC CORE is asked: `python` and `cache` of its environment, or its program's `report`."""

    python: str = ""
    cache: str = ""
    report: Path | None = None
    seconds: float = 600.0


class Versions(Protocol):
    """Versions of the standards of a study (`3.4`, `2026-03-27`)."""

    @property
    def sdtmig(self) -> str: ...
    @property
    def ct(self) -> str: ...


def ask_core(
    asked: CoreAsked | None, folder: Path, versions: Versions, say: Say, origin: Origin | None = None
) -> tuple[CoreOutcome | None, Laid | None]:
    """What CDISC CORE says of a folder of transport files, as it says it and as findings of ours.

    (None, None) where it is not asked. `origin` gives the raw lines behind a record.
    """
    if asked is None:
        return None, None
    version = versions.sdtmig.replace(".", "-")
    if asked.report is not None:
        lengths = dict(records_of(path) for path in dataset_files(folder))
        outcome = read_core_report(asked.report, str(asked.report), lengths, version=version)
    else:
        say("asking CDISC CORE (some minutes; the rules that take longest come first)")
        define = folder / DEFINE
        request = CoreRequest(
            asked.python,
            asked.cache,
            folder,
            version=version,
            define=define if define.is_file() else None,
            terminology=(f"sdtmct-{versions.ct}",),
            seconds=asked.seconds,
        )
        outcome = run_core(request, _tenths(say))
    say(outcome.summary())
    return outcome, laid_beside(outcome, origin)


def write_lists(outcome: CoreOutcome | None, folder: Path) -> list[Path]:
    """`core_rules_run.txt` and `core_rules_not_run.txt` (with the reason); the files that were written."""
    if outcome is None or not outcome.rules:
        return []
    lists = {"core_rules_run.txt": rules_run(outcome), "core_rules_not_run.txt": rules_not_run(outcome)}
    for name, text in lists.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in lists]


def _tenths(say: Say) -> Callable[[int, int], None]:
    """Progress in tenths."""
    told = 0

    def progress(done: int, total: int) -> None:
        nonlocal told
        if done * 10 // total > told:
            told = done * 10 // total
            say(f"  {done} of {total} rules")

    return progress
