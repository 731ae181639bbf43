"""What the reports on a fitted model share: the model of an analysis, and which of its options are known."""

from __future__ import annotations

from dataclasses import replace

from il2cdisc.results.fitted import FittedModel
from il2cdisc.results.options import BadCell
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis

NAMING = ("factors", "covariates", "covariance_by", "interaction")
"""Options of models that name variables of their records."""
OPTIONS = (
    "of", "reference", *NAMING, "interactions", "covariance", "standard_errors", "baseline", "df",
    "confidence", "weights", "transform",
)  # fmt: skip
"""The option `of` of a report, and those of the model that it takes over."""
TAKES = ("Variables", "Levels", "By", "By Levels", "Decimals")


def model_of(work: Work) -> FittedModel:
    """The model of the analysis that the report names.

    Raises `NotEstimableError` where there is none to fit.
    """
    from il2cdisc.results.methods import all_methods

    display = work.analysis.reported
    if display is None:
        raise ValueError(f"{work.display.id} {work.analysis.id} names no model")
    model = display.analyses[0]
    report = all_methods()[model.method].report
    if report is None:
        raise ValueError(f"the method {model.method} gives no model")
    return report(replace(work, display=display, analysis=model))


def refuse_report(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """A refusal of a report that names no model, or the analysis of a method without one."""
    from il2cdisc.results.methods import all_methods

    if analysis.reported is None:
        return (
            [] if analysis.named_model[0] else [BadCell(f"{analysis.method} needs the option of: the model")]
        )
    method = all_methods().get(analysis.reported.analyses[0].method)
    if method is None or method.report is not None:
        return []
    able = ", ".join(name for name, item in all_methods().items() if item.report is not None)
    return [BadCell(f"{method.name} fits no model that can be reported; {able} do")]
