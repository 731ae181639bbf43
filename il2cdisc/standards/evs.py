"""A quarterly release of NCI EVS (tab-separated text, Excel, ODM-XML) → `Release`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from il2cdisc.base.problems import Problem, Stopped, at_line, did_you_mean
from il2cdisc.standards.problems import DAMAGED, NO_VERSION, OTHER_PUBLISHER, UNREADABLE
from il2cdisc.standards.release import Release, ReleaseCodelist, ReleaseTerm
from il2cdisc.transport.ooxml import EXPORT
from il2cdisc.transport.sheets import SheetPackage

NEEDED = (
    "Code",
    "Codelist Code",
    "Codelist Extensible (Yes/No)",
    "Codelist Name",
    "CDISC Submission Value",
    "CDISC Synonym(s)",
)
STANDARD = "Standard and Date"
PACKAGES = (
    "ADaM",
    "CDASH",
    "COA",
    "DDF",
    "Define-XML",
    "MRCT",
    "Protocol",
    "QRS",
    "QS-FT",
    "SDTM",
    "SEND",
    "TMF",
)
_ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
_NCI = "{http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC}"
_EXTENSIBLE = {"yes": True, "no": False, "": None}
"""The column Extensible; empty in some packages (Protocol Terminology 2022-03-25)."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

Row = tuple[int, str, str, str, str, str, str]
"""Line, code, codelist code ("" for a codelist itself), extensible, name, submission value, synonyms."""


