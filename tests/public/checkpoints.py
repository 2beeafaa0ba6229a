"""checkpoints.py BIN: deltalake reads the checkpoints of weir, and weir goes on after deltalake wrote one and cleaned the log up.

Ends with 1 where one of the two has other rows than were delivered.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from deltalake import DeltaTable
from project import Project, Wrong

DAYS = 12  # one file, and one version of the table, a day


def deliver(project: Project, day: int) -> None:
    (project.folder / f"orders-{day:02}.csv").write_text("id,day\n" + "".join(f"{day * 10 + i},{day}\n" for i in range(3)))
    project.weir("run", "orders-00.yaml")


def expect(found, wanted, what: str) -> None:
    print(f"{what}: {found}")
    if found != wanted:
        raise Wrong(f"{what}: {found} instead of {wanted}")


def rows(table: DeltaTable) -> int:
    return table.to_pyarrow_table().num_rows


def counted(project: Project) -> int:
    return int(project.weir("query", "SELECT count(*) AS n FROM orders_00_v1", "-o", "csv").split()[-1])


def entries(folder: pathlib.Path) -> list[int]:
    return sorted(int(entry.stem) for entry in (folder / "_delta_log").glob("*.json") if entry.stem.isdigit())


def check(project: Project) -> None:
    manifest = project.folder / "orders-00.yaml"
    manifest.write_text(manifest.read_text().replace("path: orders-00.csv", "path: orders-*.csv"))
    for day in range(1, DAYS):
        deliver(project, day)
    folder = pathlib.Path(project.table().table_uri.removeprefix("file://"))
    newest = project.table().version()

    without = project.folder / "without-first-entries"
    shutil.copytree(folder, without)
    for version in range(10):
        (without / "_delta_log" / f"{version:020}.json").unlink()
    expect(entries(without)[0], 10, "first entry of the copy")
    expect(DeltaTable(str(without)).version(), newest, "version that deltalake reads from the checkpoint on")
    expect(rows(DeltaTable(str(without))), 3 * DAYS, "rows that deltalake reads from the checkpoint on")

    table = DeltaTable(str(folder))
    table.create_checkpoint()
    long_ago = time.time() - 90 * 24 * 3600
    for file in (folder / "_delta_log").iterdir():
        os.utime(file, (long_ago, long_ago))
    table.cleanup_metadata()
    expect(entries(folder)[0] > 0, True, "deltalake cleaned the log up")
    expect(counted(project), 3 * DAYS, "rows that weir reads from the checkpoint of deltalake on")
    deliver(project, DAYS)
    expect(counted(project), 3 * (DAYS + 1), "rows of the run after that")
    expect(rows(DeltaTable(str(folder))), 3 * (DAYS + 1), "rows that deltalake reads of it")
    project.weir("explain", "view/orders-00-v1")


def read_as_documented(project: Project) -> None:
    """The command of the how-to, as it stands there."""
    page = (pathlib.Path(__file__).parents[2] / "docs/how-to/read-and-restore.md").read_text()
    command = page.split("```sh tested-by tests/public/checkpoints\n")[1].split("```")[0]
    wide = project.weir("get", "views", "-o", "wide").splitlines()
    location = wide[1][wide[0].index("LOCATION") :].split()[0]
    environment = os.environ | {"LOCATION": location, "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"}
    printed = subprocess.run(["bash", "-euc", command], env=environment, capture_output=True, text=True, check=True).stdout
    expect("id: int64" in printed and "[1,2,3]" in "".join(printed.split()), True, "the command of the how-to prints the rows")


def main() -> int:
    programs = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "orders-00.csv"
        source.write_text("id,day\n1,0\n2,0\n3,0\n")
        project = Project(programs, source)
        try:
            project.weir("init", "orders-00.csv")
            project.weir("run", "orders-00.yaml")
            read_as_documented(project)
            check(project)
        except Wrong as wrong:
            print(wrong, file=sys.stderr)
            return 1
        finally:
            project.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
