"""No port, no statement and no line of code deletes what was received, judged or decided."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pacs_dedup
import pacs_dedup.ports

PACKAGE = Path(pacs_dedup.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
REMOVING = {"unlink", "rmdir", "rmtree", "removedirs", "truncate", "os.remove"}
OWN_SPARE_FILES = {
    "adapters/backup_files.py": "copies that were not finished",
    "adapters/disk.py": "empty files of a check whether the disk works",
    "adapters/file_audit_inbox.py": "audit events that the audit log has taken by then",
    "adapters/file_blob_store/files.py": "temporary files that were never acknowledged",
    "adapters/file_blob_store/store.py": "a temporary file when its bytes have their name",
    "wiring/secret_file.py": "temporary files of one start",
}
"""Where a file may be removed, and what it is."""
SQL = re.compile(r"\b(DELETE\s+FROM|DROP\s+(TABLE|COLUMN|DATABASE)|TRUNCATE)\b", re.IGNORECASE)


def port_methods() -> Iterator[tuple[str, str]]:
    for module in pkgutil.iter_modules(pacs_dedup.ports.__path__):
        for name, port in vars(importlib.import_module(f"pacs_dedup.ports.{module.name}")).items():
            if getattr(port, "_is_protocol", False):
                yield from ((name, method) for method in vars(port) if not method.startswith("_"))


def calls(module: Path) -> set[str]:
    """The names of all that a module calls on something: alone, and with what it is called on."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    called = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    return {f.attr for f in called} | {ast.unparse(f) for f in called}


def test_no_port_can_delete() -> None:
    found = list(port_methods())
    assert len(found) > 20
    assert not [f for f in found if re.match("delete|remove|purge|drop|discard|clear|erase", f[1])]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_no_module_removes_files_or_rows(module: Path) -> None:
    place = module.relative_to(PACKAGE).as_posix()
    called = calls(module)
    if place not in OWN_SPARE_FILES:
        assert not called & REMOVING
    if place.startswith("adapters/database/"):
        assert "delete" not in called
    if "migrations" not in place:
        assert not SQL.search(module.read_text(encoding="utf-8"))


@pytest.mark.parametrize("place", OWN_SPARE_FILES)
def test_every_exception_is_still_needed(place: str) -> None:
    assert calls(PACKAGE / place) & REMOVING
