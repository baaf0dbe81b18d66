"""The Kubernetes manifests, built: each by the schema, and all together by what they say of one another."""

import functools
import json
import re

import kubernetes_validate

import kustomization
from image import environment
from tree import DUMMY, KUSTOMIZATIONS, Container, is_secret, read, version

# The oldest that knows everything the manifests use, and the newest that the validator knows.
VERSIONS = ["1.30", kubernetes_validate.latest_version()]
GUIDE = "docs/extracting-a-module.md"
PORTS = "ports"
POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
BOX = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


class Cluster:
    """What one kustomization makes."""

    def __init__(self, objects):
        self.objects = objects

    def of(self, kind):
        return {found["metadata"]["name"]: found for found in self.objects if found["kind"] == kind}

    def deployments(self):
        return self.of("Deployment").values()

    def pods(self, selector):
        """The deployments whose pods `selector` picks. An empty one would pick every pod there is."""
        labels = selector.get("matchLabels", {}).items()
        return [found for found in self.deployments() if labels and labels <= template(found)["metadata"]["labels"].items()]

    def variables(self, deployment):
        """Every variable of the deployment's container and where it comes from."""
        box, found = container(deployment), {}
        for source in box.get("envFrom", []):
            settings = self.of("ConfigMap").get(source["configMapRef"]["name"], {"data": {}})
            found.update(settings["data"])
        for variable in box.get("env", []):
            found[variable["name"]] = variable.get("value", DUMMY)
        return found


def template(deployment):
    return deployment["spec"]["template"]


def container(deployment):
    return template(deployment)["spec"]["containers"][0]


def port_names(deployment):
    return {port["name"]: port["containerPort"] for port in container(deployment).get("ports", [])}


def containers(root):
    for folder in KUSTOMIZATIONS:
        cluster = Cluster(kustomization.build(f"{root}/{folder}"))
        for name, deployment in cluster.of("Deployment").items():
            env = {**environment(root), **cluster.variables(deployment)}
            yield Container(f"{folder}: {name}", container(deployment).get("args", []), env)


def check(root):
    told = [secrets_made(read(root, f"{folder}/kustomization.yaml")) for folder in KUSTOMIZATIONS]
    if set().union(*told) != secrets_made(read(root, GUIDE)):
        yield f"{GUIDE}: makes other secrets than the kustomizations say"
    for folder in KUSTOMIZATIONS:
        try:
            cluster = Cluster(kustomization.build(f"{root}/{folder}"))
        except kustomization.Broken as broken:
            yield str(broken).replace(f"{root}/", "")
            continue
        complaints = [*schema(cluster), *agreement(cluster, version(root)), *secret_references(root, folder, cluster), *connections(root, cluster)]
        yield from (f"{folder}: {complaint}" for complaint in complaints)


# What Postgres gives to ordinary roles by default: max_connections = 100 less superuser_reserved_connections = 3.
POSTGRES_TAKES = 97
# Besides its pool, each module listens for notifications on a connection of its own.
LISTENERS = 1


def modules(root):
    """Those that have settings."""
    return re.findall(r"^\[modules\.([a-z]+)\]$", read(root, "banyan.toml"), re.MULTILINE)


def connections(root, cluster):
    """What all copies of all deployments may open together, while each rolls out, fits into one Postgres."""
    wanted = {}
    for name, deployment in cluster.of("Deployment").items():
        settings, args = cluster.variables(deployment), container(deployment).get("args", [])
        scaled = [found["spec"] for found in cluster.of("HorizontalPodAutoscaler").values()
                  if found["spec"]["scaleTargetRef"]["name"] == name]
        copies = sum(spec["maxReplicas"] for spec in scaled)
        copies += deployment["spec"].get("strategy", {}).get("rollingUpdate", {}).get("maxSurge", 1)
        hosted = sum(Container("", args, {}).hosts(module) for module in modules(root))
        each = settings.get("BANYAN__DATA__CONNECTIONS", "10")
        # What is no number is the store's to complain of.
        wanted[name] = copies * hosted * (int(each) + LISTENERS) if each.isdigit() else 0
    if sum(wanted.values()) > POSTGRES_TAKES:
        figures = " + ".join(f"{count} of {name}" for name, count in wanted.items())
        yield f"{figures} connections are more than the {POSTGRES_TAKES} that Postgres takes by default"


