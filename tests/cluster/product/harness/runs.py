"""What a test asks about runs of one pipeline."""
import time

from harness.api import condition, status_of
from harness.checks import wait_for

REQUEST = "weirkeeper.io/requested-at"


def request_run(api, namespace, pipeline, text):
    """Asks for one run; a request is one word."""
    api.patch("pipelines", namespace, pipeline, {"metadata": {"annotations": {REQUEST: text.replace(" ", "-")}}})


def run_names(api, namespace):
    return {run["metadata"]["name"] for run in api.list("pipelineruns", namespace)}


def await_new_run(api, namespace, known, seconds=30):
    """Name of the one run that is not among the known; None when none came."""
    wait_for(seconds, lambda: (bool(run_names(api, namespace) - known), ""), 0.02)
    new = sorted(run_names(api, namespace) - known)
    return new[0] if new else None


def finished(run):
    return status_of(run, "Succeeded") in ("True", "False")


def await_end(api, namespace, name, seconds):
    """The finished run, or as it is when the time is over."""
    wait_for(seconds, lambda: (finished(api.find("pipelineruns", namespace, name)), ""), 0.05)
    return api.find("pipelineruns", namespace, name)


def told_stages(run):
    """What must be the same however often the operator died: everything but names and times."""
    keep = ("name", "state", "attempt", "ownFailures", "infrastructureFailures", "rows")
    return [{key: stage.get(key) for key in keep} for stage in run.get("status", {}).get("stages", [])]


def told(run):
    status = run.get("status", {})
    succeeded = condition(run, "Succeeded")
    commits = [{key: commit.get(key) for key in ("kind", "name", "rows", "stage", "attempt")} for commit in status.get("commits", [])]
    return {"succeeded": f"{succeeded.get('status')}/{succeeded.get('reason')}", "stages": told_stages(run), "attempts": status.get("attempts"),
            "stagesDone": status.get("stagesDone"), "commits": commits}


def versions(run):
    return {commit["name"]: commit.get("version", 0) for commit in run.get("status", {}).get("commits", [])}


def pods_of(api, namespace, run):
    return [pod for pod in api.list("pods", namespace) if pod["metadata"].get("labels", {}).get("weirkeeper.io/run") == run]


def attempts_of(pods):
    """[(stage, attempt)], one for each pod."""
    labels = [pod["metadata"]["labels"] for pod in pods]
    return sorted((label["weirkeeper.io/stage"], int(label["weirkeeper.io/attempt"])) for label in labels)


def seconds_since(start):
    return time.monotonic() - start
