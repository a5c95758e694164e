# rules/common.smk: what the rules ask: config and sheet, read and checked before anything runs; shards and resources.
import csv
import json
import math
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import jsonschema
import yaml
from snakemake.exceptions import WorkflowError

NAME = r"[A-Za-z0-9][A-Za-z0-9._+-]*"

# Options of a row that change what is read or how a network reads it: option -> values it takes. Those of `MODEL` are for
# every command that loads the network, `seqgloss info` included.
MODEL = {"--alphabet": 1, "--n-base": 1, "--dna-input": 1, "--layout": 1, "--length": 1, "-l": 1}
WINDOW = {"--edge": 1}
STRAND = {"--rc": 1}

# The columns of a comparison, for networks without a motif.
TOMTOM = (
    "Query_ID Target_ID Optimal_offset p-value E-value q-value Overlap Query_consensus Target_consensus Orientation Target_name "
    "Family Class Species log10_p E_run Low_information"
).split()

# The columns of a table of ism, for networks without a subset.
TRACK = "#region chrom start end strand position base score".split()


# ---- 1. Config and sheet ----


def schema(name):
    with open(os.path.join(workflow.basedir, "schemas", name)) as f:
        return yaml.safe_load(f)


def fill(value, schema):
    """Puts the defaults of a schema where nothing was said."""
    for key, part in schema.get("properties", {}).items():
        if part.get("type") == "object":
            value.setdefault(key, {})
            if isinstance(value[key], dict):
                fill(value[key], part)
        elif "default" in part:
            value.setdefault(key, part["default"])


def broken(value, rules, where):
    """What the schema says against a value, a line each."""
    found = jsonschema.Draft7Validator(rules).iter_errors(value)
    for e in sorted(found, key=lambda e: [str(p) for p in e.absolute_path]):
        at = ".".join(str(p) for p in e.absolute_path)
        yield ": ".join([where] + [at] * bool(at) + [e.message])


def refuse(problems):
    if problems:
        shown = problems[:20] + ([f"and {len(problems) - 20} more"] if len(problems) > 20 else [])
        raise WorkflowError("\n".join(["nothing was started:"] + shown))


