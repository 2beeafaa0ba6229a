"""Declarations that stories on a control plane apply: small, valid, and changed by each story where it needs."""
from harness.api import GROUP

OWNER = {"team": "shop"}
ORDER_COLUMNS = [
    {"name": "order_id", "type": "BIGINT", "nullable": False},
    {"name": "ordered_at", "type": "TIMESTAMP", "nullable": False},
    {"name": "amount", "type": "DECIMAL(12,2)"},
]
DAILY_SQL = "SELECT CAST(ordered_at AS DATE) AS day, count(*) AS orders FROM orders GROUP BY ALL"


def thing(kind, namespace, name, spec):
    return {"apiVersion": GROUP, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def lake(namespace, name="default"):
    stores = [{"name": "lake", "volume": {"claim": "lake"}}, {"name": "source", "volume": {"claim": "source"}}]
    return thing("Lake", namespace, name, {"stores": stores})


def files(namespace, name, zone):
    return thing("Dataset", namespace, name, {"zone": zone, "owner": OWNER, "format": {"csv": {}}})


def table(namespace, name, zone="Processed"):
    return thing("Dataset", namespace, name, {"zone": zone, "owner": OWNER, "schema": {"columns": ORDER_COLUMNS}})


def view(namespace, name="orders-daily-v1", max_lag=None, sql=DAILY_SQL):
    columns = [{"name": "day", "type": "DATE", "description": "Day of the orders."},
               {"name": "orders", "type": "BIGINT", "description": "Orders of that day."}]
    spec = {"purpose": "Orders per day, for the shop.", "grain": "one row per day", "owner": OWNER, "query": {"sql": sql}, "columns": columns}
    if max_lag:
        spec["freshness"] = {"maxLag": max_lag}
    return thing("View", namespace, name, spec)


def file_stages(prefix="orders"):
    return [
        {"name": "land", "land": {"from": {"files": {"path": f"{prefix}*.csv"}}, "into": f"{prefix}-landing"}},
        {"name": "accept", "accept": {"from": f"{prefix}-landing", "into": f"{prefix}-history"}},
        {"name": "decode", "transform": {"from": f"{prefix}-history", "into": prefix}},
    ]


def publish_stage(name="orders-daily-v1"):
    return {"name": "publish", "publish": {"view": name}}


def pipeline(namespace, name="orders", stages=None, **spec):
    stages = stages if stages is not None else [*file_stages(), publish_stage()]
    return thing("Pipeline", namespace, name, {"purpose": "Brings the shop's orders in.", "owner": OWNER, "stages": stages, **spec})


def run(namespace, name, pipeline_name="orders", **spec):
    return thing("PipelineRun", namespace, name, {"pipeline": pipeline_name, **spec})


def datasets(namespace, prefix="orders"):
    return [files(namespace, f"{prefix}-landing", "Landing"), files(namespace, f"{prefix}-history", "RawHistory"), table(namespace, prefix)]


def shop(namespace, **spec):
    """Everything that one pipeline from files to a view needs, without the view's freshness."""
    return [lake(namespace), *datasets(namespace), view(namespace), pipeline(namespace, **spec)]
