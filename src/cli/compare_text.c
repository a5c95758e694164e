/* cli/compare_text.c: what compare found, as Tomtom's table and as text for people.
 *
 *   1. Names and families
 *   2. The table
 *   3. Families
 *   4. Alignments
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/compare_job.h"

/* ---- 1. Names and families ---- */

const sg_motif_note *sg_compare_note(const sg_compare_job *job, int target)
{
  return job->notes ? sg_motif_notes_find(job->notes, job->db->motif[target].id) : NULL;
}

const char *sg_compare_family(const sg_compare_job *job, int target)
{
  const sg_motif_note *note = sg_compare_note(job, target);
  return note ? note->family : "";
}

const char *sg_compare_name(const sg_compare_job *job, int target)
{
  const sg_motif_note *note = sg_compare_note(job, target);
  const char *name = job->db->motif[target].name;
  return *name ? name : note ? note->name : "";
}

static bool same_family(const sg_compare_job *job, int a, int b)
{
  const char *x = sg_compare_family(job, a), *y = sg_compare_family(job, b);
  return a == b || (*x && !strcmp(x, y));
}

int sg_compare_best(const sg_compare_job *job, const sg_compare_found *found, int most, int *index)
{
  int n = 0;
  for (int i = 0; i < found->n && n < most; i++) {
    bool known = false;
    for (int j = 0; j < n && !known; j++)
      known = same_family(job, found->match[index[j]].target, found->match[i].target);
    if (!known) index[n++] = i;
  }
  return n;
}

/* ---- 2. The table ---- */

void sg_compare_tsv_header(sg_buffer *b)
{
  sg_buffer_puts(b, "Query_ID\tTarget_ID\tOptimal_offset\tp-value\tE-value\tq-value\tOverlap\t"
                 "Query_consensus\tTarget_consensus\tOrientation\tTarget_name\tFamily\tClass\t"
                 "Species\tlog10_p\tE_run\tLow_information\n");
}

/* A text of the notes; "." where there is none. */
static void put(sg_buffer *b, const char *text)
{
  sg_buffer_puts(b, "\t");
  if (*text) sg_buffer_name(b, text, false, ' ');
  else sg_buffer_puts(b, ".");
}

typedef struct letters {
  double *p;                   /* [SG_MOTIF_WIDTH_MAX][4] */
  char *text;                  /* [SG_MOTIF_WIDTH_MAX + 1] */
  char *query;                 /* the same, of the query */
} letters;

