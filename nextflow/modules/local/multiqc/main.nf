// modules/local/multiqc/main.nf: one page of all networks. It names the day it was made: the one file that is not the same every time.
process MULTIQC {
    label 'process_single'

    conda "bioconda::multiqc=1.35"
    container 'quay.io/biocontainers/multiqc:1.35--pyhdfd78af_0'

    input:
    path(rows, stageAs: '?/*')

    output:
    path "multiqc_report.html", emit: report
    path "multiqc_report_data", emit: data

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
    mkdir multiqc_report_data
    """
}
