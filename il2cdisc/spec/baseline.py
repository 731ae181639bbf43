"""Baseline, a sheet of the SDTM workbook: which records share one last observation before exposure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import BaselineRule, Spec
from il2cdisc.spec.workbook import Workbook

BASELINE = ["Dataset", "Test Code", "Keys", "Time Point", "Replicates"]
YES, NO, FIRST, LAST = "Yes", "No", "First", "Last"
TIME_POINT = "TPT"
# what tells tests, specimens, methods and positions apart, without the domain's prefix
KEYS = (
    "TESTCD",
    "OBJ",
    "BDAGNT",
    "CNDAGT",
    "CAT",
    "SCAT",
    "SPEC",
    "METHOD",
    "MRKSTR",
    "SBMRKS",
    "CELSTA",
    "LOC",
    "LAT",
    "POS",
)


def read_baseline(book: Workbook) -> tuple[BaselineRule, ...]:
    """Rows of Baseline; a blank test code stands for all tests of the dataset that have no row."""
    found: dict[tuple[str, str], BaselineRule] = {}
    for row in book.rows("Baseline", BASELINE, may_lack=True):
        dataset, code = row.needed("Dataset"), row.text("Test Code")
        point, which = row.choice("Time Point", (YES, NO)), row.choice("Replicates", (FIRST, LAST))
        if (dataset, code) in found:
            what = f"{dataset} {code}".rstrip() + f" is in row {found[dataset, code].place.row} already"
            row.problems.add(kinds.TWICE.at(row.at("Test Code"), what))
        elif dataset:
            found[dataset, code] = BaselineRule(
                place=row.place,
                dataset=dataset,
                testcd=code,
                keys=tuple(row.text("Keys").replace(",", " ").split()),
                time_point=point == YES,
                first_replicate=which == FIRST,
            )
    return tuple(found.values())


def baseline_rules(spec: Spec, dataset: str) -> tuple[BaselineRule, ...]:
    """The rules of a dataset, that of all other tests last; made up where the sheet has none."""
    own = [rule for rule in spec.baseline if rule.dataset == dataset]
    rest = [rule for rule in own if not rule.testcd]
    everything = rest or [BaselineRule(dataset=dataset)]
    return (*(rule for rule in own if rule.testcd), *everything)


def baseline_keys(rule: BaselineRule, columns: Collection[str]) -> list[str]:
    """The variables among `columns` within which a subject has one last observation, test code first."""
    name = rule.dataset
    keys = rule.keys or tuple(f"{name}{stem}" for stem in KEYS)
    point = (f"{name}{TIME_POINT}",) if rule.time_point else ()
    return [key for key in dict.fromkeys((f"{name}TESTCD", *keys, *point)) if key in columns]


def check_baseline(spec: Spec) -> Iterator[Problem]:
    """Datasets, keys and test codes of the sheet are those of the workbook."""
    for rule in spec.baseline:
        own = spec.datasets.get(rule.dataset)
        if own is None:
            what = f"dataset {rule.dataset} is not in Datasets"
            hint = did_you_mean(rule.dataset, spec.datasets)
            yield kinds.UNKNOWN_DATASET.at(rule.at("Dataset"), what, hint=hint)
            continue
        point = [f"{rule.dataset}{TIME_POINT}"] if rule.time_point else []
        for key in [*rule.keys, *point]:
            if key not in own.by_name:
                what, header = f"{key} is not a variable of {rule.dataset}", "Keys"
                place = rule.at("Time Point" if key in point else header)
                yield kinds.UNKNOWN_VARIABLE.at(place, what, hint=did_you_mean(key, own.by_name))
