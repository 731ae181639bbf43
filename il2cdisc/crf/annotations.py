"""What the CRF says at each field: variables by the mappings' plans, qualifiers, links, or not submitted."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from il2cdisc.base.origins import FieldUse, Origin
from il2cdisc.crf.forms import CrfForm
from il2cdisc.define.described import CONTINUED
from il2cdisc.spec.models import Spec
from il2cdisc.spec.supplements import is_engines

NOT_SUBMITTED = "[NOT SUBMITTED]"
NO_CONDITION_FOR = ("Timing", "Identifier")
"""Roles of variables that are of the whole record: no test or topic is named with them."""
TOPICS = ("TESTCD", "TRT", "TERM", "OBJ", "CAT", "SCAT")
"""Ends of the variables that tell the records of a dataset apart, in the order in which they are named."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A text at a field of a form (`field` empty: of the form as a whole), and what it is about.

    `dataset`, `variable` and `conditions` are those that define.xml asks for: of a qualifier QVAL of SUPP--
    where QNAM is its name. `domain` is what the colour goes by; empty where nothing is submitted.
    """

    form: str
    field: str
    text: str
    domain: str = ""
    dataset: str = ""
    variable: str = ""
    conditions: tuple[tuple[str, str], ...] = ()

    @property
    def named(self) -> str:
        """The variable, or the qualifier, that the text names."""
        return dict(self.conditions).get("QNAM", "") if self.variable == "QVAL" else self.variable


@dataclass(frozen=True, slots=True)
class FieldStates:
    """What else is known of raw columns: `subject_keys` are resolved to subjects, `unused` have a reason."""

    subject_keys: frozenset[str]
    unused: frozenset[str]
    visits: frozenset[str]
    """Columns that hold the visit of a record."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """The annotations of all forms in their order, and the fields that nothing is said of."""

    annotations: tuple[Annotation, ...]
    unmapped: tuple[str, ...]


def annotate(
    forms: Sequence[CrfForm], uses: Iterable[FieldUse], states: FieldStates, spec: Spec
) -> Annotated:
    """Annotations of forms: at each field its collected variables, else what it is used for.

    A field that is not used is `[NOT SUBMITTED]` where that is declared, and unmapped where it is not.
    """
    by_field: dict[str, list[FieldUse]] = {}
    printed: dict[str, list[FieldUse]] = {}
    for use in dict.fromkeys(use for use in _with_rest(uses, spec) if _is_specified(use, spec)):
        if use.source:
            by_field.setdefault(use.source, []).append(use)
        for form in use.forms:
            printed.setdefault(form, []).append(use)
    found: list[Annotation] = []
    unmapped: list[str] = []
    for form in forms:
        texts = _Form(form, by_field, states, spec)
        found += _printed(form, printed.get(form.name, ()))
        for column in form.fields:
            own = list(dict.fromkeys(texts.of(column.name)))
            found += own
            if not own:
                unmapped.append(column.name)
    return Annotated(tuple(found), tuple(unmapped))


def of_made(annotations: Iterable[Annotation], made: Mapping[str, Container[str]]) -> list[Annotation]:
    """Annotations without the variables that no record has, where their field has another annotation.

    `made`: dataset that was made → its variables, of SUPP-- its qualifiers.
    """
    given = list(annotations)
    kept = [item for item in given if _is_made(item, made)]
    fields = {(item.form, item.field) for item in kept}
    return [item for item in given if item in kept or (item.form, item.field) not in fields]


def _is_made(item: Annotation, made: Mapping[str, Container[str]]) -> bool:
    """A dataset without records has its variables all the same, a supplemental one has no qualifiers."""
    without = () if item.variable == "QVAL" else (item.named,)
    return item.named in made.get(item.dataset, without)


def _with_rest(uses: Iterable[FieldUse], spec: Spec) -> Iterator[FieldUse]:
    """Each use, and the variables of the workbook that take the rest of a long text: COVAL1 of COVAL."""
    for use in uses:
        yield use
        dataset = spec.datasets.get(use.dataset)
        if dataset is not None and CONTINUED.get(use.dataset) == use.variable:
            for name in dataset.names:
                if name != use.variable and name.rstrip("0123456789") == use.variable:
                    yield replace(use, variable=name)


def _is_specified(use: FieldUse, spec: Spec) -> bool:
    """Whether it is a variable of the package: the workbook's, or a qualifier that the engine may make."""
    if use.supplemental:
        named = use.variable in spec.qualifiers(f"SUPP{use.dataset}")
        return named or is_engines(spec, use.dataset, use.variable)
    return spec.variable(use.dataset, use.variable) is not None


def _printed(form: CrfForm, uses: Iterable[FieldUse]) -> Iterator[Annotation]:
    """Collected values that are the same on every record: they are printed on the form."""
    for use in uses:
        text = f"{use.variable} = {use.fixed}"
        yield Annotation(form.name, "", text, use.dataset, use.dataset, use.variable, use.conditions)


