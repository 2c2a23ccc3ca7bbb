"""The cascade of benches/rules.rs with scipy, on the edges that it wrote.

RULES_EDGES=FILE cargo bench --bench rules; python3 benches/cascade_scipy.py FILE
"""

import sys
import time

import numpy as np
from scipy.sparse import csr_matrix

ENTITIES, LISTED = 5_000_000, 10_000

edges = np.fromfile(sys.argv[1], dtype="<u4").reshape(-1, 3)
start = time.perf_counter()
held = csr_matrix(
    (edges[:, 2].astype(np.int64), (edges[:, 0], edges[:, 1])), shape=(ENTITIES, ENTITIES)
)
print(f"{'scipy: build a sparse matrix':<66} {(time.perf_counter() - start) * 1e3:10.3f} ms")


def cascade():
    sums = np.zeros(ENTITIES, dtype=np.int64)
    reached = np.zeros(ENTITIES, dtype=bool)
    new = np.arange(LISTED) * (ENTITIES // LISTED)
    reached[new] = True
    while new.size:
        rows = held[new]
        np.add.at(sums, rows.indices, rows.data)
        issuers = np.unique(rows.indices)
        new = issuers[(sums[issuers] >= 50) & ~reached[issuers]]
        reached[new] = True
    return int(reached.sum())


times = []
for _ in range(9):
    start = time.perf_counter()
    count = cascade()
    times.append(time.perf_counter() - start)
print(f"{f'scipy: cascade, lows only, no dates ({count} reached)':<66} {sorted(times)[4] * 1e3:10.3f} ms")
