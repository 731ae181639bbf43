"""Codelists, Dictionaries, Translations, Methods, Comments, Documents, Define: rows into models."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import (
    Codelist,
    Comment,
    Dictionary,
    Document,
    MethodSpec,
    Placed,
    Term,
    Translation,
)
from il2cdisc.spec.workbook import Place, SheetRow, Workbook
from il2cdisc.standards import codelist as standard_codelist

CODELISTS = (
    ["ID", "Name", "NCI Codelist Code", "Data Type", "Order", "Term", "Decoded Value"],
    ["Terminology", "Comment", "NCI Term Code"],
)
DICTIONARIES = (["ID", "Name", "Data Type", "Dictionary", "Version"], ["Href", "Comment"])
METHODS = (
    ["ID", "Name", "Type", "Description"],
    ["Expression Context", "Expression Code", "Document", "Pages"],
)
COMMENTS = (["ID", "Description"], ["Document", "Pages"])
DOCUMENTS = ["ID", "Title", "Href"]
TRANSLATIONS = ["Codelist", "Collected Value", "Term"]
_SAME = {"name": "Name", "nci_code": "NCI Codelist Code", "data_type": "Data Type"}

Model = TypeVar("Model", bound=Placed)


def read_define(book: Workbook) -> tuple[dict[str, str], dict[str, Place]]:
    """Attribute → value, e.g. StudyName; and attribute → its row."""
    found: dict[str, str] = {}
    places: dict[str, Place] = {}
    for row in book.rows("Define", ["Attribute", "Value"]):
        name = row.needed("Attribute")
        if name in found:
            row.problems.add(kinds.TWICE.at(row.at("Attribute"), f"attribute {name} is given already"))
        elif name:
            found[name], places[name] = row.text("Value"), row.place
    return found, places


def read_codelists(book: Workbook) -> dict[str, Codelist]:
    """Id → codelist with its terms in the order of the sheet."""
    heads: dict[str, Codelist] = {}
    terms: dict[str, dict[str, Term]] = {}
    for row in book.rows("Codelists", *CODELISTS):
        name, value = row.needed("ID"), row.needed("Term")
        if not name:
            continue
        if name not in heads:
            heads[name] = _codelist(row, name)
        for field, header in _SAME.items():
            if row.text(header) and row.text(header) != getattr(heads[name], field):
                first = heads[name].place.row
                row.problems.add(
                    kinds.INCONSISTENT.at(
                        row.at(header),
                        f"{header} of codelist {name} differs from row {first}",
                        values=[row.text(header), getattr(heads[name], field)],
                    )
                )
        known = terms.setdefault(name, {})
        if value and value in known:
            first = known[value].place.row
            row.problems.add(
                kinds.TWICE.at(row.at("Term"), f"term '{value}' of codelist {name} is in row {first} already")
            )
        elif value:
            known[value] = Term(
                place=row.place,
                value=value,
                decode=row.text("Decoded Value"),
                nci_code=row.text("NCI Term Code"),
                order=row.integer("Order"),
            )
    return {
        name: head.model_copy(update={"terms": tuple(terms[name].values())}) for name, head in heads.items()
    }


def _codelist(row: SheetRow, name: str) -> Codelist:
    code = row.text("NCI Codelist Code")
    standard = standard_codelist(code) if code else None
    return Codelist(
        place=row.place,
        id=name,
        name=row.text("Name"),
        nci_code=code,
        data_type=row.choice("Data Type", ("text", "integer", "float")) or "text",
        terminology=row.text("Terminology"),
        comment=row.text("Comment"),
        extensible=standard.extensible if standard else False,
    )


def read_translations(book: Workbook) -> tuple[Translation, ...]:
    """Rows of Translations; a collected value given twice for a codelist is a problem."""
    found: dict[tuple[str, str], Translation] = {}
    for row in book.rows("Translations", TRANSLATIONS, may_lack=True):
        codelist, collected, term = (
            row.needed("Codelist"),
            row.needed("Collected Value"),
            row.needed("Term"),
        )
        if not (codelist and collected and term):
            continue
        if (codelist, collected) in found:
            first = found[codelist, collected].place.row
            row.problems.add(
                kinds.TWICE.at(
                    row.at("Collected Value"), f"'{collected}' of {codelist} is in row {first} already"
                )
            )
            continue
        found[codelist, collected] = Translation(
            place=row.place, codelist=codelist, collected=collected, term=term
        )
    return tuple(found.values())


def read_dictionaries(book: Workbook) -> dict[str, Dictionary]:
    """Id → external dictionary."""
    return _by_id(
        book.rows("Dictionaries", *DICTIONARIES),
        lambda row, name: Dictionary(
            place=row.place,
            id=name,
            name=row.text("Name"),
            data_type=row.text("Data Type") or "text",
            dictionary=row.text("Dictionary"),
            version=row.text("Version"),
            href=row.text("Href"),
            comment=row.text("Comment"),
        ),
    )


def read_methods(book: Workbook) -> dict[str, MethodSpec]:
    """Id → method."""
    return _by_id(
        book.rows("Methods", *METHODS),
        lambda row, name: MethodSpec(
            place=row.place,
            id=name,
            name=row.text("Name"),
            type=row.choice("Type", ("Computation", "Imputation")),
            description=row.needed("Description"),
            expression_context=row.text("Expression Context"),
            expression_code=row.text("Expression Code"),
            document=row.text("Document"),
            pages=row.text("Pages"),
        ),
    )


def read_comments(book: Workbook) -> dict[str, Comment]:
    """Id → comment."""
    return _by_id(
        book.rows("Comments", *COMMENTS),
        lambda row, name: Comment(
            place=row.place,
            id=name,
            description=row.needed("Description"),
            document=row.text("Document"),
            pages=row.text("Pages"),
        ),
    )


def read_documents(book: Workbook) -> dict[str, Document]:
    """Id → document."""
    return _by_id(
        book.rows("Documents", DOCUMENTS),
        lambda row, name: Document(
            place=row.place, id=name, title=row.text("Title"), href=row.needed("Href")
        ),
    )


def _by_id(rows: list[SheetRow], make: Callable[[SheetRow, str], Model]) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for row in rows:
        name = row.needed("ID")
        if name in found:
            first = found[name].place.row
            row.problems.add(kinds.TWICE.at(row.at("ID"), f"{name} is in row {first} already"))
        elif name:
            found[name] = make(row, name)
    return found
