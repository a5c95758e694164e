// subworkflows/seqgloss_explain/main.nf: networks and regions to predictions, subsets, scores, motifs, pages.
//
// Regions are cut into pieces for predictions, subsets and scores, as many as the plan of the network says; merge makes the bytes of a run
// in one piece of them. A threshold that is a quantile is taken of all predictions, of the regions or of shuffled ones, before the pieces
// of sis start.

include { SEQGLOSS_INFO                       } from '../../modules/seqgloss/info/main'
include { SEQGLOSS_PLAN                       } from '../../modules/local/seqgloss_plan/main'
include { SEQGLOSS_SHUFFLE                    } from '../../modules/seqgloss/shuffle/main'
include { SEQGLOSS_PREDICT                    } from '../../modules/seqgloss/predict/main'
include { SEQGLOSS_PREDICT as PREDICT_SHUFFLED } from '../../modules/seqgloss/predict/main'
include { SEQGLOSS_SIS                        } from '../../modules/seqgloss/sis/main'
include { SEQGLOSS_ISM                        } from '../../modules/seqgloss/ism/main'
include { SEQGLOSS_ISM as ISM_TOP             } from '../../modules/seqgloss/ism/main'
include { SEQGLOSS_ATTRIBUTE                  } from '../../modules/seqgloss/attribute/main'
include { SEQGLOSS_MERGE as MERGE_PREDICTIONS } from '../../modules/seqgloss/merge/main'
include { SEQGLOSS_MERGE as MERGE_SHUFFLED    } from '../../modules/seqgloss/merge/main'
include { SEQGLOSS_MERGE as MERGE_SUBSETS     } from '../../modules/seqgloss/merge/main'
include { SEQGLOSS_MERGE as MERGE_BED         } from '../../modules/seqgloss/merge/main'
include { SEQGLOSS_MERGE as MERGE_ISM         } from '../../modules/seqgloss/merge/main'
include { SEQGLOSS_MERGE as MERGE_ATTRIBUTE   } from '../../modules/seqgloss/merge/main'
include { SEQGLOSS_CLUSTER                    } from '../../modules/seqgloss/cluster/main'
include { SEQGLOSS_COMPARE                    } from '../../modules/seqgloss/compare/main'
include { SEQGLOSS_REPORT                     } from '../../modules/seqgloss/report/main'

// [ meta, ..., plan ] -> [ meta with the piece, ... ] for each piece of a step. Jobs ask for what the plan foretells: MiB (a fifth and 128 more)
// and minutes (five more, for slow disks and starting).
def scatter(row, step, also, threads) {
    def plan = row.last()
    def cost = plan.steps[step]
    def n = cost.shards as int
    def mib = Math.ceil(128 + 1.2 * (cost.process_mib + threads * cost.thread_mib)) as int
    def minutes = Math.ceil(5 + plan.regions * cost.seconds / n / threads / 60) as int
    return (1..n).collect { i -> [ row[0] + also + [ shard: "${i}/${n}".toString(), mib: mib, minutes: minutes ] ] + row[1..-2] }
}

// [ meta with the piece, file ] -> [ meta, [ files ] ], as soon as all pieces of a network are there
def gather(ch) {
    return ch
        .map { meta, piece -> [ groupKey(meta.findAll { key, value -> !(key in [ 'shard', 'mib', 'minutes' ]) }, meta.shard.tokenize('/')[1] as int), piece ] }
        .groupTuple()
        .map { key, pieces -> [ key.groupTarget, pieces ] }
}

