"""The same figures by other means: pyarrow and plain Python over the original files, and the published tables as the deltalake
package reads them. Runs under the Python that `./python` prints, and answers in JSON.

    figures.py orders CSV TABLE              published turnover against a computation of our own
    figures.py flights PARQUET AIRPORTS TABLE  published delays against one by pyarrow
    figures.py versions TABLE                every version of a table: rows that are read, rows that its log claims
    figures.py history TABLE                 who committed each version

TABLE is a folder, or s3://bucket/path at the endpoint in WEIR_S3.
"""
import collections
import csv
import decimal
import json
import os
import sys

import deltalake
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet


def options(table):
    if not table.startswith("s3://"):
        return None
    return {"AWS_ENDPOINT_URL": os.environ["WEIR_S3"], "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "weirkeeper-test", "AWS_SECRET_ACCESS_KEY": "weirkeeper-test-secret"}


def open_table(table, version=None):
    return deltalake.DeltaTable(table, version=version, storage_options=options(table))


def arrow(opened):
    """deltalake 1.x hands its rows out through the Arrow stream interface, whatever reads them."""
    files = opened.to_pyarrow_dataset()
    return files.to_table()


def good_orders(path):
    """(rows that are well formed, line numbers of those that are not)"""
    good, bad = [], []
    with open(path, newline="", encoding="utf-8") as text:
        for line, row in enumerate(csv.DictReader(text), start=2):
            try:
                day = row["ordered_at"][:10]
                if not day[:4].isdigit():
                    raise ValueError(day)
                int(row["order_id"]), int(row["quantity"])
                good.append((day, row["country"], decimal.Decimal(row["amount"])))
            except (ValueError, decimal.InvalidOperation):
                bad.append(line)
    return good, bad


def orders(path, table):
    good, bad = good_orders(path)
    sums = collections.defaultdict(lambda: [0, decimal.Decimal(0)])
    for day, country, amount in good:
        sums[day, country][0] += 1
        sums[day, country][1] += amount
    wanted = sorted((day, country, count, str(amount)) for (day, country), (count, amount) in sums.items())
    rows = arrow(open_table(table)).to_pylist()
    got = sorted((str(row["day"]), row["country"], row["orders"], str(row["turnover"])) for row in rows)
    return {"rows": len(got), "accepted": len(good), "badLines": bad, "equal": wanted == got, "difference": differences(wanted, got)}


def differences(wanted, got):
    return [list(row) for row in sorted(set(wanted) ^ set(got), key=str)[:5]]


def flights(parquet, airports_csv, table):
    data = pyarrow.parquet.read_table(parquet)
    kept = pc.and_(pc.and_(pc.greater_equal(data["delay"], -90), pc.less_equal(data["delay"], 1440)), pc.greater_equal(data["distance"], 1))
    good = data.filter(kept)
    late = pc.cast(pc.greater(good["delay"], 15), pa.int64())
    keyed = pa.table({"origin": good["origin"], "day": pc.cast(good["date"], pa.date32(), safe=False), "delay": good["delay"], "late": late})
    sums = keyed.group_by(["origin", "day"]).aggregate([("delay", "sum"), ("delay", "count"), ("late", "sum")])
    names = airport_names(airports_csv)
    wanted = {(row["origin"], row["day"]): (row["delay_count"], row["delay_sum"], row["late_sum"], *names.get(row["origin"], (None, None))) for row in sums.to_pylist()}
    got = {(row["origin"], row["day"]): row for row in arrow(open_table(table)).to_pylist()}
    wrong = [key for key in wanted.keys() | got.keys() if not same_day(wanted.get(key), got.get(key))]
    return {"rows": len(got), "read": data.num_rows, "setAside": data.num_rows - good.num_rows, "flights": sum(row["flights"] for row in got.values()),
            "equal": not wrong and bool(got), "difference": [[str(key), str(wanted.get(key)), str(got.get(key))] for key in wrong[:5]]}


def airport_names(path):
    convert = pyarrow.csv.ConvertOptions(null_values=["NA"], strings_can_be_null=True)
    return {row["iata"]: (row["name"], row["state"]) for row in pyarrow.csv.read_csv(path, convert_options=convert).to_pylist()}


def same_day(wanted, got):
    """Published means and shares are rounded to 2 and 4 digits."""
    if wanted is None or got is None:
        return False
    count, delay, late, name, state = wanted
    return (got["flights"] == count and abs(got["mean_delay"] - delay / count) <= 0.00500001 and abs(got["share_delayed"] - late / count) <= 0.0000500001
            and got["airport"] == name and got["state"] == state)


def versions(table):
    """Reads each version whole; `claimed` is what the log says that it holds."""
    told = []
    for version in range(open_table(table).version() + 1):
        opened = open_table(table, version)
        claimed = pa.table(opened.get_add_actions(flatten=True)).to_pylist()
        rows = arrow(opened).num_rows if claimed else 0
        told.append({"version": version, "rows": rows, "claimed": sum(action["num_records"] for action in claimed)})
    return {"versions": told}


def history(table):
    return {"history": open_table(table).history()}


if __name__ == "__main__":
    commands = {"orders": orders, "flights": flights, "versions": versions, "history": history}
    print(json.dumps(commands[sys.argv[1]](*sys.argv[2:]), default=str), flush=True)
    # The readers' native threads now and then abort the interpreter's tear-down ("terminate called without an active
    # exception") after the answer is out; an exception above still ends with its traceback and code 1.
    os._exit(0)
