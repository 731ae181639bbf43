"""A small build on disk: AE and its qualifiers, CM, relations, LB of a wide form, and analysis data of LB."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.datasets import Dataset, Variable, byte_length
from il2cdisc.base.origins import Origin, PlannedVariable
from il2cdisc.base.stored import common_lengths
from il2cdisc.trace.store import write_lineage
from il2cdisc.trace.values import RawValues
from il2cdisc.transport.xpt import write_xpt

CREATED = datetime(2023, 1, 1)  # noqa: DTZ001 - transport files know no zone
FILES = {
    "ae": "AENO;AETERM;AESTDAT\n2;mal di testa;27/07/2021\n1;vomito;28/07/2021\n",
    "cm": "CMTRT;CMAENO\nparacetamolo;2\n",
    "chem": "DAT;NA;K\n26/07/2021;140;4.1\n26/07/2021;140;4.1\n",
}


def dataset(
    name: str, columns: dict[str, list[Any]], edges: list[tuple[Any, ...]], **formats: str
) -> Dataset:
    frame = pd.DataFrame(
        {
            n: pd.Series(v, dtype="float64" if all(not isinstance(x, str) for x in v) else "str")
            for n, v in columns.items()
        }
    )
    variables = tuple(
        Variable(
            n, f"Label of {n}", "Num" if str(c.dtype) == "float64" else "Char",
            8 if str(c.dtype) == "float64" else byte_length(c), formats.get(n, ""),
        )
        for n, c in frame.items()
    )  # fmt: skip
    table = pd.DataFrame(edges, columns=["row", "source", "id", "field"])
    table = table.astype({"row": "int64", "id": "int64", "source": "str", "field": "str"})
    return Dataset(name, f"Label of {name}", variables, (), frame, table)


def datasets() -> list[Dataset]:
    subject, three = ["S1"], ["S1", "S1", "S2"]
    return [
        dataset(
            "AE",
            {"USUBJID": ["S1", "S1"], "AESEQ": [1.0, 2.0], "AETERM": ["headache", "vomiting"]},
            [(0, "ae", 0, None), (1, "ae", 1, None)],
        ),
        dataset(
            "SUPPAE",
            {
                "RDOMAIN": ["AE", "AE"],
                "USUBJID": ["S1", "S1"],
                "IDVAR": ["AESEQ", "AESEQ"],
                "IDVARVAL": ["1", "1"],
                "QNAM": ["AETERMOR", "AETRTEM"],
                "QVAL": ["mal di testa", "Y"],
            },
            [(0, "ae", 0, None), (1, "ae", 0, None)],
        ),
        dataset("CM", {"USUBJID": subject, "CMSEQ": [1.0], "CMTRT": ["paracetamol"]}, [(0, "cm", 0, None)]),
        dataset(
            "RELREC",
            {
                "RDOMAIN": ["AE", "CM"],
                "USUBJID": ["S1", "S1"],
                "IDVAR": ["AESEQ", "CMSEQ"],
                "IDVARVAL": ["1", "1"],
                "RELID": ["AE-CM-1", "AE-CM-1"],
            },
            [(0, "AE", 0, None), (0, "CM", 0, None), (1, "AE", 0, None), (1, "CM", 0, None)],
        ),
        dataset(
            "LB",
            {
                "USUBJID": three,
                "LBSEQ": [1.0, 2.0, 1.0],
                "LBTESTCD": ["K", "SODIUM", "K"],
                "LBSTRESN": [4.1, 140.0, 4.1],
            },
            [(0, "chem", 0, "chem.K"), (1, "chem", 0, "chem.NA"), (2, "chem", 1, "chem.K")],
        ),
        dataset("TE", {"ETCD": ["SCRN", "TRT"]}, []),
        dataset("ADSL", {"USUBJID": subject, "TRTSDT": [22488.0]}, [(0, "ae", 0, None)], TRTSDT="DATE9."),
        dataset(
            "ADLB",
            {"USUBJID": subject, "ASEQ": [1.0], "PARAMCD": ["K"], "AVAL": [4.1], "TRTSDT": [22488.0]},
            [(0, "ADSL", 0, None), (0, "LB", 0, None)],
            TRTSDT="DATE9.",
        ),
    ]


PLAN = [
    PlannedVariable("AE", "AETERM", Origin.COLLECTED, ("ae.AETERM",), "as collected"),
    PlannedVariable("AE", "AESTDTC", Origin.COLLECTED, ("ae.AESTDAT",), "ISO 8601"),
    PlannedVariable("AE", "AETERMOR", Origin.COLLECTED, ("ae.AETERM",), "as collected", supplemental=True),
    PlannedVariable("CM", "CMTRT", Origin.COLLECTED, ("cm.CMTRT",), "as collected"),
    PlannedVariable("LB", "LBTESTCD", Origin.ASSIGNED, ("chem.NA", "chem.K"), "by the field"),
    PlannedVariable("LB", "LBORRES", Origin.COLLECTED, ("chem.NA", "chem.K"), "as collected"),
    PlannedVariable("LB", "LBSTRESN", Origin.DERIVED, (), "in the standard unit"),
    PlannedVariable("LB", "LBDTC", Origin.COLLECTED, ("chem.DAT",), "ISO 8601"),
    PlannedVariable("ADLB", "AVAL", Origin.PREDECESSOR, ("LB.LBSTRESN",), ""),
    PlannedVariable("ADLB", "TRTSDT", Origin.PREDECESSOR, ("ADSL.TRTSDT",), ""),
]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Outputs, with the raw files beside them."""
    outputs = tmp_path / "outputs"
    for name in ("sdtm", "adam", "raw", "lineage"):
        (outputs / name).mkdir(parents=True)
    made = common_lengths(datasets())
    for item in made:
        folder = "adam" if item.name.startswith("AD") else "sdtm"
        with (outputs / folder / f"{item.name.lower()}.xpt").open("wb") as stream:
            write_xpt(item, stream, created=CREATED)
    places: dict[str, pd.DataFrame] = {}
    (tmp_path / "raw").mkdir()
    for form, text in FILES.items():
        (tmp_path / "raw" / f"{form}.csv").write_text(text)
        count = text.count("\n") - 1
        places[form] = pd.DataFrame(
            {"id": range(count), "file": f"raw/{form}.csv", "sheet": "", "line": range(2, 2 + count)}
        ).assign(repeats=[-1, 0][:count] if form == "chem" else -1)
    write_lineage(outputs / "lineage", made, places, PLAN)
    return outputs


@pytest.fixture
def raw(tmp_path: Path) -> Callable[[], RawValues]:
    """Values of the raw files, with the receipts of the build."""

    def digest(file: str) -> str:
        path = tmp_path / file
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

    def read(form: str) -> pd.DataFrame:
        frame = pd.read_csv(tmp_path / "raw" / f"{form}.csv", sep=";", dtype="str")
        return frame.rename(columns=lambda c: f"{form}.{c}")

    receipts = [
        {"form": form, "file": f"raw/{form}.csv", "sha256": hashlib.sha256(text.encode()).hexdigest()}
        for form, text in FILES.items()
    ]
    return lambda: RawValues(receipts, digest, read)