def schema(cluster):
    for found, release in ((found, release) for found in cluster.objects for release in VERSIONS):
        error = schema_error(json.dumps(found), release)
        if error:
            yield f"{found.get('kind')} {found['metadata']['name']}: {error}"


@functools.cache
def schema_error(text, release):
    found = json.loads(text)
    try:
        kubernetes_validate.validate(found, release, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(str(step) for step in error.path)} {error.message} (Kubernetes {release})"
    except kubernetes_validate.SchemaNotFoundError:
        return f"Kubernetes {release} knows no {found.get('kind')} of {found.get('apiVersion')}"
    return None


def agreement(cluster, tag):
    for name, deployment in cluster.of("Deployment").items():
        for complaint in [*of_deployment(cluster, deployment, tag), *of_pod(deployment), *of_ports(cluster, deployment)]:
            yield f"Deployment {name}: {complaint}"
    for name, service in cluster.of("Service").items():
        pods = cluster.pods({"matchLabels": service["spec"]["selector"]})
        if len(pods) != 1:
            yield f"Service {name}: picks the pods of {len(pods)} deployments"
        for port in service["spec"]["ports"]:
            if any(port["targetPort"] not in port_names(pod) for pod in pods):
                yield f"Service {name}: {port['targetPort']} is not a port of its pods"
        if PORTS in [port["targetPort"] for port in service["spec"]["ports"]] and service["spec"].get("type", "ClusterIP") != "ClusterIP":
            yield f"Service {name}: the port server can be reached from outside"
    for name, policy in cluster.of("NetworkPolicy").items():
        yield from (f"NetworkPolicy {name}: {complaint}" for complaint in of_policy(cluster, policy))


def of_deployment(cluster, deployment, tag):
    name = deployment["metadata"]["name"]
    if deployment not in cluster.pods(deployment["spec"]["selector"]):
        yield "the selector does not pick its own pods"
    scaled = [found for found in cluster.of("HorizontalPodAutoscaler").values() if found["spec"]["scaleTargetRef"]["name"] == name]
    if len(scaled) != 1 or scaled[0]["spec"]["minReplicas"] < 2 or "replicas" in deployment["spec"]:
        yield "not one autoscaler says how many copies there are, two at least"
    budgets = [found for found in cluster.of("PodDisruptionBudget").values() if deployment in cluster.pods(found["spec"]["selector"])]
    if len(budgets) != 1:
        yield f"{len(budgets)} disruption budgets"
    policies = [found for found in cluster.of("NetworkPolicy").values() if deployment in cluster.pods(found["spec"]["podSelector"])]
    if {"Ingress", "Egress"} - {way for policy in policies for way in policy["spec"]["policyTypes"]}:
        yield "no network policy for both ways"
    if not re.fullmatch(rf"[\w./-]+/banyan:{re.escape(tag)}", container(deployment)["image"]):
        yield f"the image {container(deployment)['image']} is not of this version, {tag}"
    if template(deployment)["spec"]["serviceAccountName"] not in cluster.of("ServiceAccount"):
        yield "its service account is not there"
    for source in container(deployment).get("envFrom", []):
        if source["configMapRef"]["name"] not in cluster.of("ConfigMap"):
            yield f"there is no ConfigMap {source['configMapRef']['name']}"


def of_pod(deployment):
    spec, box = template(deployment)["spec"], container(deployment)
    for setting, value in POD.items():
        if spec.get("securityContext", {}).get(setting) != value:
            yield f"the pod's {setting} is not {value}"
    for setting, value in BOX.items():
        if box.get("securityContext", {}).get(setting) != value:
            yield f"the container's {setting} is not {value}"
    if spec.get("automountServiceAccountToken") is not False:
        yield "a token of the cluster is mounted"
    mounts = {mount["name"]: mount["mountPath"] for mount in box.get("volumeMounts", [])}
    if "/data" not in mounts.values() or set(mounts) != {volume["name"] for volume in spec.get("volumes", [])}:
        yield "volumes and mounts do not agree on /data"
    if set(box.get("resources", {}).get("requests", {})) != {"cpu", "memory"} or "memory" not in box["resources"].get("limits", {}):
        yield "no requests, or no limit of memory"
    probes = {"livenessProbe": "/health/live", "readinessProbe": "/health/ready", "startupProbe": "/health/live"}
    for probe, path in probes.items():
        asked = box.get(probe, {}).get("httpGet", {})
        if asked.get("path") != path or asked.get("port") not in port_names(deployment):
            yield f"the {probe} does not ask {path} at a port that is there"


