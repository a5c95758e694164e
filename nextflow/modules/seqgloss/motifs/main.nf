process SEQGLOSS_MOTIFS {
    tag "$meta.id"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    tuple val(meta), path(motifs)

    output:
    tuple val(meta), path("${prefix}.${suffix}"), emit: motifs
    tuple val("${task.process}"), val('seqgloss'), eval("seqgloss --version | sed '1!d;s/.* //'"), topic: versions, emit: versions_seqgloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    suffix = task.ext.suffix ?: 'meme'
    if ("$motifs" == "${prefix}.${suffix}") error "Input and output names are the same, use \"task.ext.prefix\" to disambiguate!"
    """
    seqgloss \\
        motifs \\
        $args \\
        -o ${prefix}.${suffix} \\
        ${motifs}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    suffix = task.ext.suffix ?: 'meme'
    """
    touch ${prefix}.${suffix}
    """
}
