"""Holds a value against a JSON Schema, as far as the schemas of this project go; whatever they use besides fails."""

from typing import Any

TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}
KNOWN = {"$schema", "$defs", "title", "$ref", "type", "enum", "anyOf", "properties", "required", "additionalProperties"}


def violations(value: Any, schema: dict[str, Any], whole: dict[str, Any] | None = None, place: str = "$") -> list[str]:
    """Return what of a value the schema forbids, each with its place."""
    root = whole or schema
    assert set(schema) <= {*KNOWN, "items"}, f"the schema uses what this can not hold a value against: {set(schema)}"
    if "$ref" in schema:
        return violations(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, place)
    if "anyOf" in schema:
        tried = [violations(value, each, root, place) for each in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    wanted = TYPES[schema["type"]]
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        return [f"{place}: no {schema['type']}"]
    found = [f"{place}: {value!r} is none of them"] if value not in schema.get("enum", [value]) else []
    if isinstance(value, dict):
        found += _of_object(value, schema, root, place)
    if isinstance(value, list):
        found += [v for n, each in enumerate(value) for v in violations(each, schema["items"], root, f"{place}[{n}]")]
    return found


def _of_object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], place: str) -> list[str]:
    properties = schema["properties"]
    missing = [f"{place}: {name} is missing" for name in schema["required"] if name not in value]
    unknown = [f"{place}: {name} is unknown" for name in value if name not in properties]
    told = [(name, each) for name, each in value.items() if name in properties]
    return missing + unknown + [v for n, each in told for v in violations(each, properties[n], root, f"{place}.{n}")]
