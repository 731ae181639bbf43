"""The container of an XLSX workbook: its parts within limits, their XML without entities, their relations.

The one place that opens workbooks, for specifications and for raw data. Macros and external links are
never touched. XML is parsed by expat with namespaces, so that a prefix may be spelled in any way; a
document type declaration is refused when it begins, so that no entity can expand.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_GOOD_COPY = "Put it back from its last good copy."
_AGAIN = "Save it again as .xlsx."
_UNPROTECT = "Remove the password and save it as .xlsx."
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, NotImplementedError)

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """Bytes of the file, of an unpacked part, of all parts together, and the number of parts.

    Above `ratio_from` unpacked bytes a workbook may not unpack to more than `ratio` times its size (a
    usual one: 5 to 20 times).
    """

    file: int
    part: int
    total: int
    parts: int = 2_000
    ratio: int = 1_000
    ratio_from: int = 100_000_000


SPECIFICATION = UnpackLimits(file=50_000_000, part=100_000_000, total=200_000_000)
EXPORT = UnpackLimits(file=500_000_000, part=2_000_000_000, total=4_000_000_000, ratio=100)


class PackageError(Exception):
    """The file can't be read as a workbook: `why`, in a sentence, and `fix`, what to do."""

    def __init__(self, why: str, fix: str = "", *, password: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix
        self.password = password


@dataclass(frozen=True, slots=True)
class Relation:
    """From a part to another one: its id, the last word of its type (`worksheet`), the part it leads to."""

    key: str
    kind: str
    part: str


class Container:
    """The parts of an opened package, by name. Raises `PackageError` for a file that is no package."""

    def __init__(self, content: bytes, limits: UnpackLimits = SPECIFICATION) -> None:
        self._limits = limits
        self._archive = _open(content, limits)
        self._names = frozenset(self._archive.namelist())

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        """The content of a part, unpacked up to the limit and no further."""
        try:
            with self._archive.open(name) as stream:
                content = stream.read(self._limits.part + 1)
        except KeyError:
            raise PackageError(f"The workbook does not have its part {name}.", _AGAIN) from None
        except RuntimeError:
            raise PackageError("The workbook is encrypted.", _UNPROTECT, password=True) from None
        except _BROKEN:
            raise PackageError(f"The workbook is damaged in its part {name}.", _GOOD_COPY) from None
        if len(content) > self._limits.part:
            raise PackageError(f"Part {name} unpacks to more than is safe.", _AGAIN)
        return content

    def verify(self) -> None:
        """Unpack every part once: a wrong size or checksum is found here, not by a reader after us."""
        for name in sorted(self._names):
            if not name.endswith("/"):
                self.read(name)

    def relations(self, part: str) -> list[Relation]:
        """The relations of a part that stay inside the package; of the package itself for an empty name."""
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        found: list[Relation] = []

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
                kind = attributes.get("Type", "").rsplit("/", 1)[-1]
                found.append(Relation(attributes.get("Id", ""), kind, target.lstrip("/")))

        if name in self:
            parse(self.read(name), start)
        return found

    def close(self) -> None:
        self._archive.close()


def content_of(path: Path, limits: UnpackLimits = SPECIFICATION) -> bytes:
    """A file read whole, so that no handle is kept on a workbook that a person may have open."""
    try:
        with path.open("rb") as stream:
            return stream.read(limits.file + 1)
    except FileNotFoundError:
        why = "The file does not exist."
        raise PackageError(why, "Put the workbook there, or correct the path.") from None
    except OSError as error:
        why = f"The file can't be opened ({error.strerror})."
        raise PackageError(why, "Close it in other programs and try again.") from None


def parse(
    content: bytes,
    start: Start,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> None:
    """Run expat over a part; handlers get local names, "" for elements of another namespace than the root's.

    Attributes without a prefix have their name, others their namespace, a blank and their name.
    """
    names = LocalNames()

    def ends(tag: str) -> None:
        if end is not None:
            end(names[tag])

    run(content, lambda tag, attributes: start(names[tag], attributes), ends, data)


def run(
    content: bytes,
    start: Start,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> None:
    """The same with names as expat gives them, for handlers of large parts: `LocalNames` translates them."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two: an unknown encoding
        raise PackageError(f"The workbook holds broken XML ({error}).", _AGAIN) from None


class LocalNames(dict[str, str]):
    """Names as expat gives them → local names, each looked at once."""

    _namespace: str | None = None

    def __missing__(self, tag: str) -> str:
        namespace, _, local = tag.rpartition(" ")
        if self._namespace is None:
            self._namespace = namespace
        self[tag] = name = local if namespace == self._namespace else ""
        return name


def _refuse(*_: object) -> None:
    why = "The workbook holds a document type declaration, which is not safe."
    raise PackageError(why, _AGAIN)


def _open(content: bytes, limits: UnpackLimits) -> zipfile.ZipFile:
    _is_package(content, limits)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN:
        raise PackageError("The workbook is cut off or damaged.", _GOOD_COPY) from None
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    if (
        len(parts) > limits.parts
        or total > limits.total
        or any(part.file_size > limits.part for part in parts)
        or (total > limits.ratio_from and total > limits.ratio * len(content))
    ):
        archive.close()
        why = f"The workbook unpacks to {total:,} bytes in {len(parts):,} parts: not safe."
        raise PackageError(why, "Save a workbook that holds what is needed alone.")
    return archive


def _is_package(content: bytes, limits: UnpackLimits) -> None:
    if not content:
        raise PackageError("The file is empty.", _GOOD_COPY)
    if len(content) > limits.file:
        raise PackageError(f"The file is larger than {limits.file:,} bytes.", "Remove what is not needed.")
    if content[:8] == _OLE and _ENCRYPTED in content:
        raise PackageError("The workbook is password-protected.", _UNPROTECT, password=True)
    if content[:8] == _OLE:
        raise PackageError("The file is a workbook of the old .xls format.", "Save it as .xlsx.")
    if content[:2] != b"PK":
        raise PackageError("The file is not an .xlsx workbook.", "Save it from Excel as .xlsx.")
