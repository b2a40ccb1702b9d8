"""Write docs/reference/verdict.schema.json from the dataclasses that are the format.

python scripts/make_verdict_schema.py
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pacs_dedup.reports.verdict_json import PairObject

FILE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "verdict.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TITLE = "The judgement of pacs_dedup on one pair of studies"
_OPEN = frozenset({"Fact", "Group"})
"""What later versions compare besides is no other format: a reader must take attributes that it does not know."""
_FOR_READERS_OF_THE_CODE = frozenset({"title", "description", "default"})


def schema() -> str:
    """Return the JSON Schema of one object."""
    made = TypeAdapter(PairObject).json_schema(mode="serialization")
    for name in _OPEN:
        made["$defs"][name] = {"type": "string"}
    return json.dumps({"$schema": _DIALECT, "title": _TITLE, **_terse(made)}, indent=2) + "\n"


def _terse(node: Any) -> Any:
    """Leave out what is for readers of the code, and say that every object has all its keys and no others."""
    if isinstance(node, list):
        return [_terse(each) for each in node]
    if not isinstance(node, dict):
        return node
    told = {key: _terse(value) for key, value in node.items() if key not in _FOR_READERS_OF_THE_CODE}
    if node.get("type") == "object":
        properties = {key: _terse(value) for key, value in node["properties"].items()}
        told |= {"properties": properties, "required": list(properties), "additionalProperties": False}
    return told


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
