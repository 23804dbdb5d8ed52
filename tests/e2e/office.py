"""Open workbooks in LibreOffice, headless, and print them: ``python3 office.py OUT FILE...``.

Exits with 1 when a file is not opened, a sheet is missing from the print, a number does not fit its column, a cell
shows an error, or LibreOffice warns of anything but the Java it does not need. The PDFs stay in OUT.
"""

import re
import subprocess
import sys
from pathlib import Path

import openpyxl

ERRORS = re.compile(r"Err:\d+|#(REF|NAME|VALUE|DIV/0|N/A)")
NARROW = re.compile(r"#{3,}")
HARMLESS = "javaldx"


def print_book(book: Path, out: Path, faults: list[str]) -> str:
    """Print a workbook as a PDF and return its text."""
    profile = f"-env:UserInstallation={(out / 'office').resolve().as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(out), str(book)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    faults += [f"{book.name}: {line}" for line in done.stderr.splitlines() if line and HARMLESS not in line]
    paper = out / f"{book.stem}.pdf"
    if not paper.exists():
        faults.append(f"{book.name}: not opened: {done.stdout}")
        return ""
    command = ["pdftotext", "-layout", str(paper), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def check(book: Path, text: str, faults: list[str]) -> None:
    """See that every sheet is printed whole and in order."""
    for found in (ERRORS.search(text), NARROW.search(text)):
        if found:
            line = next(t for t in text.splitlines() if found.group() in t)
            faults.append(f"{book.name}: {found.group()} in {line.strip()[:80]}")
    pages = text.split("\f")
    for sheet in openpyxl.load_workbook(book):
        mine = [page for page in pages if page.strip().startswith(sheet.title)]
        heading = str(next(sheet.rows)[0].value)
        if not mine or any(heading not in page for page in mine):
            faults.append(f"{book.name}: the sheet {sheet.title} is not printed, or a page of it has no heading")


def main() -> int:
    """Report the faults."""
    out, *books = map(Path, sys.argv[1:])
    faults: list[str] = []
    for book in books:
        text = print_book(book, out, faults)
        if text:
            check(book, text, faults)
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
