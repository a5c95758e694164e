/* report/bedgraphwrite.c: tracks as bedGraph text: chromosome, start, end (0-based, half open) and
 * number, equal neighbours in one line. */
#include <inttypes.h>
#include <stdlib.h>

#include "report/trackwriter.h"

typedef struct bedgraph {
  const sg_track_opts *opts;
  sg_output *output;
  int chrom;                   /* of the line at hand; -1: there is none */
  int64_t start, end;
  float value;
} bedgraph;

static sg_status bedgraph_check(const sg_track_opts *opts, sg_err *err)
{
  (void)opts;
  (void)err;
  return SG_OK;
}

static sg_status bedgraph_begin(const sg_track_opts *opts, void **ret_state, sg_err *err)
{
  bedgraph *b = calloc(1, sizeof *b);

  *ret_state = b;
  if (!b) return sg_fail(err, SG_ENOMEM, "out of memory");
  b->opts = opts;
  b->chrom = -1;
  return sg_output_open(opts->path, 0, &b->output, err);
}

static sg_status write_line(bedgraph *b, sg_err *err)
{
  char number[SG_NUMBER_TEXT];

  if (b->chrom < 0) return SG_OK;
  sg_format_f32(number, b->value);
  return sg_output_printf(b->output, err, "%s\t%" PRId64 "\t%" PRId64 "\t%s\n",
                          b->opts->chroms[b->chrom].name, b->start, b->end, number);
}

static sg_status bedgraph_put(void *state, int chrom, int64_t start, int64_t n,
                              const float *values, sg_err *err)
{
  bedgraph *b = state;
  sg_status status = SG_OK;

  for (int64_t i = 0; i < n && !status; i++) {
    int64_t at = start + i;
    if (b->chrom == chrom && b->end == at && sg_track_same(b->value, values[i])) {
      b->end++;
      continue;
    }
    status = write_line(b, err);
    b->chrom = chrom;
    b->start = at;
    b->end = at + 1;
    b->value = values[i];
  }
  return status;
}

static sg_status bedgraph_finish(void *state, sg_output **ret_output, sg_err *err)
{
  bedgraph *b = state;
  sg_status status = write_line(b, err);

  if (status) return status;
  *ret_output = b->output;
  b->output = NULL;
  return SG_OK;
}

static void bedgraph_drop(void *state)
{
  bedgraph *b = state;

  if (!b) return;
  sg_output_discard(b->output);
  free(b);
}

const sg_trackwriter sg_trackwriter_bedgraph = {
  .check = bedgraph_check,
  .begin = bedgraph_begin,
  .put = bedgraph_put,
  .finish = bedgraph_finish,
  .drop = bedgraph_drop
};
