"""Derivations for ADaM mapping modules, in admiral's manner, and the step that finishes a dataset."""

from il2cdisc.adam.carried import (
    derive_analysed_locf_records,
    derive_blocf_records,
    derive_bocf_records,
    derive_locf_records,
    derive_wocf_records,
)
from il2cdisc.adam.change import (
    derive_var_analysis_ratio,
    derive_var_base,
    derive_var_chg,
    derive_var_pchg,
    derive_var_shift,
)
from il2cdisc.adam.computed import (
    derive_param_bmi,
    derive_param_bsa,
    derive_param_computed,
    derive_param_map,
    derive_param_qtc,
    derive_param_rr,
)
from il2cdisc.adam.datetimes import (
    derive_vars_dtm_to_dt,
    derive_vars_dtm_to_tm,
    derive_vars_event_dtm,
    derive_vars_imputed_dtm,
)
from il2cdisc.adam.durations import compute_age, derive_var_age_years, derive_vars_aage, derive_vars_duration
from il2cdisc.adam.exclusions import Exclusion, derive_vars_exclusion
from il2cdisc.adam.exposure import derive_param_exist_flag, derive_param_exposure
from il2cdisc.adam.finish import Analysis, analysis_dataset, finish
from il2cdisc.adam.flags import (
    derive_var_extreme_flag,
    derive_var_flag,
    derive_var_trtemfl,
    derive_vars_population,
)
from il2cdisc.adam.formulas import (
    compute_bmi,
    compute_bsa_boyd,
    compute_bsa_dubois,
    compute_bsa_fujimoto,
    compute_bsa_gehan_george,
    compute_bsa_haycock,
    compute_bsa_mosteller,
    compute_bsa_takahira,
    compute_map,
    compute_map_heart_rate,
    compute_qtc_bazett,
    compute_qtc_fridericia,
    compute_qtc_sagie,
    compute_rr,
)
from il2cdisc.adam.imputation import ImputedDraws, impute_draws
from il2cdisc.adam.joined import (
    derive_var_joined_exist_flag,
    derive_vars_extreme_event,
    derive_vars_joined,
    derive_vars_joined_summary,
    derive_vars_last_dose,
)
from il2cdisc.adam.lookups import (
    check_units,
    derive_var_number,
    derive_vars_group,
    derive_vars_parameter,
)
from il2cdisc.adam.merging import (
    derive_var_merged_exist_flag,
    derive_vars_merged,
    derive_vars_merged_summary,
    filter_extreme,
)
from il2cdisc.adam.occurrence import (
    derive_basetype_records,
    derive_var_ontrtfl,
    derive_vars_crit_flag,
    derive_vars_occurrence_flags,
)
from il2cdisc.adam.parameters import derive_param_criterion, derive_param_total, derive_param_transformed
from il2cdisc.adam.periods import (
    create_period_dataset,
    derive_var_trta,
    derive_var_trtp,
    derive_vars_period,
    derive_vars_period_dates,
    derive_vars_phase,
    derive_vars_subperiod,
)
from il2cdisc.adam.plan import derive, empty_frame, needs, plan, with_ids
from il2cdisc.adam.predecessors import derive_vars_predecessor
from il2cdisc.adam.queries import derive_vars_query
from il2cdisc.adam.ranges import derive_var_anrind, derive_vars_below_lloq
from il2cdisc.adam.records import (
    derive_extreme_records,
    derive_last_records,
    derive_maximum_records,
    derive_minimum_records,
    derive_summary_records,
    derive_worst_records,
)
from il2cdisc.adam.rows import append_rows, blank
from il2cdisc.adam.scores import derive_params_score
from il2cdisc.adam.tables import read_table
from il2cdisc.adam.time_to_event import TimeSource, censor_source, derive_param_tte, event_source
from il2cdisc.adam.timing import (
    compute_pre_treatment,
    derive_vars_dose_dt,
    derive_vars_dt,
    derive_vars_dtm,
    derive_vars_dy,
    derive_vars_event_dt,
)
from il2cdisc.adam.toxicity import derive_vars_toxicity
from il2cdisc.adam.visits import (
    derive_expected_records,
    derive_var_window_flag,
    derive_vars_windows,
)
from il2cdisc.adam.whole import SubjectBlocks, whole_study
from il2cdisc.adam.workbook import numbers_of, parameters_of, windows_of
from il2cdisc.base.dates import day_of, over_distinct, text_over_distinct
from il2cdisc.base.problems import Problem
from il2cdisc.base.rowids import gathered_ids
from il2cdisc.spec.models import Spec
from il2cdisc.study import AnalysisFacts, TrialFacts

