"""Reads every version of a Delta table with the `deltalake` library, which shares no code with us, and compares the rows
that it finds with those that the log counts.

    read_delta.py TABLE_FOLDER [ROWS_OF_NEWEST]

Prints one line for each version. Ends with 1 when a version cannot be read or its figures differ.
"""

import json
import pathlib
import sys
import urllib.parse

from deltalake import DeltaTable


def counted_rows(log: pathlib.Path, version: int) -> int:
    """Rows of a version by the statistics in the log alone."""
    files: dict[str, int] = {}
    for number in range(version + 1):
        for line in (log / f"{number:020}.json").read_text().splitlines():
            action = json.loads(line)
            if "remove" in action:
                files.pop(urllib.parse.unquote(action["remove"]["path"]), None)
            if "add" in action:
                files[urllib.parse.unquote(action["add"]["path"])] = json.loads(action["add"]["stats"])["numRecords"]
    return sum(files.values())


def main() -> int:
    table = pathlib.Path(sys.argv[1])
    newest = DeltaTable(str(table)).version()
    problems = 0
    for version in range(newest + 1):
        counted = counted_rows(table / "_delta_log", version)
        read = DeltaTable(str(table), version=version)
        rows = read.to_pyarrow_table().num_rows
        print(f"version {version}: {rows} rows in {len(read.file_uris())} files, {len(read.schema().fields)} columns")
        if rows != counted:
            print(f"version {version}: the log counts {counted} rows", file=sys.stderr)
            problems += 1
    if len(sys.argv) > 2 and rows != int(sys.argv[2]):
        print(f"the newest version has {rows} rows, not {sys.argv[2]}", file=sys.stderr)
        problems += 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