def read_evs(path: Path, shown: str, *, package: str = "", version: str = "") -> Release:
    """A release from a file of NCI EVS.

    SheetPackage and version are those that the file names inside, else those of its name; `package` and
    `version` help where neither does, and may not contradict. Raises `Stopped` for a file that can't be
    read, is of another publisher, or contradicts itself, with every problem.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Stopped([UNREADABLE.at(shown, error.strerror or str(error))]) from None
    if not data.strip():
        raise Stopped([UNREADABLE.at(shown, "the file is empty")])
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        rows, inside = _excel(data, shown)
    elif data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        rows, inside = _xml(data, shown)
    else:
        rows, inside = _text(data, shown)
    named = _named(inside, path.name, package, version, shown)
    return Release(*named, _codelists(rows, shown))


def _text(data: bytes, shown: str) -> tuple[list[Row], list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if "\0" in text[:1000]:
        raise Stopped([OTHER_PUBLISHER.at(shown, "the file is neither text nor XML nor a workbook")])
    lines = csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    return _table(((number, line) for number, line in enumerate(lines, start=1)), shown)


def _excel(data: bytes, shown: str) -> tuple[list[Row], list[str]]:
    from python_calamine import CalamineWorkbook

    try:
        if data[:2] == b"PK":
            with closing(SheetPackage(data, EXPORT)) as package:
                package.verify()  # calamine, which reads .xls too, has no limits
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            head = [str(cell).strip() for cell in cells[0]] if cells else []
            if set(NEEDED) <= set(head):
                lines = enumerate(([_cell(c) for c in row] for row in cells), start=1)
                rows, inside = _table(lines, shown)
                return rows, [*inside, name]
    except (KeyboardInterrupt, SystemExit, MemoryError, Stopped):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of calamine is no Exception
        what = f"the workbook can't be opened ({str(error)[:100]})"
        raise Stopped([UNREADABLE.at(shown, what)]) from None
    what = "no sheet has the columns of a release"
    raise Stopped([OTHER_PUBLISHER.at(shown, what, values=book.sheet_names)])


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(lines: Iterable[tuple[int, Sequence[str]]], shown: str) -> tuple[list[Row], list[str]]:
    """Rows of a table with a header, and what its last column says of package and version."""
    iterator = iter(lines)
    _, first = next(iterator, (1, ()))
    head = [str(cell).strip() for cell in first]
    absent = [name for name in NEEDED if name not in head]
    if absent:
        near = did_you_mean(absent[0], head)
        what = "columns of a release are missing: " + ", ".join(absent)
        raise Stopped([OTHER_PUBLISHER.at(at_line(shown, 1), what, values=head[:8], hint=near)])
    places = [head.index(name) for name in NEEDED]
    standard = head.index(STANDARD) if STANDARD in head else -1
    rows: list[Row] = []
    inside: dict[str, None] = {}
    short: list[Problem] = []
    for number, line in iterator:
        if not any(str(cell).strip() for cell in line):
            continue
        if len(line) <= max(places):
            short.append(DAMAGED.at(at_line(shown, number), f"the line has {len(line)} fields"))
            continue
        code, owner, extensible, name, value, synonyms = (str(line[place]).strip() for place in places)
        rows.append((number, code, owner, extensible, name, value, synonyms))
        if 0 <= standard < len(line) and str(line[standard]).strip():
            inside.setdefault(str(line[standard]).strip())
    if short:
        raise Stopped(short)
    return rows, list(inside)


def _xml(data: bytes, shown: str) -> tuple[list[Row], list[str]]:
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        what = f"the XML is damaged or cut off ({error.msg})"
        raise Stopped([UNREADABLE.at(at_line(shown, error.lineno or 1), what)]) from None
    if root.getroottree().docinfo.doctype:
        raise Stopped([UNREADABLE.at(shown, "the XML declares a document type; a release has none")])
    lists = list(root.iter(f"{_ODM}CodeList"))
    if not any(item.get(f"{_NCI}ExtCodeID") for item in lists):
        what = f"it is {etree.QName(root).localname} without codelists of NCI EVS"
        raise Stopped([OTHER_PUBLISHER.at(shown, what)])
    rows: list[Row] = []
    for item in lists:
        code, name = item.get(f"{_NCI}ExtCodeID", ""), item.get("Name", "")
        extensible = item.get(f"{_NCI}CodeListExtensible", "")
        short = item.findtext(f"{_NCI}CDISCSubmissionValue") or item.get("OID", "").rpartition(".")[2]
        rows.append((item.sourceline, code, "", extensible, name, short.strip(), ""))
        rows += [
            (
                term.sourceline,
                term.get(f"{_NCI}ExtCodeID", ""),
                code,
                "",
                name,
                term.get("CodedValue", "").strip(),
                "; ".join(e.text.strip() for e in term.iterfind(f"{_NCI}CDISCSynonym") if e.text),
            )
            for term in item
            if term.tag in (f"{_ODM}EnumeratedItem", f"{_ODM}CodeListItem")
        ]
    return rows, _titles(root)


def _titles(root: Any) -> list[str]:
    found = [root.get("FileOID", "")]
    for version in root.iter(f"{_ODM}MetaDataVersion"):
        found += [version.get("OID", ""), version.get("Name", ""), version.get("Description", "")]
    return found


def _named(inside: list[str], file: str, package: str, version: str, shown: str) -> tuple[str, str]:
    """Package and version; what the file says inside rules over its name."""
    told = " ".join(inside)
    packages = _packages(told) or _packages(file) or _packages(package)
    versions = sorted(set(_DATE.findall(told)) or set(_DATE.findall(file)) or set(_DATE.findall(version)))
    problems: list[Problem] = []
    for what, found, asked in (("package", packages, package), ("version", versions, version)):
        if len(found) != 1:
            values = found or ["none"]
            problems.append(
                NO_VERSION.at(shown, f"neither its content nor its name gives one {what}", values=values)
            )
        elif asked and asked.casefold() != found[0].casefold():
            problems.append(NO_VERSION.at(shown, f"the {what} is {found[0]}, not {asked}"))
    if problems:
        raise Stopped(problems)
    return packages[0].upper(), versions[0]


def _packages(text: str) -> list[str]:
    return [
        name for name in PACKAGES if re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", text, re.I)
    ]


def _codelists(rows: list[Row], shown: str) -> dict[str, ReleaseCodelist]:
    problems: list[Problem] = []

    def wrong(line: int, what: str, *values: str) -> None:
        problems.append(DAMAGED.at(at_line(shown, line), what, values=values))

    heads: dict[str, Row] = {}
    terms: dict[str, dict[str, ReleaseTerm]] = {}
    for row in rows:
        line, code, owner, extensible, _, value, synonyms = row
        if not re.fullmatch(r"C\d+", code):
            wrong(line, "there is no NCI code", code)
        elif not owner:
            if code in heads:
                wrong(line, f"codelist {code} stands twice")
            if extensible.casefold() not in ("yes", "no", ""):
                wrong(line, f"codelist {code} is neither extensible nor closed", extensible)
            heads[code] = row
        elif not value:
            wrong(line, f"term {code} of {owner} has no submission value")
        else:
            known = terms.setdefault(owner, {})
            if value in known:
                wrong(line, f"a term stands twice in codelist {owner}", value)
            given = tuple(part.strip() for part in synonyms.split(";") if part.strip())
            known[value] = ReleaseTerm(code, value, given)
    for owner in sorted(set(terms) - set(heads)):
        line = next(row[0] for row in rows if row[2] == owner)
        wrong(line, f"terms of codelist {owner}, which is not there")
    if not terms:
        problems.append(OTHER_PUBLISHER.at(shown, "there is no term in it"))
    if problems:
        raise Stopped(problems)
    return {
        code: ReleaseCodelist(
            code, head[5], head[4], _EXTENSIBLE[head[3].casefold()], tuple(terms.get(code, {}).values())
        )
        for code, head in sorted(heads.items(), key=lambda item: int(item[0][1:]))
        if code in terms
    }
