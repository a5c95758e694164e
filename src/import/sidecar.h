/* import/sidecar.h: what a person says about a network beside it: MODEL.seqgloss.json.
 *
 * A JSON object with any of these keys; others are refused, so that a slip of the pen is noticed:
 *   "alphabet"   "ACGT", "ATCG", "ACGTN": the letters of the input's columns in their order
 *   "n_base"     "zero", "quarter" or "drop": how an ambiguous base is shown to the network
 *   "dna_input"  name of the input that takes the sequence
 *   "layout"     axes of that input, for example "NLC"
 *   "length"     sequence length, for networks that leave it open
 *   "targets"    names of the output's units, or an object {"output": [names], ...}
 * Options of the caller come before what the sidecar says.
 */
#ifndef SG_IMPORT_SIDECAR_H
#define SG_IMPORT_SIDECAR_H

#include "model/model.h"

typedef struct sg_sidecar {
  char *path;               /* where it was found; NULL: there is none */
  char *alphabet;           /* NULL and 0 below: not said */
  sg_n_base n_base;
  char *dna_input;
  char *layout;
  int64_t length;
  void *json;               /* for the targets, which need the outputs; opaque */
} sg_sidecar;

/* Reads the sidecar of `model_path`: the file `path`, or where that is NULL MODEL.seqgloss.json and
 * then the same with MODEL's extension taken off, if either exists; "" for none. Messages begin
 * with file:line:column. */
sg_status sg_sidecar_read(const char *path, const char *model_path, sg_sidecar *sc, sg_err *err);
/* The same from text; messages begin with line:column. */
sg_status sg_sidecar_parse(const char *data, size_t size, sg_sidecar *sc, sg_err *err);
/* Gives m->target the names; outputs are known by now. */
sg_status sg_sidecar_targets(const sg_sidecar *sc, sg_model *m, sg_err *err);
void sg_sidecar_release(sg_sidecar *sc);
/* "zero", "quarter", "drop"; SG_N_DEFAULT: none of them. */
sg_n_base sg_n_base_of(const char *text);
/* Refuses an alphabet that is not 2 to 12 distinct letters. */
sg_status sg_alphabet_check(const char *alphabet, sg_err *err);

#endif
