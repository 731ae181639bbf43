"""A built folder: which files there are, what they are called, and the datasets in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from il2cdisc.transport.coded import CodedFile, read_coded
from il2cdisc.transport.xpt import XptFile, open_xpt, read_xpt

SDTM, ADAM = "sdtm", "adam"
"""Folders of the datasets, by standard in lower case."""
CHECKS, LINEAGE, RAW, RESULTS, DISPLAYS = "checks", "lineage", "raw", "results", "tlf"
DEFINE, STYLESHEET, RENDERED = "define.xml", "define2-1.xsl", "define.html"
"""The definitions of a package, the stylesheet that shows them, and the page that it makes of them."""
ACRF = "acrf.pdf"
FINDINGS = "findings.json"
RECEIPTS = "receipts.json"
_SUFFIX = ".xpt"


def file_name(dataset: str) -> str:
    """What the transport file of a dataset is called.

    >>> file_name("SUPPAE")
    'suppae.xpt'
    """
    return f"{dataset.lower()}{_SUFFIX}"


def listing_file(display: str) -> str:
    """The file of what a listing shows, in the folder of the results.

    >>> listing_file("L-16-2-7")
    'listings/l-16-2-7.parquet'
    """
    return f"listings/{display.lower()}.parquet"


def stem_of(file: str) -> str:
    """The name of a transport file without its folder and its ending.

    >>> stem_of("outputs/sdtm/dm.xpt")
    'dm'
    """
    return file.rsplit("/", 1)[-1].removesuffix(_SUFFIX)


def dataset_files(folder: Path) -> list[Path]:
    """The transport files of one folder, in the order of their names."""
    return sorted(folder.glob(f"*{_SUFFIX}"))


def read_dataset(path: Path, *, shown: str = "") -> XptFile:
    """A transport file; `shown` is its name in messages. Raises `Stopped` where it can't be read."""
    return read_xpt(path, shown=shown) if shown else read_xpt(path)


def read_coded_dataset(path: Path, *, shown: str = "") -> CodedFile:
    """The same as distinct values and codes: a large file takes a tenth of the memory."""
    return read_coded(path, shown=shown)


def records_of(path: Path) -> tuple[str, int]:
    """Name and number of records of the dataset in a transport file. Raises `Stopped` for another file."""
    with open_xpt(path) as file:
        return file.header.name, file.count_rows()


class Package:
    """The datasets of a build's folder; each file is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, XptFile] = {}

    @property
    def names(self) -> list[str]:
        """The datasets that there are, sorted."""
        return sorted(
            path.stem.upper() for name in (SDTM, ADAM) for path in dataset_files(self.folder / name)
        )

    def missing(self, names: Iterable[str]) -> list[str]:
        """Those of some datasets that are not there, sorted."""
        return sorted(set(names) - set(self.names))

    def file(self, name: str) -> XptFile:
        """A dataset. Raises `KeyError` where it is not there, `Stopped` where it can't be read."""
        if name not in self._read:
            paths = [self.folder / folder / file_name(name) for folder in (SDTM, ADAM)]
            found = next((path for path in paths if path.is_file()), None)
            if found is None:
                raise KeyError(name)
            self._read[name] = read_dataset(found)
        return self._read[name]
