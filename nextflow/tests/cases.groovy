// nextflow/tests/cases.groovy: each module with the shipped networks, for mini.groovy. What a command needs of another stands in work/in.
def genome = [[id: 'chr20'], new File("$data/data/chr20.fa.gz"), [new File("$data/data/chr20.fa.gz.fai"), new File("$data/data/chr20.fa.gz.gzi")]]
def at = { name -> new File("$work/in/$name") }
def keras = new File("$data/data/mafk.h5")
def meta = [id: 'mafk']
def regions = at('few.bed')
def motifs = new File("$data/motifs/JASPAR2026_CORE_fungi.jaspar")
[
    [module: 'predict', inputs: [[meta, keras, [], [], regions], genome, ''], ext: [args: '--logits', suffix: 'tsv.gz']],
    [module: 'sis', inputs: [[meta, keras, [], [], regions, at('few.tsv')], genome, '2/3'], ext: [args: '--threshold-quantile 0.5', prefix: 'piece']],
    [module: 'ism', inputs: [[meta, keras, [], [], regions], genome, ''], ext: [suffix: 'tsv']],
    [module: 'attribute', inputs: [[meta, keras, [], [], at('windows.fa')], [[id: 'none'], [], []], '1/2'], ext: [args: '--method gradient', prefix: 'scores', suffix: 'h5']],
    [module: 'agree', inputs: [[meta, [at('few.gradient.npz'), at('few.ism.npz')]]], ext: [:]],
    [module: 'merge', inputs: [[meta, [at('piece.2-of-2.tsv'), at('piece.1-of-2.tsv')]]], ext: [:]],
    [module: 'cluster', inputs: [[meta, at('sis.tsv'), at('predictions.tsv')], genome], ext: [:]],
    [module: 'compare', inputs: [[meta, at('cluster/motifs.meme')], [[id: 'fungi'], motifs]], ext: [args: '--dist pearson']],
    [module: 'report', inputs: [[meta, at('predictions.tsv'), at('sis.tsv'), at('cluster').listFiles().toList(), at('tomtom.tsv')], [[id: 'jaspar'], []]], ext: [:]],
    [module: 'run', inputs: [[meta, keras, [], [], at('part.bed')], genome], ext: [args: '--threshold 0.9']],
    [module: 'info', inputs: [[meta, keras, [], []]], ext: [:]],
    [module: 'shuffle', inputs: [[meta, regions], genome], ext: [args: '--seed 7']],
    [module: 'onehot', inputs: [[meta, regions], genome], ext: [args: '--length 101']],
    [module: 'motifs', inputs: [[meta, motifs]], ext: [args: '--min-width 12', suffix: 'transfac']],
    [module: 'logo', inputs: [[meta, motifs]], ext: [args: '-i MA0265.3']]
]
