"""The real operator as a process of this machine, with the rights that the chart gives it and nothing more."""
import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.error
import urllib.request

from harness.checks import Unreadable, wait_for
from harness.rig import OPERATOR_NAMESPACE, RUNNER_IMAGE, SOURCE, output, programs, tool

RIGHTS = ("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")


def rendered_chart(*settings):
    arguments = [part for setting in settings for part in ("--set", setting)]
    return output([tool("helm"), "template", "weirkeeper", SOURCE / "charts" / "weirkeeper", "--namespace", OPERATOR_NAMESPACE,
                   "--kube-version", "1.34.0", *arguments])


def grant_rights(rig):
    """Makes what of the chart is about rights. Answers the operator's service account."""
    chart = rendered_chart()
    documents = [d for d in re.split(r"(?m)^---.*$", chart) if re.search(r"(?m)^kind: (\w+)$", d)]
    rights = [d for d in documents if re.search(r"(?m)^kind: (\w+)$", d).group(1) in RIGHTS]
    deployment = next(d for d in documents if re.search(r"(?m)^kind: Deployment$", d))
    rig.kubectl("create", "namespace", OPERATOR_NAMESPACE)
    rig.kubectl("apply", "-f", "-", text="\n---\n".join(rights))
    return re.search(r"serviceAccountName: (\S+)", deployment).group(1)


def kubeconfig_for(rig, account, target):
    """A kubeconfig of that service account, so that the audit log tells its calls from everybody else's."""
    config = json.loads(rig.kubectl("config", "view", "--raw", "-o", "json"))
    token = rig.kubectl("create", "token", account, "--namespace", OPERATOR_NAMESPACE, "--duration", "6h").strip()
    config["users"][0]["user"] = {"token": token}
    target.write_text(json.dumps(config))
    target.chmod(0o600)
    return target


class Operator:
    """Started, killed, and started again; ended by its own process id."""

    def __init__(self, rig, *flags):
        self.rig = rig
        self.account = grant_rights(rig)
        self.user = f"system:serviceaccount:{OPERATOR_NAMESPACE}:{self.account}"
        self.kubeconfig = kubeconfig_for(rig, self.account, rig.folder / "kubeconfig" / "operator")
        self.log = rig.folder / "log" / "operator.log"
        self.flags = flags
        self.process = None
        self.starts = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        keep = os.environ.get("WEIR_KEEP_LOGS")
        if keep and self.log.exists():
            pathlib.Path(keep, f"operator-{os.getpid()}.log").write_bytes(self.log.read_bytes())

    def command(self):
        return [programs() / "weirkeeper-operator", "--kubeconfig", self.kubeconfig, "--runner-image", RUNNER_IMAGE,
                "--metrics-host", "127.0.0.1", "--metrics-port", "0", *self.flags]

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(part) for part in self.command()], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        self.starts += 1
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """As the kernel does when memory is short: no last word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self):
        """As a kubelet does. Answers the exit code."""
        if not self.running():
            return self.process.returncode if self.process else 0
        self.process.terminate()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(10)

    def memory(self):
        """Resident bytes as the kernel tells them: VmRSS, and of that RssAnon (its own) and RssFile (of program and libraries)."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return {name: int(size) * 1024 for name, size in re.findall(r"(VmRSS|RssAnon|RssFile):\s+(\d+) kB", text)}

    def log_text(self):
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise Unreadable(f"the operator's log cannot be read: {error}") from error

    def last_words(self, lines=20):
        """Detail of a failure, so it never is one itself."""
        try:
            return "\n".join(self.log_text().splitlines()[-lines:])
        except Unreadable as unreadable:
            return str(unreadable)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def await_url(url, seconds):
    return wait_for(seconds, lambda: (answers(url), url))[0]
