"""`weir` on this machine, without any cluster."""
import os
import pathlib
import shutil
import tempfile

from harness.rig import SOURCE
from harness.stage import ORDERS, weir, weir_json

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "weirkeeper"
FLIGHTS = SOURCE / "examples" / "flights"
FLIGHTS_DATA = (CACHE / "flights" / "flights-3m.parquet", CACHE / "flights" / "airports.csv")
BAD_LINES = (8, 20, 34, 49)


class Laptop:
    """`weir` on this machine, no cluster."""

    def __init__(self, checks):
        self.checks = checks
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-laptop-"))
        self.hashes = {}

    def run(self, name, manifests, *files):
        """Runs manifests beside their files in a folder of their own."""
        home = self.folder / name
        home.mkdir()
        for file in [*manifests, *files]:
            shutil.copy(file, home)
        code, text = weir("run", ".", cwd=home)
        self.checks.must(f"weir run takes {name} from its files to a published view", code == 0, text)
        views = weir_json("get", "views", cwd=home)
        for view in views.get("items", [views]):
            self.hashes[view["metadata"]["name"]] = view["status"]["contentHash"]
        return home

    def two_commands(self):
        home = self.folder / "init"
        home.mkdir()
        shutil.copy(CACHE / "flights" / "airports.csv", home)
        code, text = weir("init", "airports.csv", cwd=home)
        self.checks.must("weir init writes manifests for a CSV file", code == 0 and list(home.rglob("*.yaml")), text)
        code, text = weir("run", ".", cwd=home)
        self.checks.must("weir run brings that file to a published table", code == 0, text)
        views = weir_json("get", "views", cwd=home)
        view = views.get("items", [views])[0]
        lines = len((home / "airports.csv").read_text(encoding="utf-8").splitlines()) - 1
        self.checks.equal("every line of the file is a row of it", lines, view["status"]["rows"])

    def orders(self):
        home = self.run("orders", [ORDERS / "manifests.yaml"], ORDERS / "orders.csv")
        told = weir_json("explain", "pipeline/orders", cwd=home)
        self.checks.equal("weir explain names file and line of each broken row", list(BAD_LINES), broken_lines(told))

    def flights(self):
        self.run("flights", sorted(FLIGHTS.glob("*.yaml")), *FLIGHTS_DATA)

    def tell(self, tell):
        try:
            tell(self.checks, self.two_commands, self.orders, self.flights)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def broken_lines(told):
    """Line numbers in orders.csv of the rows that `weir explain -o json` says were set aside."""
    rows = told.get("lastRun", told).get("quarantined", [])
    return sorted(row["line"] for row in rows if "orders" in row["file"])
