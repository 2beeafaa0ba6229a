"""A folder in which weir is called on one file, as a person would."""

import json
import pathlib
import shutil
import subprocess
import tempfile

from deltalake import DeltaTable


class Wrong(Exception):
    pass


class Project:
    """A folder with one file, in which weir is called."""

    def __init__(self, programs: pathlib.Path, source: pathlib.Path):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-public-"))
        self.programs = programs
        shutil.copy(source, self.folder)

    def weir(self, *arguments: str) -> str:
        ended = subprocess.run([self.programs / "weir", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)
        if ended.returncode != 0:
            raise Wrong(f"weir {' '.join(arguments)} ended with {ended.returncode}: {(ended.stderr or ended.stdout).strip()[-600:]}")
        return ended.stdout

    def run(self, file: str) -> None:
        self.weir("init", file)
        (manifest,) = self.folder.glob("*.yaml")
        self.weir("check", manifest.name)
        self.weir("run", manifest.name)

    def dataset(self) -> dict:
        found = json.loads(self.weir("get", "dataset", "-o", "json"))
        items = found.get("items", [found]) if isinstance(found, dict) else found
        return next(item for item in items if item["spec"].get("schema"))

    def table(self) -> DeltaTable:
        """What the view published."""
        logs = [log.parent for log in self.folder.glob(".weir/lake/**/_delta_log") if "_v1" in str(log)]
        (table,) = logs
        return DeltaTable(str(table))

    def quarantined(self) -> list[dict]:
        return json.loads(self.weir("explain", "run", "-o", "json"))["quarantined"]

    def remove(self) -> None:
        shutil.rmtree(self.folder)
