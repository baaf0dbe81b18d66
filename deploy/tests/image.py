"""The Dockerfile, and what of the tree gets into the build."""

import functools
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

from tree import read, version

UNPINNED = re.compile(r"^[^:@]+$|:latest$")


def instructions(root):
    """(instruction, rest) of every line, continuations joined."""
    text = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", read(root, "Dockerfile"), flags=re.MULTILINE))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [(line.split(None, 1)[0].upper(), line.split(None, 1)[1]) for line in lines]


def final_stage(root):
    """What the last stage says, the last word of each instruction."""
    stage = []
    for instruction, rest in instructions(root):
        stage = [] if instruction == "FROM" else stage
        stage.append((instruction, rest))
    return stage


def environment(root):
    pairs = [rest for instruction, rest in final_stage(root) if instruction == "ENV"]
    return dict(pair.split("=", 1) for rest in pairs for pair in shlex.split(rest))


def health_command(root):
    rest = dict(final_stage(root)).get("HEALTHCHECK", "")
    return json.loads(rest[rest.index("CMD") + 3 :]) if "CMD" in rest else []


def default_args(root):
    return json.loads(dict(final_stage(root)).get("CMD", "[]"))


def check(root):
    yield from lint(read(root, "Dockerfile"))
    said = dict(final_stage(root))
    if json.loads(said.get("ENTRYPOINT", "[]")) != ["/usr/local/bin/banyan"]:
        yield "Dockerfile: the entry point is not the binary alone"
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", said.get("USER", "")):
        yield "Dockerfile: the last stage does not name a user by number, other than root"
    if not health_command(root):
        yield "Dockerfile: there is no health check"
    if environment(root).get("BANYAN__DATA__FOLDER") != "/data" or said.get("VOLUME") != "/data":
        yield "Dockerfile: /data is not what is written to"
    for instruction, rest in instructions(root):
        if instruction == "FROM" and UNPINNED.search(rest.split()[0]):
            yield f"Dockerfile: {rest.split()[0]} is not pinned by a tag"
    if f"banyan:{version(root)}" not in read(root, "Dockerfile"):
        yield f"Dockerfile: the example does not build banyan:{version(root)}"
    yield from context(root)


@functools.cache
def lint(text):
    said = subprocess.run(["hadolint", "-"], input=text, capture_output=True, text=True, check=False)
    return [f"hadolint: {line}" for line in (said.stdout + said.stderr).splitlines()]


def context(root):
    """What the compiler reads is in the context, and what people keep beside the code is not."""
    allowed = [line[1:] for line in read(root, ".dockerignore").splitlines() if line.startswith("!")]
    if "*" not in read(root, ".dockerignore").splitlines():
        yield ".dockerignore: does not begin by leaving everything out"
    root = Path(root)
    within = [path for name in allowed for path in ([root / name] if (root / name).is_file() else (root / name).rglob("*"))]
    for name in allowed:
        if not (root / name).exists():
            yield f".dockerignore: {name} is not there"
    needed = {root / "Cargo.toml", root / "Cargo.lock", root / ".cargo/config.toml"}
    for source in (path for path in within if path.suffix == ".rs"):
        for included in re.findall(r'include_(?:str|bytes)!\("([^"]+)"\)', source.read_text(encoding="utf-8")):
            needed.add(Path(os.path.normpath(source.parent / included)))
    members = re.search(r"members = \[(.*?)\]", read(root, "Cargo.toml"), re.DOTALL).group(1)
    for member in re.findall(r'"([^"]+)"', members):
        needed.update(root.glob(f"{member}/Cargo.toml"))
    for path in sorted(needed - set(within)):
        yield f".dockerignore: the build needs {path.relative_to(root)}"
