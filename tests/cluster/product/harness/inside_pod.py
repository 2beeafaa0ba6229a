"""The operator as it runs in a pod of an IPv6-only cluster: it finds the API server by the variables and the files that a kubelet gives,
at an IPv6 address. A forwarder of this process stands there; hosts and service account are files of a mount namespace of its own."""
import base64
import json
import os
import pathlib
import shutil
import socket
import tempfile
import threading
import urllib.parse

from harness.rig import RUNNER_IMAGE, programs

ACCOUNT = "/run/secrets/kubernetes.io/serviceaccount"
INSIDE = f"""
mount --bind "$1/hosts" /etc/hosts
mount -t tmpfs tmpfs /run
mkdir -p {ACCOUNT}
cp "$1/token" "$1/ca.crt" "$1/namespace" {ACCOUNT}
shift
exec "$@"
"""


def has_ipv6():
    """As a resolver sees it (AI_ADDRCONFIG)."""
    try:
        lines = pathlib.Path("/proc/net/if_inet6").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return any(line.split()[-1] != "lo" and not line.startswith("fe80") for line in lines)


class InsidePod:
    """Starts `operator`, which must be stopped; whoever entered stops it again. Its command is the old one afterwards."""

    def __init__(self, operator):
        self.operator = operator
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="inside-pod-"))
        self.connections = 0
        config = json.loads(operator.kubeconfig.read_text())
        cluster = config["clusters"][0]["cluster"]
        self.server = urllib.parse.urlsplit(cluster["server"])
        authority = cluster.get("certificate-authority-data")
        files = {"hosts": "::1 kubernetes.default.svc localhost\n", "namespace": "weirkeeper-system", "token": config["users"][0]["user"]["token"],
                 "ca.crt": base64.b64decode(authority).decode() if authority else pathlib.Path(cluster["certificate-authority"]).read_text()}
        for name, text in files.items():
            (self.folder / name).write_text(text)
        self.listener = socket.create_server(("::1", 0), family=socket.AF_INET6)

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        self.operator.command = self.command
        self.operator.start()
        return self

    def __exit__(self, *_):
        self.operator.stop()
        del self.operator.command
        self.listener.close()
        shutil.rmtree(self.folder)

    def command(self):
        variables = ["env", "-u", "KUBECONFIG", "KUBERNETES_SERVICE_HOST=::1", f"KUBERNETES_SERVICE_PORT={self.listener.getsockname()[1]}"]
        operator = [programs() / "weirkeeper-operator", "--runner-image", RUNNER_IMAGE, "--metrics-host", "::1", "--metrics-port", "0"]
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        return ["unshare", "--mount", *as_root, "bash", "-euc", INSIDE, "bash", self.folder, *variables, *operator]

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            far = socket.create_connection((self.server.hostname, self.server.port))
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=copy, args=(source, target), daemon=True).start()


def copy(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()
