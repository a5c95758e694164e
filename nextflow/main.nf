#!/usr/bin/env nextflow
// main.nf: a sheet of networks to predictions, subsets, scores, motifs and pages, in pieces; and one table of all.
//
//   nextflow run nextflow/main.nf --input networks.tsv --outdir results -profile docker

include { SEQGLOSS_EXPLAIN } from './subworkflows/seqgloss_explain/main'
include { SEQGLOSS_TABLE   } from './modules/local/seqgloss_table/main'
include { MULTIQC          } from './modules/local/multiqc/main'

// Columns of the sheet, and what options a row may have: those that `seqgloss info` and every command take, those of windows, of strands.
def columns() {
    return [ 'name', 'network', 'weights', 'genome', 'regions', 'target', 'threshold', 'options' ]
}

def known() {
    return [ model: [ '--alphabet', '--n-base', '--dna-input', '--layout', '--length', '-l' ], window: [ '--edge' ], strand: [ '--rc' ] ]
}

// Options of a row -> [ model: '...', window: '...', strand: '...' ]
def options(text, where) {
    def words = text.replace('=', ' ').tokenize(' ').collate(2)
    def sorts = known()
    words.each { pair ->
        if (!sorts.values().flatten().contains(pair[0])) throw new IllegalArgumentException("${where}: options: ${pair[0]} is none of ${sorts.values().flatten().join(', ')}")
        if (pair.size() < 2) throw new IllegalArgumentException("${where}: options: ${pair[0]} wants a value")
    }
    return sorts.collectEntries { sort, names -> [ sort, words.findAll { pair -> names.contains(pair[0]) }.collect { pair -> "${pair[0]} '${pair[1]}'" }.join(' ') ] }
}

// null:Q, quantile:Q or a number -> the option of seqgloss sis, and the table that a quantile is taken of.
def threshold(text, where) {
    def found = text =~ /^(null:|quantile:)?(-?[0-9.]+([eE][-+]?[0-9]+)?)$/
    def kind = found.matches() ? found.group(1) ?: '' : ''
    def good = found.matches() && found.group(2).isDouble()
    if (!good || (kind && !(found.group(2).toDouble() >= 0 && found.group(2).toDouble() <= 1))) {
        throw new IllegalArgumentException("${where}: threshold: '${text}' is neither a number nor null:Q nor quantile:Q with Q from 0 to 1")
    }
    def option = [ '': '--threshold', 'null:': '--threshold-null', 'quantile:': '--threshold-quantile' ][kind]
    return [ "${option} ${found.group(2)}".toString(), [ '': '', 'null:': 'shuffled', 'quantile:': 'predictions' ][kind] ]
}

// What lies beside a file under other endings, as far as it is there.
def beside(path, endings) {
    return endings.collect { ending -> file("${path}${ending}") }.findAll { other -> other.exists() }
}

// What is wrong with a row, a line each.
def problems(row, where, lines, tau) {
    def wrong = [ 'name', 'network', 'genome', 'regions' ].findAll { column -> !row[column] }.collect { column -> "${where}: '${column}' is a required property" }
    if (row.name && !(row.name ==~ /[A-Za-z0-9][A-Za-z0-9._+-]*/)) wrong << "${where}: name: '${row.name}' has more than letters, digits and . _ + -"
    wrong += [ 'network', 'genome', 'regions', 'weights' ].findAll { column -> row[column] && !file(row[column]).exists() }.collect { column -> "${where}: ${column}: no such file: ${row[column]}" }
    if (row.name && lines.containsKey(row.name)) wrong << "${where}: name: ${row.name} stands in line ${lines[row.name]} already"
    try {
        options(row.options ?: '', where)
        threshold(row.threshold ?: tau, where)
    }
    catch (IllegalArgumentException e) {
        wrong << e.message
    }
    return wrong
}

// A row of the sheet -> [ meta, model, weights, sidecar, regions, genome, index ]
def network(row, tau) {
    def (option, set) = threshold(row.threshold ?: tau, row.name)
    def meta = [ id: row.name, tau: option, set: set, target: row.target ?: '', options: options(row.options ?: '', row.name) ]
    def stem = row.network.replaceFirst(/\.[^.\/]*$/, '')
    def sidecar = beside(stem, [ '.seqgloss.json' ]) + beside(row.network, [ '.seqgloss.json' ])
    return [ meta, file(row.network), row.weights ? file(row.weights) : [], sidecar,
             file(row.regions), file(row.genome), beside(row.genome, [ '.fai', '.gzi' ]) ]
}

// The sheet, with everything in it that can be checked before anything runs; all mistakes are told at once.
def networks(path, tau) {
    def numbered = file(path, checkIfExists: true).readLines().withIndex().collect { text, i -> [ i + 1, text ] }
    def rows = numbered.findAll { line -> line[1].trim() && !line[1].startsWith('#') }.collect { line -> [ line[0], line[1].split('\t', -1)*.trim() ] }
    if (!rows) error "${path}: an empty sheet: write a line of columns and a row for each network"
    def head = rows[0][1]
    def wrong = head.findAll { column -> !columns().contains(column) }.collect { column -> "${path}:${rows[0][0]}: no column '${column}': there are ${columns().join(', ')}" }
    wrong += head.findAll { column -> head.count(column) > 1 }.unique().collect { column -> "${path}:${rows[0][0]}: column ${column} is there twice" }
    def lines = [:]
    def found = rows.drop(1).collect { line ->
        def cells = [ head, line[1] ].transpose().collectEntries().findAll { column, cell -> cell && cell != '.' }
        if (line[1].size() > head.size()) wrong << "${path}:${line[0]}: ${line[1].size()} cells, but ${head.size()} columns (cells are separated by tabs)"
        wrong.addAll(problems(cells, "${path}:${line[0]}", lines, tau))
        if (cells.name && !lines.containsKey(cells.name)) lines[cells.name] = line[0]
        return cells
    }
    if (!found) wrong << "${path}: no network: a row for each is needed"
    if (wrong) error((wrong.size() > 20 ? wrong.take(20) + "and ${wrong.size() - 20} more" : wrong).join('\n'))
    return found.collect { row -> network(row, tau) }
}

workflow {
    if (!params.input) error "--input is missing: a sheet with the columns ${columns().join(', ')}"
    rows = networks(params.input, params.threshold.toString())
    order = rows.collect { row -> row[0].id }
    scripts = "${projectDir}/../workflow/scripts"

    SEQGLOSS_EXPLAIN(
        Channel.fromList(rows),
        file("${scripts}/plan.py", checkIfExists: true),
        params.ism,
        params.methods ? params.methods.toString().tokenize(', ') : []
    )

    // One table of all, in the order of the sheet.
    ch_tables = SEQGLOSS_EXPLAIN.out.motifs
        .join(SEQGLOSS_EXPLAIN.out.multiqc)
        .toSortedList { a, b -> order.indexOf(a[0].id) <=> order.indexOf(b[0].id) }
    SEQGLOSS_TABLE(
        ch_tables.map { all -> all.collect { one -> one[0].id } },
        ch_tables.map { all -> all.collect { one -> one[1] } },
        ch_tables.map { all -> all.collect { one -> one[2] } },
        file("${scripts}/motif_table.py", checkIfExists: true)
    )
    if (params.multiqc) MULTIQC(SEQGLOSS_EXPLAIN.out.multiqc.map { meta, row -> row }.mix(SEQGLOSS_TABLE.out.heatmap).collect())
}
