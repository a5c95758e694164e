/* cli/attribute_refs.c: references read from FASTA. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/attribute.h"

enum { MOST = 10000 };         /* references of a window, as --number allows */

bool sg_refs_is_fasta(const char *path)
{
  static const char *const ends[] = { ".fa", ".fasta", ".fna", ".fa.gz", ".fasta.gz", ".fna.gz",
                                      ".fa.bgz" };
  size_t n = strlen(path);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    size_t m = strlen(ends[i]);
    if (n > m && !strcmp(path + n - m, ends[i])) return true;
  }
  return false;
}

static sg_status take(const sg_attribute_job *job, const char *option, const sg_region_batch *b,
                      sg_refs *refs, sg_err *err)
{
  size_t length = (size_t)job->longest;
  if (b->length != job->longest)
    return sg_fail(err, SG_ESHAPE, "--%s %s: %s is %" PRId64 " long, and the network reads %" PRId64
                   ": cut it to that, or pad it with N", option, sg_opt_text(job->opts, option),
                   b->region[0].name, b->length, job->longest);
  if (refs->n > MOST - b->n)
    return sg_fail(err, SG_EINVAL, "--%s %s: more than %d sequences: references are compared with "
                   "every region; give fewer", option, sg_opt_text(job->opts, option), (int)MOST);
  uint8_t *more = realloc(refs->codes, (size_t)(refs->n + b->n) * length);
  if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
  refs->codes = more;
  memcpy(more + (size_t)refs->n * length, b->codes, (size_t)b->n * length);
  refs->n += b->n;
  return SG_OK;
}

sg_status sg_refs_open_fasta(const sg_attribute_job *job, const char *option, sg_refs *refs,
                             sg_err *err)
{
  sg_source_opts s = sg_source_opts_default();
  sg_source *source = NULL;
  sg_region_batch *batch = NULL;
  const sg_net *net = &job->nets.net[0];
  const char *path = sg_opt_text(job->opts, option);
  if (!net->length && job->feeds.need_sequence)
    return sg_fail(err, SG_EINVAL, "--%s %s: sequences need windows of one length: give --length",
                   option, path);
  s.windows = path;
  s.alphabet = sg_model_alphabet(net->model);
  s.n_base = sg_model_n_base(net->model) == SG_N_DROP ? SG_N_ZERO : sg_model_n_base(net->model);
  refs->n = 0;
  sg_status status = sg_source_open(&s, &source, err);
  if (!status) status = sg_region_batch_new(64, &batch, err);
  while (!status && !(status = sg_source_fill(source, batch, err)) && batch->n)
    status = take(job, option, batch, refs, err);
  if (!status && !refs->n)
    status = sg_fail(err, SG_EINVAL, "--%s %s: there is no sequence", option, path);
  sg_region_batch_free(batch);
  sg_source_close(source);
  return status;
}
