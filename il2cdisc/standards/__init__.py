"""The published standards as data: SDTMIG 3.4, SDTM 2.0, ADaMIG 1.3, terminology of 2026-03-27."""

from il2cdisc.standards.adam import AdamVariable, adam_index, adam_variable, adam_variables
from il2cdisc.standards.sdtm import (
    SdtmDataset,
    SdtmVariable,
    derived_from,
    model_order,
    model_variable,
    model_variables,
    sdtm_dataset,
    sdtm_datasets,
    sdtm_variable,
    sdtm_variables,
    variable_fragment,
)
from il2cdisc.standards.terminology import (
    StandardCodelist,
    StandardTerm,
    codelist,
    codelist_named,
    codelists,
)

SDTMIG_VERSION = "3.4"
SDTM_VERSION = "2.0"
ADAMIG_VERSION = "1.3"
TERMINOLOGY_VERSION = "2026-03-27"
DEFINE_VERSION = "2.1"

__all__ = [
    "ADAMIG_VERSION",
    "DEFINE_VERSION",
    "SDTMIG_VERSION",
    "SDTM_VERSION",
    "TERMINOLOGY_VERSION",
    "AdamVariable",
    "SdtmDataset",
    "SdtmVariable",
    "StandardCodelist",
    "StandardTerm",
    "adam_index",
    "adam_variable",
    "adam_variables",
    "codelist",
    "codelist_named",
    "codelists",
    "derived_from",
    "model_order",
    "model_variable",
    "model_variables",
    "sdtm_dataset",
    "sdtm_datasets",
    "sdtm_variable",
    "sdtm_variables",
    "variable_fragment",
]
