"""What the containers are told is what the store knows, and what they start is what a test runs."""

import functools
import os
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

from tree import read

COMMANDS = "deploy/commands.txt"
# Where names of settings stand besides.
PROSE = ["README.md", "Dockerfile", "deploy/.env.example", "docs/*.md"]
def flat(table, prefix=""):
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def known(root):
    return names_in(read(root, "banyan.toml"))


@functools.cache
def names_in(text):
    return set(flat(tomllib.loads(text)))


def setting(variable):
    return variable.removeprefix("BANYAN__").lower().replace("__", ".")


def commands(root):
    lines = read(root, COMMANDS).splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def check(root, containers, extra_commands, binary):
    yield from names(root, containers)
    yield from command_lines(root, containers, extra_commands)
    for container in containers:
        yield from gives_away(container)
    if binary:
        for container in containers:
            yield from accepted(root, container, binary)


def gives_away(container):
    """A store that strangers reach does not pay for itself: the store would refuse to start."""
    listens = container.env.get("BANYAN__HTTP__LISTEN", "127.0.0.1:8080")
    simulated = "BANYAN__MODULES__PAYMENT__SIMULATED__"
    off = container.env.get(simulated + "ENABLED") == "false" or container.env.get(simulated + "ALLOW_PUBLIC") == "true"
    if container.hosts("payment") and not listens.startswith("127.") and not off:
        yield f"{container.origin}: listens at {listens} with the simulated provider on, and does not say that it may"


def names(root, containers):
    mentioned = [(container.origin, name) for container in containers for name in container.env]
    for path in (path for pattern in PROSE for path in Path(root).glob(pattern)):
        found = re.findall(r"BANYAN__[A-Z0-9_]*[A-Z0-9]", path.read_text(encoding="utf-8"))
        mentioned += [(path.relative_to(root), name) for name in found]
    for origin, name in dict.fromkeys(mentioned):
        if name.startswith("BANYAN__") and setting(name) not in known(root):
            yield f"{origin}: {name} is not a setting"


def command_lines(root, containers, extra):
    started = {" ".join(["banyan", *container.args]): container.origin for container in containers}
    for container in containers:
        started.update({line(command): container.origin for command in container.commands})
    started.update({line(command): "Dockerfile" for command in extra})
    for command, origin in started.items():
        if command not in commands(root):
            yield f"{origin}: starts `{command}`, which is not in {COMMANDS}"
    for command in commands(root):
        if command not in started:
            yield f"{COMMANDS}: nothing starts `{command}`"


def line(command):
    return " ".join([Path(command[0]).name, *command[1:]]) if command else ""


def accepted(root, container, binary):
    """The store itself reads exactly this environment, and says that every setting came from it."""
    ours = {name: value for name, value in container.env.items() if name.startswith("BANYAN__")}
    said = effective(binary, tuple(sorted(ours.items())))
    taken = said.stdout.count("# from the environment")
    if said.returncode != 0:
        yield f"{container.origin}: {said.stderr.strip()}"
    elif taken != len(ours):
        yield f"{container.origin}: of {len(ours)} settings the store took {taken}"


@functools.cache
def effective(binary, env):
    with tempfile.TemporaryDirectory() as empty:
        return subprocess.run([binary, "config"], cwd=empty, env=dict(env), capture_output=True, text=True, check=False)


def find_binary(root):
    """The newest that was built, or the one that BANYAN_BINARY names."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", Path(root) / "target"))
    named = os.environ.get("BANYAN_BINARY")
    built = [Path(named)] if named else [target / profile / "banyan" for profile in ("debug", "release")]
    built = [path for path in built if path.is_file()]
    return str(max(built, key=lambda path: path.stat().st_mtime).resolve()) if built else None
