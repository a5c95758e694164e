process SEQGLOSS_RUN {
    tag "$meta.id"
    label 'process_high'

    conda "${moduleDir}/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    tuple val(meta), path(model), path(weights), path(sidecar), path(regions)
    tuple val(meta2), path(genome), path(index)

    output:
    tuple val(meta), path("${prefix}"), emit: folder
    tuple val(meta), path("${prefix}/report.html"), emit: page
    tuple val(meta), path("${prefix}/seqgloss_mqc.json"), emit: multiqc
    tuple val("${task.process}"), val('seqgloss'), eval("seqgloss --version | sed '1!d;s/.* //'"), topic: versions, emit: versions_seqgloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def also = weights ? "--weights ${weights}" : ''
    """
    seqgloss \\
        run \\
        $args \\
        -@ ${task.cpus} \\
        -m ${model} $also \\
        -f ${genome} \\
        -b ${regions} \\
        -o ${prefix} \\
        > ${prefix}.log
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    mkdir -p ${prefix}
    touch ${prefix}/report.html
    touch ${prefix}/seqgloss_mqc.json
    """
}
