"""Makes the Parquet files of this folder with PyArrow: what DuckDB does not write, or not so.

    tests/cluster/product/python prints a Python that has it; PYTHON tests/engine/parquet/make.py
"""

import decimal
import pathlib
import struct

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent


def write(name: str, columns: dict, compression: str = "none", **options) -> None:
    names, arrays = list(columns), list(columns.values())
    pq.write_table(pa.Table.from_arrays(arrays, names=names), FOLDER / name, compression=compression, store_schema=False, **options)


def texts(*values: bytes | None) -> pa.Array:
    """Texts of any bytes, UTF-8 or not."""
    return pa.array(values, pa.binary()).view(pa.string())


ids = pa.array([1, 2, 3])
item = pa.struct([("n", pa.string()), ("q", pa.int64())])
write("items.parquet", {"id": ids, "items": pa.array([[{"n": "a}b", "q": 1}], [{"n": "c", "q": 2}], [{"n": 'say "x"', "q": 3}, None]], pa.list_(item))})
write(
    "nested.parquet",
    {
        "id": pa.array([1, 2, 3, 4]),
        "tags": pa.array([["a", "b"], ["x, y", "it's"], ["NULL", "", None], None], pa.list_(pa.string())),
        "addr": pa.array([{"city": "Oslo", "City": 1}, {"city": "L'Aquila, IT", "City": 2}, {"city": None, "City": None}, None],
                         pa.struct([("city", pa.string()), ("City", pa.int32())])),
        "attrs": pa.array([[("k", "v")], [("a=b", "c, d"), ("{", "}")], [], None], pa.map_(pa.string(), pa.string())),
        "deep": pa.array([[[{"at": 1001, "d": decimal.Decimal("12345678901234567890.5")}]], [], [None, []], None],
                         pa.list_(pa.list_(pa.struct([("at", pa.timestamp("ns")), ("d", pa.decimal128(38, 5))])))),
    },
)  # fmt: skip
def maps(keys: pa.Array, values: pa.Array, ends: list[int]) -> pa.Array:
    """Maps with keys that are twice or null, which PyArrow itself does not make."""
    return pa.MapArray.from_arrays(pa.array(ends, pa.int32()), keys, values)


twice = maps(pa.array(["a", "b", "b", "c", "b", "b"]), pa.array([1, 2, 3, 4, 5, 6]), [0, 2, 3, 6])
inner = maps(pa.array([1, 1, 2, 2, 7]), pa.array(["x", "y", "x", None, "z"]), [0, 1, 2, 4, 5])
write(
    "maps.parquet",
    {
        "id": ids,
        "twice": twice,
        "listed": pa.ListArray.from_arrays(pa.array([0, 2, 3, 4], pa.int32()), inner),
        "nested": maps(pa.array(["p", "q", "p", "p"]), inner, [0, 2, 3, 4]),
        "sets": maps(pa.array([b"k", b"\xff", b"k"], pa.binary()).view(pa.string()), pa.array([[1], [2, 2], None], pa.list_(pa.int64())), [0, 1, 2, 3]),
    },
)  # fmt: skip
# Keys that may be null, and are: the same levels under a schema that has them as optional.
write("null-keys.parquet", {"id": ids, "attrs": maps(pa.array(["k"]), pa.array(["v"]), [0, 1, 1, 1])})
path = FOLDER / "null-keys.parquet"
whole = path.read_bytes().replace(b"\x15\x0c\x25\x00\x18\x03key", b"\x15\x0c\x25\x02\x18\x03key")
whole = whole.replace(b"\x19\x36\x00\x04\x02", b"\x19\x46\x00\x04\x02\x00", 1)  # the histogram of its levels has one level more
path.write_bytes(whole[:-8] + struct.pack("<I", struct.unpack("<I", whole[-8:-4])[0] + 1) + whole[-4:])
write("latin.parquet", {"id": ids, "name": texts(b"caf\xc3\xa9", b"caf\xe9", b"ok")})
write("bytes.parquet", {"id": ids, "raw": pa.array([b"caf\xc3\xa9", b"caf\xe9", b"7"])})
bad = pa.ListArray.from_arrays(pa.array([0, 1, 2, 3]), texts(b"fine", b"b\xffd", b"too"))
write("latin-nested.parquet", {"id": ids, "tags": bad})
write(
    "events.parquet",
    {
        "rowid": pa.array([10, 20, 30, 40]),
        "at": pa.array([1714557600123456000, 1714557600123456789, 0, 1], pa.timestamp("ns")),
        "zoned": pa.array([1714557600123456000, 2000, -(2**63) + 1, -1000], pa.timestamp("ns", "UTC")),
        "name": pa.array(["a", "b", "c", "d"]),
    },
)  # fmt: skip
write("int96.parquet", {"id": ids, "at": pa.array([1714557600123456000, 1714557600123456789, -1000], pa.timestamp("ns"))}, use_deprecated_int96_timestamps=True)
nanoseconds = pa.array([1714557600123456001, 1714557600123456789, None], pa.timestamp("ns", "UTC"))
write("nanoseconds.parquet", {"id": ids, "at": nanoseconds, "updated": nanoseconds})
wide = [decimal.Decimal(text) for text in ("-12345678901234567890123456789012345678901.25", "7.50", "-0.01")]
write("wide.parquet", {"id": ids, "n": pa.array(wide, pa.decimal256(45, 2))})
odd = ["rowid", "ROWID", "filename", "Filename", "file_row_number", "file_index", "c0", "s0", "v0", " bad", " 0", "__duckdb_field_id", "select", 'a"b',
       "it's", "a;b\n", "größe", "", "x" * 255]  # fmt: skip
