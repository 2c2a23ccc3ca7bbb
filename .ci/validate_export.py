"""Holds what `parentage export` wrote against the official validators: FollowTheMoney's model and the schema of BODS 0.4.

Usage: validate_export.py entities.ftm.json statements.json
"""

import glob
import json
import os
import sys

import libcovebods
from followthemoney import model
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource


def of_ftm(path):
    """Every entity's schema, properties and values."""
    for line in open(path, encoding="utf-8"):
        entity = json.loads(line)
        schema = model.get(entity["schema"])
        if schema.validate(entity):
            yield f"{entity['id']}: {schema.validate(entity)}"
        for name, values in entity["properties"].items():
            kept = schema.get(name)
            if kept is None:
                yield f"{entity['id']}: {entity['schema']} has no {name}"
                continue
            for value in values:
                if kept.type.name != "entity" and kept.type.clean(value) is None:
                    yield f"{entity['id']}: {name} cannot be {value!r}"


def of_bods(path):
    """Every statement against the schema that libcovebods carries."""
    folder = os.path.join(os.path.dirname(libcovebods.__file__), "data", "schema-0-4-0")
    schemas = [json.load(open(name, encoding="utf-8")) for name in glob.glob(f"{folder}/*.json")]
    parts = [(one["$id"], Resource.from_contents(one)) for one in schemas if "$id" in one]
    statement = json.load(open(f"{folder}/statement.json", encoding="utf-8"))
    registry = Registry().with_resources(parts)
    validator = Draft202012Validator(statement, registry=registry, format_checker=FormatChecker())
    for error in validator.iter_errors(json.load(open(path, encoding="utf-8"))):
        yield "/".join(map(str, error.absolute_path)) + ": " + error.message[:200]


faults = [*of_ftm(sys.argv[1]), *of_bods(sys.argv[2])]
print("\n".join(faults[:20]))
print(f"{len(faults)} faults")
sys.exit(bool(faults))
