"""filters.py BIN [NAME...]: tables of values at the edges of their types, made by weir and read by deltalake, filtered and unfiltered.

A reader leaves files out by the statistics in the table's log. For each column and each of its values, and each comparison,
what a filtered read finds must be what the unfiltered rows say. Ends with 1 where it is not.
"""

import operator
import pathlib
import sys
import tempfile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import DeltaTable, QueryBuilder
from project import Project, Wrong

COMPARISONS = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

# Each is one file; the first line has the columns.
FILES = {
    "sentinel": "id,valid_to\n1,2024-05-01 10:00:00\n2,9999-12-31 23:59:59.999999\n3,2024-06-01 00:00:00.5\n",
    "midnight": "id,valid_to\n1,2024-05-01 10:00:00\n2,9999-12-31 23:59:59\n3,1969-12-31 23:59:59.999999\n4,0001-01-01\n",
    "before": "id,at\n1,1969-12-31 23:59:59.999999\n2,1970-01-01 00:00:01\n",
    "dates": "id,day\n1,0001-01-01\n2,9999-12-31\n3,1969-12-31\n4,\n",
    "flags": "id,flag,note\n1,true,x\n2,false,\n3,,y\n",
    "texts": "id,text\n1,a\n2," + "ö" * 400 + "\n3,é\n4,\n5,\U0010fffd\n",
    "decimals": "id,amount\n1,-41.130472200000003\n2,0.12345678901234567\n3,1.15\n4,1234567.25\n5,\n",
    "digits": "id,amount\n1,-12345678901234567890\n2,123456789012345678901234567890\n3,7\n",
    "integers": "id,n\n1,9223372036854775807\n2,-9223372036854775808\n3,9007199254740993\n4,\n",
    "reals": "id,x\n1,0.1\n2,-0\n3,0.0\n4,1e308\n5,5e-324\n",
    "nothing": "id,x\n1,\n2,\n",
}


def arrow(table: DeltaTable, sql: str) -> list[int]:
    found = QueryBuilder().register("t", table).execute(sql).read_all()
    return sorted(pa.table(found).column("id").to_pylist())


def literal(value: pa.Scalar) -> str:
    kind = value.type
    if pa.types.is_timestamp(kind):
        return f"arrow_cast('{pc.strftime(value, format='%Y-%m-%dT%H:%M:%S').as_py()}Z', 'Timestamp(Microsecond, Some(\"UTC\"))')"
    if pa.types.is_string(kind):
        return "'" + value.as_py().replace("'", "''") + "'"
    if pa.types.is_date(kind):
        return f"arrow_cast('{value}', 'Date32')"
    if pa.types.is_decimal(kind):
        return f"arrow_cast('{value}', 'Decimal128({kind.precision}, {kind.scale})')"
    if pa.types.is_floating(kind):
        return f"arrow_cast('{value.as_py()!r}', 'Float64')"
    return str(value).lower() if pa.types.is_boolean(kind) else str(value)


def wrong_reads(table: DeltaTable) -> list[str]:
    rows = table.to_pyarrow_table()
    dataset = table.to_pyarrow_dataset()
    wrong = []

    def expect(found: list[int], mask, what: str) -> None:
        kept = sorted(rows.filter(mask).column("id").to_pylist())
        if sorted(found) != kept:
            wrong.append(f"{what} finds the rows {sorted(found)}; the unfiltered table has {kept}")

    for name in rows.column_names:
        column = rows.column(name)
        expect(dataset.to_table(filter=ds.field(name).is_null()).column("id").to_pylist(), column.is_null(), f"{name} is null")
        for value in set(column.drop_null()):
            for word, compare in COMPARISONS.items():
                mask = {"=": pc.equal, "<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal}[word](column, value)
                expect(dataset.to_table(filter=compare(ds.field(name), value)).column("id").to_pylist(), mask, f"{name} {word} {value}")
                if not pa.types.is_floating(column.type) or value.as_py() != 0:  # DataFusion sorts -0 before 0
                    expect(arrow(table, f'SELECT id FROM t WHERE "{name}" {word} {literal(value)}'), mask, f"SQL {name} {word} {value}")
    return wrong


def main() -> int:
    programs = pathlib.Path(sys.argv[1]).resolve()
    names = [name for name in FILES if not sys.argv[2:] or name in sys.argv[2:]]
    problems = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            source = pathlib.Path(folder) / f"{name}.csv"
            source.write_text(FILES[name])
            project = Project(programs, source)
            try:
                project.run(source.name)
                wrong = wrong_reads(project.table())
            except Wrong as problem:
                wrong = [str(problem)]
            finally:
                project.remove()
            for what in wrong:
                print(f"{name}: {what}", file=sys.stderr)
            print(f"{name}: {'WRONG' if wrong else 'filtered reads are right'}")
            problems += len(wrong)
    return 1 if problems or not names else 0


if __name__ == "__main__":
    sys.exit(main())
