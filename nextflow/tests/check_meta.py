"""nextflow/tests/check_meta.py MODULE...: meta.yml says what main.nf has, in the shape that nf-core's schema for modules asks for.

Written after the schema (modules/meta-schema.json of nf-core/modules): its required keys, types, at least three different keywords, a
tool with a description, a licence and an address. Beyond it: channels and outputs in the order of main.nf, under their names.
"""
import re
import sys

import yaml

TYPES = {"map", "file", "directory", "string", "integer", "float", "boolean", "list", "eval"}


def section(text, name, end):
    return re.search(rf"\n    {name}:\n(.*?)\n    (?:{end}):\n", text, re.S).group(1)


def elements(entries):
    """[{name: {...}}, ...] -> names; every entry has a type and a description."""
    for entry in entries:
        (name, facts), = entry.items()
        assert facts["type"] in TYPES and facts["description"], f"{name}: no type or description"
        assert facts["type"] != "file" or "pattern" in facts, f"{name}: no pattern"
        yield name


def check(folder):
    with open(f"{folder}/meta.yml") as f:
        meta = yaml.safe_load(f)
    with open(f"{folder}/main.nf") as f:
        text = f.read()
    for key in ("name", "description", "keywords", "authors", "maintainers", "input", "output", "tools", "topics"):
        assert key in meta, f"no {key}"
    assert re.search(rf"^process {meta['name'].upper()} \{{", text, re.M), "the name is not the process's"
    words = meta["keywords"]
    assert len(words) >= 3 and len(set(words)) == len(words) and "example" not in words, "keywords"
    for tool in meta["tools"]:
        (_, facts), = tool.items()
        assert facts["description"] and facts["licence"], "tools"
        assert all(re.match("https?://", facts[k]) for k in ("homepage", "documentation", "tool_dev_url")), "addresses"
        assert facts["doi"] == "no DOI available" or re.match(r"10\.\d{4,9}/", facts["doi"]), "doi"
    declared = []
    for line in section(text, "input", "output").strip().splitlines():
        declared.append(re.findall(r"(?:val|path)[( ](\w+)", line))
    said = [list(elements(c if isinstance(c, list) else [c])) for c in meta["input"]]
    assert declared == said, f"inputs: {declared} in main.nf, {said} in meta.yml"
    outputs = {}
    for line in section(text, "output", "when").strip().splitlines():
        outputs[re.search(r"emit: (\w+)", line).group(1)] = re.findall(r'(?:path|eval)\("([^"]*)"', line)[-1]
    assert list(outputs) == list(meta["output"]), f"outputs: {list(outputs)} and {list(meta['output'])}"
    for name, channels in meta["output"].items():
        assert list(elements(channels[0]))[-1] == outputs[name], f"{name}: {outputs[name]}"
    assert meta["topics"]["versions"] == meta["output"]["versions_seqgloss"], "topics"
    with open(f"{folder}/environment.yml") as f:
        environment = yaml.safe_load(f)
    assert environment["channels"] == ["conda-forge", "bioconda"], "channels"
    assert all(re.match(r"[a-z-]+::[a-z0-9-]+=[0-9.]+$", d) for d in environment["dependencies"]), "dependencies"


bad = 0
for folder in sys.argv[1:]:
    try:
        check(folder)
    except (AssertionError, KeyError, AttributeError) as e:
        print(f"{folder}: {e}")
        bad = 1
sys.exit(bad)
