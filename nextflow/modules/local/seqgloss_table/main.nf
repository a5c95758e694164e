// modules/local/seqgloss_table/main.nf: the motifs of all networks in one table, the network before each.
process SEQGLOSS_TABLE {
    label 'process_single'

    conda "${moduleDir}/../../seqgloss/predict/environment.yml"
    container "${ workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container ?
        'https://depot.galaxyproject.org/singularity/seqgloss:0.1.0--h0000000_0' :
        'quay.io/biocontainers/seqgloss:0.1.0--h0000000_0' }"

    input:
    val names
    path(tables, stageAs: '?/*')

    output:
    path "motifs.tsv", emit: motifs

    when:
    task.ext.when == null || task.ext.when

    script:
    def pairs = [ names, tables.toString().tokenize(' ') ].transpose().collect { name, table -> "'${name}' '${table}'" }.join(' ')
    """
    set -- $pairs
    while [ \$# -gt 0 ]; do
        awk -v name="\$1" 'BEGIN { OFS = "\\t" } /^##/ { next } /^#/ { print "#network", substr(\$0, 2); next } { print name, \$0 }' "\$2"
        shift 2
    done | awk 'NR == 1 || !/^#/' > motifs.tsv
    """

    stub:
    """
    touch motifs.tsv
    """
}
