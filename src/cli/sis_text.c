/* cli/sis_text.c: rows of subsets: TSV, BED12, FASTA.
 *
 * A region on the reverse strand was read as its reverse complement; everything here is told on
 * the forward strand: position p of the window's own direction is L - 1 - p, and bases are
 * complemented.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sis_job.h"
#include "seqgloss/io.h"

/* ---- 1. A subset on the forward strand ---- */

typedef struct kept {
  int64_t n, first, last;      /* bases; the outermost positions */
  int64_t *at;                 /* [n] most important first */
  char *text;                  /* first .. last: bases and - */
} kept;

static kept take(const sg_sis_job *job, const sg_sis_row *row)
{
  const sg_sis_subset *s = &row->all->subset[row->rank];
  const sg_alphabet *letters = sg_source_alphabet(job->source);
  bool minus = row->region->strand == '-';
  kept k = { .n = s->size, .first = row->length, .last = -1, .at = row->work };
  memset(row->letters, '-', (size_t)row->length);
  for (int64_t i = 0; i < s->size; i++) {
    int64_t p = s->positions[i];
    uint8_t code = row->codes[p];
    if (minus) {
      p = row->length - 1 - p;
      code = letters->complement[code];
    }
    k.at[i] = p;
    row->letters[p] = letters->letters[code];
    if (p < k.first) k.first = p;
    if (p > k.last) k.last = p;
  }
  k.text = row->letters + k.first;
  row->letters[k.last + 1] = 0;
  return k;
}

static bool placed(const sg_region *r)
{
  return r->start != -1 || r->end != -1;
}

/* ---- 2. TSV ---- */

void sg_sis_text_header(const sg_sis_job *job, sg_buffer *buffer)
{
  sg_buffer_puts(buffer, "#region\tchrom\tstart\tend\tstrand\ttarget\trank\tsize\tf_all\tf_subset\t"
                 "f_rest\tf_empty\ttau\tmargin\tleast_lead\tpositions\tgenomic_positions\tsubset");
  if (job->transplant) sg_buffer_puts(buffer, "\tplant_median\tplant_frac_ge_tau");
  sg_buffer_puts(buffer, "\n");
}

/* A row that begins with # would be taken for a comment: such a name begins with _, as in the
 * tables of predict. */
static void put_place(const sg_region *r, sg_buffer *b)
{
  bool hash = r->name[0] == '#';
  if (hash) sg_buffer_puts(b, "_");
  sg_buffer_name(b, r->name + hash, false, ' ');
  sg_buffer_puts(b, "\t");
  sg_buffer_name(b, r->chrom, false, ' ');
  if (placed(r)) sg_buffer_printf(b, "\t%" PRId64 "\t%" PRId64, r->start, r->end);
  else sg_buffer_puts(b, "\t.\t.");
  sg_buffer_printf(b, "\t%c\t", r->strand);
}

static void put_list(const kept *k, int64_t offset, sg_buffer *b)
{
  for (int64_t i = 0; i < k->n; i++)
    sg_buffer_printf(b, "%s%" PRId64, i ? "," : "", k->at[i] + offset);
}

static void put_number(sg_buffer *b, double value)
{
  sg_buffer_puts(b, "\t");
  sg_buffer_f32(b, value);
}

static void tsv_row(const sg_sis_job *job, const sg_sis_row *row, const kept *k, sg_buffer *b)
{
  const sg_sis_subset *s = &row->all->subset[row->rank];
  put_place(row->region, b);
  sg_buffer_name(b, row->target->name, false, ' ');
  sg_buffer_printf(b, "\t%" PRId64 "\t%" PRId64, row->rank + 1, s->size);
  put_number(b, row->all->f_all);
  put_number(b, s->f);
  put_number(b, s->f_rest);
  put_number(b, row->all->f_empty);
  sg_buffer_puts(b, "\t");
  sg_buffer_f64(b, row->target->tau);
  put_number(b, s->margin);
  if (isfinite(s->least_lead)) put_number(b, s->least_lead);
  else sg_buffer_puts(b, "\t.");
  sg_buffer_puts(b, "\t");
  put_list(k, 0, b);
  sg_buffer_puts(b, "\t");
  if (placed(row->region)) put_list(k, row->region->start, b);
  else sg_buffer_puts(b, ".");
  sg_buffer_printf(b, "\t%s", k->text);
  if (job->transplant) {
    put_number(b, row->plant_median);
    put_number(b, row->plant_fraction);
  }
  sg_buffer_puts(b, "\n");
}

