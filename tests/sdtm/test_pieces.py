"""Text in pieces of 200 bytes, a row each."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import in_pieces


def test_a_row_for_each_piece_of_a_text(make) -> None:
    long = " ".join(["word"] * 60)
    before = make.raw_frame("co", "COMMENT", [("S1", "short"), ("S1", long), ("S2", None)])
    after = in_pieces(before, "co.COMMENT")
    assert after[["@co", "piece", "pieces"]].to_numpy().tolist() == [
        [0, 1, 1],
        [1, 1, 2],
        [1, 2, 2],
        [2, 1, 1],
    ]
    texts = after["co.COMMENT"]
    assert texts[0] == "short"
    assert pd.isna(texts[3])
    assert f"{texts[1]} {texts[2]}" == long
    assert texts.dropna().map(lambda text: len(text.encode()) <= 200).all()
    assert list(in_pieces(before.iloc[:0], "co.COMMENT").columns) == [*before.columns, "piece", "pieces"]
