"""Holds the licence and the source of each crate that is built, tests included, to deny.toml."""

import json
import re
import subprocess
import sys
import tomllib

with open("deny.toml", "rb") as file:
    rules = tomllib.load(file)
allowed = set(rules["licenses"]["allow"])
exceptions = {rule["crate"]: set(rule["allow"]) for rule in rules["licenses"]["exceptions"]}
sources = {f"registry+{registry}" for registry in rules["sources"]["allow-registry"]}


def is_allowed(expression):
    """An SPDX expression: of what is joined by AND all must be allowed, of OR (or `/`) one."""
    words = re.findall(r"\(|\)|[^\s()/]+|/", expression)
    value, rest = either(words)
    return value and not rest


def either(words):
    value, words = both(words)
    while words and words[0] in ("OR", "/"):
        other, words = both(words[1:])
        value = value or other
    return value, words


def both(words):
    value, words = one(words)
    while words and words[0] == "AND":
        other, words = one(words[1:])
        value = value and other
    return value, words


def one(words):
    if not words:
        return False, []
    if words[0] == "(":
        value, words = either(words[1:])
        return value, words[1:]
    if words[1:2] == ["WITH"]:
        return " ".join(words[:3]) in allowed, words[3:]
    return words[0] in allowed, words[1:]


for expression, expected in [
    ("MIT OR GPL-3.0", True),
    ("MIT/GPL-3.0", True),
    ("MIT AND GPL-3.0", False),
    ("(GPL-3.0 OR MIT) AND Unicode-3.0", True),
    ("GPL-3.0 OR MIT AND GPL-3.0", False),
    ("MIT WITH something", False),
    ("GPL-3.0 WITH something OR MIT", True),
    ("", False),
]:
    assert is_allowed(expression) == expected, expression

packages = []
for manifest in ["Cargo.toml", "tools/site/Cargo.toml"]:
    command = ["cargo", "metadata", "--format-version", "1", "--all-features", "--locked", "--manifest-path", manifest]
    packages += json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["packages"]
wrong = []
for package in packages:
    name = f"{package['name']} {package['version']}"
    if package["source"] is None:
        continue
    if package["source"] not in sources:
        wrong.append(f"{name} comes from {package['source']}")
    excepted = package["license"] in exceptions.get(package["name"], ())
    if not excepted and not is_allowed(package["license"] or ""):
        wrong.append(f"{name} is under {package['license'] or 'no licence that it names'}")
for line in wrong:
    print(f"audit: {line}", file=sys.stderr)
print(f"audit: {len(packages)} crates, {len(wrong)} with a licence or source that deny.toml does not allow")
sys.exit(1 if wrong else 0)
