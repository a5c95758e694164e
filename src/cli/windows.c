/* cli/windows.c: the windows of a run: sequences, with rows of arrays beside them, or rows alone.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/seqinput.h"
#include "cli/windows.h"
#include "seqgloss/engine.h"

sg_status sg_windows_check(const sg_feeds *feeds, bool any, sg_err *err)
{
  if (feeds->need_sequence && !any)
    return sg_fail(err, SG_EINVAL,
                   "no sequences: give -f GENOME.fa with -b REGIONS.bed, or a FASTA "
                   "file, or the encoded DNA by --input");
  if (!feeds->need_sequence && any)
    return sg_fail(err, SG_EINVAL,
                   "the network takes its DNA from --input; leave out the sequences");
  return SG_OK;
}

/* As many rows as regions, where both are known. */
static sg_status check_rows(const sg_feeds *feeds, const sg_source *source, sg_err *err)
{
  int64_t total = sg_source_total(source);
  if (feeds->rows < 0 || total < 0 || total == feeds->rows) return SG_OK;
  return sg_fail(err, SG_ESHAPE, "%" PRId64 " regions, but --input has %" PRId64 " rows", total,
                 feeds->rows);
}

sg_status sg_windows_open(const sg_opts *opts, const sg_nets *nets, const sg_feeds *feeds,
                          int64_t flank, bool again, sg_source **ret_source, int64_t *ret_longest,
                          sg_err *err)
{
  const sg_net *net = &nets->net[0];
  sg_source_opts s;
  bool any;
  sg_status status = sg_seqinput_read(opts, &s, &any, err);
  if (!status) status = sg_windows_check(feeds, any, err);
  if (status) return status;
  s.length = net->length;
  if (!any) s.rows = feeds->rows;
  if (!any && !s.length) s.length = sg_feeds_length(feeds, nets, 0);
  s.alphabet = sg_model_alphabet(net->model);
  s.n_base = sg_model_n_base(net->model);
  s.flank = flank;
  if (again) s.log = NULL;
  status = sg_source_open(&s, ret_source, err);
  if (!status) status = check_rows(feeds, *ret_source, err);
  if (status) return status;
  *ret_longest = s.length ? s.length : sg_source_longest(*ret_source);
  if (*ret_longest > 0) return SG_OK;
  return sg_fail(err, SG_EINVAL, sg_source_total(*ret_source) ?
                 "the network takes any length and standard input is read once: give --length" :
                 "there is no region in the input");
}

sg_status sg_windows_read(const sg_feeds *feeds, const sg_region_batch *batch, float *const *data,
                          sg_err *err)
{
  sg_status status = SG_OK;
  for (int k = 0; k < feeds->n; k++) {
    const sg_feed *f = &feeds->feed[k];
    for (int i = 0; f->array && i < batch->n && !status; i++)
      status = sg_array_read(f->array, batch->region[i].index, 1, data[k] + i * f->units, err);
  }
  return status;
}

void sg_windows_codes(const sg_feeds *feeds, const sg_plan *plan, float *const *data,
                      sg_region_batch *batch, bool *coded)
{
  const sg_feed *f = sg_feeds_dna(feeds);
  int64_t at;
  for (int i = 0; i < batch->n; i++)
    coded[i] = !f || sg_plan_codes(plan, data[f - feeds->feed] + i * f->units,
                                   batch->codes + i * batch->length, &at);
}

/* row, codes: scratch. */
static sg_status check_row(sg_array *array, int64_t i, const sg_plan *plan, const sg_feed *f,
                           float *row, uint8_t *codes, const char *why, sg_err *err)
{
  int64_t at;
  sg_status status = sg_array_read(array, i, 1, row, err);
  if (status || sg_plan_codes(plan, row, codes, &at)) return status;
  return sg_fail(err, SG_EINVAL, "%s: row %" PRId64 " has something other than a base at position %"
                 PRId64 " (both from 0): %s", f->path, i, at, why);
}

sg_status sg_windows_check_codes(const sg_feeds *feeds, const sg_plan *plan,
                                 const sg_source *source, const char *why, sg_err *err)
{
  const sg_feed *f = sg_feeds_dna(feeds);
  struct stat info;
  sg_array *again = NULL;
  int64_t begin, end;
  if (!f || stat(f->path, &info) || !S_ISREG(info.st_mode)) return SG_OK;
  sg_source_range(source, &begin, &end);
  float *row = malloc(((size_t)f->units + 1) * sizeof *row);
  uint8_t *codes = malloc((size_t)sg_plan_length(plan) + 1);
  sg_status status = row && codes ? sg_feed_again(f, &again, err)
                                  : sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = begin; i < end && !status; i++)
    status = check_row(again, i, plan, f, row, codes, why, err);
  sg_array_close(again);
  free(row);
  free(codes);
  return status;
}