write("names.parquet", {name: pa.array([i, i + 100]) for i, name in enumerate(odd)})

# Texts with U+0000, alone and nested.
write("nul.parquet", {"id": ids, "name": pa.array(["a", "b\0c", "d"]), "tags": pa.array([["x"], ["y"], ["z\0"]], pa.list_(pa.string()))})
# Pages with checksums, of several row groups and pages; one of them is not what was written.
written = {"id": pa.array(range(3000)), "name": pa.array([f"name {i:04}" for i in range(3000)])}
write("checksums.parquet", written, write_page_checksum=True, use_dictionary=["id"], row_group_size=1000, data_page_size=2000, write_statistics=False)
path = FOLDER / "checksums.parquet"
(FOLDER / "damaged-page.parquet").write_bytes(path.read_bytes().replace(b"name 2345", b"name 2X45", 1))

# Pages whose only checksums are those of gzip, in two row groups.
events = {
    "id": pa.array(range(24)),
    "name": pa.array([None if i % 5 == 0 else f"name {i}" for i in range(24)]),
    "at": pa.array([1714557600000000 + i for i in range(24)], pa.timestamp("us")),
    "price": pa.array([decimal.Decimal(i) / 100 for i in range(24)], pa.decimal128(9, 2)),
}
write("gzip.parquet", events, compression="gzip", row_group_size=16)
# The same with checksums in the headers of pages, several pages a chunk, and without any.
write("pages.parquet", events, compression="snappy", write_page_checksum=True, data_page_size=64, write_batch_size=8, use_dictionary=False)
write("plain.parquet", events, data_page_size=64, write_batch_size=8, data_page_version="2.0")
# What a footer says of these columns it says twice; the codec and the places of pages do not change values.
tags = pa.array([None if i % 5 == 4 else list(range(i % 3)) for i in range(24)], pa.list_(pa.int64()))
write("footer.parquet", {"id": events["id"], "name": events["name"], "price": events["price"], "tags": tags}, compression="snappy", write_page_checksum=True)
# Types that the footer gives twice: as a converted and as a logical type.
write(
    "types.parquet",
    {f"column {kind}": pa.array([1, 2, 3], pa.int64()).cast(kind) for kind in (pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())}
    | {"column ms": pa.array([1, 2, 3], pa.timestamp("ms", "UTC")), "column us": pa.array([1, 2, 3], pa.timestamp("us", "UTC"))}
    | {"column time": pa.array([1, 2, 3], pa.time32("ms")), "column micros": pa.array([1, 2, 3], pa.time64("us"))}
    | {"column price": pa.array([decimal.Decimal("1.25")] * 3, pa.decimal128(9, 2)), "column day": pa.array([1, 2, 3], pa.date32())},
)  # fmt: skip
# Statistics that are not those of the values: the largest time and number, and the count of NULL.
far = [1714557600000000, 568971820800000000, 1714557600000001]  # the second is in the year 20000
write("statistics.parquet", {"id": ids, "at": pa.array(far, pa.timestamp("us")), "n": pa.array([1, 5_000_000_000, 2]), "name": pa.array(["a", None, "b"])},
      use_dictionary=False)  # fmt: skip
path = FOLDER / "statistics.parquet"
whole = path.read_bytes()
footer_at = len(whole) - 8 - struct.unpack("<I", whole[-8:-4])[0]
footer = whole[footer_at:]
for value, claimed in ((far[1], far[2]), (5_000_000_000, 2)):
    footer = footer.replace(struct.pack("<q", value), struct.pack("<q", claimed))
path.write_bytes(whole[:footer_at] + footer.replace(b"\x36\x02\x28\x01b", b"\x36\x00\x28\x01b"))
