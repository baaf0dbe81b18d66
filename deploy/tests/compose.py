"""The compose files: each by itself, and merged as `docker compose -f … -f …` would."""

import functools
import json
import re
import subprocess
import tempfile

from image import default_args, environment, health_command
from tree import COMPOSE, DUMMY, Container, documents, is_secret, read, version

VARIABLE = re.compile(r"\$\{(\w+)(:[-?])([^}]*)\}")
HARDENED = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}


def merge(below, above):
    """Mappings by name, lists one after the other; a command is replaced."""
    if isinstance(below, dict) and isinstance(above, dict):
        merged = dict(below)
        for name, value in above.items():
            whole = name in ("command", "entrypoint", "test") or name not in below
            merged[name] = value if whole else merge(below[name], value)
        return merged
    if isinstance(below, list) and isinstance(above, list):
        return [*below, *(entry for entry in above if entry not in below)]
    return above


def merged(root, count):
    """The first `count` files, merged, with every variable put in."""
    project = {}
    for path in COMPOSE[:count]:
        project = merge(project, documents(root, path)[0])
    values = {"BANYAN_IMAGE": f"banyan:{version(root)}", "BANYAN_PUBLISH": "127.0.0.1:8080"}
    text = VARIABLE.sub(lambda found: values.get(found.group(1), DUMMY), json.dumps(project))
    return json.loads(text)


def ours(project):
    return {name: service for name, service in project["services"].items() if service["image"].startswith("banyan")}


def containers(root):
    for count in (1, 2):
        for name, service in ours(merged(root, count)).items():
            env = {**environment(root), **{key: str(value) for key, value in service["environment"].items()}}
            args = service.get("command", default_args(root))
            yield Container(f"{COMPOSE[count - 1]}: {name}", args, env, [service["healthcheck"]["test"][1:]])


def check(root):
    for path in COMPOSE:
        yield from schema(path, documents(root, path)[0])
        yield from secrets(path, documents(root, path)[0])
    yield from variables(root)
    for count in (1, 2):
        project = merged(root, count)
        yield from schema(" + ".join(COMPOSE[:count]), project)
        for complaint in check_merged(root, project):
            yield f"{COMPOSE[count - 1]}: {complaint}"


def schema(label, project):
    yield from (f"{label}: {error}" for error in schema_errors(json.dumps(project)))


@functools.cache
def schema_errors(project):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(project)
        file.flush()
        command = ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "--output-format", "json", file.name]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode == 0:
        return []
    found = json.loads(said.stdout or "{}")
    errors = found.get("errors", []) + found.get("parse_errors", [])
    return [f"{error.get('path', '')} {error.get('message', error)}" for error in errors] or [said.stderr]


def secrets(path, project):
    for name, service in project["services"].items():
        for setting, value in service.get("environment", {}).items():
            given = VARIABLE.search(str(value))
            if (is_secret(setting) or "PASSWORD" in setting) and (given is None or given.group(2) != ":?"):
                yield f"{path}: {name} has {setting} in the file; it must come from ${{…:?…}}"


def variables(root):
    """Every variable is explained, and every explained variable is used."""
    read_here = {found[0]: found[1] for path in COMPOSE for found in VARIABLE.findall(read(root, path))}
    told = {name: mark for mark, name in re.findall(r"^(#?)(BANYAN_\w+)=", read(root, "deploy/.env.example"), re.MULTILINE)}
    wanted = {name: "#" if kind == ":-" else "" for name, kind in read_here.items()}
    for name in sorted(set(told) ^ set(wanted)):
        yield f"deploy/.env.example: {name} stands {'only here' if name in told else 'in a compose file and not here'}"
    for name in sorted(set(told) & set(wanted)):
        if told[name] != wanted[name]:
            yield f"deploy/.env.example: {name} is {'required' if wanted[name] == '' else 'not required'}"
    if re.search(r"^BANYAN_\w+=\S", read(root, "deploy/.env.example"), re.MULTILINE):
        yield "deploy/.env.example: holds a value; a placeholder would be used as a secret"


def check_merged(root, project):
    services = project["services"]
    for name, service in services.items():
        for setting, value in HARDENED.items():
            if service.get(setting) != value:
                yield f"{name}: {setting} is not {value}"
        if "healthcheck" not in service or "restart" not in service:
            yield f"{name}: has no health check or no restart"
        for other, how in service.get("depends_on", {}).items():
            if how.get("condition") != "service_healthy" or "healthcheck" not in services.get(other, {}):
                yield f"{name}: does not wait until {other} is healthy"
        for network in service.get("networks", []):
            if network not in project["networks"]:
                yield f"{name}: there is no network {network}"
        if any(re.search(r"\b(7080|5432)\b", str(port)) for port in service.get("ports", [])):
            yield f"{name}: publishes what only neighbours may reach"
        if waits_for_itself(services, name):
            yield f"{name}: waits for itself"
    yield from check_ours(root, project)


def waits_for_itself(services, name):
    seen, todo = set(), list(services[name].get("depends_on", {}))
    while todo:
        other = todo.pop()
        if other not in seen:
            seen.add(other)
            todo.extend(services.get(other, {}).get("depends_on", {}))
    return name in seen


def check_ours(root, project):
    for name, service in ours(project).items():
        if service["image"] != f"banyan:{version(root)}":
            yield f"{name}: the image is not banyan:{version(root)}"
        if service.get("healthcheck", {}).get("test", [])[1:] != health_command(root):
            yield f"{name}: another health check than the image's"
        if not any(str(mount).startswith("/data") for mount in service.get("tmpfs", []) + service.get("volumes", [])):
            yield f"{name}: /data cannot be written to"
        for setting, value in service["environment"].items():
            yield from neighbour(project, name, setting, str(value))


def neighbour(project, name, setting, value):
    """An address of another container: it exists, serves that, and is on a network that no one else reaches."""
    host = re.match(r"http://([^:/]+):(\d+)$", value)
    if not host or not setting.startswith("BANYAN__MODULES__"):
        return
    other, module = project["services"].get(host.group(1)), setting.split("__")[2].lower()
    if other is None:
        yield f"{name}: {setting} names {host.group(1)}, which is not there"
        return
    if not Container("", other["command"], {}).hosts(module):
        yield f"{name}: {setting} names {host.group(1)}, which does not host {module}"
    shared = set(project["services"][name]["networks"]) & set(other["networks"])
    if not shared or not all((project["networks"].get(network) or {}).get("internal") for network in shared):
        yield f"{name}: is not joined with {host.group(1)} by internal networks alone"
    if setting.endswith("__PORTS") and not other["environment"].get("BANYAN__PORTS__LISTEN", "").endswith(host.group(2)):
        yield f"{name}: {setting} names a port at which {host.group(1)} does not listen"
    if setting.endswith("__PUBLIC") and host.group(2) != "8080":
        yield f"{name}: {setting} does not name the public API"
