"""Every check of the deployment files. `check.py ROOT`; `--self-test` breaks the files and wants to see red."""

import functools
import shutil
import subprocess
import sys
from pathlib import Path

from yamllint import linter
from yamllint.config import YamlLintConfig

import compose
import controls
import image
import kustomization
import manifests
import settings
from tree import KUSTOMIZATIONS, parse


def complaints(root, binary):
    """What is wrong with the deployment files under `root`."""
    found = [*yaml_style(root), *image.check(root), *compose.check(root), *manifests.check(root)]
    try:
        containers = [*compose.containers(root), *manifests.containers(root)]
    except kustomization.Broken:
        return found  # It is among them.
    alone = [["banyan", *image.default_args(root)], image.health_command(root)]
    return found + list(settings.check(root, containers, alone, binary))


def yaml_style(root):
    root = Path(root)
    rules = (root / "deploy/tests/yamllint.yaml").read_text(encoding="utf-8")
    for path in sorted((root / "deploy").rglob("*.yaml")):
        yield from (f"{path.relative_to(root)}: {problem}" for problem in style(path.read_text(encoding="utf-8"), rules))


@functools.cache
def style(text, rules):
    return [str(problem) for problem in linter.run(text, YamlLintConfig(rules))]


def kustomize_itself(root):
    """The same objects, built by kustomize: complaints, or None where there is no kustomize."""
    program = [["kustomize", "build"]] if shutil.which("kustomize") else []
    program += [["kubectl", "kustomize"]] if shutil.which("kubectl") else []
    if not program:
        return None
    found = []
    for folder in KUSTOMIZATIONS:
        said = subprocess.run([*program[0], folder], cwd=root, capture_output=True, text=True, check=False)
        theirs = {kustomization.identity(one): one for one in parse(said.stdout)}
        ours = {kustomization.identity(one): one for one in kustomization.build(Path(root) / folder)}
        if said.returncode != 0:
            found.append(f"{folder}: {said.stderr.strip()}")
        found += [f"{folder}: kustomize makes another {' '.join(name)}" for name in theirs.keys() | ours.keys()
                  if said.returncode == 0 and theirs.get(name) != ours.get(name)]
    return found


def main(root, self_test):
    binary = settings.find_binary(root)
    if self_test:
        return report(controls.run(root, lambda broken: complaints(broken, binary), bool(binary)), "controls saw red")
    found = complaints(root, binary)
    if binary is None:
        print("SKIPPED: what the store says of each container's environment (no binary; say `cargo build -p banyan`)")
    theirs = kustomize_itself(root)
    if theirs is None:
        print("SKIPPED: the comparison with kustomize itself (neither kustomize nor kubectl is here)")
    return report(found + (theirs or []), "image, compose files and manifests agree")


def report(found, good):
    print("\n".join(found) if found else good)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), "--self-test" in sys.argv[2:]))
