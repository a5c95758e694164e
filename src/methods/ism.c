/* methods/ism.c: in-silico mutagenesis over sessions of edits.
 *
 * Contents
 *   1. Options and arrays
 *   2. The queue: edits are evaluated together, and each knows where its value belongs
 *   3. Edits, made on the strand of the results
 *   4. Centring and hidden bases, from the values of all
 *   5. The run
 *
 * Two directions occur. Positions p and bases k (0 .. 3 for A, C, G, T) are those of the results;
 * the session's sequence w may be the reverse complement of that strand. Then p lies at
 * w[L - 1 - p] and k reads there as 3 - k.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seqgloss/ism.h"

enum { SUBSTITUTIONS = 0, DELETIONS, INSERTIONS, INSERT, PAIRS, INTERACTIONS, OCCLUSION,
       OCCLUSION_BASE, HIDDEN_SUBSTITUTIONS };

typedef struct array {
  sg_ism_array info;
  int kind;                      /* one of the above */
  char *name;                    /* owned, or NULL: info.name is a constant */
} array;

struct sg_ism {
  sg_ism_opts opts;
  int64_t L, units, targets, tiles;
  array *array;
  int n_array;
  /* the queue */
  int64_t cap, n;                /* edits it can hold and holds */
  sg_edit *edit;                 /* [cap] */
  int *owner;                    /* [cap] array that gets the value; -1: `sub` only */
  int64_t *place;                /* [cap] element of that array */
  double *value;                 /* [cap][units] */
  uint8_t *text;                 /* symbols of edits that need some of their own */
  size_t text_size, text_used;
  /* one run */
  sg_delta *delta;
  const sg_ism_item *item;
  float *const *out;
  double *f0;                    /* [units] of the base */
  double *sub;                   /* [targets][4][L], not centred */
  double *tile;                  /* [targets][tiles] */
  uint8_t *around;               /* [K + L + K]: the sequence between its flanks */
  uint8_t *masks;                /* [mask_width] */
};

/* ---- 1. Options and arrays ------------------------------------------------------------------- */

sg_ism_opts sg_ism_opts_default(void)
{
  return (sg_ism_opts){ .size = sizeof(sg_ism_opts), .base = { 0, 1, 2, 3 },
                        .unknown = SG_CODE_N_ZERO, .center = SG_CENTER_MEAN };
}

static sg_status check_targets(const sg_ism_opts *o, int64_t units, sg_err *err)
{
  for (int64_t t = 0; o->targets && t < o->n_targets; t++) {
    const sg_ism_target *one = &o->targets[t];
    if (one->first < 0 || one->n < 1 || one->n > units || one->first > units - one->n)
      return sg_fail(err, SG_EINVAL, "target %" PRId64 " is not among the %" PRId64 " units", t,
                     units);
  }
  return SG_OK;
}

static sg_status check(const sg_ism_opts *o, int64_t L, int64_t units, sg_err *err)
{
  if (L < 1 || units < 1) return sg_fail(err, SG_EINVAL, "nothing to explain");
  if (o->deletions < 0 || o->pairs < 0 || o->mask_width < 0 || o->n_inserts < 0)
    return sg_fail(err, SG_EINVAL, "a number of edits is negative");
  if (o->deletions > L)
    return sg_fail(err, SG_ESHAPE, "deletions of %" PRId64 " bases in a sequence of %" PRId64,
                   o->deletions, L);
  if (o->mask_width > L)
    return sg_fail(err, SG_ESHAPE, "tiles of %" PRId64 " positions in a sequence of %" PRId64,
                   o->mask_width, L);
  if (o->mask_step < 0 || o->mask_step > o->mask_width)
    return sg_fail(err, SG_EINVAL, "tiles of %" PRId64 " positions, %" PRId64 " apart, would leave "
                   "positions out", o->mask_width, o->mask_step);
  for (int i = 0; i < o->n_inserts; i++)
    if (o->inserts[i].length < 1) return sg_fail(err, SG_EINVAL, "an empty sequence to put in");
  return check_targets(o, units, err);
}

