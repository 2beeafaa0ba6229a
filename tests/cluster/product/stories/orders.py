"""The small example, with broken rows, on a volume of the cluster: applied, read back, and the plug pulled in a commit."""
import json
import signal

from harness.api import condition, status_of
from harness.audit import instant
from harness.checks import closed, note, wait_for
from harness.node import await_process, pid_of, send, stop_between_data_and_log
from harness.rig import OPERATOR_NAMESPACE
from harness.runs import attempts_of, await_end, await_new_run, pods_of, request_run, run_names, told
from harness.stage import ORDERS, Place, committed_by, figures, weir, weir_json
from stories.laptop import BAD_LINES, broken_lines

STAGES = ["land", "accept", "decode", "some-orders", "publish"]
MAX_LAG = 40


class Orders:
    """The small example, with broken rows, on a volume of the cluster."""

    def __init__(self, checks, rig, laptop):
        self.checks, self.rig, self.api, self.laptop = checks, rig, rig.api, laptop
        self.place = None
        self.first = None

    def apply(self):
        self.place = place = Place(self.rig, "tour")
        place.volumes()
        place.deliver(ORDERS / "orders.csv")
        place.apply("-f", ORDERS / "lake-volume.yaml", "-f", ORDERS / "manifests.yaml")
        self.checks.must("kubectl wait sees the Pipeline Ready", *place.wait("pipeline.weirkeeper.io/orders", "Ready"))
        name = await_new_run(self.api, "tour", set())
        self.checks.must("applying it made one run", name and len(run_names(self.api, "tour")) == 1, name)
        self.checks.must("kubectl wait sees the PipelineRun Succeeded", *place.wait(f"pipelinerun.weirkeeper.io/{name}", "Succeeded"))
        self.checks.that("kubectl wait sees the View Ready", *place.wait("view.weirkeeper.io/orders-daily-v1", "Ready", 20))
        self.first = place.get("PipelineRun", name)

    def columns(self):
        wanted = {"pipelines": "READY REVISION LAST-RUN RESULT SUSPENDED", "pipelineruns": "STATUS REASON STAGES ATTEMPTS DURATION",
                  "views": "READY FRESH SLA ROWS VERSION DATA-AS-OF OWNER", "datasets": "READY ZONE ROWS FILES FRESH DATA-AS-OF VERSION OWNER"}
        for kind, names in wanted.items():
            text = self.rig.kubectl("--namespace", "tour", "get", f"{kind}.weirkeeper.io")
            header = text.splitlines()[0].split()
            self.checks.that(f"kubectl get {kind} has the columns {names}", [n for n in header if n in names.split()] == names.split(), text)
            print("\n".join("        " + line for line in text.splitlines()))
        self.checks.equal("a run says how far it is", "5/5", self.first["status"]["stagesDone"])

    def pods(self):
        pods = pods_of(self.api, "tour", self.first["metadata"]["name"])
        self.checks.equal("every stage was one pod", sorted((stage, 1) for stage in STAGES), attempts_of(pods))
        # A run goes by the end of the container, which the node may tell before the phase of the pod.
        phases = lambda: [pod["status"]["phase"] for pod in pods_of(self.api, "tour", self.first["metadata"]["name"])]
        self.checks.eventually("each is Succeeded and stays, for its log", 20, lambda: (set(found := phases()) == {"Succeeded"} and len(found) == len(pods), found))
        self.checks.that("each belongs to the run", all(owner_of(pod) == self.first["metadata"]["uid"] for pod in pods))
        self.checks.that("none has a token of the API server", all(not has_token(pod) for pod in pods))
        log = self.rig.kubectl("--namespace", "tour", "logs", pods[0]["metadata"]["name"])
        self.checks.that("kubectl logs shows what the stage did", log.strip(), "no log")

    def figures(self):
        table = self.place.table("orders_daily_v1")
        self.checks.must("the view's table lies in the lake", table, list(self.place.lake.rglob("_delta_log")))
        own = figures("orders", ORDERS / "orders.csv", table)
        self.checks.that("the published figures equal plain Python's over the original file", own["equal"], own)
        self.checks.equal("the broken lines of the file are those that we broke", list(BAD_LINES), own["badLines"])
        view = self.place.get("View", "orders-daily-v1")["status"]
        self.checks.equal("kubectl and deltalake count the same rows", own["rows"], view["rows"])
        self.checks.equal("the cluster's content hash is the laptop's", self.laptop.hashes.get("orders-daily-v1"), view["contentHash"])
        decode = next(stage for stage in self.first["status"]["stages"] if stage["name"] == "decode")["rows"]
        self.checks.equal("the ledger of decode closes", {"in": 60, "out": 56, "quarantined": 4, "filtered": 0}, {"filtered": 0, **decode})

    def explain(self):
        arguments = ["explain", "pipeline/orders", "--kubeconfig", self.rig.kubeconfig, "--namespace", "tour", "--lake", self.place.folder]
        told_by_weir = weir_json(*arguments)
        opened = [stage for stage in told_by_weir["lastRun"]["stages"] if not closed(stage.get("rows"))]
        self.checks.equal("weir explain closes the ledger of every stage of the cluster's run", [], opened)
        self.checks.equal("and names file and line of each quarantined row", list(BAD_LINES), broken_lines(told_by_weir))
        code, text = weir(*arguments)
        print("\n".join("        " + line for line in text.splitlines()))
        self.checks.that("its text for people does so too", code == 0 and all(f" {line} " in text for line in BAD_LINES), text)

    def pulled_plug(self):
        """SIGKILL of operator and runner between the data file and the log entry of a commit."""
        for attempt in range(1, 6):
            hit = self.pull_once(attempt)
            if hit:
                break
            note("the commit was over before the kill; once more")
        self.checks.must("operator and runner were killed between data file and log entry", hit, "five commits were faster than the kill")
        name, pod = hit
        run = await_end(self.api, "tour", name, 120)
        self.checks.that("the run succeeds all the same", status_of(run, "Succeeded") == "True", json.dumps(run["status"], indent=1)[-3000:])
        publish = next(stage for stage in run["status"]["stages"] if stage["name"] == "publish")
        self.checks.equal("with a second attempt of that stage, and no third", 2, publish["attempt"])
        self.checks.equal("the killed attempt is counted once", 1, publish.get("ownFailures", 0) + publish.get("infrastructureFailures", 0))
        table, uid = self.place.table("orders_daily_v1"), run["metadata"]["uid"]
        commits = committed_by(table, uid, "publish")
        self.checks.that("the log holds exactly one commit of that stage, with data", len(commits) == 1 and commits[0][1] > 0, commits)
        self.checks.equal("its pods are attempts 1 and 2", [("publish", 1), ("publish", 2)], [a for a in attempts_of(pods_of(self.api, "tour", name)) if a[0] == "publish"])
        own = figures("orders", ORDERS / "orders.csv", table)
        self.checks.that("the published figures still equal plain Python's", own["equal"], own)
        self.checks.equal("and the content hash the laptop's", self.laptop.hashes.get("orders-daily-v1"), self.place.get("View", "orders-daily-v1")["status"]["contentHash"])
        ended = self.api.get("pods", "tour", pod)["status"]["containerStatuses"][0]["state"].get("terminated", {})
        self.checks.equal("the killed pod is still there, and says how it ended", 137, ended.get("exitCode"))

    def pull_once(self, number):
        self.place.deliver_nothing(ORDERS / "orders.csv", f"orders-none-{number}.csv")
        known = run_names(self.api, "tour")
        request_run(self.api, "tour", "orders", f"pull {number}")
        name = await_new_run(self.api, "tour", known)
        self.checks.must("a request by annotation gets its run", name)
        pod = self.stage_pod(name, "publish", 90)
        pid = await_process(pod["metadata"]["uid"], "weirkeeper-runner", 30)
        self.checks.must("the stage's runner is a process of the node", pid)
        table = self.place.table("orders_daily_v1")
        uid = self.api.get("pipelineruns", "tour", name)["metadata"]["uid"]
        if not stop_between_data_and_log(pid, table, table / "part" / name / uid / "publish-1"):
            await_end(self.api, "tour", name, 60)
            return None
        self.kill_operator()
        send(pid, signal.SIGKILL)
        return name, pod["metadata"]["name"]

    def stage_pod(self, run, stage, seconds):
        def probe():
            found = [pod for pod in pods_of(self.api, "tour", run) if pod["metadata"]["labels"]["weirkeeper.io/stage"] == stage]
            return bool(found), found
        held, found = wait_for(seconds, probe, 0.02)
        self.checks.must(f"a pod is made for {stage}", held, json.dumps(self.place.get("PipelineRun", run)["status"], indent=1)[-2000:])
        return found[0]

    def kill_operator(self):
        pods = [pod for pod in self.api.list("pods", OPERATOR_NAMESPACE) if pod["status"]["phase"] == "Running"]
        killed = [pid for pod in pods if (pid := pid_of(pod["metadata"]["uid"], "weirkeeper-operator")) and send(pid, signal.SIGKILL)]
        self.checks.that("the operator is killed", killed, [pod["metadata"]["name"] for pod in pods])

    def every_version(self):
        table = self.place.table("orders_daily_v1")
        told_versions = figures("versions", table)["versions"]
        same = all(version["rows"] == version["claimed"] for version in told_versions)
        self.checks.that(f"deltalake reads each of the view's {len(told_versions)} versions, with the rows that the log claims", len(told_versions) >= 2 and same, told_versions)
        for name in ("orders", "orders_daily_v1"):
            rows = {version["rows"] for version in figures("versions", self.place.table(name))["versions"] if version["rows"]}
            self.checks.equal(f"no version of {name} is half a version", 1, len(rows))

    def contract(self):
        for sentence, rule, change in broken_contracts(self.place.get("View", "orders-daily-v1")["spec"]["columns"]):
            done, text = self.rig.accepts("--namespace", "tour", "patch", "view.weirkeeper.io/orders-daily-v1", "--type=merge", "-p", json.dumps({"spec": {"columns": change}}))
            self.checks.that(f"kubectl refuses {sentence} and names the rule {rule}", not done and rule in text, text)
        typo = {**self.place.get("View", "orders-daily-v1")["spec"]}
        unpublished = {"apiVersion": "weirkeeper.io/v1alpha1", "kind": "View", "metadata": {"name": "orders-daily-v2", "namespace": "tour"}, "spec": typo}
        self.rig.kubectl("apply", "-f", "-", text=json.dumps(unpublished))
        fixed = json.loads(json.dumps(unpublished).replace("turnover", "revenue"))
        self.checks.that("a view that never published may still change", *self.rig.accepts("apply", "-f", "-", text=json.dumps(fixed)))
        self.rig.kubectl("--namespace", "tour", "delete", "view.weirkeeper.io/orders-daily-v2", "--wait=false")

    def quiet_source(self):
        """No run, no new data: the SLA breaks at the second that the contract says."""
        late = ORDERS.joinpath("orders.csv").read_text(encoding="utf-8").splitlines()[0] + "\n2001,2026-03-09T10:00:00Z,CH,10.00,1\n"
        (self.place.source / "orders-late.csv").write_text(late, encoding="utf-8")
        known = run_names(self.api, "tour")
        request_run(self.api, "tour", "orders", "a new file")
        name = await_new_run(self.api, "tour", known)
        run = await_end(self.api, "tour", name, 60)
        self.checks.must("a run with a new file succeeds", status_of(run, "Succeeded") == "True", told(run))
        self.checks.eventually("then the SLA is met", 10, lambda: self.sla_is("True"))
        count = len(run_names(self.api, "tour"))
        self.checks.must_eventually("the source goes quiet, and SLAMet turns False", 60, lambda: self.sla_is("False"))
        view = self.place.get("View", "orders-daily-v1")
        late_at = instant(view["status"]["dataAsOf"]).timestamp() + MAX_LAG
        flipped = instant(condition(view, "SLAMet")["lastTransitionTime"]).timestamp()
        self.checks.equal("at the second dataAsOf + maxLag", late_at, flipped)
        self.checks.equal("Fresh turns False with it", "False", status_of(view, "Fresh"))
        self.checks.equal("and no run was made for it", count, len(run_names(self.api, "tour")))
        self.checks.that("nor does any run", all(status_of(run, "Succeeded") != "Unknown" for run in self.api.list("pipelineruns", "tour")))
        self.checks.equal("Ready stays True: the declaration is as good as before", "True", status_of(view, "Ready"))

    def sla_is(self, wanted):
        view = self.place.get("View", "orders-daily-v1")
        return status_of(view, "SLAMet") == wanted, view["status"]

    def tell(self, tell):
        try:
            tell(self.checks, self.apply)
            if self.first:
                tell(self.checks, self.columns, self.pods, self.figures, self.explain, self.pulled_plug, self.every_version, self.contract, self.quiet_source)
        finally:
            if self.place:
                self.place.remove()


def owner_of(pod):
    return pod["metadata"].get("ownerReferences", [{}])[0].get("uid")


def has_token(pod):
    mounts = [mount["mountPath"] for container in pod["spec"]["containers"] for mount in container.get("volumeMounts", [])]
    return any("serviceaccount" in mount for mount in mounts)


def broken_contracts(columns):
    def changed(index, **fields):
        return [{**column, **(fields if number == index else {})} for number, column in enumerate(columns)]
    return [("a dropped column", "ColumnNoDelete", columns[:-1]), ("another type", "TypeNarrow", changed(2, type="INTEGER")),
            ("a looser column", "NullabilityLoosen", changed(1, nullable=True))]
