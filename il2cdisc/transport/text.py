"""Text columns as Arrow buffers, and to and from records of fixed width."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.transport.arrow import pa, pc

Bytes = NDArray[np.uint8]
BLANK = 0x20


@dataclass(frozen=True, slots=True)
class TextBuffers:
    """UTF-8 text of n values: value i is `data[offsets[i]:offsets[i + 1]]`; a missing one is empty."""

    offsets: NDArray[np.int64]
    data: Bytes

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def used(self) -> Bytes:
        """The bytes of all values, end to end."""
        return self.data[self.offsets[0] : self.offsets[-1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Bytes of each value."""
        return np.diff(self.offsets)

    def value(self, position: int) -> str:
        """One value as text."""
        return self.data[self.offsets[position] : self.offsets[position + 1]].tobytes().decode()


def text_array(column: pd.Series) -> Any:
    """A text column as one `large_string` Arrow array, without a copy when pandas holds it as one.

    Takes `str` columns, Python strings (object) and categories of text. Raises `pyarrow.ArrowException`
    when a value is not text.
    """
    found: Any = pa.array(column, from_pandas=True)
    if isinstance(found, pa.ChunkedArray):
        found = found.chunk(0) if found.num_chunks == 1 else found.combine_chunks()
    kind = found.type
    if pa.types.is_large_string(kind):
        return found
    if pa.types.is_null(kind) or pa.types.is_dictionary(kind) or pa.types.is_string(kind):
        return found.cast(pa.large_string())
    raise pa.ArrowTypeError(f"{kind} is not text")


def text_buffers(column: pd.Series) -> TextBuffers:
    """The buffers of a text column; see `text_array`."""
    found = text_array(column)
    buffers = _buffers(found)
    if found.null_count and buffers.lengths[found.is_null().to_numpy(zero_copy_only=False)].any():
        return _buffers(pc.fill_null(found, ""))  # a missing value may have bytes behind it
    return buffers


def _buffers(array: Any) -> TextBuffers:
    _, offsets, data = array.buffers()
    if not len(array):
        return TextBuffers(np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.uint8))
    positions = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return TextBuffers(positions, np.frombuffer(data or b"", dtype=np.uint8))


@lru_cache(maxsize=256)
def _keep(width: int) -> NDArray[np.void]:
    """For each length 0 to `width`: that many bytes 0xFF, then 0x00."""
    table = np.where(np.arange(width)[None, :] < np.arange(width + 1)[:, None], 0xFF, 0).astype(np.uint8)
    return table.view(f"V{width}").ravel()


def to_fixed(text: TextBuffers, start: int, stop: int, width: int) -> NDArray[np.void]:
    """Values `start` to `stop`, each padded with blanks to `width` bytes: an array of `V{width}`.

    No value may be longer than `width`.
    """
    offsets = text.offsets[start : stop + 1]
    lengths = np.diff(offsets)
    first, size = int(offsets[0]), int(offsets[-1] - offsets[0])
    if size == width * (stop - start):  # all as long as the variable
        return text.data[first : first + size].view(f"V{width}")
    # Each value is fetched with whatever follows it, up to `width` bytes; then the excess is made
    # blank. With all bytes XOR 0x20 a blank is 0, so that one AND with a mask by length does it.
    local = np.zeros(size + width, dtype=np.uint8)
    np.bitwise_xor(text.data[first : first + size], np.uint8(BLANK), out=local[:size])
    windows = np.ndarray(shape=(size + 1,), dtype=f"V{width}", buffer=local.data, strides=(1,))
    out = windows[offsets[:-1] - first]  # not take(): it would first copy all the windows
    plain = out.view(np.uint8)
    plain &= _keep(width).take(lengths).view(np.uint8)
    plain ^= np.uint8(BLANK)
    return out


def from_fixed(records: NDArray[np.void], encoding: str = "utf-8") -> Any:
    """Text of an array of `V{width}`, trailing blanks stripped, as a `large_string` Arrow array.

    A value of blanks only is missing. Raises `UnicodeDecodeError` when the bytes are not in `encoding`.
    """
    count, width = len(records), records.dtype.itemsize
    plain = records.view(np.uint8)
    if count and plain.max() > 0x7F:
        if encoding.lower() not in ("utf-8", "utf8", "ascii"):
            texts = [raw.rstrip(b" ").decode(encoding) or None for raw in records.view(f"S{width}").tolist()]
            return pa.array(texts, type=pa.large_string())
        apart = np.pad(plain.reshape(count, width), ((0, 0), (0, 1)), constant_values=BLANK)
        apart.tobytes().decode(encoding)
    offsets = np.arange(0, width * (count + 1), width, dtype=np.int64)
    padded = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(records))
    return _blank_is_missing(pc.ascii_rtrim(padded, characters=" "))


def _blank_is_missing(array: Any) -> Any:
    _, offsets, data = array.buffers()
    filled = np.diff(np.frombuffer(offsets, dtype=np.int64, count=len(array) + 1)) != 0
    if filled.all():
        return array
    valid = np.packbits(filled, bitorder="little")
    return pa.LargeStringArray.from_buffers(len(array), offsets, data, pa.py_buffer(valid))
