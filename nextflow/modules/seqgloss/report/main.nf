process SEQGLOSS_REPORT {
    tag "$meta.id"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    tuple val(meta), path(predictions, stageAs: 'run/predictions.tsv'), path(subsets, stageAs: 'run/sis.tsv'), path(clusters, stageAs: 'run/*'), path(comparison, stageAs: 'run/tomtom.tsv')
    tuple val(meta2), path(database)

    output:
    tuple val(meta), path("${prefix}.html"), emit: page
    tuple val(meta), path("${prefix}.motifs.tsv"), emit: motifs
    tuple val(meta), path("${prefix}_mqc.json"), emit: multiqc
    tuple val(meta), path("${prefix}.logos"), emit: logos, optional: true
    tuple val("${task.process}"), val('seqgloss'), eval("seqgloss --version | sed '1!d;s/.* //'"), topic: versions, emit: versions_seqgloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def data = database ? "-d ${database}" : ''
    """
    seqgloss \\
        report \\
        $args \\
        $data \\
        --sample ${meta.id} \\
        -o ${prefix}.html \\
        --table ${prefix}.motifs.tsv \\
        --multiqc ${prefix}_mqc.json \\
        --logos ${prefix}.logos \\
        run
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.html
    touch ${prefix}.motifs.tsv
    touch ${prefix}_mqc.json
    mkdir ${prefix}.logos
    """
}
