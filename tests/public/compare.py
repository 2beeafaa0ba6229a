"""compare.py BIN DATA [NAME...]: see `run`. What each file gives is in expected.json: rows, and quarantined rows with their reasons.

Ends with 1 when a command fails, a row differs from what an independent reader finds, or a count from the expected one.
"""

import collections
import json
import pathlib
import sys

import readers
from project import Project, Wrong

HERE = pathlib.Path(__file__).parent


def fits(row: dict, column: dict, kind, nulls: list[str]):
    value = row["values"].get(column.get("sourceName") or column["name"])
    return readers.as_type(value, kind, nulls)


def expected_rows(found: list[dict], columns: list[dict], schema, nulls: list[str], left_out: set) -> list[tuple]:
    rows = []
    for place, row in enumerate(found, 1):
        if (row["line"] or place) in left_out:
            continue
        rows.append(tuple(fits(row, column, schema.field(column["name"]).type, nulls) for column in columns))
    return rows


def differences(expected: list[tuple], table: list[tuple]) -> str:
    ours, theirs = collections.Counter(map(repr, table)), collections.Counter(map(repr, expected))
    if ours == theirs:
        return ""
    lacking, extra = list((theirs - ours).elements()), list((ours - theirs).elements())
    return f"{len(lacking)} rows of the file are not in the table, e.g. {lacking[:2]}; {len(extra)} of the table not in the file, e.g. {extra[:2]}"


def summary(aside: list[dict]) -> list[str]:
    return [f"line {row['line']}, {row['column']}: {row['reason']}" for row in aside]


def compare(programs: pathlib.Path, data: pathlib.Path, entry: dict) -> str:
    source = data / entry["file"]
    project = Project(programs, source)
    try:
        project.run(source.name)
        columns = project.dataset()["spec"]["schema"]["columns"]
        table = project.table().to_pyarrow_table()
        aside = project.quarantined()
        is_json = source.suffix == ".json"
        nulls = entry.get("nulls", [] if is_json else [""])
        found = readers.rows_of(source, entry)
        expected = expected_rows(found, columns, table.schema, nulls, {row["line"] for row in aside})
        values = [[readers.in_table(v, table.schema.field(c["name"]).type, is_json) for v in table.column(c["name"]).to_pylist()] for c in columns]
        different = differences(expected, list(zip(*values, strict=True)))
        if different:
            raise Wrong(different)
        if len(found) != table.num_rows + len(aside):
            raise Wrong(f"{len(found)} rows in the file, {table.num_rows} in the table, {len(aside)} quarantined")
        counted = {"rows": table.num_rows, "columns": len(columns), "quarantined": summary(aside)}
        promised = {"rows": entry["rows"], "columns": entry["columns"], "quarantined": entry.get("quarantined", [])}
        if counted != promised:
            raise Wrong(f"expected {promised}, found {json.dumps(counted, ensure_ascii=False)}")
        return f"{table.num_rows} rows, {len(columns)} columns, {len(aside)} quarantined"
    finally:
        project.remove()


def main() -> int:
    programs, data, wanted = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), sys.argv[3:]
    entries = json.loads((HERE / "expected.json").read_text())
    entries = [entry for entry in entries if not wanted or any(word in entry["file"] for word in wanted)]
    wrong = 0
    for entry in entries:
        try:
            print(f"{entry['file']}: {compare(programs, data, entry)}", flush=True)
        except (Wrong, ArithmeticError, ValueError, KeyError, TypeError) as problem:
            wrong += 1
            print(f"{entry['file']}: WRONG: {type(problem).__name__}: {problem}", flush=True)
    print(f"{len(entries)} files, {wrong} wrong")
    return 1 if wrong or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
