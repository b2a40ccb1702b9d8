"""Where everything is kept: disk, modes, backup, database."""

import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pacs_dedup.config import Settings
from pacs_dedup.domain.health import Finding, Health
from pacs_dedup.entrypoints.backup.create import LAST_BACKUP
from pacs_dedup.wiring.doctor import DatabaseState, inbox_usage, inspect_database, sqlite_file
from pacs_dedup.wiring.probes import free_bytes, try_durable_write, try_hard_link

_MIB = 1 << 20
_DAY_S = 86_400
_BACKUP_EVERY_DAYS = 2
_SLOW_WRITE_MS = 200
_OTHERS_MAY = 0o077
_MUCH_FREE = 0.5
_SKEW_S = 1.0  # IHE ITI-1: within one second of the reference


def disk(settings: Settings) -> Iterator[Finding]:
    """Check room, durable writes and hard links of the data folder."""
    folder, low_water = settings.storage.path.absolute(), settings.storage.low_water_bytes
    if not folder.is_dir():
        words = "there is no data folder yet"
        yield Finding("disk", Health.WARNING, words, "the service makes it at its first start; or name it with --data")
        return
    free = free_bytes(folder)
    words = f"{free // _MIB} MiB free, low water at {low_water // _MIB} MiB"
    if free < low_water:
        yield Finding("disk", Health.FAILED, words, "make room: senders are answered A700, out of resources")
    elif free < 2 * low_water:
        yield Finding("disk", Health.WARNING, words, "make room soon: below low water nothing more is accepted")
    else:
        yield Finding("disk", Health.OK, words)
    began = time.monotonic()
    try_durable_write(folder)
    ms = (time.monotonic() - began) * 1000
    slow = ms > _SLOW_WRITE_MS
    remedy = "each instance waits for several of these: use a faster disk, or one with a protected cache"
    health = Health.WARNING if slow else Health.OK
    yield Finding("durable writes", health, f"write, fsync, rename and fsync took {ms:.0f} ms", remedy if slow else "")
    try_hard_link(folder)
    yield Finding("hard links", Health.OK, "can be made")


def modes(settings: Settings) -> Iterator[Finding]:
    """Check that nobody else can read the data folder, or what lies in it."""
    folder = settings.storage.path.absolute()
    if not folder.is_dir():
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & _OTHERS_MAY:
        remedy = f"chmod 700 {folder}: it holds images and records of patients"
        yield Finding("folder modes", Health.FAILED, f"the data folder has mode {mode:03o}", remedy)
        return
    readable = [path.name for path in _own_files(folder) if stat.S_IMODE(path.stat().st_mode) & _OTHERS_MAY]
    if readable:
        words = f"{len(readable)} files have modes for others, for example {readable[0]}"
        yield Finding("folder modes", Health.WARNING, words, "the folder keeps them in; make them 600 all the same")
        return
    yield Finding("folder modes", Health.OK, "for its owner only")


def _own_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_file() and not path.is_symlink())


def backup(settings: Settings) -> Iterator[Finding]:
    """Tell when the last backup was made by ``pacs-dedup backup create``."""
    last = settings.storage.path / LAST_BACKUP
    remedy = "pacs-dedup backup create DIR, every night (docs/guide/operations.md); or make sure of another way"
    if not last.is_file():
        yield Finding("backup", Health.WARNING, "none was made of this data folder", remedy)
        return
    days = (time.time() - last.stat().st_mtime) / _DAY_S
    words = f"the last one was made {days:.1f} days ago"
    old = days > _BACKUP_EVERY_DAYS
    yield Finding("backup", Health.WARNING if old else Health.OK, words, remedy if old else "")


def audit(settings: Settings) -> Iterator[Finding]:
    """Tell how many audit events wait for the database, and for how long."""
    if not settings.storage.path.is_dir():
        return
    used = inbox_usage(settings)
    words = f"{used.events} events wait for the database"
    if used.set_aside:
        words = f"{used.set_aside} files could not be read; {words}"
        yield Finding("audit", Health.WARNING, words, "look at *.unreadable in audit/ of the data folder")
        return
    late = settings.operations.queue_age
    age = datetime.now(UTC) - used.oldest_at if used.oldest_at else timedelta()
    if age <= late and used.events < settings.audit.waiting_events / 2:
        yield Finding("audit", Health.OK, words)
        return
    words += f", the oldest for {age.total_seconds() / 60:.0f} min; {settings.audit.waiting_events} may"
    yield Finding("audit", Health.WARNING, words, "start the service, and see that its database answers")


def database(settings: Settings) -> Iterator[Finding]:
    """Check version, schema, durability, characters, speed and clock of the database."""
    file = sqlite_file(settings.database_url)
    if file is not None and not file.is_file():
        yield Finding("database", Health.WARNING, "there is none yet", "the service makes it at its first start")
        return
    state = inspect_database(settings.database_url)
    yield Finding("database", Health.OK, state.product)
    yield _schema(state)
    if not state.durable:
        remedy = "set fsync and full_page_writes to on: what was acknowledged must survive a power cut"
        yield Finding("database durability", Health.FAILED, "commits do not survive a power cut", remedy)
    if not state.unicode:
        remedy = "make a database with ENCODING 'UTF8' and restore a backup into it"
        yield Finding("database characters", Health.FAILED, "it does not take every character", remedy)
    if state.write_ms is not None:
        slow = state.write_ms > _SLOW_WRITE_MS
        remedy = "each instance waits for one: see the load of its disk" if slow else ""
        health = Health.WARNING if slow else Health.OK
        yield Finding("database write", health, f"a durable write took {state.write_ms:.0f} ms", remedy)
    if abs(state.skew_s) > _SKEW_S:
        remedy = "let NTP keep both clocks: leases and deadlines are compared across machines"
        yield Finding("database clock", Health.FAILED, f"its clock is {state.skew_s:+.1f} s from ours", remedy)
    if state.journal and state.journal != "wal":
        yield Finding("database journal", Health.WARNING, f"mode {state.journal}", "start the service: it sets WAL")
    if (state.free_share or 0) > _MUCH_FREE:
        words = f"{state.free_share:.0%} of the file is empty"
        yield Finding("database file", Health.OK, f"{words}; it is used again before the file grows")


def _schema(state: DatabaseState) -> Finding:
    head = state.known[0]
    if state.revision == head:
        return Finding("schema", Health.OK, f"revision {head}, the newest")
    if not state.revision:
        return Finding("schema", Health.WARNING, "there is none yet", "the service makes it at its first start")
    if state.revision in state.known:
        words = f"revision {state.revision}, and {head} is the newest"
        return Finding(
            "schema", Health.WARNING, words, "make a backup; the next start of the service brings it up to date"
        )
    remedy = "run that version, or restore a backup of this one's time"
    return Finding("schema", Health.FAILED, f"revision {state.revision} is of a newer version", remedy)
