// subworkflows/seqgloss_explain/main.nf: networks and regions to predictions, subsets, scores, motifs, pages.
//
// Regions are cut into `shards` pieces for predictions, subsets and scores; merge makes the bytes of a run in one piece of them. A
// threshold that is a quantile is taken of all predictions, of the regions or of shuffled ones, before the pieces of sis start.

include { SEQGLOSS_SHUFFLE                    } from '../../modules/seqgloss/shuffle/main'
include { SEQGLOSS_PREDICT                    } from '../../modules/seqgloss/predict/main'
include { SEQGLOSS_PREDICT as PREDICT_SHUFFLED } from '../../modules/seqgloss/predict/main'
include { SEQGLOSS_SIS                        } from '../../modules/seqgloss/sis/main'
include { SEQGLOSS_ISM                        } from '../../modules/seqgloss/ism/main'
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

// [ meta with the piece, file ] -> [ meta, [ files ] ]
def gather(ch, shards) {
    return ch.map { meta, piece -> [ meta.findAll { key, value -> key != 'shard' }, piece ] }.groupTuple(size: shards as int)
}

workflow SEQGLOSS_EXPLAIN {
    take:
    ch_networks // channel: [ meta, model, weights, sidecar, regions, genome, index ]
    shards      // integer: pieces of each step
    with_ism    // boolean: in-silico mutagenesis too
    methods     // list: methods of attribution

    main:
    ch_pieces = Channel.fromList((1..(shards as int)).collect { i -> "${i}/${shards}".toString() })
    ch_scatter = ch_networks
        .combine(ch_pieces)
        .multiMap { meta, model, weights, sidecar, regions, genome, index, piece ->
            network: [ meta + [ shard: piece ], model, weights, sidecar, regions ]
            genome: [ [ id: genome.baseName ], genome, index ]
            piece: piece
        }
    SEQGLOSS_PREDICT(ch_scatter.network, ch_scatter.genome, ch_scatter.piece)
    MERGE_PREDICTIONS(gather(SEQGLOSS_PREDICT.out.predictions, shards))

    // Predictions of shuffled regions, for networks whose threshold is a quantile of those.
    ch_null = ch_networks.filter { network -> network[0].set == 'shuffled' }
    SEQGLOSS_SHUFFLE(
        ch_null.map { meta, model, weights, sidecar, regions, genome, index -> [ meta, regions ] },
        ch_null.map { meta, model, weights, sidecar, regions, genome, index -> [ [ id: genome.baseName ], genome, index ] }
    )
    ch_shuffled = ch_null
        .map { meta, model, weights, sidecar, regions, genome, index -> [ meta, model, weights, sidecar ] }
        .join(SEQGLOSS_SHUFFLE.out.fasta)
        .combine(ch_pieces)
        .multiMap { meta, model, weights, sidecar, fasta, piece ->
            network: [ meta + [ shard: piece ], model, weights, sidecar, fasta ]
            piece: piece
        }
    PREDICT_SHUFFLED(ch_shuffled.network, ch_shuffled.piece.map { piece -> [ [ id: 'none' ], [], [] ] }, ch_shuffled.piece)
    MERGE_SHUFFLED(gather(PREDICT_SHUFFLED.out.predictions, shards))

    // [ meta, table ]: what the threshold is a quantile of.
    ch_quantile = ch_networks.filter { network -> network[0].set == '' }.map { network -> [ network[0], [] ] }
        .mix(MERGE_PREDICTIONS.out.whole.filter { meta, table -> meta.set == 'predictions' })
        .mix(MERGE_SHUFFLED.out.whole)
    ch_subsets = ch_networks
        .join(ch_quantile)
        .combine(ch_pieces)
        .multiMap { meta, model, weights, sidecar, regions, genome, index, table, piece ->
            network: [ meta + [ shard: piece ], model, weights, sidecar, regions, table ]
            genome: [ [ id: genome.baseName ], genome, index ]
            piece: piece
        }
    SEQGLOSS_SIS(ch_subsets.network, ch_subsets.genome, ch_subsets.piece)
    MERGE_SUBSETS(gather(SEQGLOSS_SIS.out.subsets, shards))
    MERGE_BED(gather(SEQGLOSS_SIS.out.bed, shards))

    // Scores of positions.
    ch_ism = Channel.empty()
    if (with_ism) {
        SEQGLOSS_ISM(ch_scatter.network, ch_scatter.genome, ch_scatter.piece)
        MERGE_ISM(gather(SEQGLOSS_ISM.out.scores, shards))
        ch_ism = MERGE_ISM.out.whole
    }
    ch_attributions = Channel.empty()
    if (methods) {
        ch_methods = ch_networks
            .combine(Channel.fromList(methods))
            .combine(ch_pieces)
            .multiMap { meta, model, weights, sidecar, regions, genome, index, method, piece ->
                network: [ meta + [ method: method, shard: piece ], model, weights, sidecar, regions ]
                genome: [ [ id: genome.baseName ], genome, index ]
                piece: piece
            }
        SEQGLOSS_ATTRIBUTE(ch_methods.network, ch_methods.genome, ch_methods.piece)
        MERGE_ATTRIBUTE(gather(SEQGLOSS_ATTRIBUTE.out.scores, shards))
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
    SEQGLOSS_COMPARE(SEQGLOSS_CLUSTER.out.motifs, [ [ id: 'motifs' ], params.motifs ? file(params.motifs, checkIfExists: true) : [] ])

    ch_files = SEQGLOSS_CLUSTER.out.clusters
        .mix(SEQGLOSS_CLUSTER.out.summary, SEQGLOSS_CLUSTER.out.pairs, SEQGLOSS_CLUSTER.out.motifs, SEQGLOSS_CLUSTER.out.jaspar)
        .mix(SEQGLOSS_CLUSTER.out.genomic, SEQGLOSS_CLUSTER.out.instances, SEQGLOSS_CLUSTER.out.unexplained, SEQGLOSS_CLUSTER.out.provenance)
        .groupTuple()
    SEQGLOSS_REPORT(
        MERGE_PREDICTIONS.out.whole
            .join(MERGE_SUBSETS.out.whole)
            .join(ch_files)
            .join(SEQGLOSS_COMPARE.out.comparison)
    )

    emit:
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
