"""The full cluster with our images and the operator in it, as `make cluster` leaves it."""
import contextlib
import os
import subprocess

from harness.checks import note
from harness.rig import OPERATOR_NAMESPACE, PRODUCT, Rig, output


@contextlib.contextmanager
def installed(checks):
    """A Rig. What was there before stays: a cluster that runs is used, one that was started here is ended."""
    with Rig("full") as rig:
        environment = {**rig.environment, "KUBECONFIG": str(rig.kubeconfig)}
        print(output([PRODUCT / "images"], timeout=1800, env=environment), end="", flush=True)
        done = subprocess.run([PRODUCT / "install"], env=environment, capture_output=True, text=True, timeout=200)
        if done.returncode != 0:
            done.stderr += rig.kubectl("--namespace", OPERATOR_NAMESPACE, "describe", "pods", check=False)[-3000:]
            done.stderr += operator_log(rig)
        checks.must("helm installs the operator, and it becomes available", done.returncode == 0, done.stdout + done.stderr)
        try:
            yield rig
        finally:
            if checks.failed:
                note("the operator's log:\n" + operator_log(rig))
            keep_log(rig)


def operator_log(rig):
    return rig.kubectl("--namespace", OPERATOR_NAMESPACE, "logs", "--selector", "app.kubernetes.io/name=weirkeeper", "--tail=40", "--all-containers", check=False)


def keep_log(rig):
    """WEIR_KEEP_LOGS names a folder that gets the operator's whole log."""
    folder = os.environ.get("WEIR_KEEP_LOGS")
    if folder:
        text = rig.kubectl("--namespace", OPERATOR_NAMESPACE, "logs", "--selector", "app.kubernetes.io/name=weirkeeper", "--tail=-1", check=False)
        with open(os.path.join(folder, f"operator-pod-{os.getpid()}.log"), "w", encoding="utf-8") as log:
            log.write(text)
