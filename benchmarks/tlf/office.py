"""Opens every RTF of a folder with LibreOffice, in one call, and compares its pages with those stated.

    python benchmarks/tlf/office.py outputs/tlf

Arial, or a typeface as wide (Liberation Sans), must be installed. Exit code 1 if a file has other pages.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pypdf import PdfReader


def main() -> int:
    """A line per file whose pages differ; then how many were opened."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        print("LibreOffice is not installed: nothing was opened")
        return 0
    files = sorted(Path(sys.argv[1]).glob("*.rtf"))
    with tempfile.TemporaryDirectory() as folder:
        home = f"-env:UserInstallation=file://{folder}/home"
        command = [office, home, "--headless", "--convert-to", "pdf", "--outdir", folder, *map(str, files)]
        subprocess.run(command, check=True, capture_output=True)
        different = 0
        for path in files:
            stated = stated_pages(path.read_text(encoding="ascii"))
            found = len(PdfReader(Path(folder) / f"{path.stem}.pdf").pages)
            if stated != found:
                different += 1
                print(f"{path.name}: {stated} pages are stated, LibreOffice has {found}")
    print(f"{len(files)} files opened, {different} with other pages than stated")
    return 1 if different else 0


def stated_pages(code: str) -> int:
    """The pages that the heads of all sections state."""
    return sum(int(number) for number in re.findall(r"(?:NUM|SECTION)PAGES\}\{\\fldrslt (\d+)\}", code))


if __name__ == "__main__":
    sys.exit(main())
