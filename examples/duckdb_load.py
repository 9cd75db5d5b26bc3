"""A dataset by SQL, from a folder or straight from a bucket of any S3 server.

python examples/duckdb_load.py data/latest
AWS_ENDPOINT_URL_S3=http://localhost:9000 python examples/duckdb_load.py s3://datasets/demo
    (credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)
"""

import os
import sys

import duckdb
import pyarrow.dataset as ds
from pyarrow.fs import LocalFileSystem, S3FileSystem

place = sys.argv[1] if len(sys.argv) > 1 else "data/latest"
if place.startswith("s3://"):
    # pyarrow speaks to the server, and DuckDB reads through it what its query needs: no extension is downloaded.
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3")
    files = S3FileSystem(endpoint_override=endpoint, region=os.environ.get("AWS_REGION", "us-east-1"))
    place = place.removeprefix("s3://")
else:
    files = LocalFileSystem()

db = duckdb.connect()
for name in ("logs", "traces", "metrics", "changes"):
    db.register(name, ds.dataset(f"{place}/ocsf_{name}.parquet", filesystem=files))
    print(f"{name}: {db.execute(f'SELECT count(*) FROM {name}').fetchall()[0][0]} rows")

# Every failed request with the lines that were written in it.
print(db.sql("""
    SELECT t.service, t.http_route, t.http_status, count(DISTINCT t.trace_id) AS requests, count(l.event_uid) AS lines,
           any_value(l.message) FILTER (l.level IN ('warn', 'error')) AS a_message
    FROM traces t LEFT JOIN logs l ON l.trace_id = t.trace_id
    WHERE t.event_kind = 'http.server' AND t.http_status >= 400
    GROUP BY ALL ORDER BY requests DESC, t.service, t.http_route, t.http_status LIMIT 8
"""))