static array *add_array(sg_ism *ism, int kind, const char *name, int nd, const int64_t *dims)
{
  array *a = &ism->array[ism->n_array++];
  *a = (array){ .info = { .name = name, .nd = nd, .units = 1 }, .kind = kind };
  for (int i = 0; i < nd; i++) {
    a->info.dims[i] = dims[i];
    a->info.units *= dims[i];
  }
  return a;
}

static sg_status add_insert(sg_ism *ism, const sg_ism_insert *insert)
{
  array *a = add_array(ism, INSERT, NULL, 1, &ism->L);
  size_t size = strlen(insert->name) + sizeof "insert_";
  a->info.name = a->name = malloc(size);
  if (!a->name) return SG_ENOMEM;
  snprintf(a->name, size, "insert_%s", insert->name);
  return SG_OK;
}

static sg_status add_arrays(sg_ism *ism)
{
  const sg_ism_opts *o = &ism->opts;
  int64_t L = ism->L;
  ism->array = calloc((size_t)o->n_inserts + 8, sizeof *ism->array);
  if (!ism->array) return SG_ENOMEM;
  if (!o->no_substitutions)
    add_array(ism, SUBSTITUTIONS, "substitutions", 2, (int64_t[]){ 4, L });
  if (o->deletions) add_array(ism, DELETIONS, "deletions", 2, (int64_t[]){ o->deletions, L });
  if (o->insertions) add_array(ism, INSERTIONS, "insertions", 2, (int64_t[]){ 4, L });
  for (int i = 0; i < o->n_inserts; i++)
    if (add_insert(ism, &o->inserts[i])) return SG_ENOMEM;
  if (o->pairs) {
    add_array(ism, PAIRS, "pairs", 4, (int64_t[]){ L, o->pairs, 4, 4 });
    add_array(ism, INTERACTIONS, "interactions", 4, (int64_t[]){ L, o->pairs, 4, 4 });
  }
  if (o->mask_width) {
    add_array(ism, OCCLUSION, "occlusion", 1, &ism->tiles);
    add_array(ism, OCCLUSION_BASE, "occlusion_base", 1, &L);
  }
  return SG_OK;
}

bool sg_ism_array_info(const sg_ism *ism, int i, sg_ism_array *ret_array)
{
  if (i < 0 || i >= ism->n_array) return false;
  *ret_array = ism->array[i].info;
  return true;
}

int64_t sg_ism_targets(const sg_ism *ism) { return ism->targets; }

/* As many edits as give 8 MiB of values, so that a session sees many at once. */
static int64_t queue_length(int64_t units)
{
  enum { BYTES = 8 << 20, LEAST = 16, MOST = 1024 };
  int64_t n = BYTES / (int64_t)sizeof(double) / units;
  return n < LEAST ? LEAST : n > MOST ? MOST : n;
}

static bool make_buffers(sg_ism *ism)
{
  const sg_ism_opts *o = &ism->opts;
  size_t L = (size_t)ism->L, cap, targets = (size_t)ism->targets;
  ism->cap = queue_length(ism->units);
  cap = (size_t)ism->cap;
  ism->text_size = 4 * L > (1 << 18) ? 4 * L : 1 << 18;
  ism->edit = calloc(cap, sizeof *ism->edit);
  ism->owner = calloc(cap, sizeof *ism->owner);
  ism->place = calloc(cap, sizeof *ism->place);
  ism->value = calloc(cap, (size_t)ism->units * sizeof *ism->value);
  ism->text = malloc(ism->text_size);
  ism->f0 = calloc((size_t)ism->units, sizeof *ism->f0);
  ism->sub = calloc(targets, 4 * L * sizeof *ism->sub);
  ism->tile = calloc(targets, ((size_t)ism->tiles + 1) * sizeof *ism->tile);
  ism->around = calloc(L + 2 * (size_t)o->deletions + 1, 1);
  ism->masks = malloc((size_t)o->mask_width + 1);
  if (ism->masks) memset(ism->masks, SG_CODE_MASK, (size_t)o->mask_width + 1);
  return ism->edit && ism->owner && ism->place && ism->value && ism->text && ism->f0 && ism->sub
         && ism->tile && ism->around && ism->masks;
}

