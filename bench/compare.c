/* bench/compare.c: our values against full evaluation and against what peers.py wrote. */
#include <math.h>
#include <stdlib.h>

#include "compare.h"

enum { SAMPLE = 96 };         /* edits compared with full evaluation at one base */

FILE *compare_open(const char *prefix, const char *ending) {
  char path[4096];
  int n = snprintf(path, sizeof path, "%s.%s", prefix, ending);
  return n > 0 && (size_t)n < sizeof path ? fopen(path, "rb") : NULL;
}

/* Largest difference in units of max(1, max |b|); a NaN stays one. */
static double difference(int64_t n, const double *a, const double *b) {
  double worst = 0, scale = 1;
  for (int64_t i = 0; i < n; i++) scale = fmax(scale, fabs(b[i]));
  for (int64_t i = 0; i < n; i++) {
    double d = fabs(a[i] - b[i]) / scale;
    if (!(d <= worst)) worst = d;
  }
  return worst;
}

/* ---- Against full evaluation --------------------------------------------------------- */

/* The same sample of edits by both sessions, whose bases are equal. */
static sg_status compare_here(walk *w, walk *other, bool sis, double *ret_worst, sg_err *err) {
  int64_t n = sis ? walk_maskings(w, SAMPLE) : walk_substitutions(w, SAMPLE);
  sg_status status = sg_delta_eval(w->delta, n, w->edit, w->value, err);
  if (!status) status = sg_delta_eval(other->delta, n, w->edit, other->value, err);
  if (!status) *ret_worst = difference(n * w->units, w->value, other->value);
  return status;
}

/* Masks every other position by commits, as a selection would. */
static sg_status mask_half(walk *w, sg_err *err) {
  static const uint8_t mask = SG_CODE_N_QUARTER;
  sg_status status = SG_OK;
  for (int64_t pos = 0; pos < w->length && !status; pos += 2) {
    sg_edit edit = { .pos = pos, .len = 1, .symbols = &mask };
    status = walk_mask(w, &edit, err);
  }
  return status;
}

sg_status compare_full(walk *w, const sg_delta_plan *full, bool sis, double *ret_worst,
                       sg_err *err) {
  walk other;
  double half = 0;
  sg_status status = walk_init(&other, full, w->length, w->codes, err);
  walk_restart(w);
  if (!status) status = walk_base(w, w->codes, err);
  if (!status) status = walk_base(&other, w->codes, err);
  if (!status) status = compare_here(w, &other, sis, ret_worst, err);
  if (!status && sis) {
    status = mask_half(w, err);
    if (!status) status = walk_base(&other, sg_delta_codes(w->delta), err);
    if (!status) status = compare_here(w, &other, sis, &half, err);
    if (!(half <= *ret_worst)) *ret_worst = half;
  }
  walk_release(&other);
  return status;
}

/* ---- Against the peer ---------------------------------------------------------------- */

/* What the peer left. */
typedef struct theirs {
  int64_t n;
  int32_t *edit;              /* [n] */
  float *value;               /* [n][units] */
} theirs;

/* n == 0 when the files are not there. At most 3L edits are read. */
static sg_status read_theirs(const walk *w, const char *prefix, bool sis, theirs *ret,
                             sg_err *err) {
  FILE *fe = compare_open(prefix, sis ? "sis.edits" : "ism.edits");
  FILE *fv = compare_open(prefix, sis ? "sis.values" : "ism.values");
  size_t most = (size_t)(3 * w->length), units = (size_t)w->units;
  sg_status status = SG_OK;
  *ret = (theirs){ .edit = malloc(most * sizeof *ret->edit),
                   .value = malloc(most * units * sizeof *ret->value) };
  if (!ret->edit || !ret->value) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status && fe && fv) {
    ret->n = (int64_t)fread(ret->edit, sizeof *ret->edit, most, fe);
    if (fread(ret->value, sizeof *ret->value * units, (size_t)ret->n, fv) != (size_t)ret->n)
      status = sg_fail(err, SG_EFORMAT, "%s: values do not go with edits", prefix);
  }
  for (int64_t i = 0; !status && i < ret->n; i++)
    if (ret->edit[i] < 0 || ret->edit[i] >= (sis ? 1 : 3) * w->length)
      status = sg_fail(err, SG_EFORMAT, "%s: an edit outside of the sequence", prefix);
  if (fe) fclose(fe);
  if (fv) fclose(fv);
  return status;
}

static sg_status peer_ism(walk *w, const theirs *t, double *value, comparison *ret, sg_err *err) {
  sg_status status = walk_base(w, w->codes, err);
  walk_substitutions(w, 3 * w->length);
  for (int64_t i = 0; i < t->n && !status; i++)
    status = sg_delta_eval(w->delta, 1, &w->edit[t->edit[i]], value + i * w->units, err);
  for (int64_t i = 0; i < t->n * w->units; i++) w->value[i] = (double)t->value[i];
  ret->worst = difference(t->n * w->units, value, w->value);
  ret->n = t->n;
  return status;
}

/* Index of the edit of w->edit[0..n-1] at `pos`; -1 when that position is masked already. */
static int64_t find(const walk *w, int64_t n, int64_t pos) {
  for (int64_t i = 0; i < n; i++)
    if (w->edit[i].pos == pos) return i;
  return -1;
}

static sg_status peer_sis(walk *w, const theirs *t, double *value, comparison *ret, sg_err *err) {
  sg_status status = walk_base(w, w->codes, err);
  walk_restart(w);
  for (int64_t s = 0; s < t->n && !status; s++) {
    int64_t n = walk_maskings(w, w->length), i = find(w, n, t->edit[s]);
    if (i < 0) return sg_fail(err, SG_EFORMAT, "the peer masks a position twice");
    status = sg_delta_eval(w->delta, n, w->edit, w->value, err);
    value[s] = w->value[i * w->units];
    ret->alike += walk_best(w, n) == i;
    if (!status) status = walk_mask(w, &w->edit[i], err);
  }
  for (int64_t s = 0; s < t->n; s++) w->value[s] = (double)t->value[s];
  ret->worst = difference(t->n, value, w->value);
  ret->n = t->n;
  return status;
}

sg_status compare_peer(walk *w, const char *prefix, bool sis, comparison *ret, sg_err *err) {
  theirs t;
  *ret = (comparison){ .worst = NAN };
  sg_status status = read_theirs(w, prefix, sis, &t, err);
  double *value = malloc((size_t)(3 * w->length * w->units) * sizeof *value);
  if (!status && !value) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status && t.n)
    status = sis ? peer_sis(w, &t, value, ret, err) : peer_ism(w, &t, value, ret, err);
  free(value);
  free(t.edit);
  free(t.value);
  return status;
}
