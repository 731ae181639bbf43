"""Takes out what pages of a foreign PDF would do by themselves: scripts, attachments, links elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter

_OWN_ACTIONS = ("/AA", "/PA")
_OF_FORMS = ("/XFA", "/CO")


def quieten(page: PageObject) -> None:
    """Links within the document stay; all else that a page or its annotations do is taken out.

    Annotations that hold a file stay without it.
    """
    page.pop("/AA", None)
    for annotation in listed(page.get("/Annots")):
        _quieten(annotation)
        if annotation.get("/Subtype") == "/FileAttachment":
            annotation.pop("/FS", None)


def quieten_fields(out: PdfWriter) -> None:
    """The fields of a form stay as they look; its scripts, order of computing and XFA are taken out."""
    form = out.root_object.get("/AcroForm")
    if form is None:
        return
    held = cast("dict[str, Any]", form.get_object())
    for name in _OF_FORMS:
        held.pop(name, None)
    fields, seen = listed(held.get("/Fields")), set[int]()
    while fields:
        field = fields.pop()
        if id(field) not in seen:
            seen.add(id(field))
            _quieten(field)
            fields += listed(field.get("/Kids"))


def _quieten(item: dict[str, Any]) -> None:
    for name in _OWN_ACTIONS:
        item.pop(name, None)
    action = item.get("/A")
    if action is not None:
        does = action.get_object()
        if not isinstance(does, dict) or does.get("/S") != "/GoTo":
            item.pop("/A")
        else:
            does.pop("/Next", None)


def listed(reference: Any) -> list[dict[str, Any]]:
    """The dictionaries of a list that may be given by reference; what is no dictionary is left out."""
    held = reference.get_object() if hasattr(reference, "get_object") else reference
    found = [item.get_object() for item in held] if isinstance(held, list) else []
    return [item for item in found if isinstance(item, dict)]
