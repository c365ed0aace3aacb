#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks JSON documents against a definition of schema.json.

usage: schema.py DEFINITION FILE [DEFINITION FILE]...

A file of `event` has a document a line, the others have one. Knows the keywords
that schema.json uses, and refuses a schema that uses another.
"""
import json
import os
import re
import sys

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
}
SILENT = {"$comment", "$schema", "title", "description", "$defs"}


def has_type(value, names):
    names = names if isinstance(names, list) else [names]
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, TYPES[name]) for name in names)


def check_object(schema, value, where, root):
    for key in schema.get("required", []):
        if key not in value:
            yield f"{where}: {key} is missing"
    if len(value) < schema.get("minProperties", 0):
        yield f"{where}: too few members"
    properties = schema.get("properties", {})
    for key, member in value.items():
        at = f"{where}.{key}"
        if "propertyNames" in schema:
            yield from check(schema["propertyNames"], key, f"{at} (name)", root)
        other = schema.get("additionalProperties", {})
        if key in properties:
            yield from check(properties[key], member, at, root)
        elif other is False:
            yield f"{at}: not in the schema"
        elif other is not True:
            yield from check(other, member, at, root)


def check(schema, value, where, root):
    """Yields what is wrong with value."""
    known = {"$ref", "allOf", "anyOf", "type", "const", "enum", "minimum", "maximum", "pattern",
             "items", "properties", "required", "additionalProperties", "propertyNames",
             "minProperties"}
    unknown = set(schema) - known - SILENT
    if unknown:
        raise SystemExit(f"schema.py doesn't know {sorted(unknown)}")
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from check(root["$defs"][name], value, where, root)
    for each in schema.get("allOf", []):
        yield from check(each, value, where, root)
    if "anyOf" in schema:
        tries = [list(check(each, value, where, root)) for each in schema["anyOf"]]
        if all(tries):
            yield min(tries, key=len)[0]
    if "type" in schema and not has_type(value, schema["type"]):
        yield f"{where}: {value!r} is no {schema['type']}"
        return
    if "const" in schema and (value != schema["const"] or isinstance(value, bool)):
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{where}: {value} is below {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        yield f"{where}: {value} is above {schema['maximum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where}: {value!r} doesn't match {schema['pattern']}"
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from check(schema["items"], item, f"{where}[{number}]", root)
    if isinstance(value, dict):
        yield from check_object(schema, value, where, root)


def check_file(definition, path, root):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    documents = text.splitlines() if definition == "event" else [text]
    if not text.strip():
        yield f"{definition}: no document"
        return
    for document in documents:
        try:
            value = json.loads(document)
        except ValueError as error:
            yield f"{definition}: {error}"
            continue
        yield from check(root["$defs"][definition], value, definition, root)


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema.json")
    with open(path, encoding="utf-8") as file:
        root = json.load(file)
    words = sys.argv[1:]
    wrong = []
    for definition, name in zip(words[::2], words[1::2], strict=True):
        wrong += check_file(definition, name, root)
    print("\n".join(wrong))
    sys.exit(1 if wrong or not words else 0)


if __name__ == "__main__":
    main()
