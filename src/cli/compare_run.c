/* cli/compare_run.c: the loop of compare: queries in, text and pictures out, in their order. */
#include <stdlib.h>
#include <string.h>

#include "cli/compare_job.h"
#include "seqgloss/pipeline.h"

enum { QUERIES_A_BATCH = 16 };

/* A picture that waits to be written. */
typedef struct picture { char *path, *svg; } picture;

typedef struct batch {
  int first, n;                /* queries */
  sg_buffer *text;             /* [files] */
  picture *picture;            /* [QUERIES_A_BATCH * draw] */
  int n_picture, found, low;
} batch;

static void clear(batch *b)
{
  for (int i = 0; i < b->n_picture; i++) {
    free(b->picture[i].path);
    free(b->picture[i].svg);
  }
  b->n_picture = b->found = b->low = 0;
}

static void batch_free(void *user, void *one)
{
  sg_compare_job *job = user;
  batch *b = one;
  if (!b) return;
  clear(b);
  for (int i = 0; b->text && i < job->n_file; i++) sg_buffer_release(&b->text[i]);
  free(b->text);
  free(b->picture);
  free(b);
}

static sg_status batch_new(void *user, void **ret_batch, sg_err *err)
{
  sg_compare_job *job = user;
  batch *b = calloc(1, sizeof *b);
  if (b) {
    b->text = calloc((size_t)job->n_file + 1, sizeof *b->text);
    b->picture = calloc((size_t)QUERIES_A_BATCH * (size_t)(job->draw + 1), sizeof *b->picture);
  }
  if (!b || !b->text || !b->picture) {
    batch_free(job, b);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  *ret_batch = b;
  return SG_OK;
}

static sg_status source(void *user, void *one, bool *ret_more, sg_err *err)
{
  sg_compare_job *job = user;
  batch *b = one;
  int left = job->queries->n - job->next;
  (void)err;
  clear(b);
  b->first = job->next;
  b->n = left < QUERIES_A_BATCH ? left : QUERIES_A_BATCH;
  job->next += b->n;
  for (int i = 0; i < job->n_file; i++) b->text[i].n = 0;
  *ret_more = b->n > 0;
  return SG_OK;
}

static sg_status scratch_new(void *user, void **ret_scratch, sg_err *err)
{
  sg_compare_job *job = user;
  sg_comparer *comparer = NULL;
  sg_status status = sg_comparer_new(job->targets, &comparer, err);
  *ret_scratch = comparer;
  return status;
}

static void scratch_free(void *user, void *scratch)
{
  (void)user;
  sg_comparer_free(scratch);
}

/* Information of the query as it is compared, all columns together. */
static sg_status bits_of(const sg_compare_job *job, const sg_motif *query, double *ret_bits,
                         sg_err *err)
{
  double *p = malloc((size_t)query->width * 5 * sizeof *p);
  if (!p) return sg_fail(err, SG_ENOMEM, "out of memory");
  double *bits = p + 4 * query->width;
  sg_status status = sg_compare_probs(query, &job->compare, p, err);
  *ret_bits = 0;
  if (!status) sg_motif_bits(p, query->width, job->bg, bits);
  for (int i = 0; i < query->width && !status; i++) *ret_bits += bits[i];
  free(p);
  return status;
}

/* Matches come by p, so E is in order too; q is monotone in p. */
static int passing(const sg_compare_job *job, const sg_match *m, int n)
{
  int k = 0;
  while (k < n && m[k].p <= job->max_p && m[k].evalue <= job->max_e && m[k].qvalue <= job->max_q)
    k++;
  return k;
}

static sg_status draw(const sg_compare_job *job, const sg_compare_found *found, batch *b,
                      sg_err *err)
{
  int *best = calloc((size_t)job->draw + 1, sizeof *best);
  sg_status status = best ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  int n = best ? sg_compare_best(job, found, job->draw, best) : 0;
  for (int i = 0; i < n && !status; i++) {
    const sg_match *m = &found->match[best[i]];
    picture *p = &b->picture[b->n_picture];
    *p = (picture){ 0 };
    p->path = sg_compare_logo_path(job, found, job->db->motif[m->target].id);
    status = p->path ? sg_compare_logo(job, found, m, &p->svg, err)
                     : sg_fail(err, SG_ENOMEM, "out of memory");
    b->n_picture++;
  }
  free(best);
  return status;
}

static sg_status one_query(const sg_compare_job *job, sg_comparer *comparer, int number, batch *b,
                           sg_err *err)
{
  sg_compare_found found = { .query = &job->queries->motif[number], .number = number };
  sg_status status = bits_of(job, found.query, &found.bits, err);
  sg_comparer_seek(comparer, number);
  if (!status) status = sg_compare(comparer, found.query, &found.match, &found.n, err);
  if (status) return status;
  found.n = passing(job, found.match, found.n);
  b->found += found.n > 0;
  /* A match that none of so many would reach by chance speaks for itself, however few its bits. */
  const sg_match *nearest = found.n ? &found.match[0] : NULL;
  b->low += found.bits < SG_COMPARE_LOW_BITS && !(nearest && nearest->evalue <= 0.01);
  for (int i = 0; i < job->n_file && !status; i++)
    status = job->file[i].format == SG_COMPARE_TSV
               ? sg_compare_tsv(job, &found, &b->text[i], err)
               : sg_compare_text(job, &found, &b->text[i], err);
  if (!status && job->svg) status = draw(job, &found, b, err);
  return status;
}

static sg_status work(void *user, void *scratch, void *one, sg_err *err)
{
  sg_compare_job *job = user;
  batch *b = one;
  sg_status status = SG_OK;
  for (int i = 0; i < b->n && !status; i++) {
    if (sg_cancelled(NULL)) return sg_fail(err, SG_ECANCELLED, "stopped");
    status = one_query(job, scratch, b->first + i, b, err);
  }
  return status;
}

static sg_status write_picture(const picture *p, sg_err *err)
{
  sg_output *out = NULL;
  sg_status status = sg_output_open(p->path, 0, &out, err);
  if (status) return status;
  status = sg_output_puts(out, p->svg, err);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}

static sg_status sink(void *user, void *one, sg_err *err)
{
  sg_compare_job *job = user;
  batch *b = one;
  sg_status status = SG_OK;
  for (int i = 0; i < job->n_file && !status; i++) {
    const sg_buffer *text = &b->text[i];
    if (text->failed) status = sg_fail(err, SG_ENOMEM, "out of memory");
    else if (text->n) status = sg_output_write(job->file[i].output, text->at, text->n, err);
  }
  for (int i = 0; i < b->n_picture && !status; i++) status = write_picture(&b->picture[i], err);
  job->found += b->found;
  job->low += b->low;
  sg_progress_add(&job->meter.progress, b->n);
  return status;
}

sg_status sg_compare_run(sg_compare_job *job, sg_err *err)
{
  sg_pipeline p = sg_pipeline_default();
  p.threads = (int)sg_opt_int(job->opts, "threads");
  p.user = job;
  p.batch_new = batch_new;
  p.batch_free = batch_free;
  p.scratch_new = scratch_new;
  p.scratch_free = scratch_free;
  p.source = source;
  p.work = work;
  p.sink = sink;
  p.cancelled = sg_cancelled;
  return sg_pipeline_run(&p, err);
}
