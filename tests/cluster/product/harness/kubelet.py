"""A kubelet that runs nothing: it moves the pods of stages through Running to their end with the outcome that a runner would
have given. For tests of the operator against a real API server, where what runs inside a pod is not the question."""
import concurrent.futures
import datetime
import json
import threading

from harness.api import ApiError

TASK = "weirkeeper.io/task"
EXIT = {"Succeeded": 0, "Infrastructure": 10, "Transient": 11, "Resource": 12, "Data": 13, "User": 14, "Fenced": 15, "Bug": 16}


class Tables:
    """What the runners of all pods have committed: one version for each run and stage, however many attempts tell of it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.versions = {}  # table -> number of versions
        self.done = {}      # (table, run uid, stage) -> version

    def commit(self, task):
        key = (task["namespace"], task["into"], task["runUid"], task["stage"])
        with self.lock:
            if key not in self.done:
                table = key[:2]
                self.done[key] = self.versions.get(table, -1) + 1
                self.versions[table] = self.done[key]
            return self.done[key]


def succeeded(task, tables):
    """The StageOutcome of a runner for which all went well."""
    kind = task["kind"]
    if kind == "Validate":
        return {"result": "Succeeded", "message": "every query binds"}
    rows = {"in": 1, "out": 1} if kind in ("Land", "Accept") else {"in": 10, "out": 10}
    outcome = {"result": "Succeeded", "rows": {**rows, "quarantined": 0, "filtered": 0}}
    if kind == "Check":
        return outcome
    written = "View" if kind == "Publish" else "Dataset"
    table = next(t for t in task["tables"] if t.get("kind", "Dataset") == written and t["name"] == task["into"])
    outcome["commits"] = [{
        "kind": written, "name": task["into"], "version": tables.commit(task), "rows": rows["out"],
        "files": 1, "bytes": 1000, "dataAsOf": task["logicalTime"], "location": "file:///simulated/" + table["path"], "place": table["place"], "contentHash": "00", "stage": task["stage"],
        "attempt": task.get("attempt", 1), "contractHash": task.get("contractHash", "")}]
    if not outcome["commits"][0]["contractHash"]:
        del outcome["commits"][0]["contractHash"]
    return outcome


def failure(result, reason, message="as the story wants it"):
    return {"result": result, "reason": reason, "message": message}


class Kubelet:
    """`script(task, pod)` answers (seconds to run, outcome), or None to leave the pod running. By default all succeeds."""

    def __init__(self, api, script=None, workers=8, selector="weirkeeper.io/pipeline"):
        self.api = api
        self.tables = Tables()
        self.script = script or (lambda task, pod: (0.0, succeeded(task, self.tables)))
        self.selector = selector
        self.seen = set()
        self.trouble = []
        self.stopping = threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(workers)
        self.thread = threading.Thread(target=self.follow, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.pool.shutdown(wait=True, cancel_futures=True)

    def follow(self):
        while not self.stopping.is_set():
            try:
                for kind, pod in self.api.watch("pods", selector=self.selector, seconds=600):
                    if self.stopping.is_set():
                        return
                    if kind in ("ADDED", "MODIFIED"):
                        self.consider(pod)
            except (OSError, ApiError, ValueError) as error:
                self.trouble.append(repr(error))
                self.stopping.wait(0.2)

    def consider(self, pod):
        uid = pod["metadata"]["uid"]
        finished = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
        if finished:
            return
        if "deletionTimestamp" in pod["metadata"]:
            self.pool.submit(self.end_deleted, pod)
            return
        if uid in self.seen:
            return
        self.seen.add(uid)
        self.pool.submit(self.live, pod)

    def live(self, pod):
        try:
            task = json.loads(pod["metadata"]["annotations"][TASK])
            ending = self.script(task, pod)
            if ending is None or ending[0] > 0:
                self.report(pod, "Running", {"running": {"startedAt": now()}})
            if ending is None:
                return
            if self.stopping.wait(ending[0]):
                return
            self.end(pod, ending[1])
        except ApiError as error:
            if error.status not in (404, 409):
                self.trouble.append(f"{pod['metadata']['name']}: {error}")
        except Exception as error:  # a thread of a pool would swallow it
            self.trouble.append(f"{pod['metadata']['name']}: {error!r}")

    def end(self, pod, outcome):
        code = EXIT[outcome["result"]]
        terminated = {"exitCode": code, "reason": "Completed" if code == 0 else "Error", "message": json.dumps(outcome), "startedAt": now(), "finishedAt": now()}
        self.report(pod, "Succeeded" if code == 0 else "Failed", {"terminated": terminated})

    def end_deleted(self, pod):
        """What a kubelet does with a pod that somebody deletes: it ends, and says so."""
        try:
            self.report(pod, "Failed", {"terminated": {"exitCode": 137, "reason": "Error", "startedAt": now(), "finishedAt": now()}})
        except ApiError as error:
            if error.status not in (404, 409):
                self.trouble.append(f"{pod['metadata']['name']}: {error}")

    def report(self, pod, phase, state):
        container = pod["spec"]["containers"][0]
        status = {"phase": phase, "startTime": now(), "containerStatuses": [{
            "name": container["name"], "image": container["image"], "imageID": "simulated", "ready": phase == "Running", "restartCount": 0, "state": state}]}
        meta = pod["metadata"]
        self.api.patch("pods", meta["namespace"], meta["name"], {"metadata": {"uid": meta["uid"]}, "status": status}, "status")


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
