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

from il2cdisc.results.frame import ResultCell, frame_of
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


def results(rows: int) -> pd.DataFrame:
    """Results of so many records, from a seed."""
    random = np.random.default_rng(20)
    number = np.arange(rows)
    comment = np.array(["", "", "", "Sample haemolysed, repeated two days later", "Not fasting"])
    texts = {
        "USUBJID": [f"BENCH-{n // 200 + 1:05d}" for n in number],
        "AVISIT": [f"Week {n // 20 % 10 * 2}" for n in number],
        "ADT": [""] * rows,
        "PARCAT": np.array(["CHEMISTRY", "HAEMATOLOGY"])[number % 2].tolist(),
        "PARAM": [f"Analyte {n % 20 + 1} in serum (mmol/L)" for n in number],
        "ANRIND": random.choice(["NORMAL", "LOW", "HIGH"], rows).tolist(),
        "COMMENT": random.choice(comment, rows).tolist(),
    }
    values = {
        "ADT": 21900.0 + number // 20, "AVAL": np.round(random.lognormal(2, 1, rows), 2),
        "ANRLO": number % 20 / 2.0, "ANRHI": number % 20 + 10.0,
    }  # fmt: skip
    template = frame_of(
        [
            ResultCell(
                display="L-1", analysis="ROWS", method="Listing", order=1, row=0, dataset="ADLB", where="",
                population_dataset="ADSL", population_where="", groups=(), variable="AVAL", level="",
                statistic="value", value=1.0, error="",
            )
        ]
    )  # fmt: skip
    parts = [
        template.loc[[0] * rows].assign(
            row=number, variable=name, level=texts["USUBJID"], text=texts.get(name, [""] * rows),
            value=values.get(name, np.nan),
        )
        for name in COLUMNS
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Print a line per step."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    wanted = sys.argv[2:] or ["rtf", "html", "pdf"]
    frame, shown = results(rows), display()
    start = time.process_time()
    layout = layout_of(shown, frame, HEAD)
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
