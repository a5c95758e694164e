/* cli/cmd_shuffle.c: dinucleotide-shuffled sequences as FASTA. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/groups.h"
#include "cli/seqinput.h"
#include "seqgloss/io.h"

static const sg_opt_def shuffle_defs[] = {
  { "number", 'n', SG_OPT_INT, NULL, "1", 1, 1e6, 0, "shuffles of each sequence" },
  { "seed", 0, SG_OPT_INT, NULL, "1", 0, 9e15, 0, "seed of the random numbers" },
  { "shuffle", 0, SG_OPT_CHOICE, "uniform|legacy", "uniform", 0, 0, 0,
    "uniform over all sequences with these dinucleotides, or the order that NumPy's old generator "
    "gives (the references of tangermeme)" },
  { "length", 'l', SG_OPT_INT, NULL, NULL, 1, 1e9, 0, "window length [the interval's own]" },
  { "output", 'o', SG_OPT_OUTFILE, NULL, "-", 0, 0, SG_OPT_NEUTRAL,
    "FASTA file; .gz is compressed by bgzip" },
  { 0 }
};
static const sg_opt_group shuffle_group = { "Shuffling", shuffle_defs };
static const sg_opt_group *const groups[] = {
  &sg_group_whole, &shuffle_group, &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] SEQUENCES.fa", "[options] -f GENOME.fa -b REGIONS.bed", NULL
};

typedef struct job {
  sg_source *source;
  sg_region_batch *batch;
  sg_shuffler *shuffler;
  sg_output *out;
  int n;
  int64_t singles;             /* sequences with one possible shuffle */
} job;

static sg_status write_record(sg_output *out, const sg_region *r, int number, const uint8_t *text,
                              int64_t length,
                              sg_err *err)
{
  enum { LINE = 80 };
  sg_status status = sg_output_printf(out, err, ">%s_shuffle%d\n", r->name, number);
  for (int64_t i = 0; i < length && !status; i += LINE) {
    status = sg_output_write(out, text + i, (size_t)(length - i < LINE ? length - i : LINE), err);
    if (!status) status = sg_output_write(out, "\n", 1, err);
  }
  return status;
}

static sg_status shuffle_batch(job *j, uint8_t *dst, sg_err *err)
{
  const sg_region_batch *b = j->batch;
  sg_status status = SG_OK;
  for (int i = 0; i < b->n && !status; i++) {
    bool single = false;
    const uint8_t *text = (const uint8_t *)b->text + i * b->length;
    status = sg_shuffle(j->shuffler, text, b->length, (uint64_t)b->region[i].index, j->n, dst,
                        &single, err);
    j->singles += single;
    for (int s = 0; s < j->n && !status; s++)
      status = write_record(j->out, &b->region[i], s + 1, dst + s * b->length, b->length, err);
  }
  return status;
}

static sg_status shuffle_all(job *j, sg_err *err)
{
  uint8_t *dst = NULL;
  sg_status status = SG_OK;
  for (;;) {
    status = sg_source_fill(j->source, j->batch, err);
    if (status || !j->batch->n) break;
    if (sg_cancelled(NULL)) {
      status = sg_fail(err, SG_ECANCELLED, "stopped");
      break;
    }
    uint8_t *more = realloc(dst, (size_t)j->n * (size_t)j->batch->length + 1);
    if (!more) status = sg_fail(err, SG_ENOMEM, "out of memory; try a smaller -n");
    else dst = more;
    if (!status) status = shuffle_batch(j, dst, err);
    if (status) break;
  }
  free(dst);
  return status;
}

static sg_status shuffle(const sg_opts *opts, job *j, sg_err *err)
{
  sg_source_opts s;
  sg_shuffle_opts o = sg_shuffle_opts_default();
  bool any;
  sg_status status = sg_seqinput_read(opts, &s, &any, err);
  if (status) return status;
  if (!any) return sg_fail(err, SG_EINVAL, "no sequences: name a FASTA file, or -f with -b or -R");
  s.length = sg_opt_int(opts, "length");
  s.keep_text = true;
  o.kind = (sg_shuffle_kind)sg_opt_choice(opts, "shuffle");
  o.seed = (uint64_t)sg_opt_int(opts, "seed");
  memcpy(o.symbol, "ACGT", sizeof o.symbol);
  j->n = (int)sg_opt_int(opts, "number");
  status = sg_output_check(sg_opt_text(opts, "output"), err);
  if (!status) status = sg_shuffler_new(&o, &j->shuffler, err);
  if (!status) status = sg_source_open(&s, &j->source, err);
  if (!status) status = sg_region_batch_new(16, &j->batch, err);
  if (!status) status = sg_output_open(sg_opt_text(opts, "output"), 0, &j->out, err);
  if (!status) status = shuffle_all(j, err);
  if (!status) {
    sg_output *out = j->out;
    j->out = NULL;
    status = sg_output_commit(out, err);
  }
  return status;
}

static int run_shuffle(sg_opts *opts)
{
  sg_err err;
  job j = { .n = 1 };
  sg_status status = shuffle(opts, &j, &err);
  if (!status) sg_seqinput_report(j.source);
  if (!status && j.singles)
    sg_say(SG_LOG_WARN, "%" PRId64 " sequences have only one possible shuffle: themselves",
           j.singles);
  sg_output_discard(j.out);
  sg_region_batch_free(j.batch);
  sg_source_close(j.source);
  sg_shuffler_free(j.shuffler);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_shuffle = {
  .name = "shuffle",
  .summary = "dinucleotide-shuffled sequences as FASTA",
  .usage = usage,
  .about = "Writes shuffles of each sequence that keep its dinucleotide counts, its first and its "
           "last base. N and other letters stay where they are; the runs between them are shuffled "
           "alone. The records are called NAME_shuffle1, NAME_shuffle2 ...",
  .groups = groups,
  .run = run_shuffle
};