class _Form:
    """The annotations of the fields of one form."""

    def __init__(
        self,
        form: CrfForm,
        uses: Mapping[str, Sequence[FieldUse]],
        states: FieldStates,
        spec: Spec,
    ) -> None:
        self._states, self._spec, self._name = states, spec, form.name
        self._uses = {column.name: list(uses.get(column.name, ())) for column in form.fields}
        every = [use for own in self._uses.values() for use in own]
        self._domains = list(dict.fromkeys(use.dataset for use in every if use.dataset != "RELREC"))
        self._by_variable: dict[tuple[str, str], list[FieldUse]] = {}
        for use in every:
            self._by_variable.setdefault((use.dataset, use.variable), []).append(use)

    def of(self, column: str) -> Iterator[Annotation]:
        """The annotations of a field; none where nothing is said of it."""
        uses = self._shown(column)
        for use in uses:
            yield from self._texts(use, [other for other in uses if _same(use, other)])
        if uses:
            return
        if column in self._states.subject_keys and self._domains:
            yield self._annotation(column, "USUBJID", self._domains[0], self._domains[0], "USUBJID")
        elif column in self._states.unused or column in self._states.subject_keys:
            yield Annotation(self._name, column.partition(".")[2], NOT_SUBMITTED)

    def _shown(self, column: str) -> list[FieldUse]:
        """Uses that the field is annotated with: collected ones, else assigned, else derived ones; links."""
        uses = self._uses[column]
        links = [use for use in uses if use.dataset == "RELREC"]
        own = [use for use in uses if use.dataset != "RELREC"]
        if column in self._states.visits and any(use.variable == "VISIT" for use in own):
            return [use for use in own if use.variable == "VISIT"]
        kinds = ([Origin.COLLECTED], [Origin.ASSIGNED, Origin.PROTOCOL], list(Origin))
        shown = ([use for use in own if use.origin in kind] for kind in kinds)
        return [*next((some for some in shown if some), []), *links]

    def _texts(self, use: FieldUse, same: Sequence[FieldUse]) -> Iterator[Annotation]:
        """The annotation of a use; one that holds for all records of the field has no condition."""
        if use.dataset == "RELREC":
            text = f"RELID in RELREC ({use.fixed})"
            yield self._annotation(use.source, text, use.fixed.partition(" ")[0], "RELREC", "RELID")
        elif use.supplemental:
            text, supplement = f"{use.variable} in SUPP{use.dataset}", f"SUPP{use.dataset}"
            named = {"QNAM": use.variable}
            yield self._annotation(use.source, text, use.dataset, supplement, "QVAL", named)
        else:
            conditions = use.given if self._is_split(use, same) else _common(same)
            text = use.variable if len(self._domains) < 2 else _with_domain(use)
            tail = " and ".join(f"{name} = {value}" for name, value in self._when(use, conditions))
            text = f"{text} when {tail}" if tail else text
            yield self._annotation(use.source, text, use.dataset, use.dataset, use.variable, conditions)

    def _is_split(self, use: FieldUse, same: Sequence[FieldUse]) -> bool:
        """Whether each of several parts gives the field another test: an annotation for each."""
        test = f"{use.dataset}TESTCD"
        return self._role(use) not in NO_CONDITION_FOR and all(test in other.given for other in same)

    def _when(self, use: FieldUse, conditions: Mapping[str, str]) -> list[tuple[str, str]]:
        """What the annotation names: the test, and what sets the field apart from others of the form.

        Of timing only what sets it apart: a date is that of all tests of a form.
        """
        of_record = self._role(use) in NO_CONDITION_FOR
        names = [f"{use.dataset}{end}" for end in TOPICS if use.variable != f"{use.dataset}{end}"]
        others = [x for x in self._by_variable[use.dataset, use.variable] if x.source != use.source]
        shown: list[tuple[str, str]] = []
        for name in (name for name in names if name in conditions):
            apart = any(other.given.get(name, "") != conditions[name] for other in others)
            if apart or (name.endswith("TESTCD") and not of_record):
                shown.append((name, conditions[name]))
                others = [x for x in others if x.given.get(name, conditions[name]) == conditions[name]]
        return shown

    def _role(self, use: FieldUse) -> str:
        variable = self._spec.variable(use.dataset, use.variable)
        return variable.role if variable else ""

    def _annotation(
        self,
        column: str,
        text: str,
        domain: str,
        dataset: str,
        variable: str,
        conditions: Mapping[str, str] | None = None,
    ) -> Annotation:
        field, own = column.partition(".")[2], tuple((conditions or {}).items())
        return Annotation(self._name, field, text, domain, dataset, variable, own)


def _same(use: FieldUse, other: FieldUse) -> bool:
    return (use.dataset, use.variable, use.supplemental) == (
        other.dataset,
        other.variable,
        other.supplemental,
    )


def _common(uses: Sequence[FieldUse]) -> dict[str, str]:
    """Conditions that all uses share."""
    return {
        name: value
        for name, value in uses[0].conditions
        if all((name, value) in use.conditions for use in uses)
    }


def _with_domain(use: FieldUse) -> str:
    """A variable of a form of several domains: one whose name does not say its domain is named with it."""
    return use.variable if use.variable.startswith(use.dataset) else f"{use.dataset}.{use.variable}"
