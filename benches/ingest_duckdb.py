"""What duckdb takes to read the columns that matter of a file of holdings and to number its names.

python3 benches/ingest_duckdb.py DIR/ownership/holdings.csv; `cargo bench --bench scale -- ingest` calls it.
It checks nothing of a row: shares stay text.
"""

import sys
import time

import duckdb

start = time.perf_counter()
con = duckdb.connect()
con.execute("SET threads=2")
con.execute(
    "CREATE TABLE h AS SELECT holder_id, holder, issuer_id, issuer, share_min "
    "FROM read_csv(?, header=true, all_varchar=true, quote='\"')",
    [sys.argv[1]],
)
con.execute(
    "CREATE TABLE ids AS SELECT row_number() OVER () AS id, k, n FROM (SELECT DISTINCT k, n FROM "
    "(SELECT holder_id k, holder n FROM h UNION ALL SELECT issuer_id, issuer FROM h))"
)
con.execute(
    "CREATE TABLE e AS SELECT a.id AS hid, b.id AS iid, h.share_min FROM h "
    "JOIN ids a ON h.holder_id = a.k AND h.holder = a.n JOIN ids b ON h.issuer_id = b.k AND h.issuer = b.n"
)
print(f"{time.perf_counter() - start:.3f}")
