"""Where things are, and what several checks look at."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

COMPOSE = ["deploy/compose.yaml", "deploy/compose.extracted.yaml"]
KUSTOMIZATIONS = ["deploy/kubernetes/base", "deploy/kubernetes/extract-inventory"]
# Stands for a secret wherever one is needed to go on. Long enough for any of them.
DUMMY = "0123456789abcdef" * 4


@dataclass
class Container:
    """One container of ours as it would be started."""

    origin: str
    # What follows the entry point.
    args: list
    # Every variable that it gets, secrets as DUMMY.
    env: dict
    commands: list = field(default_factory=list)

    def hosts(self, module):
        """Whether the module's port is served from here."""
        if "--only" not in self.args:
            return True
        return module in self.args[self.args.index("--only") + 1].split(",")


def read(root, path):
    return (Path(root) / path).read_text(encoding="utf-8")


def documents(root, path):
    return parse(read(root, path))


def parse(text):
    """Every YAML document of `text` that is not empty."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [document for document in yaml.load_all(text, loader) if document is not None]


def version(root):
    return re.search(r'^version = "(.+)"$', read(root, "Cargo.toml"), re.MULTILINE).group(1)


def is_secret(name):
    """Settings that must not stand in any file. A database's address holds its password."""
    return name.startswith("BANYAN__") and name.endswith(("KEY", "SECRET", "DATA__URL", "PASSWORD"))
