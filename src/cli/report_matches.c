/* cli/report_matches.c: what the motifs resemble, and what the control found.
 *
 *   1. Comparisons
 *   2. The control
 */
#include <stdlib.h>
#include <string.h>

#include "cli/motifdb.h"
#include "cli/report.h"
#include "seqgloss/tsv.h"

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

/* ---- 1. Comparisons ---- */

typedef struct matches {
  sg_tsv *tsv;
  sg_motif_notes *notes;
  int query, target, offset, p, e, q, overlap, orientation;
} matches;

static sg_status find_match_columns(matches *m, sg_err *err)
{
  const struct { const char *name; int *column; } all[] = {
    { "Query_ID", &m->query }, { "Target_ID", &m->target }, { "Optimal_offset", &m->offset },
    { "p-value", &m->p }, { "E-value", &m->e }, { "q-value", &m->q }, { "Overlap", &m->overlap },
    { "Orientation", &m->orientation }
  };
  sg_status status = SG_OK;
  for (size_t i = 0; i < sizeof all / sizeof all[0] && !status; i++)
    status = sg_tsv_need(m->tsv, all[i].name, all[i].column, err);
  return status;
}

/* The optional column, else what the notes say, else "". */
static char *told(const matches *m, const char *const *cells, const char *column, const char *note)
{
  int c = sg_tsv_column(m->tsv, column);
  return strdup(c >= 0 && strcmp(cells[c], ".") ? cells[c] : note ? note : "");
}

static sg_status take_hit(sg_report *r, const matches *m, const char *const *cells, sg_err *err)
{
  sg_hit h = { .motif = sg_report_find(r->kept, cells[m->query]),
               .reverse = cells[m->orientation][0] == '-' };
  if (h.motif < 0)
    return sg_tsv_fail(m->tsv, err, "no motif %s in %s", cells[m->query], r->files.kept);
  sg_status status = sg_tsv_i64(m->tsv, m->offset, -5000, 5000, 0, &h.offset, err);
  if (!status) status = sg_tsv_i64(m->tsv, m->overlap, 0, 5000, 0, &h.overlap, err);
  if (!status) status = sg_tsv_f64(m->tsv, m->p, 0, 1, &h.p, err);
  if (!status) status = sg_tsv_f64(m->tsv, m->e, 0, 1e300, &h.e, err);
  if (!status) status = sg_tsv_f64(m->tsv, m->q, 0, 1, &h.q, err);
  if (status) return status;
  const sg_motif_note *note = m->notes ? sg_motif_notes_find(m->notes, cells[m->target]) : NULL;
  sg_hit *more = realloc(r->hit, (size_t)(r->n_hit + 1) * sizeof *more);
  if (!more) return no_memory(err);
  r->hit = more;
  h.e_run = h.e * r->kept->n;
  h.id = strdup(cells[m->target]);
  h.name = told(m, cells, "Target_name", note ? note->name : cells[m->target]);
  h.family = told(m, cells, "Family", note ? note->family : NULL);
  h.kind = told(m, cells, "Class", note ? note->tf_class : NULL);
  r->hit[r->n_hit++] = h;
  return h.id && h.name && h.family && h.kind ? SG_OK : no_memory(err);
}

static int by_motif(const void *a, const void *b)
{
  const sg_hit *x = a, *y = b;
  if (x->motif != y->motif) return x->motif - y->motif;
  if (x->p != y->p) return x->p < y->p ? -1 : 1;
  return strcmp(x->id, y->id);
}

sg_status sg_report_read_matches(sg_report *r, sg_err *err)
{
  matches m = { 0 };
  const char *const *cells;
  if (!r->files.matches) return SG_OK;
  sg_status status = sg_tsv_open(r->files.matches, &m.tsv, err);
  if (!status) status = find_match_columns(&m, err);
  if (!status && sg_motifdb_notes(&m.notes, NULL)) m.notes = NULL;   /* columns may do */
  while (!status && !(status = sg_tsv_next(m.tsv, &cells, err)) && cells)
    status = take_hit(r, &m, cells, err);
  if (r->n_hit) qsort(r->hit, (size_t)r->n_hit, sizeof *r->hit, by_motif);
  sg_motif_notes_free(m.notes);
  sg_tsv_close(m.tsv);
  return status;
}

bool sg_report_hits(const sg_report *report, int motif, const sg_hit **ret_first, int *ret_n)
{
  int first = 0, n = 0;
  while (first < report->n_hit && report->hit[first].motif < motif) first++;
  while (first + n < report->n_hit && report->hit[first + n].motif == motif) n++;
  *ret_first = report->hit + first;
  *ret_n = n;
  return n > 0;
}

/* ---- 2. The control ---- */

static sg_status take_control(sg_report *r, const char *const *cells, sg_err *err)
{
  sg_control *more = realloc(r->control, (size_t)(r->n_control + 1) * sizeof *more);
  if (!more) return no_memory(err);
  r->control = more;
  sg_control *c = &more[r->n_control++];
  *c = (sg_control){ { NULL } };
  for (int i = 0; i < SG_CONTROL_CELLS; i++)
    if (!(c->cell[i] = strdup(strcmp(cells[i], ".") ? cells[i] : ""))) return no_memory(err);
  return SG_OK;
}

sg_status sg_report_read_control(sg_report *r, sg_err *err)
{
  sg_tsv *tsv = NULL;
  const char *const *cells;
  if (!r->files.control) return SG_OK;
  sg_status status = sg_tsv_open(r->files.control, &tsv, err);
  if (!status && sg_tsv_columns(tsv) != SG_CONTROL_CELLS)
    status = sg_fail(err, SG_EFORMAT, "%s: %d columns, not %d", r->files.control,
                     sg_tsv_columns(tsv), SG_CONTROL_CELLS);
  while (!status && !(status = sg_tsv_next(tsv, &cells, err)) && cells)
    status = take_control(r, cells, err);
  sg_tsv_close(tsv);
  return status;
}
