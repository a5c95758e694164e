// modules/local/multiqc/main.nf: one page of all networks.
process MULTIQC {
    label 'process_single'

    conda "bioconda::multiqc=1.25"
    container 'quay.io/biocontainers/multiqc:1.25--pyhdfd78af_0'

    input:
    path(rows, stageAs: '?/*')

    output:
    path "multiqc_report.html", emit: report

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    """
    multiqc --force $args --filename multiqc_report.html .
    """

    stub:
    """
    touch multiqc_report.html
    """
}
