"""Three million real rows: examples/flights on the cluster, the same manifests as on the laptop."""
import json

from harness.checks import closed, figure
from harness.runs import attempts_of, await_new_run, pods_of
from harness.stage import Place, figures
from stories.laptop import FLIGHTS, FLIGHTS_DATA

VIEW = "flights-daily-delays-v1"
PIPELINE = "materialize-daily-delays"


class Flights:
    def __init__(self, checks, rig, laptop):
        self.checks, self.rig, self.api, self.laptop = checks, rig, rig.api, laptop
        self.place = None
        self.run = None

    def apply(self):
        self.place = place = Place(self.rig, "tour-flights")
        place.volumes("weirkeeper-lake", "weirkeeper-source")
        place.deliver(*FLIGHTS_DATA)
        place.apply("-f", FLIGHTS, "-f", FLIGHTS / "cluster" / "lake-cluster.yaml")
        self.checks.must("kubectl wait sees the Pipeline of flights Ready", *place.wait(f"pipeline.weirkeeper.io/{PIPELINE}", "Ready"))
        name = await_new_run(self.api, place.namespace, set())
        self.checks.must("applying it made a run", name)
        self.checks.must("kubectl wait sees its PipelineRun Succeeded", *place.wait(f"pipelinerun.weirkeeper.io/{name}", "Succeeded", 240))
        self.checks.must("and its View Ready", *place.wait(f"view.weirkeeper.io/{VIEW}", "Ready", 20))
        self.run = place.get("PipelineRun", name)
        figure("examples/flights on the cluster", f"{self.run['status'].get('duration')} for {self.run['status']['stagesDone']} stages")

    def figures(self):
        stages = [stage["name"] for stage in self.run["status"]["stages"]]
        pods = pods_of(self.api, self.place.namespace, self.run["metadata"]["name"])
        self.checks.equal("every stage was one pod", sorted((stage, 1) for stage in stages), attempts_of(pods))
        table = self.place.table("flights_daily_delays_v1")
        self.checks.must("the view's table lies in the lake", table)
        own = figures("flights", *FLIGHTS_DATA, table)
        self.checks.that(f"the published delays of {own['flights']} flights equal pyarrow's over the original files", own["equal"], own)
        view = self.place.get("View", VIEW)["status"]
        self.checks.equal("kubectl and deltalake count the same rows", own["rows"], view["rows"])
        self.checks.equal("the cluster's content hash is the laptop's", self.laptop.hashes.get(VIEW), view["contentHash"])
        self.ledger(own)
        versions = figures("versions", table)["versions"]
        self.checks.that("deltalake reads every version of the view", versions and all(v["rows"] == v["claimed"] for v in versions), versions)

    def ledger(self, own):
        rows = {stage["name"]: stage.get("rows", {}) for stage in self.run["status"]["stages"]}
        opened = [name for name, ledger in rows.items() if not closed(ledger)]
        self.checks.equal("the ledger of every stage closes", [], opened)
        decode = rows["decode-flights"]
        self.checks.equal("decode read every flight and set aside those that pyarrow finds implausible", (own["read"], own["setAside"]),
                          (decode.get("in"), decode.get("quarantined", 0)))
        self.checks.that("the run says what each stage did", all(rows.values()), json.dumps(rows))

    def tell(self, tell):
        try:
            tell(self.checks, self.apply)
            if self.run:
                tell(self.checks, self.figures)
        finally:
            if self.place:
                self.place.remove()
