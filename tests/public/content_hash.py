"""content_hash.py BIN [NAME...]: content hashes of tables that weir made, against those of a reader that shares no code with it.

The rule is docs/reference/content-hash.md, spelt once more here with pyarrow and the package xxhash. Each file of
filters.py, which hold values at the edges of their types, is published; its rows are read by deltalake, hashed here and
compared with the hash in the commit. The vectors of the page are held against the same spelling. Ends with 1 where two differ.
"""

import decimal
import pathlib
import re
import struct
import sys
import tempfile

import pyarrow as pa
import xxhash
from filters import FILES
from project import Project, Wrong

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/reference/content-hash.md"
WORD = (1 << 64) - 1


def word(value: object, kind: pa.DataType) -> int:
    """The 64 bits of a value that is none of NULL."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return int.from_bytes(value, "little") | len(value) << 56 if len(value) <= 7 else xxhash.xxh3_64_intdigest(value)
    if isinstance(value, float):
        canonical = 0.0 if value == 0 else value
        return 0x7FF8000000000000 if value != value else struct.unpack("<Q", struct.pack("<d", canonical))[0]
    if isinstance(value, decimal.Decimal):
        whole = int(value.scaleb(kind.scale, decimal.Context(prec=60)))
        return whole & WORD if -(1 << 63) <= whole < 1 << 63 else xxhash.xxh3_64_intdigest(whole.to_bytes(16, "little", signed=True))
    return int(value) & WORD


def words_of(column: pa.ChunkedArray) -> list[int | None]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", kind.tz)).cast(pa.int64())
    elif pa.types.is_date(kind):
        column = column.cast(pa.int32())
    return [None if value is None else word(value, kind) for value in column.to_pylist()]


def row_hash(words: list[int | None]) -> int:
    bits = [0] * ((len(words) + 63) // 64)
    for place, value in enumerate(words):
        if value is None:
            bits[place // 64] |= 1 << (place % 64)
    return xxhash.xxh3_64_intdigest(struct.pack(f"<{len(words) + len(bits)}Q", *[value or 0 for value in words], *bits))


def content_hash(rows: pa.Table) -> str:
    columns = [words_of(column) for column in rows.columns]
    total = sum(row_hash(list(row)) for row in zip(*columns, strict=True)) % (1 << 128)
    return f"v3:{total:032x}"


def vectors() -> list[tuple[pa.Table, str]]:
    """The rows of the page's table: types, values and hash."""
    kinds = {
        "BOOLEAN": pa.bool_(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "FLOAT": pa.float32(), "VARCHAR": pa.string(),
        "DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us", "UTC"), "BLOB": pa.binary(), "DECIMAL(6,2)": pa.decimal128(6, 2), "DECIMAL(38,0)": pa.decimal128(38, 0),
    }
    found = []
    for types, values, expected in re.findall(r"^\| `([^`|]+)` \| `([^`|]+)` \| `(v3:[0-9a-f]{32})` \|$", PAGE.read_text(), re.MULTILINE):
        columns = []
        for kind, text in zip(types.split(" "), values.split(" "), strict=True):
            arrow = kinds[kind]
            plain = pa.array([None if text == "NULL" else text.encode() if kind == "BLOB" else text])
            columns.append(plain if kind in ("BLOB", "VARCHAR") or text == "NULL" else plain.cast(arrow))
        columns = [column.cast(kinds[kind]) for column, kind in zip(columns, types.split(" "), strict=True)]
        found.append((pa.table(columns, names=[f"c{place}" for place in range(len(columns))]), expected))
    return found


def wrong_vectors() -> list[str]:
    held = vectors()
    wrong = [] if len(held) >= 12 else [f"{PAGE.name}: found {len(held)} vectors only"]
    for rows, expected in held:
        if content_hash(rows) != expected:
            wrong.append(f"{rows.to_pylist()}: {content_hash(rows)}, not {expected}")
    return wrong


def wrong_table(programs: pathlib.Path, source: pathlib.Path) -> list[str]:
    project = Project(programs, source)
    try:
        project.run(source.name)
        table = project.table()
        committed = table.history(1)[0]["weirkeeper"]["facts"]["contentHash"]
        found = content_hash(table.to_pyarrow_table())
    except Wrong as problem:
        return [str(problem)]
    finally:
        project.remove()
    return [] if found == committed else [f"the commit says {committed}, the rows give {found}"]


def main() -> int:
    programs = pathlib.Path(sys.argv[1]).resolve()
    wrong = {"vectors": wrong_vectors()}
    with tempfile.TemporaryDirectory() as folder:
        for name in [name for name in FILES if not sys.argv[2:] or name in sys.argv[2:]]:
            source = pathlib.Path(folder) / f"{name}.csv"
            source.write_text(FILES[name])
            wrong[name] = wrong_table(programs, source)
    for name, problems in wrong.items():
        for what in problems:
            print(f"{name}: {what}", file=sys.stderr)
        print(f"{name}: {'WRONG' if problems else 'the content hash is right'}")
    return 1 if any(wrong.values()) or len(wrong) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
