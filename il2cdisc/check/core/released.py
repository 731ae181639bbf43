"""The JSON report of CDISC's released program `core` → an outcome."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.check.core.outcome import CLEAN, ERROR, FOUND, NOT_RUN, CoreHit, CoreOutcome, RuleResult, whole
from il2cdisc.check.core.problems import OTHER_DATA, REPORT

PARTS = ("Conformance_Details", "Dataset_Details", "Issue_Details", "Rules_Report")
_STATUS = {"SUCCESS": CLEAN, "ISSUE REPORTED": FOUND, "EXECUTION ERROR": ERROR, "SKIPPED": NOT_RUN}


def read_core_report(
    path: Path, shown: str, lengths: Mapping[str, int], *, standard: str = "sdtmig", version: str = "3-4"
) -> CoreOutcome:
    """Read a report. `lengths`: records of each dataset of this build, to see that it is about them.

    A report that can't be read, is no report of CORE, is about another standard or other data is a
    problem of the outcome; of other data nothing is taken over.
    """
    try:
        told = json.loads(path.read_bytes())
    except OSError as error:
        return CoreOutcome(problems=(REPORT.at(shown, f"it can't be opened ({error.strerror})"),))
    except ValueError:
        return CoreOutcome(problems=(REPORT.at(shown, "it is no JSON"),))
    absent = [part for part in PARTS if not isinstance(told, dict) or part not in told]
    if absent:
        what = "it is no JSON report of the program core: parts are missing"
        return CoreOutcome(problems=(REPORT.at(shown, what, values=absent),))
    try:
        problems = [*_other_standard(told, shown, standard, version), *_other_data(told, shown, lengths)]
        if problems:
            return CoreOutcome(problems=tuple(problems))
        return CoreOutcome(
            by=f"CDISC CORE {told['Conformance_Details']['CORE_Engine_Version']}", rules=_rules(told)
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        what = f"it is not built as a report of the program core is ({type(error).__name__}: {error})"
        return CoreOutcome(problems=(REPORT.at(shown, what),))


def _other_standard(told: Mapping[str, Any], shown: str, standard: str, version: str) -> list[Problem]:
    head = told["Conformance_Details"]
    given = f"{head['Standard']} {head['Version']}".lower().replace(" v", " ").replace("-", ".")
    wanted = f"{standard} {version}".lower().replace("-", ".")
    return [] if given == wanted else [REPORT.at(shown, f"it is about {given}, not {wanted}")]


def _other_data(told: Mapping[str, Any], shown: str, lengths: Mapping[str, int]) -> list[Problem]:
    given = {
        str(item["filename"]).upper().removesuffix(".XPT"): whole(item["length"])
        for item in told["Dataset_Details"]
    }
    problems: list[Problem] = []
    for name in sorted({*given} ^ {*lengths}):
        what = f"{name} is in the report alone" if name in given else f"{name} is not in the report"
        problems.append(OTHER_DATA.at(shown, what, hint=_near(name, lengths) if name in given else ""))
    for name in sorted({*given} & {*lengths}):
        if given[name] != lengths[name]:
            what = f"{name} has {given[name]:,} records in the report and {lengths[name]:,} in its file"
            problems.append(OTHER_DATA.at(shown, what))
    return problems


def _near(name: str, known: Collection[str]) -> str:
    return did_you_mean(name, known)


def _rules(told: Mapping[str, Any]) -> tuple[RuleResult, ...]:
    hits: dict[str, list[CoreHit]] = {}
    for item in told["Issue_Details"]:
        hits.setdefault(str(item["core_id"]), []).append(_hit(item))
    out = []
    for item in told["Rules_Report"]:
        name, status = str(item["core_id"]), _STATUS.get(str(item["status"]).upper(), ERROR)
        found = tuple(hits.get(name, ())) if status == FOUND else ()
        reason = "the report does not say why" if status == NOT_RUN else ""
        if status == ERROR:
            reason = next((hit.message for hit in hits.get(name, ())), str(item["status"]))
        out.append(RuleResult(name, status, _ids(item), reason, 0.0, len(found), found))
    return tuple(sorted(out, key=lambda item: item.rule))


def _ids(item: Mapping[str, Any]) -> tuple[str, ...]:
    given = f"{item.get('cdisc_rule_id') or ''}, {item.get('fda_rule_id') or ''}"
    return tuple(sorted({part.strip() for part in given.split(",")} - {""}))


def _hit(item: Mapping[str, Any]) -> CoreHit:
    names: Sequence[Any] = item["variables"] if isinstance(item["variables"], list) else ()
    values: Sequence[Any] = item["values"] if isinstance(item["values"], list) else ()
    pairs = zip(names, values, strict=False)
    return CoreHit(
        dataset=str(item["dataset"] or "").upper().removesuffix(".XPT"),
        message=str(item["message"] or ""),
        usubjid=str(item.get("USUBJID") or ""),
        seq=whole(item.get("SEQ")),
        row=whole(item.get("row")),
        values=tuple((str(name), "" if value is None else str(value)) for name, value in pairs),
    )
