"""Fetching the design system's own files for the wheel, at development time only: python -m infra.web.vendor.

What is the government's own mark (its typeface, crown and crest) is taken out; what is left keeps its licence, which
the package itself does not carry.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "govuk-frontend@6.3.0"  # what govuk-frontend-jinja 4.1.0 writes the markup of
FILES = ("govuk-frontend.min.css", "govuk-frontend.min.js")
ASSETS = Path(__file__).parent / "assets"
FONTS = re.compile(r"@font-face\{[^}]*\}")
CREST = re.compile(r"[^{}]*\{[^{}]*govuk-crest[^{}]*\}")
SOURCE_MAP = re.compile(r"(/\*|//)# sourceMappingURL=.*", re.DOTALL)
LICENCE = """The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated \
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the \
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit \
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the \
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE \
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR \
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR \
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def without_marks(text: str) -> str:
    """A stylesheet or script without typeface, crest and source map."""
    text = SOURCE_MAP.sub("", CREST.sub("", FONTS.sub("", text)))
    return text.replace("GDS Transport,arial,", "arial,helvetica,").rstrip() + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True)
        with tarfile.open(Path(folder) / packed.stdout.decode().strip()) as archive:
            archive.extractall(folder, filter="data")
        for name in FILES:
            text = (Path(folder) / "package/dist/govuk" / name).read_text("utf-8")
            (ASSETS / name).write_text(without_marks(text), "utf-8")
    (ASSETS / "govuk-frontend.LICENCE.txt").write_text(LICENCE, "utf-8")
    hashes = {name: hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() for name in FILES}
    manifest = {"package": PACKAGE, "sha256": hashes}
    (ASSETS / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    sys.stdout.write(f"{PACKAGE}: {', '.join(FILES)} in {ASSETS}\n")


if __name__ == "__main__":
    main()
