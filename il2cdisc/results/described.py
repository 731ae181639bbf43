"""The analyses behind the results: what each is, why it was made, and what it estimates."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.spec.analysis_plan import ALL
from il2cdisc.spec.conditions import written
from il2cdisc.spec.models import PlannedAnalysis
from il2cdisc.spec.tlf import Display


def analyses_frame(displays: Sequence[Display], planned: Sequence[PlannedAnalysis]) -> pd.DataFrame:
    """One row per analysis of each display: method, records, options; reason and purpose; plan and estimand.

    `reason` and `purpose` are those of the workbook (AnalysisReason and AnalysisPurpose of Analysis Results
    Metadata); section, status, estimand and role those of the sheet Plan, empty without a row there.
    """
    rows = {(row.display, row.analysis): row for row in planned}
    nothing = PlannedAnalysis(section="", display="", analysis="", status="")
    lines: list[dict[str, str]] = []
    for display in displays:
        for analysis in display.analyses:
            of_all = rows.get((display.id, ALL), nothing)
            row = rows.get((display.id, analysis.id), of_all)
            lines.append(
                {
                    "display": display.id,
                    "analysis": analysis.id,
                    "title": f"{display.full_number} {display.title}",
                    "label": analysis.label,
                    "method": analysis.method,
                    "dataset": analysis.dataset,
                    "where": written(analysis.where),
                    "population_dataset": display.population_dataset,
                    "population_where": written(display.population_where),
                    "variables": " ".join(item.name for item in analysis.variables),
                    "options": "; ".join(f"{name} = {value}" for name, value in analysis.options.items()),
                    "reason": analysis.reason,
                    "purpose": analysis.purpose,
                    "section": row.section,
                    "status": row.status,
                    "estimand": row.estimand,
                    "role": row.role,
                }
            )
    names = list(lines[0]) if lines else ["display", "analysis"]
    return pd.DataFrame(lines, columns=pd.Index(names), dtype="str")
