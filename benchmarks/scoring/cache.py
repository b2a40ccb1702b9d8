"""What was computed before by the same code, in files, so that a changed rule does not fingerprint everything anew."""

import os
import pickle
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class Cache:
    """Pickled values by version of the code and name; only ever read by who wrote them."""

    def __init__(self, folder: Path, version: str) -> None:
        self._folder = folder / version
        self._folder.mkdir(parents=True, exist_ok=True)

    def get(self, name: str, make: Callable[[], T]) -> T:
        """Return a value, made now if it was not made before."""
        path = self._path(name)
        if path.exists():
            kept: T = pickle.loads(path.read_bytes())  # noqa: S301 - a file of this benchmark's own scratch folder
            return kept
        made = make()
        self.put(name, made)
        return made

    def put(self, name: str, value: object) -> None:
        """Keep a value; readers see the old one or the new one, never half of one."""
        path = self._path(name)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(pickle.dumps(value))
        partial.replace(path)

    def _path(self, name: str) -> Path:
        return self._folder / f"{sha256(name.encode()).hexdigest()[:24]}.pickle"
