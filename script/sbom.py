"""Makes the bill of materials from cargo's own resolution and Cargo.lock: what is built, without what only tests use."""

import json
import subprocess
import tomllib

# The features and the target of both builds.
BUILDS = [("ssr", None), ("hydrate", "wasm32-unknown-unknown")]


def resolved(features, target):
    """The packages that this build is made of, the crate itself first."""
    command = ["cargo", "metadata", "--format-version=1", "--locked", "--features", features]
    if target is None:
        version = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
        target = next(line.split()[1] for line in version.splitlines() if line.startswith("host:"))
    found = json.loads(subprocess.run([*command, "--filter-platform", target], check=True, capture_output=True).stdout)
    packages = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    root = found["resolve"]["root"]
    seen, waiting = [root], [root]
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            is_built = any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
            if is_built and dependency["pkg"] not in seen:
                seen.append(dependency["pkg"])
                waiting.append(dependency["pkg"])
    return [packages[id] for id in seen]


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, checksums):
    made = {"type": "library", "bom-ref": purl(package), "name": package["name"], "version": package["version"]}
    made["purl"] = purl(package)
    if package["license"]:
        # Before SPDX, crates separated licences by a slash.
        made["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    checksum = checksums.get((package["name"], package["version"]))
    if checksum:
        made["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return made


with open("Cargo.lock", "rb") as file:
    locked = tomllib.load(file)["package"]
checksums = {(package["name"], package["version"]): package.get("checksum") for package in locked}
builds = [resolved(features, target) for features, target in BUILDS]
stoa = builds[0][0]
crates = {purl(package): component(package, checksums) for build in builds for package in build[1:]}
bill = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "version": 1,
    "metadata": {"component": {"type": "application", "name": stoa["name"], "version": stoa["version"]}},
    "components": [crates[key] for key in sorted(crates)],
}
print(json.dumps(bill, indent=2))
