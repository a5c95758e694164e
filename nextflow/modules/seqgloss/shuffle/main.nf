process SEQGLOSS_SHUFFLE {
    tag "$meta.id"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    tuple val(meta), path(regions)
    tuple val(meta2), path(genome), path(index)

    output:
    tuple val(meta), path("${prefix}.fa.gz"), emit: fasta
    tuple val("${task.process}"), val('seqgloss'), eval("seqgloss --version | sed '1!d;s/.* //'"), topic: versions, emit: versions_seqgloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    seqgloss \\
        shuffle \\
        $args \\
        -f ${genome} \\
        -b ${regions} \\
        -o ${prefix}.fa.gz
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo '' | gzip > ${prefix}.fa.gz
    """
}
