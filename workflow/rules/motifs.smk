# rules/motifs.smk: subsets of a network become motifs; what these resemble; a page.
#
# They are short beside the shards: on a cluster they are one job (group).


# Without a subset there is no tau that predictions could be held against.
rule cluster:
    input:
        subsets=outdir("networks", "{network}", "sis.tsv"),
        predictions=outdir("networks", "{network}", "predictions.tsv"),
        genome=of_network("genome"),
    output:
        multiext(
            outdir("networks", "{network}", ""),
            "clusters.tsv",
            "summary.tsv",
            "pairs.tsv",
            "motifs.meme",
            "motifs.jaspar",
            "motifs.genomic.meme",
            "instances.bed",
            "regions.unexplained.bed",
            "regions.top.bed",
            "provenance.json",
        ),
    params:
        seqgloss=config["seqgloss"],
        folder=lambda wildcards, output: os.path.dirname(output[0]),
        extra=config["cluster"]["options"],
    log:
        outdir("logs", "{network}", "cluster.log"),
    resources:
        mem_mb=lambda wildcards, input, attempt: attempt * math.ceil(512 + 5 * megabytes(str(input.subsets))),
        runtime=lambda wildcards, input, attempt: attempt * math.ceil(10 + 0.2 * megabytes(str(input.subsets))),
    group:
        "motifs"
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "(predictions=; if grep -qv '^#' {input.subsets:q}; then predictions=--predictions; fi; "
        "{params.seqgloss} cluster {params.extra} -f {input.genome:q} ${{predictions:+$predictions {input.predictions:q}}} "
        "-o {params.folder:q} {input.subsets:q}) > {log:q} 2>&1"


# Scores of the few regions that the report draws; of no region none, an empty table.
rule ism_top:
    input:
        plan=outdir("plan", "{network}.json"),
        regions=outdir("networks", "{network}", "regions.top.bed"),
        network=network_files,
        genome=of_network("genome"),
    output:
        outdir("networks", "{network}", "ism.tsv"),
    params:
        seqgloss=config["seqgloss"],
        options=network_options,
        logits=logits,
        header="\\t".join(TRACK),
    log:
        outdir("logs", "{network}", "ism_top.log"),
    threads: config["threads"]
    resources:
        mem_mb=mem_mb("ism"),
        runtime=lambda wildcards, attempt: 60 * attempt,
    group:
        "motifs"
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "logits=; if grep -qE {params.logits:q} {input.plan:q}; then logits=--logits; fi; "
        "if grep -q . {input.regions:q}; then {params.seqgloss} ism {params.options} $logits -f {input.genome:q} -b {input.regions:q} -@ {threads} "
        "-o {output:q} 2> {log:q}; else printf '{params.header}\\n' > {output:q} 2> {log:q}; fi"


# Nothing to compare is a table without rows.
rule compare:
    input:
        outdir("networks", "{network}", "motifs.meme"),
    output:
        outdir("networks", "{network}", "tomtom.tsv"),
    params:
        seqgloss=config["seqgloss"],
        motifs=config["motifs"],
        extra=config["compare"]["options"],
        header="\\t".join(TOMTOM),
    log:
        outdir("logs", "{network}", "compare.log"),
    threads: config["threads"]
    resources:
        mem_mb=lambda wildcards, attempt: 1024 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    group:
        "motifs"
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "if grep -q '^MOTIF' {input:q}; then {params.seqgloss} compare {params.extra} -d {params.motifs:q} -@ {threads} "
        "-o {output:q} {input:q} 2> {log:q}; else printf '{params.header}\\n' > {output:q} 2> {log:q}; fi"


rule report:
    input:
        rules.cluster.output,
        outdir("networks", "{network}", "sis.tsv"),
        outdir("networks", "{network}", "predictions.tsv"),
        outdir("networks", "{network}", "tomtom.tsv"),
        outdir("networks", "{network}", "ism.tsv"),
    output:
        page=outdir("networks", "{network}", "report.html"),
        table=outdir("networks", "{network}", "motifs.tsv"),
        row=outdir("networks", "{network}", "seqgloss_mqc.json"),
        logos=directory(outdir("networks", "{network}", "logos")),
    params:
        seqgloss=config["seqgloss"],
        motifs=config["motifs"],
        folder=lambda wildcards, output: os.path.dirname(output.page),
    log:
        outdir("logs", "{network}", "report.log"),
    resources:
        mem_mb=lambda wildcards, attempt: 1024 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    group:
        "motifs"
    conda:
        "../envs/seqgloss.yaml"
    shell:
        "{params.seqgloss} report -d {params.motifs:q} --sample {wildcards.network:q} -o {output.page:q} --table {output.table:q} "
        "--multiqc {output.row:q} --logos {output.logos:q} {params.folder:q} > {log:q} 2>&1"
