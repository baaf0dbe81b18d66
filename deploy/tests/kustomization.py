"""Builds a kustomization: the part of kustomize that ours use, and a complaint about every other.

Where kustomize itself is at hand, scripts/deployment compares the two.
"""

import copy
import hashlib
import json
from pathlib import Path

from tree import parse

KNOWN = {"apiVersion", "kind", "namespace", "resources", "patches", "images", "configMapGenerator"}
# Lists whose members are merged by a key, as the Kubernetes API declares it.
MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "ports": "containerPort",
    "volumeMounts": "mountPath",
}


class Broken(Exception):
    """The kustomization cannot be built."""


def build(folder):
    """Every object of the kustomization in `folder`."""
    objects = build_raw(Path(folder))
    return rename_settings(objects)


def build_raw(folder):
    text = folder / "kustomization.yaml"
    if not text.is_file():
        raise Broken(f"{folder}: there is no kustomization.yaml")
    spec = parse(text.read_text(encoding="utf-8"))[0]
    unknown = set(spec) - KNOWN
    if unknown:
        raise Broken(f"{text}: {sorted(unknown)} is not known here; teach deploy/tests/kustomization.py")
    objects = [found for name in spec.get("resources", []) for found in resource(folder, name)]
    for generator in spec.get("configMapGenerator", []):
        generate(objects, generator, text)
    for patch in spec.get("patches", []):
        apply_patch(objects, folder, patch)
    for found in objects:
        if "namespace" in spec:
            found["metadata"]["namespace"] = spec["namespace"]
        for image in spec.get("images", []):
            rename_image(found, image)
    names = [identity(found) for found in objects]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Broken(f"{text}: {sorted(twice)} is there twice")
    return objects


def resource(folder, name):
    path = folder / name
    if path.is_dir():
        return build_raw(path)
    if not path.is_file():
        raise Broken(f"{folder}: the resource {name} is not there")
    return parse(path.read_text(encoding="utf-8"))


def identity(found):
    return (found.get("kind"), found["metadata"]["name"])


def generate(objects, generator, text):
    data = {}
    for literal in generator["literals"]:
        name, separator, value = literal.partition("=")
        if not separator:
            raise Broken(f"{text}: `{literal}` is not NAME=VALUE")
        data[name] = value
    key = ("ConfigMap", generator["name"])
    there = next((found for found in objects if identity(found) == key), None)
    if generator.get("behavior") == "merge":
        if there is None:
            raise Broken(f"{text}: there is no ConfigMap {generator['name']} to merge into")
        there["data"].update(data)
    elif there is not None:
        raise Broken(f"{text}: there is a ConfigMap {generator['name']} already")
    else:
        metadata = {"name": generator["name"]}
        objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def apply_patch(objects, folder, patch):
    if set(patch) != {"path"}:
        raise Broken(f"{folder}: only patches in files of their own are known here")
    if not (folder / patch["path"]).is_file():
        raise Broken(f"{folder}: the patch {patch['path']} is not there")
    change = parse((folder / patch["path"]).read_text(encoding="utf-8"))[0]
    for found in objects:
        if identity(found) == identity(change) and found["apiVersion"] == change["apiVersion"]:
            merged = merge(found, change)
            found.clear()
            found.update(merged)
            return
    raise Broken(f"{folder}/{patch['path']}: there is no {' '.join(identity(change))} to patch")


def merge(below, above, member=""):
    """A strategic merge: mappings by name, known lists by their key, everything else replaced."""
    if isinstance(below, dict) and isinstance(above, dict):
        merged = copy.deepcopy(below)
        for name, value in above.items():
            merged[name] = merge(merged[name], value, name) if name in merged else copy.deepcopy(value)
        return merged
    if isinstance(below, list) and isinstance(above, list) and member in MERGE_KEYS:
        key = MERGE_KEYS[member]
        theirs = {entry[key]: entry for entry in above}
        kept = [merge(entry, theirs.pop(entry[key])) if entry[key] in theirs else entry for entry in below]
        return [*theirs.values(), *kept]
    return copy.deepcopy(above)


def rename_image(found, image):
    spec = found.get("spec", {}).get("template", {}).get("spec", {})
    for container in [*spec.get("initContainers", []), *spec.get("containers", [])]:
        if container["image"].split(":")[0] == image["name"]:
            container["image"] = f"{image.get('newName', image['name'])}:{image['newTag']}"


def rename_settings(objects):
    """Gives every ConfigMap the hash of what is in it, and tells those who use it."""
    names = {}
    for found in objects:
        if found["kind"] == "ConfigMap":
            name = found["metadata"]["name"]
            names[name] = f"{name}-{content_hash(found['data'])}"
            found["metadata"]["name"] = names[name]
    for found in objects:
        spec = found.get("spec", {}).get("template", {}).get("spec", {})
        for container in spec.get("containers", []):
            for source in container.get("envFrom", []):
                reference = source.get("configMapRef", {})
                if reference.get("name") in names:
                    reference["name"] = names[reference["name"]]
    return objects


def content_hash(data):
    # kustomize's own recipe, with its alphabet that spells no words.
    form = {"kind": "ConfigMap", "name": "", "data": dict(sorted(data.items()))}
    text = json.dumps({name: form[name] for name in ("data", "kind", "name")}, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return digest.translate(str.maketrans("013ae", "ghkmt"))
