"""scripts/motif_table.py: tables of all networks: every motif; families by networks; one row a network.

motifs.tsv    the motifs.tsv of each network (doc/formats.md), with the network before it
families.tsv  a row a family of what motifs resemble, a column a network: per cent of the regions with subsets that hold its
              largest motif of that family, `.` where there is none
networks.tsv  the row of numbers that each network has for MultiQC
families_mqc.json  families.tsv as a heatmap for MultiQC

Snakemake calls it as a script; others by hand, to write the four into this folder:

    motif_table.py < networks.txt        # lines: name, motifs.tsv and MultiQC's file of a network, separated by tabs
"""
import json
import sys


def read(path):
    """Titles and rows of a table of seqgloss."""
    titles, rows = [], []
    with open(path) as f:
        for line in f:
            cells = line.rstrip("\n").split("\t")
            if line.startswith("##"):
                continue
            if not titles:
                titles = [cells[0].lstrip("#")] + cells[1:]
            else:
                rows.append(dict(zip(titles, cells)))
    return titles, rows


def family(row):
    """What a motif is counted as: its family, else the matrix it resembles, else its own pattern."""
    return next((row[k] for k in ("family", "resembles", "pattern") if row.get(k, ".") not in (".", "")), ".")


def families(tables):
    """{family: {network: per cent}}, the family that is seen in most networks first, then by the greatest share, then by name."""
    found = {}
    for network, rows in tables.items():
        for row in rows:
            percent = float(row["percent"]) if row["percent"] != "." else 0.0
            cells = found.setdefault(family(row), {})
            cells[network] = max(percent, cells.get(network, 0.0))
    return dict(sorted(found.items(), key=lambda kv: (-len(kv[1]), -max(kv[1].values()), kv[0])))


def write(path, head, rows):
    with open(path, "w") as f:
        f.write("#" + "\t".join(head) + "\n")
        f.writelines("\t".join(row) + "\n" for row in rows)


def number(value):
    return "." if value is None or value == "" else f"{value:g}" if isinstance(value, float) else str(value)


def make(networks, motifs, families_path, networks_path, heatmap_path):
    """Writes the tables of [(name, motifs.tsv, MultiQC's file)] to the four paths."""
    names = [name for name, _, _ in networks]
    read_tables = [read(path) for _, path, _ in networks]
    tables = {n: rows for n, (_, rows) in zip(names, read_tables)}
    # Columns of every network, in the order they are first seen: some have more (--transplant).
    titles = list(dict.fromkeys(t for head, _ in read_tables for t in head))
    write(motifs, ["network"] + titles, ([n] + [row.get(t, ".") for t in titles] for n in names for row in tables[n]))
    found = families(tables)
    cells_of = ([name] + [f"{cells[n]:g}" if n in cells else "." for n in names] for name, cells in found.items())
    write(families_path, ["family"] + names, cells_of)
    pages = {}
    for _, _, path in networks:
        with open(path) as f:
            pages.update(json.load(f)["data"])
    columns = list(dict.fromkeys(k for cells in pages.values() for k in cells))
    write(networks_path, ["network"] + columns, ([n] + [number(pages[n].get(c)) for c in columns] for n in names))
    with open(heatmap_path, "w") as f:
        json.dump(heatmap(names, found), f, indent=1)
        f.write("\n")


def heatmap(names, found):
    return {
        "id": "seqgloss_families",
        "section_name": "Motifs by network",
        "description": "Regions with a motif that resembles the family, in per cent of those with subsets.",
        "plot_type": "heatmap",
        "pconfig": {
            "id": "seqgloss_families_heatmap",
            "title": "Seqgloss: motifs by network",
            "xlab": "network",
            "ylab": "family",
            "zlab": "% of regions",
            "min": 0,
            "max": 100,
            "square": False,
            "colstops": [[0, "#ffffff"], [1, "#2166ac"]],
        },
        "data": {name: {n: cells.get(n, 0.0) for n in names} for name, cells in found.items()},
    }


def main(snakemake):
    out = snakemake.output
    networks = list(zip(snakemake.params.names, snakemake.input.motifs, snakemake.input.rows))
    make(networks, out.motifs, out.families, out.networks, out.heatmap)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
elif __name__ == "__main__":
    lines = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    if not lines or any(len(cells) != 3 for cells in lines):
        sys.exit("motif_table.py: lines of three cells are wanted: name, motifs.tsv, MultiQC's file")
    make(lines, "motifs.tsv", "families.tsv", "networks.tsv", "families_mqc.json")