sg_status sg_ism_new(const sg_ism_opts *opts, int64_t length, int64_t units, sg_ism **ret_ism,
                     sg_err *err)
{
  sg_ism_opts o = opts ? *opts : sg_ism_opts_default();
  *ret_ism = NULL;
  sg_status status = check(&o, length, units, err);
  if (status) return status;
  if (!o.mask_step) o.mask_step = o.mask_width;
  sg_ism *ism = calloc(1, sizeof *ism);
  if (!ism) return sg_fail(err, SG_ENOMEM, "out of memory");
  ism->opts = o;
  ism->L = length;
  ism->units = units;
  ism->targets = o.targets ? o.n_targets : units;
  /* Whole tiles only; the last one ends where the sequence ends. */
  if (o.mask_width) ism->tiles = (length - o.mask_width + o.mask_step - 1) / o.mask_step + 1;
  if (!add_arrays(ism) && make_buffers(ism)) {
    *ret_ism = ism;
    return SG_OK;
  }
  sg_ism_free(ism);
  return sg_fail(err, SG_ENOMEM, "out of memory for %" PRId64 " targets of %" PRId64 " positions",
                 o.targets ? o.n_targets : units, length);
}

void sg_ism_free(sg_ism *ism)
{
  if (!ism) return;
  for (int i = 0; ism->array && i < ism->n_array; i++) free(ism->array[i].name);
  free(ism->array);
  free(ism->edit);
  free(ism->owner);
  free(ism->place);
  free(ism->value);
  free(ism->text);
  free(ism->f0);
  free(ism->sub);
  free(ism->tile);
  free(ism->around);
  free(ism->masks);
  free(ism);
}

/* ---- 2. The queue ---------------------------------------------------------------------------- */

/* f(edited) - f(base) of target t. Differences are summed, not sums subtracted: the units of a
 * profile that an edit leaves alone cancel exactly. */
static double effect(const sg_ism *ism, int64_t t, const double *value)
{
  const sg_ism_target *target = ism->opts.targets ? &ism->opts.targets[t] : NULL;
  if (!target) return value[t] - ism->f0[t];
  double sum = 0;
  for (int64_t i = 0; i < target->n; i++) {
    double change = value[target->first + i] - ism->f0[target->first + i];
    sum += target->weight ? target->weight[i] * change : change;
  }
  return target->mean ? sum / (double)target->n : sum;
}

/* The value of substituting base k at p, for target t. */
static double *single(const sg_ism *ism, int64_t t, int64_t k, int64_t p)
{
  return &ism->sub[(t * 4 + k) * ism->L + p];
}

static int find(const sg_ism *ism, int kind)
{
  for (int a = 0; a < ism->n_array; a++) if (ism->array[a].kind == kind) return a;
  return -1;
}

/* Element `place` = [p][d - 1][a][b] of the pairs, and of the interactions beside them. */
static void put_pair(const sg_ism *ism, int owner, int64_t place, int64_t t, double joint)
{
  int64_t b = place % 4, a = place / 4 % 4, d = place / 16 % ism->opts.pairs + 1;
  int64_t p = place / 16 / ism->opts.pairs, units = ism->array[owner].info.units;
  double alone = *single(ism, t, a, p) + *single(ism, t, b, p + d);
  ism->out[owner][t * units + place] = (float)joint;
  ism->out[owner + 1][t * units + place] = (float)(joint - alone);
}

static void put_value(sg_ism *ism, int owner, int64_t place, int64_t t, double x)
{
  int kind = owner < 0 ? HIDDEN_SUBSTITUTIONS : ism->array[owner].kind;
  if (kind == SUBSTITUTIONS || kind == HIDDEN_SUBSTITUTIONS) ism->sub[t * 4 * ism->L + place] = x;
  else if (kind == PAIRS) put_pair(ism, owner, place, t, x);
  else ism->out[owner][t * ism->array[owner].info.units + place] = (float)x;
  if (kind == OCCLUSION) ism->tile[t * ism->tiles + place] = x;
}

