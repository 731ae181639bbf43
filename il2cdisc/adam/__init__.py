"""Derivations for ADaM mapping modules, in admiral's manner, and the step that finishes a dataset."""

from il2cdisc.adam.change import (
    derive_var_analysis_ratio,
    derive_var_base,
    derive_var_chg,
    derive_var_pchg,
    derive_var_shift,
)
from il2cdisc.adam.finish import Analysis, analysis_dataset, finish
from il2cdisc.adam.flags import (
    derive_var_extreme_flag,
    derive_var_flag,
    derive_var_trtemfl,
    derive_vars_population,
)
from il2cdisc.adam.lookups import (
    check_units,
    derive_var_number,
    derive_vars_group,
    derive_vars_parameter,
    derive_vars_query,
)
from il2cdisc.adam.merging import (
    derive_var_merged_exist_flag,
    derive_vars_merged,
    derive_vars_merged_summary,
    filter_extreme,
)
from il2cdisc.adam.parameters import derive_param_criterion, derive_param_total, derive_param_transformed
from il2cdisc.adam.plan import derive, empty_frame, needs, plan, with_ids
from il2cdisc.adam.ranges import derive_var_anrind, derive_vars_below_lloq
from il2cdisc.adam.rows import append_rows, blank
from il2cdisc.adam.timing import (
    compute_pre_treatment,
    derive_vars_dose_dt,
    derive_vars_dt,
    derive_vars_dtm,
    derive_vars_dy,
    derive_vars_event_dt,
)
from il2cdisc.adam.visits import (
    derive_analysed_locf_records,
    derive_expected_records,
    derive_locf_records,
    derive_var_window_flag,
    derive_vars_windows,
)
from il2cdisc.adam.workbook import numbers_of, parameters_of, windows_of
from il2cdisc.base.dates import day_of, over_distinct, text_over_distinct
from il2cdisc.base.problems import Problem
from il2cdisc.base.rowids import gathered_ids
from il2cdisc.spec.models import Spec
from il2cdisc.study import AnalysisFacts, TrialFacts

__all__ = [
    "Analysis",
    "AnalysisFacts",
    "Problem",
    "Spec",
    "TrialFacts",
    "analysis_dataset",
    "append_rows",
    "blank",
    "check_units",
    "compute_pre_treatment",
    "day_of",
    "derive",
    "derive_analysed_locf_records",
    "derive_expected_records",
    "derive_locf_records",
    "derive_param_criterion",
    "derive_param_total",
    "derive_param_transformed",
    "derive_var_analysis_ratio",
    "derive_var_anrind",
    "derive_var_base",
    "derive_var_chg",
    "derive_var_extreme_flag",
    "derive_var_flag",
    "derive_var_merged_exist_flag",
    "derive_var_number",
    "derive_var_pchg",
    "derive_var_shift",
    "derive_var_trtemfl",
    "derive_var_window_flag",
    "derive_vars_below_lloq",
    "derive_vars_dose_dt",
    "derive_vars_dt",
    "derive_vars_dtm",
    "derive_vars_dy",
    "derive_vars_event_dt",
    "derive_vars_group",
    "derive_vars_merged",
    "derive_vars_merged_summary",
    "derive_vars_parameter",
    "derive_vars_population",
    "derive_vars_query",
    "derive_vars_windows",
    "empty_frame",
    "filter_extreme",
    "finish",
    "gathered_ids",
    "needs",
    "numbers_of",
    "over_distinct",
    "parameters_of",
    "plan",
    "text_over_distinct",
    "windows_of",
    "with_ids",
]
