// modules/local/seqgloss_table/main.nf: all networks beside each other: every motif, families by networks, a row a network; by the script
// of the Snakemake workflow.
process SEQGLOSS_TABLE {
    label 'process_single'

    conda "conda-forge::python=3.12"
    container 'quay.io/biocontainers/python:3.12'

    input:
    val names
    path(motifs, stageAs: 'motifs/?/*')
    path(rows, stageAs: 'rows/?/*')
    path(script)

    output:
    path "motifs.tsv", emit: motifs
    path "families.tsv", emit: families
    path "networks.tsv", emit: networks
    path "families_mqc.json", emit: heatmap

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def of = [ names, motifs.toString().tokenize(' '), rows.toString().tokenize(' ') ].transpose().collect { one -> one.join('\t') }.join('\n')
    """
    cat > networks.txt << 'END'
    ${of.replace('\n', '\n    ')}
    END
    python3 $script $args < networks.txt
    """

    stub:
    """
    touch motifs.tsv families.tsv networks.tsv families_mqc.json
    """
}
