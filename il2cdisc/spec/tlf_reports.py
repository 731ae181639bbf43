"""Reports on models: an analysis that names another one takes over its records and its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from il2cdisc.base.problems import Kind, Problems, Severity, did_you_mean
from il2cdisc.spec.tlf import Display, DisplayAnalysis

UNKNOWN_MODEL = Kind(
    "SPC195",
    "Report on an unknown analysis",
    Severity.STOP,
    "Write the display and the analysis that are reported: of = T-14-2-1 ANCOVA.",
)
OTHER_RECORDS = Kind(
    "SPC196",
    "Report on other records than its model's",
    Severity.STOP,
    "Give the report the dataset and the population of the model's display.",
)


def with_models(displays: Sequence[Display], problems: Problems) -> list[Display]:
    """The displays, each report with what the analysis that its option `of` names is made of.

    A report that names an analysis which is not there, or whose dataset or population is another, is a
    problem at its cell.
    """
    known = {(display.id, item.id): (display, item) for display in displays for item in display.analyses}
    return [_with_models(display, known, problems) for display in displays]


def _with_models(
    display: Display, known: Mapping[tuple[str, str], tuple[Display, DisplayAnalysis]], problems: Problems
) -> Display:
    if not any(analysis.named_model[0] for analysis in display.analyses):
        return display
    made = [_report(display, analysis, known, problems) for analysis in display.analyses]
    return display.model_copy(update={"analyses": tuple(made)})


def _report(
    display: Display,
    analysis: DisplayAnalysis,
    known: Mapping[tuple[str, str], tuple[Display, DisplayAnalysis]],
    problems: Problems,
) -> DisplayAnalysis:
    name = analysis.named_model
    if not name[0]:
        return analysis
    if name not in known or name[0] == display.id:
        given = " ".join(name)
        hint = did_you_mean(given, [" ".join(key) for key in known])
        problems.add(UNKNOWN_MODEL.at(analysis.at("Options"), f"there is no analysis {given!r}", hint=hint))
        return analysis
    of, model = known[name]
    if analysis.dataset != model.dataset:
        what = f"the dataset is {analysis.dataset}; that of {' '.join(name)} is {model.dataset}"
        problems.add(OTHER_RECORDS.at(analysis.at("Dataset"), what))
    own, theirs = ((d.population_dataset, d.population_where) for d in (display, of))
    if own != theirs:
        what = f"the population is not that of {of.id}"
        problems.add(OTHER_RECORDS.at(display.at("Population Where"), what))
    taken = ("where", "treatment", "variables", "levels", "by", "by_levels")
    values: dict[str, object] = {name: getattr(model, name) for name in taken}
    values["options"] = model.options | {"of": analysis.options["of"]}
    values["treatment"] = model.treatment or of.treatment
    values["reported"] = of.model_copy(update={"analyses": (model,)})
    return analysis.model_copy(update=values)
