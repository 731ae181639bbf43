"""Methods of the variables that il2cdisc makes itself, as a new workbook describes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineMethod:
    """A method and the variables (fragments, `--DY`) that it makes."""

    id: str
    name: str
    variables: tuple[str, ...]
    description: str


ENGINE_METHODS = (
    EngineMethod(
        "MT.SEQ",
        "Sequence number",
        ("--SEQ",),
        "Records of a subject are numbered from 1 in the order of the key variables.",
    ),
    EngineMethod(
        "MT.DY",
        "Study day",
        ("--DY", "--STDY", "--ENDY"),
        "Days from RFSTDTC to the date, plus 1 on and after it; there is no day 0. Null when either date is "
        "not complete.",
    ),
    EngineMethod(
        "MT.EPOCH",
        "Epoch",
        ("EPOCH",),
        "Epoch of the element of SE that the start of the record is in; the date of the record where it has "
        "no start.",
    ),
    EngineMethod(
        "MT.VISITNUM",
        "Visit number",
        ("VISITNUM",),
        "Number of the planned visit, as in TV. An unscheduled visit has the number at the end of its name.",
    ),
    EngineMethod(
        "MT.STRES",
        "Standard result",
        ("--STRESC", "--STRESN", "--STRESU"),
        "Original result converted to the standard unit of the test (times a factor, plus an offset where "
        "the units need one), rounded half away from zero to the decimals of the test.",
    ),
    EngineMethod(
        "MT.STNR",
        "Standard reference range",
        ("--STNRLO", "--STNRHI", "--STNRC"),
        "Limits of the laboratory, converted like results; without them the sponsor's limits for the test by "
        "sex and age.",
    ),
    EngineMethod(
        "MT.NRIND",
        "Reference range indicator",
        ("--NRIND",),
        "LOW below the lower limit, HIGH above the upper limit, NORMAL between them; null without a result "
        "or without limits.",
    ),
    EngineMethod(
        "MT.LOBXFL",
        "Last observation before exposure",
        ("--LOBXFL",),
        "Y on the last record with a result before RFXSTDTC for each subject, test, specimen, method, "
        "position, location and laterality.",
    ),
)
METHOD_OF = {variable: method for method in ENGINE_METHODS for variable in method.variables}
"""Fragment of a variable → the method that makes it."""
