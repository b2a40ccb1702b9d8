"""Where settings come from, and how every problem with them is told at once.

Precedence: flag > environment (``PACS_DEDUP_DICOM__PORT=104``) > TOML file > default.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource
from pydantic_settings.exceptions import SettingsError

from pacs_dedup.config.settings import ENVIRONMENT_PREFIX, Settings
from pacs_dedup.domain.errors import BadConfiguration

CONFIG_VARIABLE = f"{ENVIRONMENT_PREFIX}CONFIG"
DEFAULT_FILE = Path("pacs-dedup.toml")

_NESTED = "__"
_Tree = dict[str, Any]


def load_settings(path: Path | None = None, overrides: Mapping[str, object] | None = None) -> Settings:
    """Read the settings of this site.

    Args:
        path: the TOML file (``--config``); without it the file that ``PACS_DEDUP_CONFIG`` names, else
            ``./pacs-dedup.toml`` if it is there.
        overrides: flags of the command line as ``{"dicom.port": 104}``; None as a value means "not given".

    Raises:
        BadConfiguration: the message lists every problem with its key, where it was set and what is possible.
    """
    file = path or _named_file()
    tree = _read(file) if file else {}
    environment = _environment()
    flags = _nested(overrides or {})
    problems = _unknown_sections_in_environment()
    try:
        settings = Settings(**_merge(_merge(tree, environment), flags))
    except ValidationError as error:
        origins = ((flags, "flag"), (environment, "environment"), (tree, str(file)))
        problems += [_describe(detail, origins) for detail in error.errors()]
    else:
        if not problems:
            return settings
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    raise BadConfiguration("\n  ".join([f"The configuration can not be used ({count}):", *problems]))


def _named_file() -> Path | None:
    if named := os.environ.get(CONFIG_VARIABLE):
        return Path(named)
    return DEFAULT_FILE if DEFAULT_FILE.is_file() else None


def _read(path: Path) -> _Tree:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfiguration(f"{path}: can not be read ({error.strerror}); name another file with --config") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path}: not valid TOML: {error}") from None


def _environment() -> _Tree:
    try:
        return EnvSettingsSource(Settings)()
    except SettingsError as error:
        raise BadConfiguration(f"environment: {error}; a list or a section as a whole is written as JSON") from None


def _unknown_sections_in_environment() -> list[str]:
    """Tell of variables such as ``PACS_DEDUP_DICM__PORT``, which pydantic-settings would pass over in silence."""
    problems = []
    for variable in sorted(os.environ):
        section, separator, _ = variable.removeprefix(ENVIRONMENT_PREFIX).partition(_NESTED)
        if variable.startswith(ENVIRONMENT_PREFIX) and separator and section.lower() not in Settings.model_fields:
            problems.append(f"{variable}: unknown section{_suggestion(section.lower(), Settings)}")
    return problems


def _nested(overrides: Mapping[str, object]) -> _Tree:
    tree: _Tree = {}
    for dotted, value in overrides.items():
        *sections, key = dotted.split(".")
        branch = tree
        for section in sections if value is not None else ():
            branch = branch.setdefault(section, {})
        if value is not None:
            branch[key] = value
    return tree


def _merge(below: _Tree, above: Mapping[str, Any]) -> _Tree:
    merged = dict(below)
    for key, value in above.items():
        lower = merged.get(key)
        merged[key] = _merge(lower, value) if isinstance(value, Mapping) and isinstance(lower, dict) else value
    return merged


def _describe(detail: ErrorDetails, origins: tuple[tuple[_Tree, str], ...]) -> str:
    """Say one problem in a line: key, where it was set, what is wrong, what was meant."""
    location = detail["loc"]
    key = ".".join(map(str, location))
    origin = next((name for tree, name in origins if _holds(tree, location)), "")
    place = f"{key} ({origin})" if origin else key
    if detail["type"] == "extra_forbidden":
        return f"{place}: unknown key{_suggestion(str(location[-1]), _model_at(location[:-1]))}"
    message = detail["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    given = detail["input"]
    untold = isinstance(given, dict | list | tuple) or _is_secret(location)
    return f"{place}: {message}" if untold else f"{place}: {message}, not {given!r}"


def _is_secret(location: tuple[int | str, ...]) -> bool:
    """Tell whether a setting is one that is never shown, not even when it is wrong."""
    field = _model_at(location[:-1]).model_fields.get(str(location[-1]))
    return field is not None and not field.repr


def _holds(tree: Any, location: tuple[int | str, ...]) -> bool:
    for step in location:
        if isinstance(tree, Mapping):
            if step not in tree:
                return False
            tree = tree[step]
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return True
    return True


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel]:
    """Return the model whose keys are allowed at a place; the last step of a list index is its item's model."""
    model: type[BaseModel] = Settings
    for step in location:
        if isinstance(step, str) and step in model.model_fields:
            annotation = model.model_fields[step].annotation
            candidates = [annotation, *get_args(annotation)]
            model = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), model)
    return model


def _suggestion(unknown: str, model: type[BaseModel]) -> str:
    allowed = list(model.model_fields)
    if close := difflib.get_close_matches(unknown, allowed, n=1):
        return f"; did you mean {close[0]!r}?"
    return f"; possible are {', '.join(allowed)}"
