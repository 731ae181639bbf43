"""The frozen models of a specification: what each dataset, variable, codelist and protocol row must be."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problem
from il2cdisc.spec.conditions import Condition as ConditionText
from il2cdisc.spec.external import DictionaryCode
from il2cdisc.spec.placed import Placed
from il2cdisc.spec.trial_models import DoseRow, TrialCheck
from il2cdisc.spec.workbook import Place

DATA_TYPES = (
    "text",
    "integer",
    "float",
    "date",
    "datetime",
    "time",
    "partialDate",
    "partialTime",
    "partialDatetime",
    "incompleteDatetime",
    "durationDatetime",
)
NUMERIC_TYPES = ("integer", "float")
COMPARATORS = ("EQ", "NE", "IN", "NOTIN", "LT", "LE", "GT", "GE")
Comparator = Literal["EQ", "NE", "IN", "NOTIN", "LT", "LE", "GT", "GE"]


class DescribedItem(Placed):
    """What variables and value-level rows have in common."""

    order: int | None = None
    dataset: str
    label: str = ""
    data_type: str = "text"
    length: int | None = None
    significant_digits: int | None = None
    format: str = ""
    mandatory: bool = False
    assigned_value: str = ""
    codelist: str = ""
    origin: Origin | None = None
    source: str = ""
    pages: str = ""
    method: str = ""
    predecessor: str = ""
    comment: str = ""
    notes: str = ""

    @property
    def type(self) -> Literal["Char", "Num"]:
        """Type in a transport file: integer and float are Num, all else Char."""
        return "Num" if self.data_type in NUMERIC_TYPES else "Char"


class VariableSpec(DescribedItem):
    """A row of Variables."""

    name: str
    common: bool = False
    role: str = ""
    no_data: bool = False


class ValueLevelSpec(DescribedItem):
    """A row of ValueLevel; `where` is the id of its where-clause."""

    variable: str
    where: str


class DatasetSpec(Placed):
    """A row of Datasets with its variables in order."""

    name: str
    label: str = ""
    class_: str = ""
    subclass: str = ""
    structure: str = ""
    keys: tuple[str, ...] = ()
    standard: str = ""
    no_data: bool = False
    repeating: bool = True
    reference_data: bool = False
    comment: str = ""
    notes: str = ""
    variables: tuple[VariableSpec, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables, in order."""
        return tuple(variable.name for variable in self.variables)

    @cached_property
    def by_name(self) -> dict[str, VariableSpec]:
        """Variables by name."""
        return {variable.name: variable for variable in self.variables}


class ClauseCondition(Placed):
    """One comparison of a where-clause."""

    variable: str
    comparator: Comparator
    values: tuple[str, ...]
    dataset: str = ""


class WhereClause(Placed):
    """Comparisons that must all hold. An empty clause holds for every row."""

    id: str = ""
    conditions: tuple[ClauseCondition, ...] = ()
    comment: str = ""
    faulty: bool = False
    """Whether a row of it could not be read; that is a problem at its cell."""


class Term(Placed):
    """A term of a codelist."""

    value: str
    decode: str = ""
    nci_code: str = ""
    order: int | None = None


