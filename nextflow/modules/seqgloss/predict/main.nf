process SEQGLOSS_PREDICT {
    tag "$meta.id"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    tuple val(meta), path(model), path(weights), path(sidecar), path(regions)
    tuple val(meta2), path(genome), path(index)
    val shard

    output:
    tuple val(meta), path("${prefix}.${suffix}"), emit: predictions
    tuple val(meta), path("${prefix}.${suffix}.provenance.json"), emit: provenance, optional: true
    tuple val("${task.process}"), val('seqgloss'), eval("seqgloss --version | sed '1!d;s/.* //'"), topic: versions, emit: versions_seqgloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    suffix = task.ext.suffix ?: 'tsv'
    def also = weights ? "--weights ${weights}" : ''
    def piece = shard ? "--shard ${shard}" : ''
    def where = genome ? "-f ${genome} -b ${regions}" : "${regions}"
    """
    seqgloss \\
        predict \\
        $args \\
        -@ ${task.cpus} \\
        -m ${model} $also \\
        $where \\
        $piece \\
        -o ${prefix}.${suffix}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    suffix = task.ext.suffix ?: 'tsv'
    """
    touch ${prefix}.${suffix}
    """
}
