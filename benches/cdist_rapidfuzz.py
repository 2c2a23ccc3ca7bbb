"""What rapidfuzz takes to hold the names of one file against all of another.

python3 benches/cdist_rapidfuzz.py QUERIES.csv NAMES.csv COLUMN: `cdist(ratio, workers=2)`, a few hundred queries
at a time, with a cutoff, so that it may leave off early. Queries stand in a column `name`.
"""

import csv
import sys
import time

from rapidfuzz import process
from rapidfuzz.fuzz import ratio


def column(path, name):
    with open(path, newline="", encoding="utf-8") as file:
        return [row[name].lower() for row in csv.DictReader(file)]


queries, names = column(sys.argv[1], "name"), column(sys.argv[2], sys.argv[3])
start = time.perf_counter()
for at in range(0, len(queries), 200):
    process.cdist(queries[at : at + 200], names, scorer=ratio, score_cutoff=75, workers=2)
seconds = time.perf_counter() - start
print(f"{len(queries)} against {len(names)}: {seconds:.1f} s, {len(queries) / seconds:.0f} queries a second")
