process SEQGLOSS_CLUSTER {
    tag "$meta.id"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    tuple val(meta), path(subsets), path(predictions)
    tuple val(meta2), path(genome), path(index)

    output:
    tuple val(meta), path("${prefix}/clusters.tsv"), emit: clusters
    tuple val(meta), path("${prefix}/summary.tsv"), emit: summary
    tuple val(meta), path("${prefix}/pairs.tsv"), emit: pairs, optional: true
    tuple val(meta), path("${prefix}/motifs.meme"), emit: motifs
    tuple val(meta), path("${prefix}/motifs.jaspar"), emit: jaspar, optional: true
    tuple val(meta), path("${prefix}/motifs.genomic.meme"), emit: genomic, optional: true
    tuple val(meta), path("${prefix}/instances.bed"), emit: instances
    tuple val(meta), path("${prefix}/regions.unexplained.bed"), emit: unexplained, optional: true
    tuple val(meta), path("${prefix}/regions.top.bed"), emit: top, optional: true
    tuple val(meta), path("${prefix}/provenance.json"), emit: provenance
    tuple val("${task.process}"), val('seqgloss'), eval("seqgloss --version | sed '1!d;s/.* //'"), topic: versions, emit: versions_seqgloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def given = predictions ? "--predictions ${predictions}" : ''
    """
    # Without a subset there is no threshold that predictions could be held against.
    whole=
    if grep -qv '^#' ${subsets}; then whole='$given'; fi
    seqgloss \\
        cluster \\
        $args \\
        -f ${genome} \\
        \$whole \\
        -o ${prefix} \\
        ${subsets} \\
        > ${prefix}.log
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    mkdir -p ${prefix}
    touch ${prefix}/clusters.tsv
    touch ${prefix}/summary.tsv
    touch ${prefix}/pairs.tsv
    touch ${prefix}/motifs.meme
    touch ${prefix}/motifs.jaspar
    touch ${prefix}/motifs.genomic.meme
    touch ${prefix}/instances.bed
    touch ${prefix}/regions.unexplained.bed
    touch ${prefix}/regions.top.bed
    touch ${prefix}/provenance.json
    """
}
