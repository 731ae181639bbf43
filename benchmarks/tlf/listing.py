"""A listing of 20,000 rows of laboratory results in every format: time, memory, pages.

    python benchmarks/tlf/listing.py [rows] [format ...]

The results are made up here (SYNTHETIC DATA); the display is laid out and written as in a build, a format
after the other.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.results.frame import empty
from il2cdisc.spec.tlf import Display, DisplayAnalysis, ListedItem
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.render import layout_of
from il2cdisc.tlf.writers import writers_of

COLUMNS = {
    "USUBJID": ("Subject", 16), "AVISIT": ("Visit", 12), "ADT": ("Date", 10), "PARCAT": ("Category", 12),
    "PARAM": ("Test (unit)", 26), "AVAL": ("Result", 9), "ANRLO": ("Lower limit", 8),
    "ANRHI": ("Upper limit", 8), "ANRIND": ("Range", 9), "COMMENT": ("Comment", 24),
}  # fmt: skip
HEAD = HeaderInfo("Sponsor", "BENCH", "BENCH", "DRAFT", "2020-01-31", "2020-02-01T09:00:00")


def display() -> Display:
    """The listing: ten columns, grouped by subject and visit."""
    items = tuple(
        ListedItem(name=name, label=label, width=width, format="date9" if name == "ADT" else "")
        for name, (label, width) in COLUMNS.items()
    )
    analysis = DisplayAnalysis(
        display="L-1", id="ROWS", label="", method="Listing", dataset="ADLB", variables=items,
        options={"group": "USUBJID AVISIT"},
    )  # fmt: skip
    return Display(
        id="L-1", kind="Listing", number="16.2.8", title="Laboratory results", population="Safety set",
        population_dataset="ADSL", treatment="TRT01A", analyses=(analysis,),
    )  # fmt: skip


def listed(rows: int) -> CodedTable:
    """What a listing of so many records shows, from a seed."""
    random = np.random.default_rng(20)
    number = np.arange(rows)
    comment = np.array(["", "", "", "Sample haemolysed, repeated two days later", "Not fasting"])
    texts = {
        "USUBJID": [f"BENCH-{n // 200 + 1:05d}" for n in number],
        "AVISIT": [f"Week {n // 20 % 10 * 2}" for n in number],
        "PARCAT": np.array(["CHEMISTRY", "HAEMATOLOGY"])[number % 2].tolist(),
        "PARAM": [f"Analyte {n % 20 + 1} in serum (mmol/L)" for n in number],
        "ANRIND": random.choice(["NORMAL", "LOW", "HIGH"], rows).tolist(),
        "COMMENT": random.choice(comment, rows).tolist(),
    }
    values = {
        "ADT": 21900.0 + number // 20, "AVAL": np.round(random.lognormal(2, 1, rows), 2),
        "ANRLO": number % 20 / 2.0, "ANRHI": number % 20 + 10.0,
    }  # fmt: skip
    columns = {name: texts.get(name, values.get(name)) for name in COLUMNS}
    return CodedTable.of(pd.DataFrame(columns).astype(dict.fromkeys(texts, "str")))


def main() -> None:
    """Print a line per step."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    wanted = sys.argv[2:] or ["rtf", "html", "pdf"]
    table, shown = listed(rows), display()
    start = time.process_time()
    layout = layout_of(shown, empty(), HEAD, table)
    print(f"laid out: {time.process_time() - start:.2f} s, {len(layout.sheets)} pages")
    for writer in writers_of("Listing"):
        if writer.suffix in wanted:
            start, wall = time.process_time(), time.perf_counter()
            size = len(writer.write(layout))
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            used, wall = time.process_time() - start, time.perf_counter() - wall
            times = f"{used:.2f} s of processor, {wall:.2f} s"
            print(f"{writer.suffix}: {times}, {size / 1e6:.1f} MB, peak {memory:.0f} MB")


if __name__ == "__main__":
    main()
