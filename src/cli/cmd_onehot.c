/* cli/cmd_onehot.c: windows as one-hot arrays for other tools. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/facts.h"
#include "cli/groups.h"
#include "cli/seqinput.h"
#include "seqgloss/report.h"

static const sg_opt_def onehot_defs[] = {
  { "alphabet", 0, SG_OPT_TEXT, "LETTERS", "ACGT", 0, 0, 0, "order of the columns" },
  { "n-base", 0, SG_OPT_CHOICE, "zero|quarter|drop", "zero", 0, 0, 0,
    "N and IUPAC codes: an all-zero column, 0.25 for each base, or leave the region out" },
  { "layout", 0, SG_OPT_CHOICE, "NCL|NLC", "NCL", 0, 0, 0,
    "axes: regions, bases, positions; or regions, positions, bases" },
  { "length", 'l', SG_OPT_INT, NULL, NULL, 1, 1e9, 0,
    "window length [the interval's own, which must then be the same everywhere]" },
  { 0 }
};
static const sg_opt_group onehot_group = { "Encoding", onehot_defs };
static const sg_opt_group *const groups[] = {
  &sg_group_sequence, &onehot_group, &sg_group_output, &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] -o OUT.npz SEQUENCES.fa", "[options] -o OUT.npz -f GENOME.fa -b REGIONS.bed", NULL
};

typedef struct job {
  const sg_opts *opts;
  sg_source *source;
  sg_region_batch *batch;
  sg_table *table;
  sg_onehot_strides strides;
  int64_t length;
  float *block;                /* one region */
} job;

static sg_status write_batch(job *j, sg_err *err)
{
  const sg_region_batch *b = j->batch;
  const float *value = j->block;
  sg_status status = SG_OK;
  if (b->length != j->length)
    return sg_fail(err, SG_ESHAPE, "%s is %" PRId64 " long, others %" PRId64 ": an array needs one "
                   "length; give --length", b->region[0].name, b->length, j->length);
  for (int i = 0; i < b->n && !status; i++) {
    const sg_region *r = &b->region[i];
    sg_row row = { r->name, r->chrom, r->start, r->end, r->strand, &value };
    sg_onehot(sg_source_alphabet(j->source), b->codes + i * b->length, 1, b->length, j->strides,
              j->block);
    status = sg_table_row(j->table, &row, err);
  }
  return status;
}

static sg_status encode_all(job *j, sg_err *err)
{
  sg_status status;
  while (!(status = sg_source_fill(j->source, j->batch, err)) && j->batch->n) {
    if (sg_cancelled(NULL)) return sg_fail(err, SG_ECANCELLED, "stopped");
    status = write_batch(j, err);
    if (status) return status;
  }
  return status;
}

static sg_status open_source(job *j, sg_err *err)
{
  sg_source_opts s;
  bool any;
  sg_status status = sg_seqinput_read(j->opts, &s, &any, err);
  if (status) return status;
  if (!any) return sg_fail(err, SG_EINVAL, "no sequences: name a FASTA file, or -f with -b or -R");
  s.length = sg_opt_int(j->opts, "length");
  s.alphabet = sg_opt_text(j->opts, "alphabet");
  s.n_base = (sg_n_base)(SG_N_ZERO + sg_opt_choice(j->opts, "n-base"));
  status = sg_source_open(&s, &j->source, err);
  if (status) return status;
  j->length = s.length ? s.length : sg_source_longest(j->source);
  if (j->length > 0) return SG_OK;
  return sg_fail(err, SG_EINVAL, "the length is not known beforehand; give --length");
}

static sg_status make_block(job *j, sg_field *field, sg_err *err)
{
  const sg_alphabet *a = sg_source_alphabet(j->source);
  bool ncl = sg_opt_choice(j->opts, "layout") == 0;
  j->strides = ncl ? sg_onehot_ncl(a, j->length) : sg_onehot_nlc(a, j->length);
  j->block = calloc((size_t)a->n * (size_t)j->length, sizeof *j->block);
  *field = (sg_field){ .name = "arr_0", .nd = 2 };
  field->dims[ncl ? 0 : 1] = a->n;
  field->dims[ncl ? 1 : 0] = j->length;
  return j->block ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

static sg_status onehot(job *j, sg_err *err)
{
  sg_table_opts t = sg_table_opts_default();
  sg_facts facts = { 0 };
  sg_field field;
  char line[512];
  t.path = sg_opt_text(j->opts, "output");
  t.fields = &field;
  sg_status status = sg_table_check(&t, err);
  if (!status) status = open_source(j, err);
  if (!status) status = make_block(j, &field, err);
  t.n_fields = 1;
  if (!status) status = sg_table_check(&t, err);
  if (!status) status = sg_facts_make(j->opts, NULL, &facts, err);
  if (status) goto done;
  t.facts = facts.fact;
  t.n_facts = sg_opt_given(j->opts, "no-provenance") ? 0 : facts.n;
  if (sg_opt_given(j->opts, "shard")) {
    sg_shard shard = sg_source_shard(j->source, sg_table_header(&t), facts.run);
    if (sg_shard_line(&shard, line, sizeof line) > 0) t.shard = line;
  }
  status = sg_region_batch_new(16, &j->batch, err);
  if (!status) status = sg_table_open(&t, &j->table, err);
  if (status) goto done;
  status = encode_all(j, err);
  if (!status) status = sg_table_close(j->table, err);
  else sg_table_free(j->table);
done:
  sg_facts_free(&facts);
  return status;
}

static int run_onehot(sg_opts *opts)
{
  sg_err err;
  job j = { .opts = opts };
  sg_status status = onehot(&j, &err);
  if (!status) sg_seqinput_report(j.source);
  sg_region_batch_free(j.batch);
  sg_source_close(j.source);
  free(j.block);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_onehot = {
  .name = "onehot",
  .summary = "windows as one-hot arrays for other tools",
  .usage = usage,
  .about = "Writes the windows as an array arr_0 of 0 and 1 (float32), with their places under "
           "coords/, to .npz or .h5: what TF-MoDISco and training scripts read.",
  .groups = groups,
  .run = run_onehot
};
