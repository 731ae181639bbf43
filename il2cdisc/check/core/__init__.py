"""CDISC CORE beside our own rules: run out of process, or read from the report of CDISC's program."""

from il2cdisc.check.core.ask import CoreAsked, ask_core, write_lists
from il2cdisc.check.core.drive import CoreRequest, run_core
from il2cdisc.check.core.outcome import CoreOutcome, Laid, laid_beside, rules_not_run, rules_run, worse
from il2cdisc.check.core.released import read_core_report

__all__ = [
    "CoreAsked",
    "CoreOutcome",
    "CoreRequest",
    "Laid",
    "ask_core",
    "laid_beside",
    "read_core_report",
    "rules_not_run",
    "rules_run",
    "run_core",
    "worse",
    "write_lists",
]
