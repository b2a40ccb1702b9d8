"""No port, no statement and no line of code deletes what was received, judged or decided.

With one exception, and these tests say exactly which: `TransitStore.part_with` removes the bytes of one blob. One
adapter implements it in one module, one pipeline step calls it, and one command reaches that step: a person's, with the
token of a plan (what it lets go, and what never, is in tests/unit/pipeline/test_transit.py).
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pacs_dedup
import pacs_dedup.ports
import pacs_dedup.ports.blob_store

PACKAGE = Path(pacs_dedup.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
REMOVING = {"unlink", "rmdir", "rmtree", "removedirs", "truncate", "os.remove"}
OWN_SPARE_FILES = {
    "adapters/backup_files.py": "copies that were not finished",
    "adapters/disk.py": "empty files of a check whether the disk works",
    "adapters/file_arrival_spool.py": "arrivals that are recorded by then",
    "adapters/file_audit_inbox.py": "audit events that the audit log has taken by then",
    "adapters/file_blob_store/transit.py": "the bytes of a blob that is let go, and its note where it is put back",
    "adapters/file_blob_store/store.py": "a temporary file when its bytes have their name",
    "durable.py": "temporary files that were never acknowledged",
    "entrypoints/listener/messages.py": "not a file: what was read of a message too long to be taken",
    "wiring/secret_file.py": "temporary files of one start",
}
"""Where a file may be removed, and what it is."""
SQL = re.compile(r"\b(DELETE\s+FROM|DROP\s+(TABLE|COLUMN|DATABASE)|TRUNCATE\s+\w+)\b", re.IGNORECASE)


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
    removing = [f for f in found if re.match("delete|remove|purge|drop|discard|clear|erase", f[1])]
    assert removing == [("ArrivalSpool", "remove")], "an arrival leaves its spool when it is recorded"


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


PARTS = "part_with"
"""What the one exception is called."""


def modules_that(found: str) -> set[str]:
    """The modules in whose text something stands."""
    return {m.relative_to(PACKAGE).as_posix() for m in MODULES if re.search(found, m.read_text(encoding="utf-8"))}


def test_one_port_lets_received_bytes_go_and_no_other() -> None:
    assert [port for port, method in port_methods() if method == PARTS] == ["TransitStore"]
    assert not hasattr(pacs_dedup.ports.blob_store.BlobStore, PARTS), "who keeps and reads blobs can not remove them"


def test_one_adapter_implements_it_and_one_step_calls_it() -> None:
    assert modules_that(rf"def {PARTS}\(") == {"adapters/file_blob_store/transit.py", "ports/transit_store.py"}
    assert modules_that(rf"\.{PARTS}\b") == {"pipeline/transit.py"}


def test_only_the_command_of_a_person_reaches_that_step() -> None:
    assert modules_that(r"\bapply_release\b") == {"pipeline/transit.py", "entrypoints/cli/transit.py"}
    assert modules_that(r"\bFileTransitStore\b") == {
        "adapters/file_blob_store/__init__.py",
        "adapters/file_blob_store/transit.py",
        "wiring/transit.py",
    }
    assert modules_that(r"\bwiring\.transit\b") == {"entrypoints/cli/transit.py"}


def test_only_letting_go_moves_or_removes_a_blob_by_its_name() -> None:
    """Elsewhere only temporary files are removed, and only a blob that was cut short is replaced, by its whole self."""
    store = calls(PACKAGE / "adapters/file_blob_store/store.py")
    assert store & (REMOVING | {"replace", "rename"}) == {"unlink"}
    assert {call for call in store if call.endswith(".unlink")} == {"temporary.unlink"}
