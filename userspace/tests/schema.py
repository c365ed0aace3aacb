#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks JSON documents against definitions of schema.json.

usage: schema.py [--all] DEFINITION FILE [DEFINITION FILE]...

A file of `event` has a document a line, the others have one. With --all there
has to be one of each kind that schema.json knows.
"""
import json
import os
import sys

import jsonschema


def is_document(definition):
    return "netns" in definition.get("properties", {})


def read(definition, path):
    """Yields the documents of a file."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for document in text.splitlines() if definition == "event" else [text]:
        yield json.loads(document)


def check_file(validator, definition, path):
    """Yields what is wrong with a file."""
    count = 0
    try:
        for value in read(definition, path):
            count += 1
            for error in validator.iter_errors(value):
                yield f"{definition}: {error.json_path}: {error.message}"
    except ValueError as error:
        yield f"{definition}: {error}"
    if not count:
        yield f"{definition}: no document"


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema.json")
    with open(path, encoding="utf-8") as file:
        root = json.load(file)
    jsonschema.Draft202012Validator.check_schema(root)
    words = sys.argv[1:]
    complete = words[:1] == ["--all"]
    if complete:
        words.pop(0)
    wrong = []
    for definition, name in zip(words[::2], words[1::2], strict=True):
        schema = {"$ref": f"#/$defs/{definition}", "$defs": root["$defs"]}
        wrong += check_file(jsonschema.Draft202012Validator(schema), definition, name)
    documents = {name for name, each in root["$defs"].items() if is_document(each)}
    for name in sorted(documents - set(words[::2])) if complete else ():
        wrong.append(f"{name}: no such document was given")
    print("\n".join(wrong))
    sys.exit(1 if wrong or not words else 0)


if __name__ == "__main__":
    main()
