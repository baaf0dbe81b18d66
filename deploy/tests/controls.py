"""A check that cannot fail proves nothing: each line breaks one file, and a complaint must name the fault."""

import shutil
import tempfile
from pathlib import Path

BASE, OVER = "deploy/kubernetes/base", "deploy/kubernetes/extract-inventory"
ONE, TWO = "deploy/compose.yaml", "deploy/compose.extracted.yaml"
# (file, what stands there, what it becomes, what a complaint must say)
FAULTS = [
    (f"{BASE}/deployment.yaml", "kind: Deployment", "kind: Deployement", "knows no Deployement"),
    (f"{BASE}/deployment.yaml", "maxSurge: 1", "maxSurges: 1", "maxSurges"),
    (f"{BASE}/deployment.yaml", "failureThreshold: 60", "failureThreshold: many", "not of type 'integer'"),
    (f"{BASE}/deployment.yaml", "path: /health/ready", "path: /healthz", "the readinessProbe does not ask"),
    (f"{BASE}/deployment.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem is not True"),
    (f"{BASE}/deployment.yaml", "key: admin-key", "key: admin", "makes admin of banyan"),
    (f"{BASE}/deployment.yaml", '"--no-demo"', '"--only", "order"', "`banyan serve --only order`"),
    (f"{BASE}/deployment.yaml", "BANYAN__DATA__URL", "BANYAN__DATA__URI", "BANYAN__DATA__URI is not a setting"),
    (f"{BASE}/service.yaml", "component: store", "component: shop", "picks the pods of 0 deployments"),
    (f"{BASE}/service.yaml", "targetPort: http", "targetPort: htttp", "htttp is not a port of its pods"),
    (f"{BASE}/autoscaler.yaml", "name: banyan-store\n  min", "name: banyan-shop\n  min", "not one autoscaler"),
    (f"{BASE}/autoscaler.yaml", "maxReplicas: 3", "maxReplicas: 6", "are more than the 97 that Postgres takes"),
    (f"{BASE}/kustomization.yaml", "SIMULATED__ENABLED=false", "SIMULATED__ENABLED=true", "with the simulated provider on"),
    (f"{OVER}/kustomization.yaml", "CONNECTIONS=4", "CONNECTIONS=20", "of banyan-inventory connections are more"),
    (ONE, 'ALLOW_PUBLIC: "true"', 'ALLOW_PUBLIC: "false"', "with the simulated provider on"),
    (f"{BASE}/disruption-budget.yaml", "component: store", "component: shop", "0 disruption budgets"),
    (f"{BASE}/kustomization.yaml", "LOG__FORMAT=json", "LOG__FORMATT=json", "LOG__FORMATT is not a setting"),
    (f"{BASE}/kustomization.yaml", "newTag: 0.1.0", "newTag: 0.0.9", "is not of this version"),
    (f"{BASE}/kustomization.yaml", "- service.yaml", "- services.yaml", "the resource services.yaml is not there"),
    (f"{OVER}/store-deployment.patch.yaml", "name: banyan-store", "name: banyan-shop", "there is no Deployment banyan-shop to patch"),
    (f"{OVER}/store-deployment.patch.yaml", "containerPort: 7080", "containerPort: 7081", "listens at 7080 and 7081"),
    (f"{OVER}/inventory-network-policy.yaml", "component: store", "component: stranger", "others than our own pods"),
    (f"{OVER}/inventory-network-policy.yaml", "        - podSelector:", "        - namespaceSelector: {}\n          podSelector:", "others than our own pods"),
    (f"{OVER}/kustomization.yaml", "http://banyan-inventory:7080", "http://banyan-inventory:7081", "a port that banyan-inventory does not have"),
    (f"{OVER}/kustomization.yaml", "http://banyan-store-ports:7080", "http://banyan-ports:7080", "banyan-ports, which is no service"),
    (f"{OVER}/kustomization.yaml", "CATALOG__REMOTE__PORTS=http://banyan-store-ports", "CATALOG__REMOTE__PORTS=http://banyan-inventory", "which does not host catalog"),
    (f"{OVER}/kustomization.yaml", "PLACEMENT=remote", "PLACMENT=remote", "PLACMENT is not a setting"),
    (ONE, "read_only: true", "read_onyl: true", "read_onyl"),
    (ONE, "BANYAN__DATA__URL: ", "BANYAN__DATA__ULR: ", "BANYAN__DATA__ULR is not a setting"),
    (ONE, "${BANYAN_ADMIN_KEY:?see deploy/.env.example}", "open-sesame", "BANYAN__ADMIN__KEY in the file"),
    (ONE, '["serve"]', '["serve", "--fast"]', "`banyan serve --fast`"),
    (ONE, "condition: service_healthy", "condition: service_started", "does not wait until postgres is healthy"),
    (TWO, "http://inventory:7080", "http://inventar:7080", "names inventar, which is not there"),
    (TWO, "internal: true", "internal: false", "by internal networks alone"),
    (TWO, '"--only", "inventory"', '"--only", "payment"', "does not host inventory"),
    (TWO, "BANYAN__SERVICE__KEY", "BANYAN__SERVICE__KEI", "BANYAN__SERVICE__KEI is not a setting"),
    ("deploy/.env.example", "BANYAN_SERVICE_KEY=", "BANYAN_SERVICE_KEYS=", "BANYAN_SERVICE_KEYS stands only here"),
    ("deploy/commands.txt", "banyan health", "banyan health\nbanyan dance", "nothing starts `banyan dance`"),
    ("docs/extracting-a-module.md", "from-literal=admin-key", "from-literal=adminkey", "other secrets than the kustomizations"),
    ("docs/extracting-a-module.md", "BANYAN__PORTS__LISTEN", "BANYAN__PORT__LISTEN", "BANYAN__PORT__LISTEN is not a setting"),
    ("Dockerfile", "USER 65532:65532", "USER root", "other than root"),
    ("Dockerfile", "rust:1.95-slim-trixie", "rust", "not pinned"),
    ("Dockerfile", "RUN --mount", "RUM --mount", "hadolint"),
    (".dockerignore", "!xtask\n", "", "the build needs xtask/Cargo.toml"),
    (".dockerignore", "!banyan.toml\n", "", "the build needs banyan.toml"),
]
# Only the store itself can see these.
FOR_THE_STORE = [
    (f"{BASE}/kustomization.yaml", "DATA__CONNECTIONS=4", "DATA__CONNECTIONS=four", "data.connections"),
    (ONE, "BANYAN__LOG__FORMAT: json", "BANYAN__LOG__FORMAT: yaml", "log.format"),
]
# What the checks read.
READ = ["Dockerfile", ".dockerignore", "Cargo.toml", "Cargo.lock", "banyan.toml", "README.md", "deploy", "docs"]
SOURCES = ["app", "modules", "openapi", "shared-kernel", "tests", "xtask"]


def run(root, complaints, with_store):
    """The faults that no check reported."""
    faults = FAULTS + (FOR_THE_STORE if with_store else [])
    return [line for fault in faults if (line := control(root, complaints, *fault))]


def control(root, complaints, path, before, after, wanted):
    with tempfile.TemporaryDirectory() as folder:
        copy(Path(root), Path(folder))
        file = Path(folder) / path
        text = file.read_text(encoding="utf-8")
        if before not in text:
            return f"{path}: `{before}` is not in it; mend deploy/tests/controls.py"
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
        found = complaints(folder)
    if any(wanted in complaint for complaint in found):
        return None
    return f"{path}: with `{after}` nobody says `{wanted}`, but {found}"


def copy(root, folder):
    """Files that are broken are copied, sources only pointed at."""
    for name in READ:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name)
        else:
            shutil.copy(root / name, folder / name)
    for name in SOURCES:
        (folder / name).symlink_to(root / name)
