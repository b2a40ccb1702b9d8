"""What the global options say, and how a command opens the configuration and the services."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pacs_dedup.config import DATABASE_FILE, Settings, load_settings
from pacs_dedup.domain.errors import BadRequest, PacsDedupError

if TYPE_CHECKING:
    from pacs_dedup.wiring import Services


@dataclass(frozen=True, slots=True)
class Context:
    """The global options of one command line."""

    config_file: Path | None = None
    data: Path | None = None
    as_json: bool = False

    def settings(self) -> Settings:
        """Read the configuration; ``--data`` overrides ``storage.path``.

        Raises:
            BadConfiguration: with every problem in one message.
        """
        return load_settings(self.config_file, {"storage.path": None if self.data is None else str(self.data)})


def context_of(context: typer.Context) -> Context:
    """Return the global options."""
    options: Context = context.obj
    return options


@contextmanager
def services_of(context: typer.Context, *, must_exist: bool = True) -> Iterator["Services"]:
    """Open the services; heavy libraries are imported only now, so that help and usage errors come at once.

    Raises:
        BadRequest: with ``must_exist``, where nothing was ever stored in the data folder: who only asks, perhaps with a
            typing error in its name, must not make a database.
    """
    settings = context_of(context).settings()
    embedded = not settings.storage.database_url
    if must_exist and embedded and not (settings.storage.path / DATABASE_FILE).is_file():
        folder = settings.storage.path.absolute()
        what = f"nothing was ever stored in {folder}" if folder.is_dir() else f"there is no data folder {folder}"
        raise BadRequest(f"{what}; name it with --data or --config")
    from pacs_dedup.pipeline.carry_audit import carry_all
    from pacs_dedup.wiring import open_services

    with open_services(settings) as services:
        try:
            yield services
        finally:
            with suppress(PacsDedupError):  # else the service does it, when the database answers
                carry_all(services.audit, services.audit_log)
