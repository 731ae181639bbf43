"""Opens every RTF of a folder with LibreOffice, in one call, and compares its pages with those stated.

    python benchmarks/tlf/office.py outputs/tlf

Arial, or a typeface as wide (Liberation Sans), must be installed: with a wider one lines break elsewhere.
Exit code 1 if a file has other pages, 2 if they can't be compared.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pypdf import PdfReader

AS_WIDE = ("Arial", "Liberation Sans", "Arimo")


def main() -> int:
    """A line per file whose pages differ; then how many were opened."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        print("LibreOffice is not installed: nothing was opened")
        return 2
    typeface = subprocess.run(
        ["fc-match", "-f", "%{family}", "Arial"], capture_output=True, text=True, check=True
    )
    if not any(name in typeface.stdout for name in AS_WIDE):
        print(f"Arial would be shown in {typeface.stdout}, which is not as wide: nothing was opened")
        return 2
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
