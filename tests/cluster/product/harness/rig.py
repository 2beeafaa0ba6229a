"""Clusters that the tests start, and the programs around them."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from harness.api import KINDS, Api

PRODUCT = pathlib.Path(__file__).resolve().parent.parent
CLUSTER = PRODUCT.parent
SOURCE = CLUSTER.parent.parent
OPERATOR_NAMESPACE = "weirkeeper-system"
OPERATOR_IMAGE = "localhost/weirkeeper/operator:test"
RUNNER_IMAGE = "localhost/weirkeeper/runner:test"


def output(command, timeout=120, check=True, **options):
    """What a command printed; its error stream is part of the exception when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=timeout, **options)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def tool(name):
    return output([CLUSTER / "tool", name], timeout=1800).strip()


def programs():
    """Folder of weir, weirkeeper-operator and weirkeeper-runner: WEIR_BIN, or the release build."""
    return pathlib.Path(os.environ.get("WEIR_BIN", SOURCE / "build" / "release" / "bin"))


class Rig:
    """One cluster of tests/cluster. `plane` is etcd and the API server in a folder of its own; `full` is the machine's one
    cluster with a node, which is ended only if it was started here."""

    def __init__(self, flavour="plane"):
        self.flavour = flavour
        self.kubectl_program = [tool("kube"), "kubectl"]
        self.own_folder = flavour == "plane"
        default = pathlib.Path(os.environ.get("XDG_STATE_HOME", pathlib.Path.home() / ".local/state")) / "weirkeeper/cluster"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-plane-")) if self.own_folder else pathlib.Path(os.environ.get("WEIR_CLUSTER_DIR", default))
        self.environment = {**os.environ, "WEIR_CLUSTER_DIR": str(self.folder)}
        self.started_here = False
        self.api = None

    def __enter__(self):
        self.started_here = self.own_folder or not alive(self.folder / "pid" / "kubelet")
        try:
            self.script("up", *(["--control-plane-only"] if self.own_folder else []), timeout=400)
            self.api = Api(self.kubectl_program, self.kubeconfig)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.api:
            self.api.close()
        if self.started_here:
            subprocess.run([CLUSTER / "down"], env=self.environment, timeout=200, check=False)
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def kubeconfig(self):
        return self.folder / "kubeconfig" / "admin"

    @property
    def audit_log(self):
        return self.folder / "log" / "audit.log"

    def script(self, name, *arguments, timeout=120):
        return output([CLUSTER / name, *arguments], timeout=timeout, env=self.environment).strip()

    def kubectl(self, *arguments, text=None, check=True, timeout=60):
        """What kubectl printed; with check=False what it printed on both streams."""
        command = [*self.kubectl_program, "--kubeconfig", str(self.kubeconfig), *map(str, arguments)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise RuntimeError(f"kubectl {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
        return done.stdout if check else done.stdout + done.stderr

    def accepts(self, *arguments, text=None, timeout=60):
        """(succeeded, what kubectl printed)"""
        command = [*self.kubectl_program, "--kubeconfig", str(self.kubeconfig), *map(str, arguments)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=timeout)
        return done.returncode == 0, done.stdout + done.stderr

    def make_namespace(self, name):
        """Anew, under restricted Pod Security."""
        self.kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=true", timeout=90)
        self.kubectl("create", "namespace", name)
        self.kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")

    def apply_crds(self):
        self.kubectl("apply", "--server-side", "-f", SOURCE / "crds", timeout=60)
        names = [f"crd/{plural}.weirkeeper.io" for plural in ("lakes", "datasets", "views", "pipelines", "pipelineruns")]
        self.kubectl("wait", "--for=condition=Established", *names, "--timeout=30s")
        for plural in KINDS.values():
            self.api.list(plural)

    def kstatus(self, thing):
        """What Flux and Helm conclude about one object: Current, InProgress, Failed, Terminating."""
        return output([tool("kstatus")], input=json.dumps(thing)).split()[1]


def alive(pid_file):
    try:
        os.kill(int(pid_file.read_text()), 0)
        return True
    except (OSError, ValueError):
        return False
