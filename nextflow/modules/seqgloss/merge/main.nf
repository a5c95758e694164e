process SEQGLOSS_MERGE {
    tag "$meta.id"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    tuple val(meta), path(pieces)

    output:
    tuple val(meta), path("${prefix}.${suffix}"), emit: whole
    tuple val("${task.process}"), val('seqgloss'), eval("seqgloss --version | sed '1!d;s/.* //'"), topic: versions, emit: versions_seqgloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def first = pieces.toString().tokenize(' ')[0]
    suffix = task.ext.suffix ?: first.replaceFirst('^.*?\\.((tsv|bed|fa|json)(\\.gz)?|npz|h5)\$', '\$1')
    """
    seqgloss \\
        merge \\
        $args \\
        -o ${prefix}.${suffix} \\
        ${pieces}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    def first = pieces.toString().tokenize(' ')[0]
    suffix = task.ext.suffix ?: first.replaceFirst('^.*?\\.((tsv|bed|fa|json)(\\.gz)?|npz|h5)\$', '\$1')
    """
    touch ${prefix}.${suffix}
    """
}