static sg_status flush(sg_ism *ism, sg_err *err)
{
  if (!ism->n) return SG_OK;
  sg_status status = sg_delta_eval(ism->delta, ism->n, ism->edit, ism->value, err);
  for (int64_t i = 0; i < ism->n && !status; i++)
    for (int64_t t = 0; t < ism->targets; t++)
      put_value(ism, ism->owner[i], ism->place[i], t, effect(ism, t, ism->value + i * ism->units));
  ism->n = 0;
  ism->text_used = 0;
  return status;
}

/* Queues an edit whose symbols live until the next flush. */
static sg_status push(sg_ism *ism, sg_edit edit, int owner, int64_t place, sg_err *err)
{
  ism->edit[ism->n] = edit;
  ism->owner[ism->n] = owner;
  ism->place[ism->n] = place;
  return ++ism->n < ism->cap ? SG_OK : flush(ism, err);
}

/* Room for the symbols of the next edit; at most L of them, which always fit. */
static sg_status room(sg_ism *ism, int64_t n, uint8_t **ret_text, sg_err *err)
{
  sg_status status = SG_OK;
  if (ism->text_used + (size_t)n > ism->text_size) status = flush(ism, err);
  *ret_text = ism->text + ism->text_used;
  ism->text_used += (size_t)n;
  return status;
}

/* ---- 3. Edits -------------------------------------------------------------------------------- */

static int64_t own(const sg_ism *ism, int64_t p) { return ism->item->reverse ? ism->L - 1 - p : p; }

/* Symbol that reads as base k on the strand of the results. */
static const uint8_t *symbol(const sg_ism *ism, int64_t k)
{
  return &ism->opts.base[ism->item->reverse ? 3 - k : k];
}

int sg_ism_present(const sg_ism_opts *opts, const uint8_t *codes, int64_t length, int64_t i,
                   bool reverse)
{
  uint8_t code = codes[reverse ? length - 1 - i : i];
  for (int k = 0; k < 4; k++) if (opts->base[reverse ? 3 - k : k] == code) return k;
  return -1;
}

static int present(const sg_ism *ism, int64_t p)
{
  return sg_ism_present(&ism->opts, sg_delta_codes(ism->delta), ism->L, p, ism->item->reverse);
}

static sg_status substitutions(sg_ism *ism, sg_err *err)
{
  int owner = find(ism, SUBSTITUTIONS);
  sg_status status = SG_OK;
  if (owner < 0 && !ism->opts.pairs) return SG_OK;
  for (int64_t t = 0; t < ism->targets * 4 * ism->L; t++) ism->sub[t] = 0;
  for (int64_t p = 0; p < ism->L && !status; p++) {
    int there = present(ism, p);
    for (int k = 0; k < 4 && !status; k++)
      if (k != there)
        status = push(ism, (sg_edit){ own(ism, p), 1, symbol(ism, k) }, owner, k * ism->L + p, err);
  }
  return status ? status : flush(ism, err);
}

/* The sequence between its flanks, as wide as the longest deletion. */
static void fill_around(sg_ism *ism)
{
  int64_t K = ism->opts.deletions, L = ism->L;
  const sg_ism_item *item = ism->item;
  memset(ism->around, ism->opts.unknown, (size_t)(L + 2 * K));
  memcpy(ism->around + K, sg_delta_codes(ism->delta), (size_t)L);
  for (int64_t i = 0; i < K && i < item->flank; i++) {
    if (item->left) ism->around[K - 1 - i] = item->left[item->flank - 1 - i];
    if (item->right) ism->around[K + L + i] = item->right[i];
  }
}

/* d bases at p go. Turned round, what moves is the left part of w: w[0 .. L - p) then reads what
 * stood d positions further left. */
