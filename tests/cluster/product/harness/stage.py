"""Where stories with real pods play: a namespace under restricted Pod Security, a lake and a source."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from harness.api import KINDS
from harness.rig import PRODUCT, programs, output

ORDERS = PRODUCT / "orders"
_figures_python = []


def figures(*arguments, timeout=300, **environment):
    """What figures.py computed by other means than ours."""
    if not _figures_python:
        _figures_python.append(output([PRODUCT / "python"], timeout=600).strip())
    return json.loads(output([_figures_python[0], PRODUCT / "figures.py", *arguments], timeout=timeout, env={**os.environ, **environment}))


def without_cluster():
    """`weir` looks at a cluster when KUBECONFIG is set."""
    return {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}


def weir(*arguments, cwd=None, timeout=120):
    """(exit code, both streams)"""
    command = [str(programs() / "weir"), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env=without_cluster(), capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def weir_json(*arguments, cwd=None):
    """What `weir ... -o json` printed."""
    return json.loads(output([programs() / "weir", *arguments, "-o", "json"], cwd=cwd, env=without_cluster()))


class Place:
    """A namespace with folders of this machine as its claims."""

    def __init__(self, rig, namespace):
        self.rig, self.api, self.namespace = rig, rig.api, namespace
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"weir-{namespace}-"))
        # The node's pods are another user: the way to the folders must be open to them.
        self.folder.chmod(0o755)
        self.lake, self.source = self.folder / "lake", self.folder / "source"
        self.claims = []
        rig.make_namespace(namespace)

    def claim(self, name, folder, mode="ReadWriteMany"):
        folder.mkdir(exist_ok=True)
        self.rig.kubectl("delete", "persistentvolume", f"{self.namespace}-{name}", "--ignore-not-found", "--wait=true")
        self.rig.script("volume", name, folder, self.namespace, mode)
        self.claims.append(f"{self.namespace}-{name}")

    def volumes(self, lake="lake", source="source", mode="ReadWriteMany"):
        self.claim(lake, self.lake, mode)
        self.claim(source, self.source, mode)

    def deliver(self, *files):
        """Files of a supplier arrive."""
        self.source.mkdir(exist_ok=True)
        for file in files:
            shutil.copy(file, self.source)

    def deliver_nothing(self, like, name):
        """A file with the header of another and no row: new versions of the same rows, where a run without news would make none."""
        (self.source / name).write_text(like.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")

    def apply(self, *arguments, text=None):
        self.rig.kubectl("--namespace", self.namespace, "apply", *arguments, text=text)

    def wait(self, what, condition, seconds=120):
        """kubectl wait: (held, what kubectl printed)"""
        return self.rig.accepts("--namespace", self.namespace, "wait", f"--for=condition={condition}", what, f"--timeout={seconds}s", timeout=seconds + 30)

    def get(self, kind, name):
        return self.api.find(KINDS[kind], self.namespace, name)

    def table(self, name):
        """Folder of a table in the lake, by its name in SQL."""
        found = sorted(self.lake.glob(f"*/*/*/{name}/_delta_log"))
        return found[0].parent if found else None

    def remove(self):
        self.rig.kubectl("delete", "namespace", self.namespace, "--ignore-not-found", "--wait=true", timeout=120, check=False)
        for volume in self.claims:
            self.rig.kubectl("delete", "persistentvolume", volume, "--ignore-not-found", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def committed_by(table, run_uid, stage):
    """Log entries of a table that carry the transaction of this run's stage, with what they add."""
    wanted = f"weirkeeper/{run_uid}/{stage}"
    found = []
    for entry in sorted((table / "_delta_log").glob("[0-9]*.json")):
        actions = [json.loads(line) for line in entry.read_text(encoding="utf-8").splitlines()]
        if any(action.get("txn", {}).get("appId") == wanted for action in actions):
            found.append((entry.name, sum("add" in action for action in actions)))
    return found
