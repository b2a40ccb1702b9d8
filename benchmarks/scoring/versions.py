"""Which code a result came from: a digest of the source files that can change it."""

import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_IMPORTED = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
files = {m.__file__ for m in list(sys.modules.values()) if getattr(m, "__file__", None)}
print("\\n".join(sorted(f for f in files if f.startswith((sys.argv[1] + "/pacs_dedup", sys.argv[1] + "/benchmarks")))))
"""


@cache
def version_of(*modules: str) -> str:
    """Return a digest over these modules and everything of this repository that they import, 12 hexadecimal digits."""
    command = [sys.executable, "-c", _IMPORTED, str(ROOT), *modules]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return digest_of_files(map(Path, said.split("\n")[:-1]))


def digest_of_files(paths: Iterable[Path]) -> str:
    """Return a digest over the names and bytes of files, 12 hexadecimal digits."""
    digest = sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
