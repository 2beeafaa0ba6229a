#include "tests/plan/world.h"

namespace weir::test {

const char* const kFlights = R"(
kind: Dataset
metadata: {name: flights-landing}
spec: {zone: Landing, owner: {team: aviation}, format: {csv: {}}}
---
kind: Dataset
metadata: {name: flights-history}
spec: {zone: RawHistory, owner: {team: aviation}, format: {csv: {}}}
---
kind: Dataset
metadata: {name: flights}
spec:
  zone: Processed
  owner: {team: aviation}
  schema:
    columns:
    - {name: day, type: TIMESTAMP, nullable: false}
    - {name: delay, type: INTEGER}
    - {name: origin, type: VARCHAR}
  eventTime: {column: day}
  freshness: {maxLag: 2h}
---
kind: Dataset
metadata: {name: flights-daily}
spec:
  zone: Curated
  owner: {team: aviation}
  schema:
    columns:
    - {name: day, type: DATE}
    - {name: delay, type: DOUBLE}
---
kind: View
metadata: {name: daily-delays-v1}
spec:
  purpose: Daily delays for the operations report.
  grain: One row per day.
  owner: {team: aviation}
  query: {sql: "SELECT day, delay FROM flights_daily"}
  columns:
  - {name: day, type: DATE, nullable: false, description: Day}
  - {name: delay, type: DOUBLE, description: Mean delay, unit: minutes}
  keys: [{columns: [day]}]
  freshness: {maxLag: 3h}
---
kind: Pipeline
metadata: {name: delays}
spec:
  purpose: Daily delay figures for the operations report.
  owner: {team: aviation}
  stages:
  - {name: land, land: {from: {http: {url: "https://example.com/flights.csv"}}, into: flights-landing}}
  - {name: accept, accept: {from: flights-landing, into: flights-history}}
  - {name: decode, transform: {from: flights-history, into: flights}}
  - {name: aggregate, transform: {sql: "SELECT day, avg(delay) AS delay FROM flights GROUP BY day", into: flights-daily}}
  - {name: audit, check: {dataset: flights-daily, checks: [{name: some-rows, rowCount: {min: 1}}]}}
  - {name: publish, publish: {view: daily-delays-v1}}
)";

}  // namespace weir::test
