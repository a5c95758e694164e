# rules/explain.smk: sufficient input subsets, in-silico mutagenesis, attribution: in shards, and put together.
#
# Beside pieces in other formats than TSV stands what made them (FILE.provenance.json), which says the same of the whole. With
# `resume`, numbers that a killed job had computed lie in FILE.partial beside its output, and the next attempt goes on from there.


rule sis:
    input:
        network=network_files,
        genome=of_network("genome"),
        regions=of_network("regions"),
        quantile=threshold_files,
    output:
        tsv=temp(outdir("shards", "{network}", "sis.{shard}-of-{shards}.tsv")),
        bed=temp(outdir("shards", "{network}", "sis.{shard}-of-{shards}.bed")),
        made=temp(outdir("shards", "{network}", "sis.{shard}-of-{shards}.bed.provenance.json")),
    params:
        seqgloss=config["seqgloss"],
        options=network_options,
        threshold=threshold_options,
        seed=config["seed"],
        extra=config["sis"]["options"],
        resume=resume(),
    log:
        outdir("logs", "{network}", "sis.{shard}-of-{shards}.log"),
    threads: config["threads"]
    resources:
        mem_mb=mem_mb("sis"),
        runtime=runtime("sis"),
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "{params.seqgloss} sis {params.options} {params.threshold} --seed {params.seed} {params.extra} {params.resume} "
        "-f {input.genome:q} -b {input.regions:q} --shard {wildcards.shard}/{wildcards.shards} -@ {threads} "
        "-o {output.tsv:q} -o {output.bed:q} 2> {log:q}"


rule gather_sis:
    input:
        tsv=shards_of(outdir("shards", "{network}", "sis.{shard}-of-{shards}.tsv"), "sis"),
        bed=shards_of(outdir("shards", "{network}", "sis.{shard}-of-{shards}.bed"), "sis"),
        made=shards_of(outdir("shards", "{network}", "sis.{shard}-of-{shards}.bed.provenance.json"), "sis"),
    output:
        tsv=outdir("networks", "{network}", "sis.tsv"),
        bed=outdir("networks", "{network}", "sis.bed"),
        made=outdir("networks", "{network}", "sis.bed.provenance.json"),
    params:
        seqgloss=config["seqgloss"],
        tsv=lambda wildcards, input: in_braces(input.tsv),
        bed=lambda wildcards, input: in_braces(input.bed),
    log:
        outdir("logs", "{network}", "sis.log"),
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "({params.seqgloss} merge -o {output.tsv:q} {params.tsv} && {params.seqgloss} merge -o {output.bed:q} {params.bed} && "
        "cp {input.made[0]:q} {output.made:q}) 2> {log:q}"


rule ism:
    input:
        network=network_files,
        genome=of_network("genome"),
        regions=of_network("regions"),
    output:
        scores=temp(outdir("shards", "{network}", "ism.{shard}-of-{shards}.{format}")),
        made=temp(outdir("shards", "{network}", "ism.{shard}-of-{shards}.{format}.provenance.json")),
    params:
        seqgloss=config["seqgloss"],
        options=network_options,
        extra=config["ism"]["options"],
        resume=resume(),
    wildcard_constraints:
        format="npz|h5",
    log:
        outdir("logs", "{network}", "ism.{shard}-of-{shards}.{format}.log"),
    threads: config["threads"]
    resources:
        mem_mb=mem_mb("ism"),
        runtime=runtime("ism"),
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "{params.seqgloss} ism {params.options} {params.extra} {params.resume} -f {input.genome:q} -b {input.regions:q} "
        "--shard {wildcards.shard}/{wildcards.shards} -@ {threads} -o {output.scores:q} 2> {log:q}"


rule attribute:
    input:
        network=network_files,
        genome=of_network("genome"),
        regions=of_network("regions"),
    output:
        scores=temp(outdir("shards", "{network}", "attribute.{method}.{shard}-of-{shards}.{format}")),
        made=temp(outdir("shards", "{network}", "attribute.{method}.{shard}-of-{shards}.{format}.provenance.json")),
    params:
        seqgloss=config["seqgloss"],
        options=network_options,
        seed=config["seed"],
        extra=config["attribute"]["options"],
        resume=resume(),
    wildcard_constraints:
        format="npz|h5",
        method="[a-z-]+",
    log:
        outdir("logs", "{network}", "attribute.{method}.{shard}-of-{shards}.{format}.log"),
    threads: config["threads"]
    resources:
        mem_mb=mem_mb("{method}"),
        runtime=runtime("{method}"),
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "{params.seqgloss} attribute --method {wildcards.method} {params.options} --seed {params.seed} {params.extra} "
        "{params.resume} -f {input.genome:q} -b {input.regions:q} --shard {wildcards.shard}/{wildcards.shards} -@ {threads} "
        "-o {output.scores:q} 2> {log:q}"


rule gather_ism:
    input:
        scores=shards_of(outdir("shards", "{network}", "ism.{shard}-of-{shards}.{format}"), "ism"),
        made=shards_of(outdir("shards", "{network}", "ism.{shard}-of-{shards}.{format}.provenance.json"), "ism"),
    output:
        scores=outdir("networks", "{network}", "ism.{format}"),
        made=outdir("networks", "{network}", "ism.{format}.provenance.json"),
    params:
        seqgloss=config["seqgloss"],
        pieces=lambda wildcards, input: in_braces(input.scores),
    wildcard_constraints:
        format="npz|h5",
    log:
        outdir("logs", "{network}", "ism.{format}.log"),
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "({params.seqgloss} merge -o {output.scores:q} {params.pieces} && cp {input.made[0]:q} {output.made:q}) 2> {log:q}"


rule gather_attribute:
    input:
        scores=shards_of(outdir("shards", "{network}", "attribute.{method}.{shard}-of-{shards}.{format}"), "{method}"),
        made=shards_of(outdir("shards", "{network}", "attribute.{method}.{shard}-of-{shards}.{format}.provenance.json"), "{method}"),
    output:
        scores=outdir("networks", "{network}", "attribute.{method}.{format}"),
        made=outdir("networks", "{network}", "attribute.{method}.{format}.provenance.json"),
    params:
        seqgloss=config["seqgloss"],
        pieces=lambda wildcards, input: in_braces(input.scores),
    wildcard_constraints:
        format="npz|h5",
        method="[a-z-]+",
    log:
        outdir("logs", "{network}", "attribute.{method}.{format}.log"),
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "({params.seqgloss} merge -o {output.scores:q} {params.pieces} && cp {input.made[0]:q} {output.made:q}) 2> {log:q}"