class Codelist(Placed):
    """A codelist with its terms; without an NCI code it is the sponsor's own and closed."""

    id: str
    name: str = ""
    nci_code: str = ""
    data_type: str = "text"
    terminology: str = ""
    comment: str = ""
    extensible: bool = False
    terms: tuple[Term, ...] = ()

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Submission values, in order."""
        return tuple(term.value for term in self.terms)

    @cached_property
    def decodes(self) -> dict[str, str]:
        """Submission value → decoded value."""
        return {term.value: term.decode for term in self.terms}


class Dictionary(Placed):
    """An external dictionary (a row of Dictionaries)."""

    id: str
    name: str = ""
    data_type: str = "text"
    dictionary: str = ""
    version: str = ""
    href: str = ""
    comment: str = ""


class MethodSpec(Placed):
    """A row of Methods."""

    id: str
    name: str = ""
    type: str = ""
    description: str = ""
    expression_context: str = ""
    expression_code: str = ""
    document: str = ""
    pages: str = ""


class Comment(Placed):
    """A row of Comments."""

    id: str
    description: str = ""
    document: str = ""
    pages: str = ""


class Document(Placed):
    """A row of Documents."""

    id: str
    title: str = ""
    href: str = ""


class Translation(Placed):
    """A collected value and the term that it means."""

    codelist: str
    collected: str
    term: str


class Conversion(Placed):
    """to = from * factor + offset; `digits` to round to, None for none. A blank unit is no unit."""

    dataset: str
    testcd: str
    specimen: str = ""
    from_unit: str = ""
    to_unit: str = ""
    factor: float = 1.0
    offset: float = 0.0
    digits: int | None = None
    restricted: bool = False


class RangeSpec(Placed):
    """A reference range; blank sex or specimen means any; `age_to` (years) is exclusive.

    `normal`: texts that are normal, of a test whose results are words; it then has neither `low` nor `high`.
    """

    dataset: str
    testcd: str
    specimen: str = ""
    unit: str = ""
    sex: str = ""
    age_from: float | None = None
    age_to: float | None = None
    low: float | None = None
    high: float | None = None
    normal: tuple[str, ...] = ()


class Total(Placed):
    """A collected total and its items. An item is one test code, or several of which one is rated.

    `zero_if_missing`: a missing item counts as 0 in the collected total; else a total with a missing
    item is not compared. `category` limits the records, blank for all.
    """

    dataset: str
    testcd: str
    items: tuple[tuple[str, ...], ...]
    category: str = ""
    zero_if_missing: bool = False


class Plausibility(Placed):
    """What is plausible of a test's standard result: from `low` to `high`, and at most `fold` times more or
    less than the median of the subject's results.
    """

    dataset: str
    testcd: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    fold: float | None = None


class BaselineRule(Placed):
    """Within which keys a test has one last observation before exposure; no `testcd`: all other tests.

    No `keys`: those that tell tests apart. `time_point`: also --TPT; `first_replicate`: of several results of
    one moment the first counts, not the last.
    """

    dataset: str
    testcd: str = ""
    keys: tuple[str, ...] = ()
    time_point: bool = False
    first_replicate: bool = False


class ArmElement(Placed):
    """A planned element of an arm (a record of TA)."""

    arm_code: str
    arm: str
    order: int
    element_code: str
    branch: str = ""
    transition: str = ""
    epoch: str = ""


class ProtocolElement(Placed):
    """A planned element (a record of TE)."""

    element_code: str
    element: str = ""
    start_rule: str = ""
    end_rule: str = ""
    duration: str = ""


class PlannedVisit(Placed):
    """A planned visit (a record of TV); windows are days before and after the planned day."""

    visit_number: float
    visit: str
    planned_day: int | None = None
    window_before: int | None = None
    window_after: int | None = None
    arm_code: str = ""
    start_rule: str = ""
    end_rule: str = ""


class Criterion(Placed):
    """An inclusion or exclusion criterion (a record of TI); its text is the decode of its code."""

    code: str
    category: str
    rule: str = ""
    version: str = ""


class SummaryValue(Placed):
    """A value of a trial summary parameter (a record of TS): a value or a null flavor (ISO 21090)."""

    parameter: str
    value: str = ""
    null_flavor: str = ""
    code: str = ""
    dictionary: str = ""
    dictionary_version: str = ""


class ScheduleRow(Placed):
    """A form that is expected at a visit (blank: once a subject; EACH VISIT: wherever the condition holds).

    `records` say which records of the form count; `condition` (columns as `form.COLUMN`) when it is
    expected, empty for always. It is missing only when `grace_days` have gone by at the data cut.
    """

    visit: str
    form: str
    records: tuple[ConditionText, ...] = ()
    optional: bool = False
    condition: tuple[ConditionText, ...] = ()
    grace_days: int = 0


class Protocol(BaseModel):
    """The protocol sheets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arms: tuple[ArmElement, ...] = ()
    elements: tuple[ProtocolElement, ...] = ()
    visits: tuple[PlannedVisit, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    summary: tuple[SummaryValue, ...] = ()


class Parameter(Placed):
    """An analysis parameter; `extra` holds further columns of the sheet as text."""

    dataset: str
    code: str
    label: str
    order: float | None = None
    category: str = ""
    source: str = ""
    unit: str = ""
    restricted: bool = False
    extra: dict[str, str] = Field(default_factory=dict)


class Window(Placed):
    """An analysis window in study days, both ends inclusive; None is open."""

    dataset: str
    visit: str
    visit_number: float
    target: int | None = None
    from_: int | None = None
    to: int | None = None


class Estimand(Placed):
    """A row of Estimands: its attributes, and the flag of the records that it is estimated from."""

    id: str
    objective: str
    treatment: str
    population: str
    variable: str
    summary: str
    dataset: str
    flag: str


class IntercurrentEvent(Placed):
    """How an estimand handles an intercurrent event."""

    estimand: str
    event: str
    strategy: str


class PlannedAnalysis(Placed):
    """A row of Plan: an analysis of a display, its section of the analysis plan, what it estimates."""

    section: str
    display: str
    analysis: str
    status: str
    estimand: str = ""
    role: str = ""
    reason: str = ""


class Spec(BaseModel):
    """A whole workbook. Frozen, picklable; `findings` are the problems that did not stop it."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    shown: str
    standard: Literal["SDTM", "ADaM"]
    define: dict[str, str]
    define_places: dict[str, Place] = Field(default_factory=dict, repr=False)
    datasets: dict[str, DatasetSpec]
    value_levels: tuple[ValueLevelSpec, ...] = ()
    where_clauses: dict[str, WhereClause] = Field(default_factory=dict)
    codelists: dict[str, Codelist] = Field(default_factory=dict)
    dictionaries: dict[str, Dictionary] = Field(default_factory=dict)
    methods: dict[str, MethodSpec] = Field(default_factory=dict)
    comments: dict[str, Comment] = Field(default_factory=dict)
    documents: dict[str, Document] = Field(default_factory=dict)
    translation_rows: tuple[Translation, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    ranges: tuple[RangeSpec, ...] = ()
    totals: tuple[Total, ...] = ()
    plausibility: tuple[Plausibility, ...] = ()
    baseline: tuple[BaselineRule, ...] = ()
    protocol: Protocol = Field(default_factory=Protocol)
    parameters: tuple[Parameter, ...] = ()
    windows: tuple[Window, ...] = ()
    estimands: tuple[Estimand, ...] = ()
    intercurrent_events: tuple[IntercurrentEvent, ...] = ()
    codes: tuple[DictionaryCode, ...] = ()
    schedule: tuple[ScheduleRow, ...] = ()
    checks: tuple[TrialCheck, ...] = ()
    doses: tuple[DoseRow, ...] = ()
    absent: tuple[str, ...] = ()
    """Optional sheets that are not there or have no row."""
    findings: tuple[Problem, ...] = Field(default=(), repr=False)

    @cached_property
    def translations(self) -> dict[str, dict[str, str]]:
        """Codelist → collected value → term."""
        found: dict[str, dict[str, str]] = {}
        for row in self.translation_rows:
            found.setdefault(row.codelist, {})[row.collected] = row.term
        return found

    @cached_property
    def restricted_tests(self) -> dict[str, set[tuple[str, str]]]:
        """Dataset → test code and specimen ("" for any) of results that would give the treatment away."""
        found: dict[str, set[tuple[str, str]]] = {}
        for row in self.conversions:
            if row.restricted:
                found.setdefault(row.dataset, set()).add((row.testcd, row.specimen))
        return found

    @cached_property
    def restricted_parameters(self) -> dict[str, set[str]]:
        """Dataset → codes of parameters that would give the treatment away."""
        found: dict[str, set[str]] = {}
        for row in self.parameters:
            if row.restricted:
                found.setdefault(row.dataset, set()).add(row.code)
        return found

    def only(self, names: Collection[str]) -> Spec:
        """The workbook with some of its datasets."""
        kept = {name: item for name, item in self.datasets.items() if name in names}
        return self.model_copy(update={"datasets": kept})

    def variable(self, dataset: str, name: str) -> VariableSpec | None:
        """A variable's row, None if the workbook has none."""
        found = self.datasets.get(dataset)
        return found.by_name.get(name) if found else None

    def values_of(self, dataset: str, variable: str = "") -> tuple[ValueLevelSpec, ...]:
        """Value-level rows of a dataset, or of one of its variables."""
        return self._values.get((dataset, variable), ())

    @cached_property
    def _values(self) -> dict[tuple[str, str], tuple[ValueLevelSpec, ...]]:
        found: dict[tuple[str, str], list[ValueLevelSpec]] = {}
        for row in self.value_levels:
            found.setdefault((row.dataset, row.variable), []).append(row)
            found.setdefault((row.dataset, ""), []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    def qualifiers(self, dataset: str) -> dict[str, ValueLevelSpec]:
        """QNAM → value-level row of QVAL of a supplemental dataset (`SUPPAE`)."""
        found: dict[str, ValueLevelSpec] = {}
        for row in self.values_of(dataset, "QVAL"):
            clause = self.where_clauses.get(row.where)
            for condition in clause.conditions if clause else ():
                if condition.variable == "QNAM" and condition.comparator in ("EQ", "IN"):
                    found.update(dict.fromkeys(condition.values, row))
        return found