workflow SEQGLOSS_EXPLAIN {
    take:
    ch_networks // channel: [ meta, model, weights, sidecar, regions, genome, index ]
    plan_script // path: workflow/scripts/plan.py
    with_ism    // boolean: in-silico mutagenesis too
    methods     // list: methods of attribution

    main:
    threads = params.threads as int

    // What a region costs, and into how many pieces each step goes.
    SEQGLOSS_INFO(ch_networks.map { meta, model, weights, sidecar, regions, genome, index -> [ meta, model, weights, sidecar ] })
    SEQGLOSS_PLAN(
        SEQGLOSS_INFO.out.info.join(ch_networks.map { meta, model, weights, sidecar, regions, genome, index -> [ meta, regions ] }),
        plan_script
    )
    ch_plan = SEQGLOSS_PLAN.out.plan.map { meta, plan -> [ meta, new groovy.json.JsonSlurper().parseText(plan.text) ] }
    ch_planned = ch_networks.join(ch_plan)

    ch_predict = ch_planned
        .flatMap { row -> scatter(row, 'predict', [:], threads) }
        .multiMap { meta, model, weights, sidecar, regions, genome, index ->
            network: [ meta, model, weights, sidecar, regions ]
            genome: [ [ id: genome.baseName ], genome, index ]
            piece: meta.shard
        }
    SEQGLOSS_PREDICT(ch_predict.network, ch_predict.genome, ch_predict.piece)
    MERGE_PREDICTIONS(gather(SEQGLOSS_PREDICT.out.predictions))

    // Predictions of shuffled regions, for networks whose threshold is a quantile of those.
    ch_null = ch_planned.filter { row -> row[0].set == 'shuffled' }
    ch_windows = ch_null.multiMap { meta, model, weights, sidecar, regions, genome, index, plan ->
        regions: [ plan.length ? meta + [ length: plan.length ] : meta, regions ]
        genome: [ [ id: genome.baseName ], genome, index ]
    }
    SEQGLOSS_SHUFFLE(ch_windows.regions, ch_windows.genome)
    ch_shuffled = ch_null
        .map { meta, model, weights, sidecar, regions, genome, index, plan -> [ meta, model, weights, sidecar, plan ] }
        .join(SEQGLOSS_SHUFFLE.out.fasta.map { meta, fasta -> [ meta.findAll { key, value -> key != 'length' }, fasta ] })
        .map { meta, model, weights, sidecar, plan, fasta -> [ meta, model, weights, sidecar, fasta, plan ] }
        .flatMap { row -> scatter(row, 'predict', [:], threads) }
        .multiMap { meta, model, weights, sidecar, fasta ->
            network: [ meta, model, weights, sidecar, fasta ]
            none: [ [ id: 'none' ], [], [] ]
            piece: meta.shard
        }
    PREDICT_SHUFFLED(ch_shuffled.network, ch_shuffled.none, ch_shuffled.piece)
    MERGE_SHUFFLED(gather(PREDICT_SHUFFLED.out.predictions))

    // [ meta, table ]: what the threshold is a quantile of.
    ch_quantile = ch_networks.filter { network -> network[0].set == '' }.map { network -> [ network[0], [] ] }
        .mix(MERGE_PREDICTIONS.out.whole.filter { meta, table -> meta.set == 'predictions' })
        .mix(MERGE_SHUFFLED.out.whole)
    ch_subsets = ch_networks
        .join(ch_quantile)
        .join(ch_plan)
        .flatMap { row -> scatter(row, 'sis', [:], threads) }
        .multiMap { meta, model, weights, sidecar, regions, genome, index, table ->
            network: [ meta, model, weights, sidecar, regions, table ]
            genome: [ [ id: genome.baseName ], genome, index ]
            piece: meta.shard
        }
    SEQGLOSS_SIS(ch_subsets.network, ch_subsets.genome, ch_subsets.piece)
    MERGE_SUBSETS(gather(SEQGLOSS_SIS.out.subsets))
    MERGE_BED(gather(SEQGLOSS_SIS.out.bed))

    // Scores of positions.
    ch_ism = Channel.empty()
    if (with_ism) {
        ch_mutants = ch_planned
            .flatMap { row -> scatter(row, 'ism', [:], threads) }
            .multiMap { meta, model, weights, sidecar, regions, genome, index ->
                network: [ meta, model, weights, sidecar, regions ]
                genome: [ [ id: genome.baseName ], genome, index ]
                piece: meta.shard
            }
        SEQGLOSS_ISM(ch_mutants.network, ch_mutants.genome, ch_mutants.piece)
        MERGE_ISM(gather(SEQGLOSS_ISM.out.scores))
        ch_ism = MERGE_ISM.out.whole
    }
    ch_attributions = Channel.empty()
    if (methods) {
        ch_methods = ch_planned
            .flatMap { row -> methods.collectMany { method -> scatter(row, method, [ method: method ], threads) } }
            .multiMap { meta, model, weights, sidecar, regions, genome, index ->
                network: [ meta, model, weights, sidecar, regions ]
                genome: [ [ id: genome.baseName ], genome, index ]
                piece: meta.shard
            }
        SEQGLOSS_ATTRIBUTE(ch_methods.network, ch_methods.genome, ch_methods.piece)
        MERGE_ATTRIBUTE(gather(SEQGLOSS_ATTRIBUTE.out.scores))
        ch_attributions = MERGE_ATTRIBUTE.out.whole
    }

    // Motifs.
    ch_genomes = ch_networks.map { meta, model, weights, sidecar, regions, genome, index -> [ meta, [ id: genome.baseName ], genome, index ] }
    ch_cluster = MERGE_SUBSETS.out.whole
        .join(MERGE_PREDICTIONS.out.whole)
        .join(ch_genomes)
        .multiMap { meta, subsets, predictions, meta2, genome, index ->
            subsets: [ meta, subsets, predictions ]
            genome: [ meta2, genome, index ]
        }
    SEQGLOSS_CLUSTER(ch_cluster.subsets, ch_cluster.genome)
    // The motifs to compare with: a file, or the name of a set that the program has.
    base = params.motifs && file(params.motifs).exists() ? file(params.motifs) : []
    SEQGLOSS_COMPARE(SEQGLOSS_CLUSTER.out.motifs, [ [ id: 'motifs' ], base ])

    // Scores of the few regions that the report draws: of the value before a final sigmoid or softmax, where there is one.
    ch_top = ch_planned
        .join(SEQGLOSS_CLUSTER.out.top.filter { meta, bed -> bed.size() > 0 })
        .multiMap { meta, model, weights, sidecar, regions, genome, index, plan, top ->
            network: [ meta + [ logits: meta.target ? meta.target.tokenize(':')[0] in plan.logits.tokenize(' ') : plan.logits != '' ], model, weights, sidecar, top ]
            genome: [ [ id: genome.baseName ], genome, index ]
        }
    ISM_TOP(ch_top.network, ch_top.genome, '')

    ch_files = SEQGLOSS_CLUSTER.out.clusters
        .mix(SEQGLOSS_CLUSTER.out.summary, SEQGLOSS_CLUSTER.out.pairs, SEQGLOSS_CLUSTER.out.motifs, SEQGLOSS_CLUSTER.out.jaspar)
        .mix(SEQGLOSS_CLUSTER.out.genomic, SEQGLOSS_CLUSTER.out.instances, SEQGLOSS_CLUSTER.out.unexplained, SEQGLOSS_CLUSTER.out.top, SEQGLOSS_CLUSTER.out.provenance)
        .mix(ISM_TOP.out.scores.map { meta, scores -> [ meta.findAll { key, value -> key != 'logits' }, scores ] })
        .groupTuple()
    SEQGLOSS_REPORT(
        MERGE_PREDICTIONS.out.whole
            .join(MERGE_SUBSETS.out.whole)
            .join(ch_files)
            .join(SEQGLOSS_COMPARE.out.comparison),
        [ [ id: 'motifs' ], base ]
    )

    emit:
    plan         = SEQGLOSS_PLAN.out.plan         // channel: [ meta, json ]
    predictions  = MERGE_PREDICTIONS.out.whole    // channel: [ meta, tsv ]
    subsets      = MERGE_SUBSETS.out.whole        // channel: [ meta, tsv ]
    bed          = MERGE_BED.out.whole            // channel: [ meta, bed ]
    ism          = ch_ism                         // channel: [ meta, npz or h5 ]
    attributions = ch_attributions                // channel: [ meta with the method, npz or h5 ]
    clusters     = SEQGLOSS_CLUSTER.out.clusters  // channel: [ meta, tsv ]
    comparison   = SEQGLOSS_COMPARE.out.comparison // channel: [ meta, tsv ]
    page         = SEQGLOSS_REPORT.out.page       // channel: [ meta, html ]
    motifs       = SEQGLOSS_REPORT.out.motifs     // channel: [ meta, tsv ]
    multiqc      = SEQGLOSS_REPORT.out.multiqc    // channel: [ meta, json ]
}
