"""The small example once more, in buckets of an S3 service."""
import json

from harness.runs import await_new_run
from harness.stage import ORDERS, Place, figures


class Buckets:
    def __init__(self, checks, rig, laptop):
        self.checks, self.rig, self.api, self.laptop = checks, rig, rig.api, laptop
        self.place = None
        self.endpoint = ""
        self.done = False

    def apply(self):
        self.place = place = Place(self.rig, "tour-s3")
        place.lake.mkdir()
        place.deliver(ORDERS / "orders.csv")
        self.endpoint = self.rig.script("s3", place.folder)
        place.apply("-f", "-", text=(ORDERS / "lake-s3.yaml").read_text(encoding="utf-8").replace("ENDPOINT", f'"{self.endpoint}"'))
        place.apply("-f", ORDERS / "manifests.yaml")
        self.checks.must("kubectl wait sees the Pipeline Ready, in buckets", *place.wait("pipeline.weirkeeper.io/orders", "Ready"))
        name = await_new_run(self.api, place.namespace, set())
        self.checks.must("it gets its run", name)
        self.checks.must("which succeeds", *place.wait(f"pipelinerun.weirkeeper.io/{name}", "Succeeded"))
        self.checks.must("and the View is Ready", *place.wait("view.weirkeeper.io/orders-daily-v1", "Ready", 20))
        self.done = True

    def figures(self):
        view = self.place.get("View", "orders-daily-v1")["status"]
        location = view["location"]
        self.checks.must("the view says that it lies in a bucket", location.startswith("s3://lake/"), location)
        own = figures("orders", ORDERS / "orders.csv", location, WEIR_S3=self.endpoint)
        self.checks.that("deltalake reads it there, and the figures equal plain Python's", own["equal"], own)
        self.checks.equal("the content hash is the laptop's", self.laptop.hashes.get("orders-daily-v1"), view["contentHash"])
        versions = figures("versions", location, WEIR_S3=self.endpoint)["versions"]
        self.checks.that("deltalake reads every version", all(v["rows"] == v["claimed"] for v in versions), versions)
        secret = "weirkeeper-test-secret"
        pods = json.dumps(self.api.list("pods", self.place.namespace)) + json.dumps(self.api.list("pipelineruns", self.place.namespace))
        self.checks.that("no pod and no status holds the key", secret not in pods)

    def tell(self, tell):
        try:
            tell(self.checks, self.apply)
            if self.done:
                tell(self.checks, self.figures)
        finally:
            if self.place:
                if self.endpoint:
                    self.rig.script("s3", "--stop", self.place.folder)
                self.place.remove()
