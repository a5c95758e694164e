"""Draws a table of bench/run: a line for each series, both axes logarithmic.

plot.py TABLE.tsv X Y TITLE   writes TABLE.svg (and TABLE.png where matplotlib is installed) beside the table and prints their paths.
The first column names the series; X and Y are names of columns. Rows whose numbers are not above 0 are left out.
"""
import csv
import math
import os
import sys
from xml.sax.saxutils import escape

COLORS = ("#1b6ca8", "#d1495b", "#2e933c", "#8f5db7", "#c98a1b", "#4a4a4a", "#17a2a2", "#e377c2", "#7f7f00", "#a0522d")


def series(path, x, y):
    """{name: [(x, y) ...]} in the order of the table."""
    found = {}
    with open(path, newline="") as f:
        for line in csv.DictReader(f, delimiter="\t"):
            a, b = float(line[x]), float(line[y])
            if a > 0 and b > 0:
                found.setdefault(next(iter(line.values())), []).append((a, b))
    return found


def ticks(low, high):
    return [10.0 ** e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def by_hand(lines, x, y, title, path):
    """The plot as SVG, with nothing but the standard library."""
    width, height, left, right, top, bottom = 860, 520, 80, 240, 40, 50
    points = [p for ps in lines.values() for p in ps]
    xs, ys = ticks(min(p[0] for p in points), max(p[0] for p in points)), ticks(min(p[1] for p in points), max(p[1] for p in points))

    def place(v, axis, beg, end):
        a, b = math.log10(axis[0]), math.log10(axis[-1])
        return beg + (end - beg) * (math.log10(v) - a) / ((b - a) or 1)

    def px(v):
        return place(v, xs, left, width - right)

    def py(v):
        return place(v, ys, height - bottom, top)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{width}" height="{height}" fill="white"/>', f'<text x="{left}" y="22" font-size="15">{escape(title)}</text>']
    for v in xs:
        out.append(f'<path d="M{px(v):.1f} {top}V{height - bottom}" stroke="#ddd"/>'
                   f'<text x="{px(v):.1f}" y="{height - bottom + 16}" text-anchor="middle">{v:g}</text>')
    for v in ys:
        out.append(f'<path d="M{left} {py(v):.1f}H{width - right}" stroke="#ddd"/>'
                   f'<text x="{left - 6}" y="{py(v) + 4:.1f}" text-anchor="end">{v:g}</text>')
    for i, (name, ps) in enumerate(lines.items()):
        color, at = COLORS[i % len(COLORS)], top + 18 * i + 8
        dash = ' stroke-dasharray="5 3"' if i >= len(COLORS) else ""
        way = "L".join(f"{px(a):.1f} {py(b):.1f}" for a, b in ps)
        out.append(f'<path d="M{way}" fill="none" stroke="{color}" stroke-width="1.8"{dash}/>')
        out += [f'<circle cx="{px(a):.1f}" cy="{py(b):.1f}" r="2.6" fill="{color}"/>' for a, b in ps]
        out.append(f'<path d="M{width - right + 16} {at}h22" stroke="{color}" stroke-width="2"{dash}/>'
                   f'<text x="{width - right + 44}" y="{at + 4}">{escape(name)}</text>')
    out.append(f'<text x="{(left + width - right) / 2}" y="{height - 12}" text-anchor="middle">{escape(x)}</text>'
               f'<text transform="translate(18 {height / 2}) rotate(-90)" text-anchor="middle">{escape(y)}</text></svg>')
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")


def with_matplotlib(pyplot, lines, x, y, title, paths):
    figure, axes = pyplot.subplots(figsize=(9, 5.4))
    for i, (name, ps) in enumerate(lines.items()):
        axes.loglog(*zip(*ps), marker="o", markersize=3, label=name, color=COLORS[i % len(COLORS)], ls="-" if i < len(COLORS) else "--")
    axes.set(xlabel=x, ylabel=y, title=title)
    axes.grid(color="#ddd")
    axes.legend(bbox_to_anchor=(1.02, 1), loc="upper left", frameon=False, fontsize=9)
    for path in paths:
        figure.savefig(path, bbox_inches="tight", dpi=110, metadata={"Date": None} if path.endswith(".svg") else None)


def main(table, x, y, title):
    lines, base = series(table, x, y), os.path.splitext(table)[0]
    if not lines:
        raise SystemExit(f"plot.py: {table}: no numbers to draw")
    try:
        import matplotlib
        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError:
        paths = [base + ".svg"]
        by_hand(lines, x, y, title, paths[0])
    else:
        paths = [base + ".svg", base + ".png"]
        with_matplotlib(pyplot, lines, x, y, title, paths)
    print(*paths, sep="\n")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
