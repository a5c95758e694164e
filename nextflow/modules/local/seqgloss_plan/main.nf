// modules/local/seqgloss_plan/main.nf: into how many pieces each step of a network goes, and what a piece needs: by the script of the
// Snakemake workflow.
process SEQGLOSS_PLAN {
    tag "$meta.id"
    label 'process_single'

    conda "conda-forge::python=3.12"
    container 'quay.io/biocontainers/python:3.12'

    input:
    tuple val(meta), path(costs), path(regions)
    path(script)

    output:
    tuple val(meta), path("${prefix}.json"), emit: plan

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    python3 $script $args --costs $costs --regions $regions > ${prefix}.json
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    def steps = [ 'predict', 'ism', 'sis', 'gradient', 'grad-x-input', 'sensitivity', 'smoothgrad', 'vargrad', 'intgrad', 'deeplift' ]
    def rows = steps.collect { step -> "\"${step}\": {\"shards\": 2, \"seconds\": 1, \"process_mib\": 1, \"thread_mib\": 1}" }.join(', ')
    """
    echo '{"regions": 2, "length": 0, "logits": "", "steps": {${rows}}}' > ${prefix}.json
    """
}
