/* cli/groups.c: option groups that several commands share. One name per thing everywhere. */
#include <math.h>

#include "cli/groups.h"

#define NETWORK "trained network: .h5, .keras, .json with --weights, .onnx"

/* How a network is read, whether there is one or several. */
#define READING \
  { "weights", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0, \
    "HDF5 weights that belong to a .json architecture" }, \
  { "alphabet", 0, SG_OPT_TEXT, "LETTERS", NULL, 0, 0, 0, \
    "order of the columns of the network's input, e.g. ATCG [the sidecar's, else ACGT]" }, \
  { "n-base", 0, SG_OPT_CHOICE, "zero|quarter|drop", NULL, 0, 0, 0, \
    "N and IUPAC codes: an all-zero column, 0.25 for each base, or leave the region out " \
    "[the sidecar's, else zero]" }, \
  { "dna-input", 0, SG_OPT_TEXT, "NAME", NULL, 0, 0, 0, \
    "which of several inputs takes the sequence" }, \
  { "layout", 0, SG_OPT_TEXT, "AXES", NULL, 0, 0, 0, \
    "axes of the sequence input when its shape leaves doubt: NCL, NLC, N1CL, ..." }, \
  { "length", 'l', SG_OPT_INT, NULL, NULL, 1, 1e9, 0, \
    "window length for networks that take any [the interval's own]" }, \
  { "permute-weights", 0, SG_OPT_INT, "SEED", NULL, 1, 9e15, 0, \
    "a control: put the numbers of every weight matrix and kernel in random order first" }, \
  { 0 }

/* Taken several times only to say that one is meant. */
static const sg_opt_def model_defs[] = {
  { "model", 'm', SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_MANY, NETWORK },
  READING
};
const sg_opt_group sg_group_model = { "Network", model_defs };

static const sg_opt_def models_defs[] = {
  { "model", 'm', SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_MANY,
    NETWORK "; may be repeated: networks side by side" },
  READING
};
const sg_opt_group sg_group_models = { "Network", models_defs };

#define PLACES \
  { "genome", 'f', SG_OPT_INFILE, NULL, NULL, 0, 0, 0, \
    "genome FASTA, plain or compressed; with -b or -R" }, \
  { "regions", 'b', SG_OPT_INFILE, NULL, NULL, 0, 0, 0, \
    "BED or narrowPeak file of regions, also compressed; - is standard input" }, \
  { "region", 'R', SG_OPT_TEXT, "CHR:BEG-END", NULL, 0, 0, SG_OPT_MANY, \
    "one region, 1-based, both ends included; may be repeated" }, \
  { "fai", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0, \
    "index of the genome, when it does not stand beside it" }, \
  { "edge", 0, SG_OPT_CHOICE, "drop|pad|fail", "drop", 0, 0, 0, \
    "windows over the end of a chromosome: leave them out, fill up with N, or stop" }

static const sg_opt_def sequence_defs[] = {
  PLACES,
  { "shard", 0, SG_OPT_TEXT, "I/N", NULL, 0, 0, SG_OPT_NEUTRAL,
    "work on piece I of N only; seqgloss merge puts the outputs together" },
  { 0 }
};
const sg_opt_group sg_group_sequence = { "Sequences", sequence_defs };

static const sg_opt_def whole_defs[] = { PLACES, { 0 } };
const sg_opt_group sg_group_whole = { "Sequences", whole_defs };

static const sg_opt_def output_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, NULL, "-", 0, 0, SG_OPT_NEUTRAL,
    "output file; its ending names the format" },
  { "no-provenance", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "write neither ## lines nor a .provenance.json" },
  { 0 }
};
const sg_opt_group sg_group_output = { "Output", output_defs };

static const sg_opt_def run_defs[] = {
  { "threads", '@', SG_OPT_INT, NULL, "1", 1, 1024, SG_OPT_NEUTRAL,
    "threads in total; the result does not depend on it" },
  { "batch", 0, SG_OPT_INT, NULL, NULL, 1, 65536, SG_OPT_NEUTRAL,
    "windows that are computed together [by the network's size]" },
  { "progress", 0, SG_OPT_CHOICE, "auto|always|never", "auto", 0, 0, SG_OPT_NEUTRAL,
    "progress on stderr; auto: on a terminal" },
  { 0 }
};
const sg_opt_group sg_group_run = { "Running", run_defs };

static const sg_opt_def common_defs[] = {
  { "verbose", 'v', SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "say more; twice: everything" },
  { "quiet", 'q', SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL, "say nothing but errors" },
  { "help", 'h', SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL, "print this help" },
  { 0 }
};
const sg_opt_group sg_group_common = { "General", common_defs };
