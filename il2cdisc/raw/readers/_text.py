"""Text files, a block at a time: whether their bytes are in an encoding, and their text, cut at line ends."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from il2cdisc.base.problems import Problem, at_line
from il2cdisc.raw.problems import ENCODING, UNREADABLE

BLOCK = 2**22
"""Bytes that are read at once."""
MARK = "\ufeff"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)
_ONE_BYTE = {"iso8859-1", "iso8859-15", "cp1252", "cp850"}


def text_problem(path: Path, shown: str, encoding: str) -> Problem | None:
    """Why a file is not text in an encoding, None if it is. The whole file is read, a block at a time.

    An encoding of one byte a character reads any bytes: it is refused for what is UTF-8, and ISO 8859-1 for
    control characters that only Windows uses for letters.
    """
    scan = _Scan(encoding)
    for block in _blocks(path):
        if scan.marked_as:
            break
        scan.take(block)
    return scan.problem(shown)


def text_blocks(path: Path, encoding: str) -> Iterator[str]:
    """The text of a file in blocks of whole lines; only the last may have no line end."""
    decoder: codecs.IncrementalDecoder | None = None
    rest = ""
    for block in _blocks(path):
        decoder = decoder or _decoder(encoding, block)
        text = rest + decoder.decode(block)
        end = text.rfind("\n") + 1
        rest = text[end:]
        if end:
            yield text[:end]
    rest += decoder.decode(b"", final=True) if decoder is not None else ""
    if rest:
        yield rest


def _codec(encoding: str) -> str:
    return codecs.lookup(encoding).name.removesuffix("-sig")


def _mark(start: bytes) -> str:
    """The encoding whose byte order mark a file begins with."""
    return next((name for mark, name in _MARKS if start.startswith(mark)), "")


def _decoder(encoding: str, start: bytes) -> codecs.IncrementalDecoder:
    """A decoder for a file with this start; without a mark UTF-16 and UTF-32 are little-endian."""
    name = _codec(encoding)
    if name in ("utf-16", "utf-32") and _mark(start) != name:
        name += "-le"
    return codecs.getincrementaldecoder(name)()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield block


@dataclass(frozen=True, slots=True)
class _Byte:
    """A byte of the file: how many are before it, its line, its value."""

    place: int
    line: int
    value: int


@dataclass(slots=True)
class _Scan:
    """What was seen of a file so far, and the first byte of each kind that speaks against the encoding."""

    encoding: str
    size: int = 0
    line: int = 1
    filled: bool = False
    marked_as: str = ""
    nul: _Byte | None = None
    wrong: _Byte | None = None
    high: _Byte | None = None
    control: _Byte | None = None
    is_utf8: bool = True
    _name: str = ""
    _decoder: codecs.IncrementalDecoder = field(init=False)
    _utf8: codecs.IncrementalDecoder = field(init=False)

    def _begin(self, start: bytes) -> None:
        self._name, mark = _codec(self.encoding), _mark(start)
        self.marked_as = mark if not self._name.startswith(mark) else ""
        self._decoder, self._utf8 = _decoder(self.encoding, start), _decoder("utf-8", b"")

    def take(self, block: bytes) -> None:
        """The next block of the file."""
        if not self.size:
            self._begin(block)
        self.filled = self.filled or bool(block.strip())
        if self.nul is None and b"\0" in block and not self._name.startswith(("utf-16", "utf-32")):
            self.nul = self._byte(block, block.index(0))
        if self.wrong is None:
            self.wrong = self._undecodable(self._decoder, block)
        if self._name in _ONE_BYTE:
            self._look_closer(block)
        self.size += len(block)
        self.line += block.count(b"\n")

    def _look_closer(self, block: bytes) -> None:
        """Of an encoding that reads any byte: is it UTF-8, does it have control characters?"""
        self.is_utf8 = self.is_utf8 and self._undecodable(self._utf8, block) is None
        if block.isascii():
            return
        if self.high is None and (found := re.search(rb"[\x80-\xff]", block)):
            self.high = self._byte(block, found.start())
        if self.control is None and (found := re.search(rb"[\x80-\x9f]", block)):
            self.control = self._byte(block, found.start())

    def _byte(self, block: bytes, place: int, waiting: bytes = b"") -> _Byte:
        """A byte of the block that is taken, with the bytes that were waiting for it in front."""
        line = self.line - waiting.count(b"\n") + block.count(b"\n", 0, place)
        return _Byte(self.size - len(waiting) + place, line, block[place])

    def _undecodable(
        self, decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False
    ) -> _Byte | None:
        """The first byte of a block that can't be decoded."""
        waiting = decoder.getstate()[0]
        try:
            decoder.decode(block, final)
        except UnicodeDecodeError as error:
            return self._byte(error.object, error.start, waiting)
        return None

    def problem(self, shown: str) -> Problem | None:
        """What is wrong, when the whole file was taken."""
        if self.marked_as:
            mark = f"the byte order mark of {self.marked_as}"
            what = f"The file begins with {mark}, study.toml says {self.encoding}."
            return ENCODING.at(at_line(shown, 1), what, hint=self.marked_as)
        if not self.filled:
            return UNREADABLE.at(shown, "The file is empty.")
        if self.nul is not None:
            what = f"Byte {self.nul.place} is NUL: the file is damaged, or no text in {self.encoding}."
            return UNREADABLE.at(at_line(shown, self.nul.line), what)
        wrong = self.wrong or self._undecodable(self._decoder, b"", final=True)
        if wrong is not None:
            what = f"Byte {wrong.place} (0x{wrong.value:02X}) is not {self.encoding}."
            hint = "latin-1 or cp1252" if self._name == "utf-8" else ""
            return ENCODING.at(at_line(shown, wrong.line), what, hint=hint)
        return self._other_encoding(shown) if self.high is not None else None

    def _other_encoding(self, shown: str) -> Problem | None:
        """What the bytes of an encoding that reads any byte are more likely in."""
        assert self.high is not None
        if self.is_utf8 and self._undecodable(self._utf8, b"", final=True) is None:
            what = (
                f"The file says {self.encoding} in study.toml, its bytes from {self.high.place} on are UTF-8."
            )
            return ENCODING.at(at_line(shown, self.high.line), what, hint="utf-8")
        if self._name == "iso8859-1" and self.control is not None:
            found = self.control
            what = f"Byte {found.place} (0x{found.value:02X}) is a control character in {self.encoding}."
            return ENCODING.at(at_line(shown, found.line), what, hint="cp1252")
        return None
