"""Records that are not there: forms that the schedule expects, and records that were accepted before."""

from __future__ import annotations

from collections.abc import Iterable

from il2cdisc.base.problems import Problem
from il2cdisc.raw.accepted import FEWER, GONE, Accepted, compare
from il2cdisc.raw.dictionary import Dictionary
from il2cdisc.raw.forms import RawExport
from il2cdisc.raw.problems import ENDS_EARLY, NEVER_THERE
from il2cdisc.raw.schedule import missing_forms
from il2cdisc.spec.models import Spec
from il2cdisc.study import Study


def absent_records(
    export: RawExport, study: Study, dictionary: Dictionary, spec: Spec, accepted: Accepted | None
) -> list[Problem]:
    """Problems of a linked export of the whole study, by Protocol Schedule and `accepted.toml`."""
    missing = missing_forms(export, study, dictionary, spec.schedule, spec.protocol.visits)
    return [*missing, *(compare(accepted, export, study) if accepted else ())]


def gone_among(problems: Iterable[Problem]) -> list[Problem]:
    """Those that say that records of many subjects, or records that were accepted, are not there.

    A stop later on may follow from them: the user sees both at once.
    """
    return [item for item in problems if item.kind in (GONE, FEWER, ENDS_EARLY, NEVER_THERE)]
