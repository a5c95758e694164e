/* seqgloss/seqgloss.h: the whole installed contract.
 *
 * base.h      status codes, errors, notices, version
 * codes.h     the one-byte codes of bases
 * io.h        output files, lines, numbers
 * pipeline.h  source, workers, ordered sink
 * seq.h       alphabets, reverse complement, one-hot arrays, shuffles
 * region.h    windows from FASTA and BED
 * model.h     networks: load, inspect, plan
 * engine.h    networks: evaluate, differentiate
 * delta.h     networks: outputs at edits of a sequence
 * report.h    tables and arrays in files
 * track.h     one number per base: bedgraph, bigWig
 * attribute.h gradients, integrated gradients, DeepLIFT
 * html.h      one self-contained page: text, tables, plots
 * tsv.h       tables read again
 * ism.h       in-silico mutagenesis
 * sis.h       sufficient input subsets
 * motif.h     motifs and their files
 * compare.h   comparison of motifs with a database
 * subsets.h   tables of subsets, gapped strings
 * cluster.h   from subsets to motifs
 */
#ifndef SEQGLOSS_SEQGLOSS_H
#define SEQGLOSS_SEQGLOSS_H

#include "seqgloss/agree.h"
#include "seqgloss/attribute.h"
#include "seqgloss/base.h"
#include "seqgloss/cluster.h"
#include "seqgloss/codes.h"
#include "seqgloss/compare.h"
#include "seqgloss/delta.h"
#include "seqgloss/engine.h"
#include "seqgloss/html.h"
#include "seqgloss/io.h"
#include "seqgloss/ism.h"
#include "seqgloss/logo.h"
#include "seqgloss/model.h"
#include "seqgloss/motif.h"
#include "seqgloss/motifnotes.h"
#include "seqgloss/pipeline.h"
#include "seqgloss/region.h"
#include "seqgloss/report.h"
#include "seqgloss/seq.h"
#include "seqgloss/sis.h"
#include "seqgloss/subsets.h"
#include "seqgloss/track.h"
#include "seqgloss/tsv.h"

#endif
