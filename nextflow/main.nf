#!/usr/bin/env nextflow
// main.nf: a sheet of networks to predictions, subsets, scores, motifs and pages, in pieces; and one table of all.
//
//   nextflow run nextflow/main.nf --input networks.tsv --outdir results -profile docker

include { SEQGLOSS_EXPLAIN } from './subworkflows/seqgloss_explain/main'
include { SEQGLOSS_TABLE   } from './modules/local/seqgloss_table/main'
include { MULTIQC          } from './modules/local/multiqc/main'

// A cell of the sheet; null where there is nothing in it.
def cell(row, name) {
    def text = row[name]?.trim()
    return text && text != '.' ? text : null
}

// null:Q, quantile:Q or a number -> the option of seqgloss sis, and the table that a quantile is taken of.
def threshold(text, name) {
    def found = text =~ /^(null:|quantile:)?(-?[0-9][0-9.eE+-]*)$/
    if (!found.matches()) error "${name}: threshold: '${text}' is neither a number nor null:Q nor quantile:Q"
    def kind = found.group(1) ?: ''
    def option = [ '': '--threshold', 'null:': '--threshold-null', 'quantile:': '--threshold-quantile' ][kind]
    return [ "${option} ${found.group(2)}".toString(), [ '': '', 'null:': 'shuffled', 'quantile:': 'predictions' ][kind] ]
}

// What lies beside a file under other endings, as far as it is there.
def beside(path, endings) {
    return endings.collect { ending -> file("${path}${ending}") }.findAll { other -> other.exists() }
}

// A row of the sheet -> [ meta, model, weights, sidecar, regions, genome, index ]
def network(row) {
    def name = cell(row, 'name')
    if (!name) error "a row without a name: ${row}"
    [ 'network', 'genome', 'regions' ].each { column -> if (!cell(row, column)) error "${name}: nothing in column ${column}" }
    def (option, set) = threshold(cell(row, 'threshold') ?: params.threshold.toString(), name)
    def meta = [ id: name, tau: option, set: set, target: cell(row, 'target') ?: '', options: cell(row, 'options') ?: '' ]
    def model = file(cell(row, 'network'), checkIfExists: true)
    def weights = cell(row, 'weights')
    def stem = model.toString().replaceFirst(/\.[^.\/]*$/, '')
    def sidecar = beside(stem, [ '.seqgloss.json' ]) + beside(model, [ '.seqgloss.json' ])
    def genome = file(cell(row, 'genome'), checkIfExists: true)
    return [ meta, model, weights ? file(weights, checkIfExists: true) : [], sidecar,
             file(cell(row, 'regions'), checkIfExists: true), genome, beside(genome, [ '.fai', '.gzi' ]) ]
}

workflow {
    if (!params.input) error "--input is missing: a sheet with the columns name, network, genome, regions and, where wanted, target, threshold, options, weights"
    ch_networks = Channel
        .fromPath(params.input, checkIfExists: true)
        .splitCsv(header: true, sep: '\t', strip: true)
        .filter { row -> cell(row, 'name') && !row.name.startsWith('#') }
        .map { row -> network(row) }

    SEQGLOSS_EXPLAIN(ch_networks, params.shards, params.ism, params.methods ? params.methods.toString().tokenize(', ') : [])

    ch_motifs = SEQGLOSS_EXPLAIN.out.motifs.toSortedList { a, b -> a[0].id <=> b[0].id }
    SEQGLOSS_TABLE(
        ch_motifs.map { all -> all.collect { one -> one[0].id } },
        ch_motifs.map { all -> all.collect { one -> one[1] } }
    )
    if (params.multiqc) MULTIQC(SEQGLOSS_EXPLAIN.out.multiqc.map { meta, row -> row }.collect())
}