def of_ports(cluster, deployment):
    """Listeners, declared ports and addresses agree."""
    settings = cluster.variables(deployment)
    listens = settings.get("BANYAN__PORTS__LISTEN", "").rpartition(":")[2]
    declared = str(port_names(deployment).get(PORTS, ""))
    if listens != declared:
        yield f"the port server listens at {listens or 'no port'} and {declared or 'none'} is declared"
    if listens and "BANYAN__SERVICE__KEY" not in settings:
        yield "a port server without a service key does not start"
    for setting, value in settings.items():
        yield from address(cluster, setting, value)


def address(cluster, setting, value):
    found = re.match(r"http://([^:/]+):(\d+)$", value)
    if not found or not setting.startswith("BANYAN__MODULES__"):
        return
    service, module = cluster.of("Service").get(found.group(1)), setting.split("__")[2].lower()
    if service is None:
        yield f"{setting} names {found.group(1)}, which is no service"
        return
    wanted = PORTS if setting.endswith("__PORTS") else "http"
    if not any(str(port["port"]) == found.group(2) and port["targetPort"] == wanted for port in service["spec"]["ports"]):
        yield f"{setting} names a port that {found.group(1)} does not have for this"
    for pod in cluster.pods({"matchLabels": service["spec"]["selector"]}):
        if not Container("", container(pod).get("args", []), {}).hosts(module):
            yield f"{setting} names {found.group(1)}, which does not host {module}"


def of_policy(cluster, policy):
    spec = policy["spec"]
    pods = cluster.pods(spec["podSelector"])
    if not pods:
        yield "picks no pods"
    for rule in spec.get("ingress", []):
        yield from of_rule(cluster, pods, rule, rule.get("from"))
    for rule in spec.get("egress", []):
        targets = [pod for peer in rule.get("to", []) for pod in cluster.pods(peer.get("podSelector", {}))]
        if not rule.get("ports"):
            yield "lets everything out"
        yield from named_ports(rule, targets)


def of_rule(cluster, pods, rule, peers):
    """Only our deployments may reach a port server."""
    ports = [port["port"] for port in rule.get("ports", [])]
    if not ports:
        yield "lets everything in, the port server too"
    yield from named_ports(rule, pods)
    numbers = [port_names(pod).get(PORTS) for pod in pods]
    if PORTS in ports or any(number in ports for number in numbers):
        if not peers or any(set(peer) != {"podSelector"} or not cluster.pods(peer["podSelector"]) for peer in peers):
            yield "lets others than our own pods reach the port server"


def named_ports(rule, pods):
    for port in rule.get("ports", []):
        if isinstance(port["port"], str) and any(port["port"] not in port_names(pod) for pod in pods or [None] if pod):
            yield f"{port['port']} is not a port of the pods"
        if isinstance(port["port"], str) and not pods:
            yield f"{port['port']} is a name and no pods are picked"


def secrets_made(text):
    """(name, key) of every `kubectl create secret` in `text`, in comments too."""
    commands = re.findall(r"create secret generic ([\w-]+)((?: \\\n#?\s+\S.*?(?= \\\n|\n))+)", text)
    return {(name, key) for name, rest in commands for key in re.findall(r"--from-literal=([\w-]+)=", rest)}


def secret_references(root, folder, cluster):
    """Secrets come by reference, and each reference is in a command that makes it."""
    texts = [read(root, f"{place}/kustomization.yaml") for place in dict.fromkeys([KUSTOMIZATIONS[0], folder])]
    made = {secret for text in texts for secret in secrets_made(text)}
    used = set()
    if cluster.of("Secret"):
        yield "a secret stands in a file"
    for settings in cluster.of("ConfigMap").values():
        yield from (f"{name} stands in a file" for name in settings["data"] if is_secret(name))
    for deployment in cluster.deployments():
        for variable in container(deployment).get("env", []):
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            if reference:
                used.add((reference["name"], reference["key"]))
            elif is_secret(variable["name"]):
                yield f"{variable['name']} stands in a file"
    for name, key in sorted(used - made):
        yield f"no `kubectl create secret` makes {key} of {name}"
    for name, key in sorted(made - used):
        yield f"`kubectl create secret` makes {key} of {name}, which is not used"
