"""A shop's namespace on a cluster that others use too, and the rules that others make for it."""
import contextlib
import json
import shutil
import tempfile

from harness.admission import IMAGE, inject
from harness.api import condition, status_of
from harness.checks import StoryOver, wait_for
from harness.rig import CLUSTER, tool
from harness.runs import await_end, await_new_run, request_run, run_names, told
from harness.stage import ORDERS, Place


def give_probe_image(rig):
    """The image of everything that is injected."""
    with tempfile.TemporaryDirectory(prefix="probe-") as context:
        shutil.copy(tool("probe"), f"{context}/probe")
        rig.script("image", IMAGE, context, CLUSTER / "probe" / "Containerfile", timeout=300)


def limits(namespace, cpu, memory):
    most = {"cpu": cpu, "memory": memory}
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "all", "namespace": namespace}, "spec": {"limits": [{"type": "Container", "max": most}]}}


@contextlib.contextmanager
def minimum_user_id(rig, namespace, lowest):
    """Refuses pods of the namespace that ask for a user below it, as OpenShift's restricted SCC does."""
    name = f"{namespace}-user-ids"
    asks = "object.spec.?securityContext.?runAsUser"
    policy = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name}, "spec": {
        "failurePolicy": "Fail", "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]},
        "validations": [{"expression": f"{asks}.orValue({lowest}) >= {lowest}", "message": f"runAsUser must be at least {lowest}"}]}}
    binding = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name}, "spec": {
        "policyName": name, "validationActions": ["Deny"], "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}}}
    rig.kubectl("apply", "-f", "-", text=json.dumps(policy) + "\n---\n" + json.dumps(binding))
    try:
        yield
    finally:
        rig.kubectl("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", name, "--ignore-not-found", check=False)


class Shop(Place):
    """The small example on volumes. As a context it ends with its namespace, which must go away as any other does."""

    def __init__(self, checks, rig, name, kind=None):
        super().__init__(rig, name)
        self.checks = checks
        if kind:
            inject(rig, name, kind)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None or issubclass(kind, StoryOver):
            self.checks.that(f"the namespace {self.namespace} goes away within a minute", *self.rig.accepts(
                "delete", "namespace", self.namespace, "--wait=true", "--timeout=60s", timeout=90))
        self.remove()

    def remove(self):
        self.release()
        super().remove()

    def release(self):
        """A story that failed must not hold the namespace for the next one."""
        for pod in self.api.list("pods", self.namespace):
            if pod["metadata"].get("finalizers"):
                self.api.patch("pods", self.namespace, pod["metadata"]["name"], {"metadata": {"finalizers": None}})

    def apply(self, *_, lake=None, text=None, mode="ReadWriteMany"):
        """Files, volumes, lake and pipeline."""
        if not self.claims:
            self.volumes(mode=mode)
            self.deliver(ORDERS / "orders.csv")
        super().apply("-f", "-", text=json.dumps(lake or self.volume_lake()))
        super().apply("-f", "-", text=text or (ORDERS / "manifests.yaml").read_text(encoding="utf-8"))

    def volume_lake(self):
        stores = [{"name": "lake", "volume": {"claim": "lake"}}, {"name": "source", "volume": {"claim": "source"}}]
        return self.lake_of(stores)

    def bucket_lake(self, endpoint):
        """Its Secret is not made."""
        store = {"endpoint": endpoint, "secretRef": {"name": "lake.keys.v1"}}
        return self.lake_of([{"name": name, "s3": {**store, "bucket": name}} for name in ("lake", "source")])

    def lake_of(self, stores):
        return {"apiVersion": "weirkeeper.io/v1alpha1", "kind": "Lake", "metadata": {"name": "default", "namespace": self.namespace}, "spec": {"stores": stores}}

    def first_run(self, how):
        name = await_new_run(self.api, self.namespace, set(), 120)
        self.checks.must(f"{how} a pipeline comes into force", name, self.words())
        return self.succeeds(name, f"{how} its run succeeds")

    def new_run(self):
        known = run_names(self.api, self.namespace)
        request_run(self.api, self.namespace, "orders", f"after {len(known)}")
        name = await_new_run(self.api, self.namespace, known, 30)
        self.checks.must("a request gets its run", name, self.words())
        return name

    def succeeds(self, name, sentence, seconds=240):
        run = await_end(self.api, self.namespace, name, seconds)
        self.checks.must(sentence, status_of(run, "Succeeded") == "True", json.dumps(told(run)) + "\n" + self.words())
        return run

    def pipeline_says(self, reason, words, kind="Reconciling"):
        """(the pipeline waits, or is Stalled, for that reason, what it says)"""
        progress = condition(self.get("Pipeline", "orders"), kind)
        return progress.get("reason") == reason and words in progress.get("message", ""), self.words()

    def run_says(self, name, reason, words):
        progress = condition(self.get("PipelineRun", name), "Reconciling")
        return progress.get("reason") == reason and words in progress.get("message", ""), self.words()

    def stage_says(self, name, reason):
        stages = self.get("PipelineRun", name).get("status", {}).get("stages", [])
        return any(stage.get("reason") == reason for stage in stages), self.words()

    def words(self):
        """What a person sees."""
        lines = []
        for thing in [*self.api.list("pipelines", self.namespace), *self.api.list("pipelineruns", self.namespace)]:
            for told_of in thing.get("status", {}).get("conditions", []):
                if told_of["type"] in ("Ready", "Reconciling", "Stalled", "Succeeded"):
                    lines.append(f"{thing['metadata']['name']} {told_of['type']}={told_of['status']} {told_of['reason']}: {told_of.get('message', '')}")
        pods = [f"{pod['metadata']['name']} {pod['status'].get('phase')}" for pod in self.api.list("pods", self.namespace)]
        return "\n".join(lines + pods)

    def no_pod_runs(self):
        running = [pod["metadata"]["name"] for pod in self.api.list("pods", self.namespace) if pod["status"].get("phase") in ("Pending", "Running")]
        return not running, running

    def open_gates(self):
        """Whoever gated the pods lets them go, also those that come in the next seconds."""
        def probe():
            gated = [pod["metadata"]["name"] for pod in self.api.list("pods", self.namespace) if pod["spec"].get("schedulingGates")]
            for pod in gated:
                self.api.patch("pods", self.namespace, pod, {"spec": {"schedulingGates": None}})
            return bool(gated), gated
        wait_for(20, probe)
