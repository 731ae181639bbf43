"""Workbook and finished datasets to the model of a define.xml: what was asked, as it turned out."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.datasets import Variable
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Stopped
from il2cdisc.base.stored import AnyDataset
from il2cdisc.define import model
from il2cdisc.define.analyses import NO_ANALYSES, Catalogue, describe
from il2cdisc.define.columns import MadeColumns
from il2cdisc.define.described import (
    in_class_order,
    is_measured,
    is_standard,
    shape_of_item,
    terminology,
    value_name,
    written_variables,
)
from il2cdisc.define.measure import DATE_TYPES, DistinctValues, date_type
from il2cdisc.define.pages import NO_PAGES, CrfPages, crf_document, is_acrf
from il2cdisc.define.values import with_values
from il2cdisc.package import STYLESHEET, file_name
from il2cdisc.spec.models import Codelist, DatasetSpec, DescribedItem, Spec, ValueLevelSpec, VariableSpec
from il2cdisc.spec.selection import Selection
from il2cdisc.standards import sdtm_dataset

NO_DATA = "COM.NODATA"
NO_DATA_TEXT = "No record of this study has a value."


@dataclass(frozen=True, slots=True)
class DefineFacts:
    """What a define.xml says that neither workbook nor datasets know; `created` is never the clock.

    `terminology` is the version of CDISC terminology (`2026-03-27`); `documents` are the names of the
    files that are in the package beside the datasets: only those are referred to. `catalogue`: displays whose
    analyses are described (Analysis Results Metadata). `pages`: those of the annotated CRF that is made with
    the package; without one they are the workbook's.
    """

    created: datetime
    terminology: str
    originator: str = ""
    catalogue: Catalogue = NO_ANALYSES
    system: str = "il2cdisc"
    system_version: str = ""
    documents: frozenset[str] = frozenset()
    pages: CrfPages = NO_PAGES


def make_define(spec: Spec, datasets: Iterable[AnyDataset], facts: DefineFacts) -> model.Define:
    """The model of a package.

    `datasets` as they are written (`common_lengths`): variables, lengths, decimals and which of them have
    values are theirs, and so are the data types of dates and the tests that the workbook's value level does
    not describe (`with_values`); everything else is the workbook's. A dataset without records has no file. A
    where-clause that can't be evaluated counts as one without records: the checks of the files tell it.
    """
    made = {d.name: MadeColumns(d) for d in datasets if d.rows}
    spec = with_values(spec, made, _selections(spec, made))
    return _Maker(spec, made, _selections(spec, made), facts).define()


def _selections(spec: Spec, made: Mapping[str, MadeColumns]) -> dict[str, Selection]:
    return {name: Selection(d.asked(spec)) for name, d in made.items()}


NO_VALUES = CodedColumn(pd.array([], dtype="str"), np.empty(0, dtype="int8"))


@dataclass
class _Maker:
    spec: Spec
    made: Mapping[str, MadeColumns]
    selections: Mapping[str, Selection]
    facts: DefineFacts
    items: list[model.ItemDef] = field(default_factory=list[model.ItemDef])
    value_lists: list[model.ValueList] = field(default_factory=list[model.ValueList])
    wheres: dict[str, None] = field(default_factory=dict[str, None])
    lists: dict[str, None] = field(default_factory=dict[str, None])
    methods: dict[str, None] = field(default_factory=dict[str, None])
    comments: dict[str, None] = field(default_factory=dict[str, None])

    def define(self) -> model.Define:
        spec = self.spec
        groups = tuple(self._group(d) for d in in_class_order(spec.datasets.values()))
        wheres = tuple(self._where(name) for name in spec.where_clauses if name in self.wheres)
        lists = tuple(self._codelist(c) for c in spec.codelists.values() if c.id in self.lists)
        external = tuple(
            model.CodeList(
                oid=f"CL.{d.id}",
                name=d.name or d.id,
                data_type=d.data_type,
                dictionary=d.dictionary,
                dictionary_version=d.version,
                dictionary_href=d.href,
                comment=self._used(d.comment, self.spec.comments, self.comments),
            )
            for d in spec.dictionaries.values()
            if d.id in self.lists
        )
        methods = tuple(self._method(m) for m in spec.methods.values() if m.id in self.methods)
        study, ig = spec.define.get("StudyName", ""), self._ig()
        kept, absent = self._documents()
        analyses = describe(self.facts.catalogue, [group.name for group in groups])
        return model.Define(
            file_oid=f"{study}.{spec.standard}.define",
            stylesheet=STYLESHEET,
            created=self.facts.created.isoformat(),
            originator=self.facts.originator,
            source_system=self.facts.system,
            source_system_version=self.facts.system_version,
            study_oid=f"STDY.{study}",
            study_name=study,
            study_description=spec.define.get("StudyDescription", ""),
            protocol=spec.define.get("ProtocolName", study),
            oid=f"MDV.{study}.{ig[0]}.{ig[1]}",
            name=f"{study}, data definitions of the {spec.standard} datasets",
            description="Documents that this package does not include: " + ", ".join(absent)
            if absent
            else "",
            standards=self._standards(),
            annotated=tuple(model.DocumentRef(x.oid) for x in kept if is_acrf(x.href)),
            supplemental=tuple(model.DocumentRef(x.oid) for x in kept if not is_acrf(x.href)),
            value_lists=tuple(self.value_lists),
            where_clauses=(*wheres, *analyses.wheres),
            groups=groups,
            items=tuple(self.items),
            codelists=(*lists, *external),
            methods=methods,
            comments=self._comments(),
            leaves=(*kept, *analyses.leaves),
            displays=analyses.displays,
        )

    # -- standards, documents

    def _ig(self) -> tuple[str, str]:
        """Name and version of the implementation guide, as Define-XML writes them."""
        name = "SDTMIG" if self.spec.standard == "SDTM" else "ADaMIG"
        return name, self.spec.define.get("StandardVersion", "")

    def _standards(self) -> tuple[model.Standard, ...]:
        name, version = self._ig()
        sets = {terminology(c.terminology) for c in self.spec.codelists.values() if c.id in self.lists}
        terms = sorted({*sets, ("DEFINE-XML", self.facts.terminology)} - {None}, key=str)
        return (
            model.Standard(f"STD.{name}", name, "IG", version),
            *(
                model.Standard(
                    f"STD.CT.{item[0]}.{item[1]}", "CDISC/NCI", "CT", item[1], publishing_set=item[0]
                )
                for item in terms
                if item is not None
            ),
        )

    def _documents(self) -> tuple[tuple[model.Leaf, ...], list[str]]:
        """Documents that are in the package, and the names of those that are not."""
        given = self.spec.documents.values()
        kept = tuple(model.Leaf(f"LF.{d.id}", d.href, d.title) for d in given if self._delivered(d.id))
        return kept, sorted(d.href for d in given if not self._delivered(d.id))

    def _delivered(self, document: str) -> bool:
        known = self.spec.documents.get(document)
        return known is not None and known.href in self.facts.documents

    def _refer(self, document: str, pages: str) -> tuple[model.DocumentRef, ...]:
        if not document or not self._delivered(document):
            return ()
        numbers = re.fullmatch(r"[\d ,;-]+", pages) is not None
        kind = ("PhysicalRef" if numbers else "NamedDestination") if pages else ""
        return (model.DocumentRef(f"LF.{document}", re.sub(r"[,;]\s*|\s+", " ", pages), kind),)

    # -- datasets and variables

    def _group(self, dataset: DatasetSpec) -> model.ItemGroup:
        made = self.made.get(dataset.name)
        parent = dataset.name.removeprefix("SUPP") if dataset.name.startswith("SUPP") else ""
        own = self.spec.datasets.get(parent)
        tabulation = self.spec.standard == "SDTM"
        known = not tabulation or sdtm_dataset(dataset.name) is not None
        file = file_name(dataset.name)
        written = written_variables(dataset, made)
        distinct = made.distinct([v.name for v in written if is_measured(v)]) if made else {}
        if made:
            made.table([v.name for v in written if self.spec.values_of(dataset.name, v.name)])
        refs = tuple(
            self._variable(dataset, variable, number, made, distinct.get(variable.name))
            for number, variable in enumerate(written, start=1)
        )
        return model.ItemGroup(
            oid=f"IG.{dataset.name}",
            name=dataset.name,
            label=dataset.label,
            structure=dataset.structure,
            class_=dataset.class_,
            subclasses=(dataset.subclass,) if dataset.subclass else (),
            items=refs,
            domain=(parent or dataset.name) if tabulation else "",
            purpose="Tabulation" if tabulation else "Analysis",
            repeating=dataset.repeating,
            reference_data=dataset.reference_data,
            standard=f"STD.{self._ig()[0]}" if known else "",
            non_standard=not known,
            has_no_data=made is None,
            comment=self._comment(dataset.comment, made is None),
            domain_label=own.label if own else "",
            leaf=model.Leaf(f"LF.{dataset.name}", file, file) if made else None,
        )

    def _variable(
        self,
        dataset: DatasetSpec,
        variable: VariableSpec,
        number: int,
        made: MadeColumns | None,
        values: DistinctValues | None,
    ) -> model.ItemRef:
        name = variable.name
        oid = f"IT.{dataset.name}.{name}"
        rows = self.spec.values_of(dataset.name, name)
        stored = made.by_name.get(name) if made else None
        place = len(self.items)  # the variable stands before the items of its values
        listed = self._value_list(dataset, variable, rows, made) if rows else ""
        above = self._above(rows)
        empty = made is None or made.is_empty(name)
        item = self._item(variable, oid, name, values, stored, listed, origin=not above, empty=empty)
        self.items.insert(place, item)
        tabulation = self.spec.standard == "SDTM"
        return model.ItemRef(
            item=oid,
            order=number,
            mandatory=variable.mandatory,
            key=dataset.keys.index(name) + 1 if name in dataset.keys else None,
            method="" if above else self._used(variable.method, self.spec.methods, self.methods),
            role=variable.role if tabulation else "",
            non_standard=tabulation and not is_standard(dataset, name),
            has_no_data=empty,
        )

    def _above(self, rows: tuple[ValueLevelSpec, ...]) -> bool:
        """True where each value-level row has its own origin: the variable then has none, nor a method."""
        return bool(rows) and all(row.origin for row in rows)

    def _value_list(
        self,
        dataset: DatasetSpec,
        variable: VariableSpec,
        rows: tuple[ValueLevelSpec, ...],
        made: MadeColumns | None,
    ) -> str:
        refs: list[model.ItemRef] = []
        column = made.column(variable.name) if made else NO_VALUES
        codes, numeric = column.codes, isinstance(column.values, np.ndarray)
        texts = np.asarray(column.values, dtype="float64" if numeric else object)
        for number, row in enumerate(rows, start=1):
            of_row = np.unique(codes[self._held(row)])  # the distinct values say all that is asked here
            own = texts[of_row[of_row >= 0]]
            empty = not len(own)
            tail = value_name(row, rows)
            oid = f"IT.{dataset.name}.{variable.name}.{tail}"
            values = own if numeric else own.tolist()
            named = self._named(row, tail)
            self.items.append(self._item(row, oid, named, values, variable=variable.name, empty=empty))
            self.wheres.setdefault(row.where)
            refs.append(
                model.ItemRef(
                    item=oid,
                    order=number,
                    mandatory=row.mandatory,
                    method=self._used(row.method, self.spec.methods, self.methods),
                    where=(row.where,),
                    has_no_data=empty,
                )
            )
        oid = f"VL.{dataset.name}.{variable.name}"
        self.value_lists.append(model.ValueList(oid, tuple(refs)))
        return oid

    def _held(self, row: ValueLevelSpec) -> NDArray[np.int64]:
        """Positions of the records that a value-level row is about."""
        clause, selection = self.spec.where_clauses.get(row.where), self.selections.get(row.dataset)
        if clause is not None and selection is not None:
            with contextlib.suppress(Stopped):
                return selection.rows(clause)
        return np.empty(0, dtype="int64")

    def _named(self, row: ValueLevelSpec, tail: str) -> str:
        """The one value that a where-clause asks for, else the end of its name."""
        clause = self.spec.where_clauses.get(row.where)
        conditions = clause.conditions if clause else ()
        if (
            len(conditions) == 1
            and conditions[0].comparator in ("EQ", "IN")
            and len(conditions[0].values) == 1
        ):
            return conditions[0].values[0]
        return tail

    def _item(
        self,
        given: DescribedItem,
        oid: str,
        name: str,
        values: DistinctValues | None,
        stored: Variable | None = None,
        value_list: str = "",
        *,
        variable: str = "",
        origin: bool = True,
        empty: bool = False,
    ) -> model.ItemDef:
        kind = given.data_type
        if kind in DATE_TYPES and not empty and isinstance(values, list):
            kind = date_type(values)
        shape = shape_of_item(self.spec.standard, given, None if empty else values, stored)
        return model.ItemDef(
            oid=oid,
            name=name,
            data_type=kind,
            label=given.label,
            length=shape.length,
            significant_digits=shape.digits,
            format=given.format,
            sas_name=name if re.fullmatch(r"[A-Z_][A-Z0-9_]{0,7}", name) else "",
            codelist=self._codes(given.codelist),
            origins=self._origin(given, variable or name) if origin else (),
            value_list=value_list,
            comment=self._comment(given.comment, empty),
        )

    def _origin(self, given: DescribedItem, variable: str) -> tuple[model.OriginDef, ...]:
        if given.origin is None:
            return ()
        known, pages = self.facts.pages, given.pages
        if known.known:
            pages = known.of_item(self.spec, given, variable) if given.origin is Origin.COLLECTED else ""
        refs = self._refer(crf_document(self.spec), pages) if pages else ()
        return (model.OriginDef(given.origin.value, given.source, given.predecessor, refs),)

    # -- what items refer to

    def _used(self, name: str, known: Mapping[str, Any], used: dict[str, None]) -> str:
        """A reference that leads somewhere; others were told by the workbook's own check."""
        if name not in known:
            return ""
        used.setdefault(name)
        return name

    def _codes(self, name: str) -> str:
        known = self.spec.codelists if name in self.spec.codelists else self.spec.dictionaries
        return f"CL.{name}" if self._used(name, known, self.lists) else ""

    def _comment(self, name: str, empty: bool) -> str:
        """The workbook's comment; what has no data and no comment gets a sentence that says so."""
        if empty and not name:
            self.comments.setdefault(NO_DATA)
            return NO_DATA
        return self._used(name, self.spec.comments, self.comments)

    def _comments(self) -> tuple[model.CommentDef, ...]:
        used = [
            model.CommentDef(c.id, c.description, self._refer(c.document, c.pages))
            for c in self.spec.comments.values()
            if c.id in self.comments
        ]
        if NO_DATA in self.comments and NO_DATA not in self.spec.comments:
            used.append(model.CommentDef(NO_DATA, NO_DATA_TEXT))
        return tuple(used)

    def _method(self, method: Any) -> model.MethodDef:
        code = method.expression_code
        return model.MethodDef(
            oid=method.id,
            name=method.name,
            type=method.type or "Computation",
            description=method.description,
            expressions=(model.Expression(method.expression_context, code),) if code else (),
            documents=self._refer(method.document, method.pages),
        )

    def _where(self, name: str) -> model.Where:
        clause = self.spec.where_clauses[name]
        home = next((row.dataset for row in self.spec.value_levels if row.where == name), "")
        checks = tuple(
            model.RangeCheck(f"IT.{c.dataset or home}.{c.variable}", c.comparator, c.values)
            for c in clause.conditions
        )
        return model.Where(name, checks, self._used(clause.comment, self.spec.comments, self.comments))

    def _codelist(self, codelist: Codelist) -> model.CodeList:
        published = terminology(codelist.terminology) if codelist.nci_code else None
        return model.CodeList(
            oid=f"CL.{codelist.id}",
            name=codelist.name or codelist.id,
            data_type=codelist.data_type,
            items=tuple(
                model.CodeItem(
                    value=term.value,
                    decode=term.decode,
                    code=term.nci_code,
                    order=number,
                    extended=bool(codelist.nci_code) and not term.nci_code,
                )
                for number, term in enumerate(codelist.terms, start=1)
            ),
            code=codelist.nci_code,
            standard=f"STD.CT.{published[0]}.{published[1]}" if published else "",
            non_standard=published is None,
            comment=self._used(codelist.comment, self.spec.comments, self.comments),
        )