def sheet_rows(path):
    """(line number, {column: text}) of each row; blank lines and those that begin with # are left out."""
    with open(path, newline="") as f:
        lines = [(n, line.rstrip("\r\n")) for n, line in enumerate(f, 1)]
    lines = [(n, line.split("\t")) for n, line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        raise WorkflowError(f"{path}: an empty sheet: write a line of columns and a row for each network")
    head = [cell.strip() for cell in lines[0][1]]
    doubled = sorted({c for c in head if head.count(c) > 1})
    if doubled:
        raise WorkflowError(f"{path}:{lines[0][0]}: column {', '.join(doubled)} is there twice")
    rows = []
    for n, cells in lines[1:]:
        if len(cells) > len(head):
            raise WorkflowError(f"{path}:{n}: {len(cells)} cells, but {len(head)} columns (cells are separated by tabs)")
        row = {c: cell.strip() for c, cell in zip(head, cells)}
        rows.append((n, {c: cell for c, cell in row.items() if cell not in ("", ".")}))
    return head, rows


def split_options(text, where):
    """{"model": [...], "window": [...], "strand": [...]}: the words of an options cell by who takes them."""
    sorts = {"model": MODEL, "window": WINDOW, "strand": STRAND}
    words, out = shlex.split(text.replace("=", " ")), {key: [] for key in sorts}
    at = 0
    while at < len(words):
        sort = next((s for s, options in sorts.items() if words[at] in options), None)
        if not sort:
            known = ", ".join(o for options in sorts.values() for o in options)
            raise ValueError(f"{where}: options: {words[at]} is none of {known}")
        if at + 1 >= len(words):
            raise ValueError(f"{where}: options: {words[at]} wants a value")
        out[sort] += words[at : at + 2]
        at += 2
    return out


def missing(row, where):
    for column in ("network", "genome", "regions", "weights"):
        if column in row and not os.path.isfile(row[column]):
            yield f"{where}: {column}: no such file: {row[column]}"


def threshold_of(text, where):
    """Options of `sis`, and the set of predictions that its quantile is taken of."""
    kind, _, number = text.rpartition(":")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if kind not in ("", "null", "quantile") or not math.isfinite(value) or (kind and not 0 <= value <= 1):
        raise ValueError(f"{where}: threshold: '{text}' is neither a number nor null:Q nor quantile:Q with Q from 0 to 1")
    option = {"": "--threshold", "null": "--threshold-null", "quantile": "--threshold-quantile"}[kind]
    return [option, number], {"": None, "null": "shuffled", "quantile": "predictions"}[kind]


def networks(path):
    """{name: row} of the sheet, with everything in it that can be checked without computing."""
    if not os.path.isfile(path):
        raise WorkflowError(f"networks: no such file: {path}")
    rules = schema("networks.schema.yaml")
    head, rows = sheet_rows(path)
    known = list(rules["properties"])
    refuse([f"{path}:1: no column '{c}': there are {', '.join(known)}" for c in head if c not in known])
    problems, found, line = [], {}, {}
    for n, row in rows:
        where = f"{path}:{n}"
        wrong = list(broken(row, rules, where)) or list(missing(row, where))
        if row.get("name") in line:
            wrong.append(f"{where}: name: {row['name']} stands in line {line[row['name']]} already")
        try:
            row["words"] = split_options(row.get("options", ""), where)
            row["tau"], row["tau_set"] = threshold_of(row.get("threshold", config["threshold"]), where)
        except ValueError as e:
            wrong.append(str(e))
        line.setdefault(row.get("name"), n)
        found[row.get("name")] = row
        problems += wrong
    refuse(problems if rows else [f"{path}: no network: a row for each is needed"])
    return found


refuse([] if "networks" in config else ["no config: copy the workflow's folder of that name here, or say --configfile FILE"])
fill(config, schema("config.schema.yaml"))
refuse(list(broken(config, schema("config.schema.yaml"), "config")))
NETWORKS = networks(config["networks"])


# ---- 2. Files ----


def outdir(*parts):
    return os.path.join(config["outdir"], *parts)


def of_network(column):
    return lambda wildcards: NETWORKS[wildcards.network][column]


def network_files(wildcards):
    """The network, with what belongs to it: weights, a sidecar."""
    row = NETWORKS[wildcards.network]
    path = row["network"]
    sidecars = [f"{os.path.splitext(path)[0]}.seqgloss.json", f"{path}.seqgloss.json"]
    return [path] + ([row["weights"]] if "weights" in row else []) + [s for s in sidecars if os.path.isfile(s)]


def final_files():
    names = ["predictions.tsv"]
    if config["sis"]["enable"]:
        names += ["sis.tsv", "sis.bed", "report.html", "seqgloss_mqc.json"]
    if config["ism"]["enable"]:
        names.append("ism." + config["ism"]["format"])
    names += [f"attribute.{m}.{config['attribute']['format']}" for m in config["attribute"]["methods"]]
    files = [outdir("networks", network, name) for network in NETWORKS for name in names]
    if config["sis"]["enable"]:
        files += [outdir("motifs.tsv"), outdir("families.tsv"), outdir("networks.tsv")]
        if wants_multiqc():
            files.append(outdir("multiqc_report.html"))
    return files


def wants_multiqc():
    say = config["multiqc"]
    return shutil.which("multiqc") is not None if say == "auto" else say


def needless(network, name):
    """What a killed job left beside its piece, and pieces of what is whole (Snakemake 7 forgets some over a checkpoint)."""
    if re.search(r"\.partial(\.state)?$|\.[0-9a-f]{8}\.tmp$", name):
        return True
    whole = re.sub(r"\.[0-9]+-of-[0-9]+\.", ".", name) if name != "shuffled.fa.gz" else "shuffled.tsv"
    return os.path.exists(outdir("networks", network, whole))


def clean(folder):
    """Empties the folder of shards once everything is there; folders that still hold something stay."""
    for where, _, files in os.walk(folder, topdown=False):
        for name in files:
            if needless(os.path.basename(where), name):
                os.remove(os.path.join(where, name))
        if not os.listdir(where):
            os.rmdir(where)


# ---- 3. Options of the commands ----


def words(*lists):
    return " ".join(shlex.quote(w) for some in lists for w in some)


def load_options(row):
    """What every command needs to load a network."""
    weights = ["--weights", row["weights"]] if "weights" in row else []
    return ["-m", row["network"]] + weights + row["words"]["model"]


def network_options(wildcards):
    """Network, windows and target, as predict, sis, ism and attribute take them."""
    row = NETWORKS[wildcards.network]
    target = ["-t", row["target"]] if "target" in row else []
    return words(load_options(row), row["words"]["window"], row["words"]["strand"], target)


def logits(wildcards):
    """What the plan says of an output with a value before a final sigmoid or softmax, which the report draws, as `seqgloss run` does.
    A pattern and no option: parameters that depend on a checkpoint look changed to a second start."""
    target = NETWORKS[wildcards.network].get("target", "").partition(":")[0]
    return f'"logits": "([^"]* )?{re.escape(target)}[ "]' if target else '"logits": "[^"]'


def info_options(wildcards):
    return words(load_options(NETWORKS[wildcards.network]))


def shuffle_options(wildcards):
    length = plan_of(wildcards.network)["length"]
    row = NETWORKS[wildcards.network]
    return words(row["words"]["window"], ["--length", str(length)] if length else [], ["--seed", str(config["seed"])])


def threshold_options(wildcards, input):
    row = NETWORKS[wildcards.network]
    return words(row["tau"], ["--predictions", input.quantile[0]] if row["tau_set"] else [])


def threshold_files(wildcards):
    of = NETWORKS[wildcards.network]["tau_set"]
    return [outdir("networks", wildcards.network, f"{of}.tsv")] if of else []


def resume():
    return "--resume" if config["resume"] else ""


# ---- 4. Shards and resources ----


def plan_of(network):
    """What the plan of a network says; waits for it while the DAG is made."""
    with open(checkpoints.plan.get(network=network).output[0]) as f:
        return json.load(f)


def planned(network, step):
    """Seconds a region, MiB of a process and of a thread, shards; a guess for dry runs, before there is a plan."""
    path = outdir("plan", f"{network}.json")
    if os.path.exists(path):
        with open(path) as f:
            plan = json.load(f)
        if step in plan["steps"]:
            return dict(plan["steps"][step], regions=plan["regions"])
    return {"regions": 1, "seconds": 1, "process_mib": 256, "thread_mib": 128, "shards": 1}


def shards_of(pattern, step):
    """Input function: the pieces of a step, as many as the plan says. `pattern` has {shard} and {shards}."""

    def pieces(wildcards):
        known = dict(wildcards.items())
        n = plan_of(wildcards.network)["steps"][step.format(**known)]["shards"]
        return [pattern.format(shard=i, shards=n, **known) for i in range(1, n + 1)]

    return pieces


def in_braces(files):
    """The pieces of a step for bash, as NAME.{1..7}-of-7.tsv: thousands of names do not fit into one word of a command line."""
    n = len(files)
    head, _, tail = files[0].rpartition(f".1-of-{n}.")
    return f"{shlex.quote(head)}.{{1..{n}}}-of-{n}.{shlex.quote(tail)}"


def mem_mb(step):
    """A fifth and 128 MiB above the formula of `seqgloss info --cost`; twice as much at a second attempt."""

    def f(wildcards, threads, attempt):
        p = planned(wildcards.network, step.format(**dict(wildcards.items())))
        return attempt * math.ceil(128 + 1.2 * (p["process_mib"] + threads * p["thread_mib"]))

    return f


def runtime(step):
    """Minutes of a shard: the formula's seconds, which are above what was measured, and five for slow disks and starting."""

    def f(wildcards, threads, attempt):
        p = planned(wildcards.network, step.format(**dict(wildcards.items())))
        return attempt * math.ceil(5 + p["regions"] * p["seconds"] / p["shards"] / threads / 60)

    return f


def megabytes(path):
    return os.path.getsize(path) / 1e6 if os.path.exists(path) else 1