static sg_status deletions(sg_ism *ism, sg_err *err)
{
  int owner = find(ism, DELETIONS);
  int64_t K = ism->opts.deletions, L = ism->L;
  sg_status status = SG_OK;
  if (owner < 0) return SG_OK;
  fill_around(ism);
  for (int64_t p = 0; p < L && !status; p++) {
    for (int64_t d = 1; d <= K && !status; d++) {
      sg_edit edit = { p, L - p, ism->around + K + p + d };
      if (ism->item->reverse) edit = (sg_edit){ 0, L - p, ism->around + K - d };
      status = push(ism, edit, owner, (d - 1) * L + p, err);
    }
  }
  return status ? status : flush(ism, err);
}

static uint8_t complement(const sg_ism *ism, uint8_t code)
{
  for (int k = 0; k < 4; k++) if (ism->opts.base[k] == code) return ism->opts.base[3 - k];
  return code;
}

/* s[0 .. m-1] goes in before p, and everything from there on moves right. Turned round: the left
 * part of w moves left, and the reverse complement of s ends where it ended, at L - p. */
static sg_status insert_at(sg_ism *ism, int64_t p, const uint8_t *s, int64_t m, int owner,
                           int64_t place, sg_err *err)
{
  const uint8_t *w = sg_delta_codes(ism->delta);
  int64_t n = ism->L - p, in = m < n ? m : n;
  uint8_t *text;
  sg_status status = room(ism, n, &text, err);
  if (status) return status;
  if (!ism->item->reverse) {
    memcpy(text, s, (size_t)in);
    memcpy(text + in, w + p, (size_t)(n - in));
    return push(ism, (sg_edit){ p, n, text }, owner, place, err);
  }
  memcpy(text, w + in, (size_t)(n - in));
  for (int64_t i = 0; i < in; i++) text[n - 1 - i] = complement(ism, s[i]);
  return push(ism, (sg_edit){ 0, n, text }, owner, place, err);
}

static sg_status insertions(sg_ism *ism, sg_err *err)
{
  int owner = find(ism, INSERTIONS), first = find(ism, INSERT);
  int64_t L = ism->L;
  sg_status status = SG_OK;
  for (int64_t p = 0; p < L && owner >= 0 && !status; p++)
    for (int k = 0; k < 4 && !status; k++)
      status = insert_at(ism, p, &ism->opts.base[k], 1, owner, k * L + p, err);
  for (int i = 0; i < ism->opts.n_inserts && !status; i++) {
    const sg_ism_insert *s = &ism->opts.inserts[i];
    for (int64_t p = 0; p < L && !status; p++)
      status = insert_at(ism, p, s->codes, s->length, first + i, p, err);
  }
  return status ? status : flush(ism, err);
}

/* Base a at p and base b at p + d: one edit that spans both. */
static sg_status pair_at(sg_ism *ism, int64_t p, int64_t d, const int *ab, int owner, sg_err *err)
{
  const uint8_t *w = sg_delta_codes(ism->delta);
  int64_t from = ism->item->reverse ? own(ism, p + d) : p;
  uint8_t *text;
  sg_status status = room(ism, d + 1, &text, err);
  if (status) return status;
  memcpy(text, w + from, (size_t)d + 1);
  text[own(ism, p) - from] = *symbol(ism, ab[0]);
  text[own(ism, p + d) - from] = *symbol(ism, ab[1]);
  int64_t place = ((p * ism->opts.pairs + d - 1) * 4 + ab[0]) * 4 + ab[1];
  return push(ism, (sg_edit){ from, d + 1, text }, owner, place, err);
}

/* A pair of which one base is already there is a single substitution. */
static sg_status pairs_of(sg_ism *ism, int64_t p, int64_t d, int owner, sg_err *err)
{
  int64_t place = (p * ism->opts.pairs + d - 1) * 16;
  int at_p = present(ism, p), at_q = present(ism, p + d);
  sg_status status = SG_OK;
  for (int ab = 0; ab < 16 && !status; ab++) {
    int two[2] = { ab / 4, ab % 4 };
    if (two[0] != at_p && two[1] != at_q) status = pair_at(ism, p, d, two, owner, err);
    else
      for (int64_t t = 0; t < ism->targets; t++)
        put_pair(ism, owner, place + ab, t,
                 *single(ism, t, two[0], p) + *single(ism, t, two[1], p + d));
  }
  return status;
}