/* ---- 3. BED12 and FASTA ---- */

/* REGION/RANK, with several targets REGION/TARGET/RANK; no blanks. */
static void put_name(const sg_sis_job *job, const sg_sis_row *row, sg_buffer *b)
{
  sg_buffer_name(b, row->region->name, true, '_');
  if (job->n_target > 1) {
    sg_buffer_puts(b, "/");
    sg_buffer_name(b, row->target->name, true, '_');
  }
  sg_buffer_printf(b, "/%" PRId64, row->rank + 1);
}

/* 1000 f, where that is a probability. */
static int score(const sg_sis_job *job, const sg_sis_row *row)
{
  double f = row->all->subset[row->rank].f;
  if (!sg_sis_probability(job->plan[row->target->pick]) || !(f >= 0)) return 0;
  return f >= 1 ? 1000 : (int)(1000 * f + 0.5);
}

/* Runs of kept bases: their number, their lengths, their starts from the first one on. */
static void put_blocks(const kept *k, sg_buffer *b)
{
  int64_t span = k->last - k->first + 1, blocks = 0;
  for (int64_t i = 0; i < span; i++)
    blocks += k->text[i] != '-' && (i == 0 || k->text[i - 1] == '-');
  sg_buffer_printf(b, "\t%" PRId64 "\t", blocks);
  for (int64_t i = 0, run = 0; i < span; i++) {
    run = k->text[i] == '-' ? 0 : run + 1;
    if (run && (i + 1 == span || k->text[i + 1] == '-')) sg_buffer_printf(b, "%" PRId64 ",", run);
  }
  sg_buffer_puts(b, "\t");
  for (int64_t i = 0; i < span; i++)
    if (k->text[i] != '-' && (i == 0 || k->text[i - 1] == '-'))
      sg_buffer_printf(b, "%" PRId64 ",", i);
}

/* A window of no genome is a chromosome of its own. */
static void bed_row(const sg_sis_job *job, const sg_sis_row *row, const kept *k, sg_buffer *b)
{
  const sg_region *r = row->region;
  int64_t from = placed(r) ? r->start : r->offset;
  int64_t start = from + k->first, end = from + k->last + 1;
  sg_buffer_name(b, placed(r) ? r->chrom : r->name, true, '_');
  sg_buffer_printf(b, "\t%" PRId64 "\t%" PRId64 "\t", start, end);
  put_name(job, row, b);
  sg_buffer_printf(b, "\t%d\t%c\t%" PRId64 "\t%" PRId64 "\t0", score(job, row), r->strand, start,
                   end);
  put_blocks(k, b);
  sg_buffer_puts(b, "\n");
}

static void fasta_record(const sg_sis_job *job, const sg_sis_row *row, const kept *k, sg_buffer *b)
{
  const sg_region *r = row->region;
  sg_buffer_puts(b, ">");
  put_name(job, row, b);
  if (placed(r)) {
    sg_buffer_puts(b, " ");
    sg_buffer_name(b, r->chrom, true, '_');
    sg_buffer_printf(b, ":%" PRId64 "-%" PRId64, r->start + k->first, r->start + k->last + 1);
  }
  sg_buffer_puts(b, " f_subset=");
  sg_buffer_f32(b, row->all->subset[row->rank].f);
  sg_buffer_printf(b, "\n%s\n", k->text);
}

void sg_sis_text_row(const sg_sis_job *job, sg_sis_row *row, sg_sis_format format,
                     sg_buffer *buffer)
{
  kept k = take(job, row);
  switch (format) {
  case SG_SIS_TSV: tsv_row(job, row, &k, buffer); break;
  case SG_SIS_BED: bed_row(job, row, &k, buffer); break;
  case SG_SIS_FASTA: fasta_record(job, row, &k, buffer); break;
  }
}
