"""Reads delimited text and JSON with Python's own modules, and makes of each value what its column's type says."""

import csv
import datetime
import decimal
import json
import pathlib

import pyarrow as pa

UTC = datetime.timezone.utc
TRUTH = {"true": True, "t": True, "yes": True, "y": True, "1": True, "false": False, "f": False, "no": False, "n": False, "0": False}


EXACT = decimal.Context(prec=100)


class Number(str):
    """A JSON number as it is written."""


def rows_of(path: pathlib.Path, options: dict) -> list[dict]:
    """Rows by column name, values as text (JSON: also None, bool, list, dict). Each with its line, or its place from 1."""
    if path.suffix == ".json":
        return json_rows(path)
    with path.open(encoding=options.get("encoding", "utf-8-sig"), newline="") as text:
        reader = csv.reader(text, delimiter=options.get("delimiter", ","))
        header = next(reader)
        rows = []
        line = reader.line_num + 1
        for values in reader:
            if values:
                rows.append({"line": line, "values": dict(zip(header, values, strict=True))})
            line = reader.line_num + 1
    return rows


def json_rows(path: pathlib.Path) -> list[dict]:
    text = path.read_text(encoding="utf-8-sig")
    decoder = json.JSONDecoder(parse_int=Number, parse_float=Number)
    whole = decoder.decode(text)
    return [{"line": 0, "values": row} for row in whole]


def instant(text: str) -> datetime.datetime:
    time = datetime.datetime.fromisoformat(text.strip().replace("/", "-"))
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def plain(value):
    """What the JSON value is, with numbers as decimals."""
    if isinstance(value, Number):
        return decimal.Decimal(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def as_type(value, kind: pa.DataType, nulls: list[str]):
    """The value of the file as a value of the table; None where it is missing."""
    if value is None or (isinstance(value, str) and not isinstance(value, Number) and value in nulls):
        return None
    if pa.types.is_string(kind):
        if isinstance(value, str):
            return str(value)
        return json.dumps(plain(value), default=str, sort_keys=True)
    if isinstance(value, bool):
        return value
    if pa.types.is_boolean(kind):
        return TRUTH[value.strip().lower()]
    if pa.types.is_integer(kind):
        return int(decimal.Decimal(value.strip()))
    if pa.types.is_floating(kind):
        return float(value)
    if pa.types.is_decimal(kind):
        return EXACT.normalize(decimal.Decimal(value.strip()))
    if pa.types.is_date(kind):
        return instant(value).date()
    if pa.types.is_timestamp(kind):
        return instant(value)
    raise ValueError(f"no reading of {kind}")


def in_table(value, kind: pa.DataType, is_json: bool):
    """The value of the table in the form of `as_type`."""
    if value == "" and not is_json:
        return None
    if pa.types.is_timestamp(kind) and value is not None:
        return value.astimezone(UTC)
    if isinstance(value, decimal.Decimal):
        return EXACT.normalize(value)
    if is_json and isinstance(value, str) and value[:1] in "[{":
        return json.dumps(plain(json.loads(value, parse_int=Number, parse_float=Number)), default=str, sort_keys=True)
    return value