static sg_status pairs(sg_ism *ism, sg_err *err)
{
  int owner = find(ism, PAIRS);
  sg_status status = SG_OK;
  if (owner < 0) return SG_OK;
  int64_t units = ism->array[owner].info.units;
  for (int64_t i = 0; i < ism->targets * units; i++)
    ism->out[owner][i] = ism->out[owner + 1][i] = NAN;
  for (int64_t p = 0; p < ism->L && !status; p++)
    for (int64_t d = 1; d <= ism->opts.pairs && p + d < ism->L && !status; d++)
      status = pairs_of(ism, p, d, owner, err);
  return status ? status : flush(ism, err);
}

static int64_t tile_start(const sg_ism *ism, int64_t tile)
{
  int64_t last = ism->L - ism->opts.mask_width, start = tile * ism->opts.mask_step;
  return start < last ? start : last;
}

static sg_status occlusion(sg_ism *ism, sg_err *err)
{
  int owner = find(ism, OCCLUSION);
  int64_t width = ism->opts.mask_width;
  sg_status status = SG_OK;
  if (owner < 0) return SG_OK;
  for (int64_t i = 0; i < ism->tiles && !status; i++) {
    int64_t from = tile_start(ism, i);
    if (ism->item->reverse) from = ism->L - width - from;
    status = push(ism, (sg_edit){ from, width, ism->masks }, owner, i, err);
  }
  return status ? status : flush(ism, err);
}

/* ---- 4. From the values of all --------------------------------------------------------------- */

static void center(sg_ism *ism)
{
  int owner = find(ism, SUBSTITUTIONS);
  for (int64_t t = 0; owner >= 0 && t < ism->targets; t++) {
    for (int64_t p = 0; p < ism->L; p++) {
      double less = 0;
      if (ism->opts.center == SG_CENTER_MEAN)
        less = (*single(ism, t, 0, p) + *single(ism, t, 1, p) + *single(ism, t, 2, p)
                + *single(ism, t, 3, p)) / 4;
      for (int k = 0; k < 4; k++)
        ism->out[owner][(t * 4 + k) * ism->L + p] = (float)(*single(ism, t, k, p) - less);
    }
  }
}

/* Hiding what supports the prediction lowers it: hence the sign. */
static void spread_tiles(sg_ism *ism)
{
  int owner = find(ism, OCCLUSION_BASE);
  for (int64_t t = 0; owner >= 0 && t < ism->targets; t++) {
    int64_t first = 0;
    for (int64_t p = 0; p < ism->L; p++) {
      double sum = 0;
      int64_t n = 0;
      while (tile_start(ism, first) + ism->opts.mask_width <= p) first++;
      for (int64_t i = first; i < ism->tiles && tile_start(ism, i) <= p; i++, n++)
        sum += ism->tile[t * ism->tiles + i];
      ism->out[owner][t * ism->L + p] = (float)(0 - sum / (double)n);
    }
  }
}

/* ---- 5. The run ------------------------------------------------------------------------------ */

sg_status sg_ism_run(sg_ism *ism, sg_delta *delta, const sg_ism_item *item, float *const *arrays,
                     sg_err *err)
{
  ism->delta = delta;
  ism->item = item;
  ism->out = arrays;
  ism->n = 0;
  ism->text_used = 0;
  sg_status status = sg_delta_value(delta, ism->f0, err);
  if (!status) status = substitutions(ism, err);
  if (!status) status = deletions(ism, err);
  if (!status) status = insertions(ism, err);
  if (!status) status = pairs(ism, err);
  if (!status) status = occlusion(ism, err);
  if (status) return status;
  center(ism);
  spread_tiles(ism);
  return SG_OK;
}