__all__ = [
    "Analysis",
    "AnalysisFacts",
    "Exclusion",
    "ImputedDraws",
    "Problem",
    "Spec",
    "SubjectBlocks",
    "TimeSource",
    "TrialFacts",
    "analysis_dataset",
    "append_rows",
    "blank",
    "censor_source",
    "check_units",
    "compute_age",
    "compute_bmi",
    "compute_bsa_boyd",
    "compute_bsa_dubois",
    "compute_bsa_fujimoto",
    "compute_bsa_gehan_george",
    "compute_bsa_haycock",
    "compute_bsa_mosteller",
    "compute_bsa_takahira",
    "compute_map",
    "compute_map_heart_rate",
    "compute_pre_treatment",
    "compute_qtc_bazett",
    "compute_qtc_fridericia",
    "compute_qtc_sagie",
    "compute_rr",
    "create_period_dataset",
    "day_of",
    "derive",
    "derive_analysed_locf_records",
    "derive_basetype_records",
    "derive_blocf_records",
    "derive_bocf_records",
    "derive_expected_records",
    "derive_extreme_records",
    "derive_last_records",
    "derive_locf_records",
    "derive_maximum_records",
    "derive_minimum_records",
    "derive_param_bmi",
    "derive_param_bsa",
    "derive_param_computed",
    "derive_param_criterion",
    "derive_param_exist_flag",
    "derive_param_exposure",
    "derive_param_map",
    "derive_param_qtc",
    "derive_param_rr",
    "derive_param_total",
    "derive_param_transformed",
    "derive_param_tte",
    "derive_params_score",
    "derive_summary_records",
    "derive_var_age_years",
    "derive_var_analysis_ratio",
    "derive_var_anrind",
    "derive_var_base",
    "derive_var_chg",
    "derive_var_extreme_flag",
    "derive_var_flag",
    "derive_var_joined_exist_flag",
    "derive_var_merged_exist_flag",
    "derive_var_number",
    "derive_var_ontrtfl",
    "derive_var_pchg",
    "derive_var_shift",
    "derive_var_trta",
    "derive_var_trtemfl",
    "derive_var_trtp",
    "derive_var_window_flag",
    "derive_vars_aage",
    "derive_vars_below_lloq",
    "derive_vars_crit_flag",
    "derive_vars_dose_dt",
    "derive_vars_dt",
    "derive_vars_dtm",
    "derive_vars_dtm_to_dt",
    "derive_vars_dtm_to_tm",
    "derive_vars_duration",
    "derive_vars_dy",
    "derive_vars_event_dt",
    "derive_vars_event_dtm",
    "derive_vars_exclusion",
    "derive_vars_extreme_event",
    "derive_vars_group",
    "derive_vars_imputed_dtm",
    "derive_vars_joined",
    "derive_vars_joined_summary",
    "derive_vars_last_dose",
    "derive_vars_merged",
    "derive_vars_merged_summary",
    "derive_vars_occurrence_flags",
    "derive_vars_parameter",
    "derive_vars_period",
    "derive_vars_period_dates",
    "derive_vars_phase",
    "derive_vars_population",
    "derive_vars_predecessor",
    "derive_vars_query",
    "derive_vars_subperiod",
    "derive_vars_toxicity",
    "derive_vars_windows",
    "derive_wocf_records",
    "derive_worst_records",
    "empty_frame",
    "event_source",
    "filter_extreme",
    "finish",
    "gathered_ids",
    "impute_draws",
    "needs",
    "numbers_of",
    "over_distinct",
    "parameters_of",
    "plan",
    "read_table",
    "text_over_distinct",
    "whole_study",
    "windows_of",
    "with_ids",
]
