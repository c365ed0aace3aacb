#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Has the kernel tree's netlink client do what it is told, in one process.

usage: ynl.py CLIENT SPEC HEADER

CLIENT is the folder of cli.py, with schema and the kernel's own specification
nlctrl.yaml in it. Reads commands, one a line, answers each with one line of
JSON; what the kernel refuses is {"errno": ..., "extack": {...}}.

  call OPERATION {...}    an operation with attributes
  dump OPERATION          all messages of a dump
  listen                  hear of events from now on
  heard                   what has been heard since
  operations              those of the specification, with their ways
  attributes OPERATION    those that a request may have
  numbers                 in which specification and header disagree
  policies                in which specification and module disagree
"""
import errno
import json
import re
import sys


def header_numbers(path):
    """Every constant of the header, by name: enumerators count on."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    numbers = {}
    for name, value, shift in re.findall(r"#define\s+(\w+)\s+\(?(\d+)(?: << (\d+)\))?\s*$", text,
                                         re.MULTILINE):
        numbers[name] = int(value) << int(shift or 0)
    del numbers["ICMPGUARD_FAMILY_VERSION"]
    for body in re.findall(r"\benum\b[^{;]*{(.*?)}", text, re.DOTALL):
        following = 0
        for name, value in re.findall(r"(\w+)\s*(?:=\s*([^,]+?))?\s*(?:,|$)", body):
            # those that say how many there are
            if name.startswith("__") or value.startswith("__"):
                continue
            following = int(value or following)
            numbers[name] = following
            following += 1
    return numbers


def spec_numbers(family):
    """The same, as the specification has them."""
    def symbol(*words):
        return "_".join(["ICMPGUARD", *words]).upper().replace("-", "_")

    numbers = {}
    for name, each in family.consts.items():
        if each["type"] == "const":
            numbers[symbol(name)] = each["value"]
        else:
            for entry in each.entries.values():
                numbers[symbol(name, entry.name)] = entry.value
    for name, each in family.attr_sets.items():
        for attribute in each.attrs.values():
            numbers[symbol("a", name, attribute.name)] = attribute.value
    for name, each in family.msgs.items():
        numbers[symbol("cmd", name)] = each.rsp_value if each.req_value is None else each.req_value
    return numbers


def differences(family, header):
    """Names that only one has, that are other numbers, or that are defined twice."""
    ours, theirs = header_numbers(header), spec_numbers(family)
    defined = [each["name"] for each in family.yaml["definitions"]]
    return [[name, ours.get(name), theirs.get(name)]
            for name in sorted(ours.keys() | theirs.keys())
            if ours.get(name) != theirs.get(name)] + [
                [name, "defined twice"] for name in sorted(set(defined))
                if defined.count(name) > 1]


def settable(family, operation):
    """Attributes that a request may have."""
    return family.ops[operation].get("do", {}).get("request", {}).get("attributes", [])


def spec_range(family, attribute):
    """What an attribute may be, or how long, as the specification has it."""
    checks = attribute.yaml.get("checks", {})
    kind = attribute["type"]
    if kind in ("u8", "u32"):
        low, high = 0, 255 if kind == "u8" else 0xffffffff
        if "enum" in attribute:
            values = [each.value for each in family.consts[attribute["enum"]].entries.values()]
            low, high = min(values), max(values)
        return checks.get("min", low), checks.get("max", high)
    return checks.get("min-len"), checks.get("max-len")


def compare_policy(family, told, name, wanted, index):
    """How the module's policy for a set differs from what is wanted of it."""
    kinds = {"nest": "nested", "string": "nul-string"}
    found = []
    taken = {attr for policy, attr in told if policy == index}
    for attribute in (family.attr_sets[name][each] for each in wanted):
        policy = told.get((index, attribute.value), {})
        taken.discard(attribute.value)
        kind = attribute["type"]
        if policy.get("type") != kinds.get(kind, kind):
            found.append([name, attribute.name, policy.get("type")])
            continue
        if kind == "nest":
            inner = attribute["nested-attributes"]
            found += compare_policy(family, told, inner, list(family.attr_sets[inner].attrs),
                                    policy["policy-idx"])
            continue
        low, high = spec_range(family, attribute)
        for limit, keys in ((low, ("min-value-u", "min-length")),
                            (high, ("max-value-u", "max-length"))):
            has = next((policy[key] for key in keys if key in policy), None)
            if limit is not None and has != limit:
                found.append([name, attribute.name, limit, has])
    return found + [[name, f"attribute {each}", "not in the specification"] for each in taken]


def policy_differences(family, control):
    """Of every operation that takes attributes."""
    messages = control.dump("getpolicy", {"family-name": family["name"]})
    told = {}
    for each in (message["policy"] for message in messages if "policy" in message):
        told[each["policy-id"], each["attr-id"]] = each
    found = []
    for each in (message["op-policy"] for message in messages if "op-policy" in message):
        operation = next(op for op in family.ops.values() if op.req_value == each["op-id"])
        wanted = settable(family, operation.name)
        if wanted:
            found += compare_policy(family, told, operation["attribute-set"], wanted, each["do"])
    return found


def main():
    """Answers what is asked on standard input."""
    client, spec, header = sys.argv[1:]
    sys.path.insert(0, client)
    # pylint: disable=import-error,import-outside-toplevel
    from cli import YnlEncoder
    from lib import NlError, YnlFamily

    schema = client + "/genetlink-legacy.yaml"
    family = YnlFamily(spec, schema)

    def answer(command, words):
        if command == "call":
            return family.do(words[0], json.loads(" ".join(words[1:]) or "{}"))
        if command == "dump":
            return family.dump(words[0], {})
        if command == "listen":
            return family.ntf_subscribe("events")
        if command == "heard":
            family.check_ntf()
            queue, family.async_msg_queue = family.async_msg_queue, []
            return queue
        if command == "operations":
            return {name: sorted(each.modes) for name, each in family.msgs.items()}
        if command == "attributes":
            return settable(family, words[0])
        if command == "numbers":
            return differences(family, header)
        if command == "policies":
            return policy_differences(family, YnlFamily(client + "/nlctrl.yaml", schema))
        raise SystemExit(f"ynl.py: unknown command {command}")

    for line in sys.stdin:
        command, *words = line.split()
        try:
            said = answer(command, words)
        except NlError as error:
            said = {"errno": errno.errorcode[error.error], "extack": error.nl_msg.extack}
        print(json.dumps(said, cls=YnlEncoder), flush=True)


if __name__ == "__main__":
    main()
