process SEQGLOSS_COMPARE {
    tag "$meta.id"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    tuple val(meta), path(motifs)
    tuple val(meta2), path(database)

    output:
    tuple val(meta), path("${prefix}.tsv"), emit: comparison
    tuple val("${task.process}"), val('seqgloss'), eval("seqgloss --version | sed '1!d;s/.* //'"), topic: versions, emit: versions_seqgloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def data = database ? "-d ${database}" : ''
    def columns = 'Query_ID Target_ID Optimal_offset p-value E-value q-value Overlap Query_consensus Target_consensus Orientation Target_name Family Class Species log10_p E_run Low_information'.replace(' ', '\\t')
    """
    # No motif was found: a table without rows.
    if grep -qE '^(MOTIF|>|AC|ID)' ${motifs}; then
        seqgloss \\
            compare \\
            $args \\
            -@ ${task.cpus} \\
            $data \\
            -o ${prefix}.tsv \\
            ${motifs}
    else
        printf '$columns\\n' > ${prefix}.tsv
    fi
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.tsv
    """
}
