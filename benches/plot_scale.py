#!/usr/bin/env python3
"""Draws docs/scale.csv as docs/scale.svg: cost against size, both axes logarithmic.

    python3 benches/plot_scale.py

Each row of the table is `plot,line,size,seconds`, as `cargo bench --bench scale` measured it.
"""

import csv
import math
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 360, 250, 64, 34, 44
COLOURS = ["#1b6ca8", "#c1440e", "#3a7d44"]


def powers(values):
    """The powers of ten around some values."""
    return range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)


def plot(name, rows, right):
    """One plot as SVG, so far to the right."""
    sizes = powers([size for _, size, _ in rows])
    costs = powers([cost for _, _, cost in rows])
    inner_width, inner_height = WIDTH - LEFT - 16, HEIGHT - TOP - BOTTOM

    def x(size):
        return right + LEFT + inner_width * (math.log10(size) - sizes[0]) / (len(sizes) - 1)

    def y(cost):
        return TOP + inner_height * (1 - (math.log10(cost) - costs[0]) / (len(costs) - 1))

    yield f'<text x="{right + LEFT}" y="18" font-weight="bold">{name}</text>'
    for power in sizes:
        at = x(10**power)
        yield f'<line x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{TOP + inner_height}" stroke="#bbb"/>'
        yield f'<text x="{at:.1f}" y="{HEIGHT - 24}" text-anchor="middle">{10**power:,}</text>'
    for power in costs:
        at = y(10**power)
        text = f"{10**power:,} s" if power >= 0 else f"{10 ** (power + 3):g} ms" if power >= -3 else f"{10 ** (power + 6):g} µs"
        yield f'<line x1="{right + LEFT}" y1="{at:.1f}" x2="{right + WIDTH - 16}" y2="{at:.1f}" stroke="#bbb"/>'
        yield f'<text x="{right + LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{text}</text>'
    for number, line in enumerate(dict.fromkeys(line for line, _, _ in rows)):
        colour = COLOURS[number % len(COLOURS)]
        points = [(x(size), y(cost)) for of, size, cost in rows if of == line]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for a, b in points:
            yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>'
        yield f'<text x="{right + LEFT + 8}" y="{TOP + 14 + 14 * number}" fill="{colour}">{line}</text>'


def main():
    plots = {}
    with open(DOCS / "scale.csv", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            plots.setdefault(row["plot"], []).append((row["line"], float(row["size"]), float(row["seconds"])))
    width = WIDTH * len(plots)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" font-family="sans-serif" font-size="11">']
    parts.append(f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>')
    for number, (name, rows) in enumerate(plots.items()):
        parts.extend(plot(name, rows, number * WIDTH))
    (DOCS / "scale.svg").write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
