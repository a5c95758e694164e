process SEQGLOSS_SIS {
    tag "$meta.id"
    label 'process_high'

    conda "${moduleDir}/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    tuple val(meta), path(model), path(weights), path(sidecar), path(regions), path(predictions)
    tuple val(meta2), path(genome), path(index)
    val shard

    output:
    tuple val(meta), path("${prefix}.tsv"), emit: subsets
    tuple val(meta), path("${prefix}.bed"), emit: bed
    tuple val(meta), path("${prefix}.bed.provenance.json"), emit: provenance, optional: true
    tuple val("${task.process}"), val('seqgloss'), eval("seqgloss --version | sed '1!d;s/.* //'"), topic: versions, emit: versions_seqgloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def also = weights ? "--weights ${weights}" : ''
    def piece = shard ? "--shard ${shard}" : ''
    def where = genome ? "-f ${genome} -b ${regions}" : "${regions}"
    def whole = predictions ? "--predictions ${predictions}" : ''
    """
    seqgloss \\
        sis \\
        $args \\
        -@ ${task.cpus} \\
        -m ${model} $also \\
        $where \\
        $whole \\
        $piece \\
        -o ${prefix}.tsv \\
        -o ${prefix}.bed
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.tsv
    touch ${prefix}.bed
    """
}