static sg_status letters_new(letters *l, sg_err *err)
{
  l->p = malloc(SG_MOTIF_WIDTH_MAX * 4 * sizeof *l->p);
  l->text = calloc(SG_MOTIF_WIDTH_MAX + 1, 1);
  l->query = calloc(SG_MOTIF_WIDTH_MAX + 1, 1);
  return l->p && l->text && l->query ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

static void letters_release(letters *l)
{
  free(l->p);
  free(l->text);
  free(l->query);
}

static void put_row(const sg_compare_job *job, const sg_compare_found *found, const sg_match *m,
                    const letters *l, sg_buffer *b)
{
  const sg_motif_note *note = sg_compare_note(job, m->target);
  sg_buffer_printf(b, "%s\t%s\t%d\t%.6g\t%.6g\t%.6g\t%d\t%s\t%s\t%c", found->query->id,
                   job->db->motif[m->target].id, m->offset, m->p, m->evalue, m->qvalue, m->overlap,
                   l->query, l->text, m->reverse ? '-' : '+');
  put(b, sg_compare_name(job, m->target));
  put(b, note ? note->family : "");
  put(b, note ? note->tf_class : "");
  put(b, note ? note->species : "");
  sg_buffer_printf(b, "\t%.6g\t%.6g\t%s\n", m->log10_p, m->evalue * job->queries->n,
                   found->bits < SG_COMPARE_LOW_BITS ? "yes" : "no");
}

sg_status sg_compare_tsv(const sg_compare_job *job, const sg_compare_found *found, sg_buffer *b,
                         sg_err *err)
{
  letters l = { 0 };
  sg_status status = letters_new(&l, err);
  if (!status) status = sg_compare_probs(found->query, &job->compare, l.p, err);
  if (!status) sg_compare_consensus(l.p, found->query->width, false, l.query);
  for (int i = 0; i < found->n && !status; i++) {
    const sg_motif *target = &job->db->motif[found->match[i].target];
    status = sg_compare_probs(target, &job->compare, l.p, err);
    if (status) break;
    sg_compare_consensus(l.p, target->width, found->match[i].reverse, l.text);
    put_row(job, found, &found->match[i], &l, b);
  }
  letters_release(&l);
  return status;
}

/* ---- 3. Families ---- */

enum { FAMILIES = 10 };

/* Members of its family that passed, with p within ten times the best. */
static int count_near(const sg_compare_job *job, const sg_compare_found *found, int best)
{
  const sg_match *m = found->match;
  int n = 0;
  for (int i = best; i < found->n && m[i].p <= 10 * m[best].p; i++)
    n += same_family(job, m[best].target, m[i].target);
  return n;
}

/* At most `width` bytes of a name, the rest shown by dots. */
static void put_cut(sg_buffer *b, const char *text, int width)
{
  bool cut = strlen(text) > (size_t)width;
  sg_buffer_printf(b, "  %-*.*s%s", cut ? width - 2 : width, cut ? width - 2 : width, text,
                   cut ? ".." : "");
}

static void put_family(const sg_compare_job *job, const sg_compare_found *found, int best,
                       sg_buffer *b)
{
  const sg_match *m = &found->match[best];
  const char *family = sg_compare_family(job, m->target), *name = sg_compare_name(job, m->target);
  put_cut(b, *family ? family : ".", 34);
  put_cut(b, job->db->motif[m->target].id, 10);
  put_cut(b, *name ? name : ".", 14);
  sg_buffer_printf(b, "  %8.2g  %8.2g  %8.2g  %5d\n", m->p, m->evalue, m->qvalue,
                   count_near(job, found, best));
}

static void put_families(const sg_compare_job *job, const sg_compare_found *found, const int *best,
                         int n, bool more, sg_buffer *b)
{
  put_cut(b, "family", 34);
  put_cut(b, "best", 10);
  put_cut(b, "name", 14);
  sg_buffer_printf(b, "  %8s  %8s  %8s  %s\n", "p", "E", "q", "alike");
  for (int i = 0; i < n; i++) put_family(job, found, best[i], b);
  if (more) sg_buffer_puts(b, "  ... more families in the table (-o FILE.tsv)\n");
}

/* ---- 4. Alignments ---- */

static sg_status letters_of(const sg_compare_job *job, const sg_motif *motif, bool reverse,
                            double *p, char *text, sg_err *err)
{
  sg_status status = sg_compare_probs(motif, &job->compare, p, err);
  if (status) return status;
  if (reverse) sg_motif_revcomp(p, motif->width);
  sg_motif_consensus(p, motif->width, text);
  return SG_OK;
}

/* Bases that a letter stands for, a bit each. */
static int bases_of(char letter)
{
  static const char *const letter_set[] = { "ARWMDHVN", "CYSMBHVN", "GRSKBDVN", "TYWKBDHN" };
  int set = 0;
  for (int k = 0; k < 4; k++) set |= strchr(letter_set[k], letter) ? 1 << k : 0;
  return set;
}

static char mark_of(char a, char b)
{
  if (a == 'N' || b == 'N') return ' ';
  return a == b ? '|' : bases_of(a) & bases_of(b) ? ':' : ' ';
}

static void put_marks(sg_buffer *b, const char *query, const char *target, int indent,
                      const sg_match *m)
{
  int a = m->offset < 0 ? -m->offset : 0;
  sg_buffer_printf(b, "    %*s", indent, "");
  for (int i = a; i < a + m->overlap; i++) {
    char mark[2] = { mark_of(query[i], target[m->offset + i]), '\0' };
    sg_buffer_puts(b, mark);
  }
  sg_buffer_puts(b, "\n");
}

static sg_status put_alignment(const sg_compare_job *job, const sg_match *m,
                               const letters *l, sg_buffer *b, sg_err *err)
{
  const sg_motif *target = &job->db->motif[m->target];
  const char *name = sg_compare_name(job, m->target), *family = sg_compare_family(job, m->target);
  int query_at = m->offset > 0 ? m->offset : 0, target_at = m->offset < 0 ? -m->offset : 0;
  int start = m->offset < 0 ? -m->offset : m->offset;
  sg_status status = letters_of(job, target, m->reverse, l->p, l->text, err);
  if (status) return status;
  sg_buffer_printf(b, "\n  %s", target->id);
  if (*name) sg_buffer_printf(b, " %s", name);
  if (*family) sg_buffer_printf(b, " (%s)", family);
  sg_buffer_printf(b, "%s, p %.3g, E %.3g, q %.3g, %d columns\n",
                   m->reverse ? ", reverse complement" : "", m->p, m->evalue, m->qvalue,
                   m->overlap);
  sg_buffer_printf(b, "    %*s%s  query\n", query_at, "", l->query);
  put_marks(b, l->query, l->text, start, m);
  sg_buffer_printf(b, "    %*s%s  %s\n", target_at, "", l->text, target->id);
  return status;
}

static void put_title(const sg_compare_job *job, const sg_compare_found *found, sg_buffer *b)
{
  sg_buffer_printf(b, "%s%s: %d columns, %.1f bits", found->number ? "\n" : "", found->query->id,
                   found->query->width, found->bits);
  if (found->bits < SG_COMPARE_LOW_BITS)
    sg_buffer_puts(b, "; so little information matches many motifs by chance");
  if (job->queries->n > 1)
    sg_buffer_printf(b, " (query %d of %d)", found->number + 1, job->queries->n);
  sg_buffer_puts(b, "\n");
}

sg_status sg_compare_text(const sg_compare_job *job, const sg_compare_found *found, sg_buffer *b,
                          sg_err *err)
{
  int best[FAMILIES + 1], n;
  letters l = { 0 };
  put_title(job, found, b);
  if (!found->n) {
    sg_buffer_printf(b, "  nothing among %d motifs passes the thresholds\n", job->db->n);
    return SG_OK;
  }
  n = sg_compare_best(job, found, FAMILIES + 1, best);
  put_families(job, found, best, n > FAMILIES ? FAMILIES : n, n > FAMILIES, b);
  sg_status status = letters_new(&l, err);
  if (!status) status = letters_of(job, found->query, false, l.p, l.query, err);
  for (int i = 0; i < n && i < job->draw && !status; i++)
    status = put_alignment(job, &found->match[best[i]], &l, b, err);
  letters_release(&l);
  return status;
}
