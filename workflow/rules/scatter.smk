# rules/scatter.smk: what a network costs and into how many shards its regions go; its predictions.


# Counts the regions and asks `seqgloss info` what one of them costs. The numbers of shards follow, so that this is a checkpoint.
checkpoint plan:
    input:
        network=network_files,
        regions=of_network("regions"),
    output:
        outdir("plan", "{network}.json"),
    params:
        seqgloss=config["seqgloss"],
        info=info_options,
        shards=config["shards"],
        shard_minutes=config["shard_minutes"],
        max_shards=config["max_shards"],
        threads=config["threads"],
        subsets=config["sis"]["subsets_per_region"],
    log:
        outdir("logs", "{network}", "plan.log"),
    conda:
        "../envs/seqgloss.yaml"
    script:
        "../scripts/plan.py"


# The null distribution of --threshold-null: the windows, shuffled.
rule shuffle:
    input:
        plan=outdir("plan", "{network}.json"),
        genome=of_network("genome"),
        regions=of_network("regions"),
    output:
        temp(outdir("shards", "{network}", "shuffled.fa.gz")),
    params:
        seqgloss=config["seqgloss"],
        options=shuffle_options,
    log:
        outdir("logs", "{network}", "shuffle.log"),
    resources:
        mem_mb=lambda wildcards, attempt: 512 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "{params.seqgloss} shuffle {params.options} -f {input.genome:q} -b {input.regions:q} -o {output:q} 2> {log:q}"


rule predict:
    input:
        network=network_files,
        genome=of_network("genome"),
        regions=of_network("regions"),
    output:
        temp(outdir("shards", "{network}", "predictions.{shard}-of-{shards}.tsv")),
    params:
        seqgloss=config["seqgloss"],
        options=network_options,
    log:
        outdir("logs", "{network}", "predictions.{shard}-of-{shards}.log"),
    threads: config["threads"]
    resources:
        mem_mb=mem_mb("predict"),
        runtime=runtime("predict"),
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "{params.seqgloss} predict {params.options} -f {input.genome:q} -b {input.regions:q} "
        "--shard {wildcards.shard}/{wildcards.shards} -@ {threads} -o {output:q} 2> {log:q}"


rule predict_shuffled:
    input:
        network=network_files,
        sequences=rules.shuffle.output,
    output:
        temp(outdir("shards", "{network}", "shuffled.{shard}-of-{shards}.tsv")),
    params:
        seqgloss=config["seqgloss"],
        options=network_options,
    log:
        outdir("logs", "{network}", "shuffled.{shard}-of-{shards}.log"),
    threads: config["threads"]
    resources:
        mem_mb=mem_mb("predict"),
        runtime=runtime("predict"),
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "{params.seqgloss} predict {params.options} {input.sequences:q} "
        "--shard {wildcards.shard}/{wildcards.shards} -@ {threads} -o {output:q} 2> {log:q}"


rule gather_predictions:
    input:
        shards_of(outdir("shards", "{network}", "{set}.{shard}-of-{shards}.tsv"), "predict"),
    output:
        outdir("networks", "{network}", "{set}.tsv"),
    params:
        seqgloss=config["seqgloss"],
        pieces=lambda wildcards, input: in_braces(input),
    log:
        outdir("logs", "{network}", "{set}.log"),
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "{params.seqgloss} merge -o {output:q} {params.pieces} 2> {log:q}"
