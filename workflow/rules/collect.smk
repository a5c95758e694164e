# rules/collect.smk: all networks beside each other.


rule motif_table:
    input:
        motifs=expand(outdir("networks", "{network}", "motifs.tsv"), network=NETWORKS),
        rows=expand(outdir("networks", "{network}", "seqgloss_mqc.json"), network=NETWORKS),
    output:
        motifs=outdir("motifs.tsv"),
        families=outdir("families.tsv"),
        networks=outdir("networks.tsv"),
        heatmap=outdir("families_mqc.json"),
    params:
        names=list(NETWORKS),
    log:
        outdir("logs", "motif_table.log"),
    conda:
        "../envs/seqgloss.yaml"
    script:
        "../scripts/motif_table.py"


# The page names the day it was made: it is the one file that is not the same every time.
rule multiqc:
    input:
        expand(outdir("networks", "{network}", "seqgloss_mqc.json"), network=NETWORKS),
        outdir("families_mqc.json"),
    output:
        page=outdir("multiqc_report.html"),
        data=directory(outdir("multiqc_report_data")),
    params:
        folder=lambda wildcards, output: os.path.dirname(output.page) or ".",
        title=config["title"],
    log:
        outdir("logs", "multiqc.log"),
    resources:
        mem_mb=2048,
        runtime=30,
    conda:
        "../envs/multiqc.yaml"
    shell:
        "multiqc --force --title {params.title:q} --outdir {params.folder:q} --filename multiqc_report.html {input:q} > {log:q} 2>&1"
