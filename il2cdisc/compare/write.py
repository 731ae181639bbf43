"""A comparison as files: JSON for programs, and a workbook to filter and to sign."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from il2cdisc.compare.report import ComparisonReport, DatasetReport
from il2cdisc.compare.text import RULE, matched_by, verdict

SCHEMA = "il2cdisc-comparison/1"
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - what Excel holds has no time zone
"""The time in a workbook that no study gives a time for: the same comparison gives the same bytes."""
_MAX_CELL, _MAX_ROWS = 32_767, 1_000_000
Columns = Sequence[tuple[str, int]]
_SUMMARY: Columns = (
    ("Dataset", 10), ("Result", 12), ("Records {a}", 13), ("Records {b}", 13), ("Common records", 15),
    ("Only in {a}", 12), ("Only in {b}", 12), ("Variables compared", 18), ("Attributes different", 19),
    ("Records different", 17), ("Values different", 16), ("Matched by", 46), ("Not compared", 46),
)  # fmt: skip
_ATTRIBUTES: Columns = (
    ("Dataset", 10), ("Variable", 12), ("Attribute", 22), ("{a}", 44), ("{b}", 44),
)  # fmt: skip
_RECORDS: Columns = (("Dataset", 10), ("Only in", 10), ("Record", 90))
_VALUES: Columns = (
    ("Dataset", 10), ("Variable", 12), ("Record", 60), ("{a}", 34), ("{b}", 34),
)  # fmt: skip


def write_comparison(
    report: ComparisonReport,
    folder: Path,
    *,
    stem: str = "comparison",
    sides: tuple[str, str] = ("A", "B"),
    created: datetime = CREATED,
) -> list[Path]:
    """Write `<stem>.xlsx` and `<stem>.json` into a folder; `sides` are what the two datasets are called.

    The same report and arguments give the same bytes.
    """
    book, data = (folder / f"{stem}.{end}" for end in ("xlsx", "json"))
    with book.open("wb") as stream:
        write_book(report, stream, sides=sides, created=created)
    data.write_text(as_json(report), encoding="utf-8", newline="\n")
    return [book, data]


def as_json(report: ComparisonReport) -> str:
    """The report as JSON: `identical`, counts that are never cut, and the first records of each kind.

    Datasets and variables come in the order of the report; every field is there.
    """
    told: dict[str, Any] = {"schema": SCHEMA, "identical": report.identical, **asdict(report)}
    told["different"] = report.different
    told["problems"] = [
        {"code": item.code, "title": item.kind.title, "where": str(item.where), "what": item.what,
         "values": list(item.values), "hint": item.hint, "fix": item.fix}
        for item in report.problems
    ]  # fmt: skip
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def write_book(
    report: ComparisonReport, stream: IO[bytes], *, sides: tuple[str, str], created: datetime
) -> None:
    """Write the sheets Summary, Attributes, Records and Values as XLSX to a binary stream."""
    import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

    library: Any = xlsxwriter
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with library.Workbook(stream, options) as book:
        book.set_properties({"title": "Comparison of datasets", "author": "il2cdisc", "created": created})
        pages = Pages(book, report.notice, sides)
        tolerance = f"Tolerance: {report.tolerance}. {RULE}"
        above = [f"{sides[0]}: {report.a}", f"{sides[1]}: {report.b}", tolerance, verdict(report)]
        failed = [f"{item.code} {item.where}: {item.what}" for item in report.problems]
        pages.add("Summary", _SUMMARY, [*above, *report.notes, *failed], _summary(report, sides))
        pages.add("Attributes", _ATTRIBUTES, [], _attribute_rows(report))
        pages.add("Records", _RECORDS, [], _record_rows(report, sides))
        pages.add("Values", _VALUES, [], _value_rows(report))


def _summary(report: ComparisonReport, sides: tuple[str, str]) -> Iterator[Sequence[object]]:
    for item in report.datasets:
        yield (
            item.name, "identical" if item.identical else "different", item.records_a, item.records_b,
            item.records_common, item.only_a.count, item.only_b.count, item.variables_compared,
            len(item.attributes), item.records_different, item.values_different, matched_by(item),
            ", ".join(item.not_compared),
        )  # fmt: skip
    for side, names in zip(sides, (report.only_a, report.only_b), strict=True):
        yield from ((name, f"only in {side}") for name in names)
    yield from ((name, "no twin") for name in report.without_twin)


def _attribute_rows(report: ComparisonReport) -> Iterator[Sequence[object]]:
    for item in report.datasets:
        yield from ((item.name, one.variable, one.attribute, one.a, one.b) for one in item.attributes)


def _record_rows(report: ComparisonReport, sides: tuple[str, str]) -> Iterator[Sequence[object]]:
    for item in report.datasets:
        for side, found in zip(sides, (item.only_a, item.only_b), strict=True):
            yield from ((item.name, side, record) for record in found.first)
            yield from _rest(item, side, found.count - len(found.first))


def _value_rows(report: ComparisonReport) -> Iterator[Sequence[object]]:
    for item in report.datasets:
        for variable in item.values:
            yield from ((item.name, variable.variable, one.record, one.a, one.b) for one in variable.first)
            yield from _rest(item, variable.variable, variable.count - len(variable.first))


def _rest(item: DatasetReport, of: str, count: int) -> Iterator[Sequence[object]]:
    """The line for records that a sheet does not show."""
    if count > 0:
        yield (item.name, of, f"and {count:,} more, which are counted on the sheet Summary")


class Pages:
    """The sheets of a workbook, in one style: what is above a table, its header, its rows."""

    def __init__(self, book: Any, notice: str, sides: tuple[str, str]) -> None:
        base = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        line = {**base, "border": 1, "border_color": "#D0D0D0"}
        self._book, self._notice, self._sides = book, notice, sides
        self._plain = book.add_format(base)
        self._bold = book.add_format({**base, "bold": True, "font_color": "#B00020"})
        self._cell = book.add_format({**line, "text_wrap": True, "align": "left"})
        self._number = book.add_format({**line, "num_format": "#,##0"})
        colours = {"bg_color": "#1F3864", "font_color": "#FFFFFF"}
        self._head = book.add_format({**line, **colours, "bold": True, "text_wrap": True})

    def add(
        self, name: str, columns: Columns, above: Iterable[str], rows: Iterable[Sequence[object]]
    ) -> None:
        """A sheet; what does not fit into it is said in its last row."""
        sheet = self._book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L" + self._notice.replace("&", "&&") + "&C&A&RPage &P of &N")
        top = 0
        for text, style in [(self._notice, self._bold), *((text, self._plain) for text in above)]:
            if text:
                sheet.write_string(top, 0, _short(text), style)
                top += 1
        for number, (title, width) in enumerate(columns):
            sheet.set_column(number, number, width)
            sheet.write_string(top, number, title.format(a=self._sides[0], b=self._sides[1]), self._head)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        last = self._rows(sheet, top + 1, rows)
        if last > top:
            sheet.autofilter(top, 0, last, len(columns) - 1)
        else:
            sheet.write_string(top + 1, 0, "None.", self._plain)

    def _rows(self, sheet: Any, first: int, rows: Iterable[Sequence[object]]) -> int:
        """Write the rows from `first` on; the last row that was written."""
        at = first - 1
        for at, cells in enumerate(rows, start=first):
            if at > _MAX_ROWS:
                sheet.write_string(at, 0, "There are more rows than a sheet holds.", self._cell)
                break
            for number, value in enumerate(cells):
                if isinstance(value, int):
                    sheet.write_number(at, number, value, self._number)
                else:
                    sheet.write_string(at, number, _short(str(value)), self._cell)
        return at


def _short(text: str) -> str:
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…"
