"""Records that are not there: forms that the schedule expects, and records that were accepted before."""

from __future__ import annotations

from il2cdisc.base.problems import Problem
from il2cdisc.raw.accepted import Accepted, compare
from il2cdisc.raw.dictionary import Dictionary
from il2cdisc.raw.forms import RawExport
from il2cdisc.raw.schedule import missing_forms
from il2cdisc.spec.models import Spec
from il2cdisc.study import Study


def absent_records(
    export: RawExport, study: Study, dictionary: Dictionary, spec: Spec, accepted: Accepted | None
) -> list[Problem]:
    """Problems of a linked export of the whole study, by Protocol Schedule and `accepted.toml`."""
    missing = missing_forms(export, study, dictionary, spec.schedule, spec.protocol.visits)
    return [*missing, *(compare(accepted, export, study) if accepted else ())]
