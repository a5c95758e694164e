/* ops/einsum.c: Einsum: sums of products, said with a letter per axis.
 *
 *   "ncl,ck->nkl": y[n][k][l] = sum over c of a[n][c][l] * b[c][k]
 *
 * Contents
 *   1. reading the equation
 *   2. rules of the batch axis, shapes
 *   3. intervals
 *   4. offsets of a call
 *   5. forward, vjp
 *   6. samples, table
 *
 * Done plainly: every output letter and every summed letter is a loop. The first axis of every
 * activation must carry the same letter, which comes first in the output and nowhere else.
 */
#include <string.h>

#include "ops/k_fit.h"

#define OPERANDS 4
#define LETTERS 52
#define LABELS (LETTERS + SG_MAX_RANK)    /* letters; axes of "...", counted from the right */

/* Labels of the axes of one operand or of the output. */
typedef struct term { int nd, label[SG_MAX_RANK]; } term;

typedef struct conf {
  int n;
  term in[OPERANDS], out;
  int64_t d[LABELS];            /* length of each label, 0: not used */
  int batch;                    /* label of the batch axis, -1: constants alone */
  int sum[LABELS], n_sum;       /* labels that are summed over */
} conf;

/* ---- 1. The equation ----------------------------------------------------------------- */

static int letter(char c)
{
  if (c >= 'a' && c <= 'z') return c - 'a';
  return c >= 'A' && c <= 'Z' ? c - 'A' + 26 : -1;
}

/* Reads one term up to ',' '-' or the end; `dots`: axes that "..." stands for, or -1: as many as
 * make rank nd. Returns where it stopped, NULL when it is malformed. */
static const char *read_term(const char *at, int nd, int *dots, term *t)
{
  int letters = 0, seen = 0;
  for (const char *p = at; *p && *p != ',' && *p != '-'; p++) letters += letter(*p) >= 0;
  t->nd = 0;
  for (; *at && *at != ',' && *at != '-'; at++) {
    int l = letter(*at);
    if (*at == ' ') continue;
    if (l >= 0) {
      if (t->nd == SG_MAX_RANK) return NULL;
      t->label[t->nd++] = l;
      continue;
    }
    if (strncmp(at, "...", 3) != 0 || seen++) return NULL;
    at += 2;
    int k = nd >= 0 ? nd - letters : *dots;
    if (k < 0 || t->nd + k > SG_MAX_RANK) return NULL;
    if (k > *dots) *dots = k;
    while (k-- > 0) t->label[t->nd++] = LETTERS + k;
  }
  return at;
}

/* The output when the equation does not say it: "..." and the letters that occur once. */
static void implied_output(conf *f, int dots)
{
  int times[LABELS] = {0};
  for (int k = 0; k < f->n; k++)
    for (int a = 0; a < f->in[k].nd; a++) times[f->in[k].label[a]]++;
  while (dots-- > 0) f->out.label[f->out.nd++] = LETTERS + dots;
  for (int i = 0; i < LETTERS; i++) {
    int l = i < 26 ? i + 26 : i - 26;                              /* capitals sort first */
    if (times[l] == 1 && f->out.nd < SG_MAX_RANK) f->out.label[f->out.nd++] = l;
  }
}

static sg_status parse(const sg_node *node, conf *f, const char *text, sg_err *err)
{
  const char *at = text;
  int dots = 0;
  for (f->n = 0; at && f->n < node->n_in; f->n++) {
    if (f->n && *at++ != ',') break;
    at = read_term(at, node->in[f->n].shape.nd, &dots, &f->in[f->n]);
    if (at && f->in[f->n].nd != node->in[f->n].shape.nd) at = NULL;
  }
  if (at && f->n == node->n_in && *at == '-') {
    at = at[1] == '>' ? read_term(at + 2, -1, &dots, &f->out) : NULL;
    if (at && *at) at = NULL;
  } else if (at && f->n == node->n_in && !*at) {
    implied_output(f, dots);
  } else {
    at = NULL;
  }
  if (at) return SG_OK;
  return sg_node_misfit(node, err, "the equation '%.80s' does not fit the inputs", text);
}

/* ---- 2. Batch, shapes ---------------------------------------------------------------- */

static int count(const term *t, int label)
{
  int n = 0;
  for (int a = 0; a < t->nd; a++) n += t->label[a] == label;
  return n;
}

static int axis_of(const term *t, int label)
{
  for (int a = 0; a < t->nd; a++)
    if (t->label[a] == label) return a;
  return -1;
}

static sg_status check_batch(const sg_node *node, conf *f, sg_err *err)
{
  f->batch = -1;
  for (int k = 0; k < f->n; k++) {
    if (!node->in[k].shape.batched) continue;
    int l = f->in[k].label[0];
    if ((f->batch >= 0 && l != f->batch) || count(&f->in[k], l) != 1)
      return sg_node_refuse(node, err, "the batch axis meets other axes in it");
    f->batch = l;
  }
  if (f->batch < 0) return SG_OK;
  for (int k = 0; k < f->n; k++)
    if (!node->in[k].shape.batched && count(&f->in[k], f->batch))
      return sg_node_refuse(node, err, "a constant differs from item to item");
  if (!f->out.nd || f->out.label[0] != f->batch || count(&f->out, f->batch) != 1)
    return sg_node_refuse(node, err, "the batch axis is not the first of the result");
  return SG_OK;
}

static sg_status configure(sg_node *node, sg_err *err)
{
  conf *f = sg_arena_calloc(node->mem, 1, sizeof *f);
  const char *text;
  if (!f) return sg_fail(err, SG_ENOMEM, "out of memory");
  node->conf = f;
  sg_status s = sg_node_string(node, "equation", "", &text, err);
  if (s) return s;
  if (node->n_in > OPERANDS)
    return sg_node_refuse(node, err, "%d inputs, at most %d are supported", node->n_in, OPERANDS);
  if (!s) s = parse(node, f, text, err);
  if (!s) s = check_batch(node, f, err);
  node->family = sg_node_activations(node) > 1 ? SG_PRODUCT : SG_LINEAR;
  if (node->family == SG_LINEAR && node->n_in > 1) node->flags |= SG_NODE_WEIGHTS;
  return s;
}

/* Lengths of labels; 1 gives way to another length within "..." only. */
static sg_status measure(const sg_node *node, conf *f, sg_err *err)
{
  memset(f->d, 0, sizeof f->d);
  for (int k = 0; k < f->n; k++)
    for (int a = 0; a < f->in[k].nd; a++) {
      int64_t *d = &f->d[f->in[k].label[a]], have = node->in[k].shape.d[a];
      bool dots = f->in[k].label[a] >= LETTERS;
      if (have < 1) return sg_node_misfit(node, err, "an axis of length 0");
      if (*d == 0 || (dots && *d == 1)) *d = have;
      else if (have != *d && !(dots && have == 1))
        return sg_node_misfit(node, err, "one letter for axes of %lld and %lld",
                              (long long) *d, (long long) have);
    }
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  conf *f = node->conf;
  sg_shape *y = &node->out[0].shape;
  sg_status s = measure(node, f, err);
  if (s) return s;
  *y = (sg_shape){.nd = f->out.nd, .batched = f->batch >= 0};
  for (int a = 0; a < y->nd; a++) {
    y->d[a] = f->d[f->out.label[a]];
    if (!y->d[a] || count(&f->out, f->out.label[a]) > 1)
      return sg_node_misfit(node, err, "the result names an axis twice, or one of no input");
  }
  f->n_sum = 0;
  for (int l = 0; l < LABELS; l++)
    if (f->d[l] && !count(&f->out, l)) f->sum[f->n_sum++] = l;
  node->out[0].dtype = node->in[0].dtype;
  return sg_shape_check(y, err);
}

/* ---- 3. Intervals -------------------------------------------------------------------- */

static bool reach(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  const conf *f = node->conf;
  int l = f->in[k].label[in->axis];
  (void) o;
  *out = *in;
  out->axis = axis_of(&f->out, l);
  return out->axis >= 0 && count(&f->in[k], l) == 1 && node->in[k].shape.d[in->axis] == f->d[l];
}

static bool need(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  const conf *f = node->conf;
  int l = f->out.label[out->axis];
  (void) o;
  *in = *out;
  in->axis = axis_of(&f->in[k], l);
  return in->axis >= 0 && count(&f->in[k], l) == 1 && node->in[k].shape.d[in->axis] == f->d[l];
}

/* ---- 4. Offsets of a call ------------------------------------------------------------ */

/* Element (output o, summand s) of operand k is x[k][out[k][o] + sum[k][s]]; the result is
 * y[place[o]]. */
typedef struct offsets {
  int64_t n_out, n_sum;
  int64_t *place, *out[OPERANDS], *sum[OPERANDS];
  sg_slab x[OPERANDS];
  int64_t shift[OPERANDS];      /* of constants, per position that a window of the output begins
                                 * at */
} offsets;

/* Step of each label in a slab. */
static void steps(const term *t, const sg_slab *s, int64_t step[LABELS])
{
  int64_t st[SG_MAX_RANK];
  sg_strides(&s->shape, st);
  memset(step, 0, LABELS * sizeof *step);
  for (int a = 0; a < t->nd; a++)
    if (s->shape.d[a] != 1 || s->start) step[t->label[a]] += st[a];
}

/* Offsets of all combinations of n labels of lengths d, the last one fastest. */
static int64_t *combine(sg_arena *mem, const int *label, const int64_t *d, int n,
                        const int64_t step[LABELS], int64_t total)
{
  int64_t *at = sg_arena_alloc(mem, (size_t) total, sizeof *at);
  for (int64_t i = 0; at && i < total; i++) {
    int64_t rest = i;
    at[i] = 0;
    for (int j = n - 1; j >= 0; j--) {
      at[i] += rest % d[j] * step[label[j]];
      rest /= d[j];
    }
  }
  return at;
}

/* Operands cut to what the output's window stands for; constants are whole and shifted instead. */
static sg_status fit_operands(const sg_call *c, const conf *f, offsets *g)
{
  const sg_slab *y = &c->out[0];
  int l = y->start ? f->out.label[y->axis] : -1;
  for (int k = 0; k < f->n; k++) {
    const sg_slab *x = &c->in[k];
    int a = l < 0 ? -1 : axis_of(&f->in[k], l);
    sg_status s = a > 0 && x->shape.batched
                    ? SG_REAL(sg_fit)(c, x, a, y->start, y->shape.d[y->axis], &g->x[k])
                    : SG_REAL(sg_fit)(c, x, x->axis, NULL, x->full, &g->x[k]);
    if (s) return s;
  }
  return SG_OK;
}

static sg_status survey(const sg_call *c, const conf *f, offsets *g)
{
  const sg_slab *y = &c->out[0];
  int64_t step[LABELS], d[LABELS], sd[LABELS];
  int label[SG_MAX_RANK], n = 0;
  sg_status s = fit_operands(c, f, g);
  if (s) return s;
  g->n_out = g->n_sum = 1;
  for (int a = f->batch >= 0; a < f->out.nd; a++) {
    label[n] = f->out.label[a];
    g->n_out *= d[n++] = y->shape.d[a];
  }
  for (int i = 0; i < f->n_sum; i++) g->n_sum *= sd[i] = f->d[f->sum[i]];
  steps(&f->out, y, step);
  if (!(g->place = combine(c->tmp, label, d, n, step, g->n_out))) return SG_ENOMEM;
  for (int k = 0; k < f->n; k++) {
    steps(&f->in[k], &g->x[k], step);
    if (y->start && !g->x[k].shape.batched) g->shift[k] = step[f->out.label[y->axis]];
    g->out[k] = combine(c->tmp, label, d, n, step, g->n_out);
    g->sum[k] = combine(c->tmp, f->sum, sd, f->n_sum, step, g->n_sum);
    if (!g->out[k] || !g->sum[k]) return SG_ENOMEM;
  }
  return SG_OK;
}

/* First element of operand k for item i. */
static int64_t base(const sg_call *c, const offsets *g, int k, int64_t i)
{
  return i * sg_slab_pitch(&g->x[k]) + g->shift[k] * sg_slab_start(&c->out[0], i);
}

/* ---- 5. Forward, vjp ----------------------------------------------------------------- */

/* Product of all operands but `skip` at (o, s). */
static double product(const conf *f, const offsets *g, const real *const *x, int64_t o, int64_t s,
                      int skip)
{
  double v = 1;
  for (int k = 0; k < f->n; k++)
    if (k != skip) v *= (double) x[k][g->out[k][o] + g->sum[k][s]];
  return v;
}

static void item_data(const sg_call *c, const conf *f, const offsets *g, int64_t i,
                      const real *x[OPERANDS])
{
  for (int k = 0; k < f->n; k++) x[k] = (const real *) g->x[k].data + base(c, g, k, i);
}

static sg_status forward(const sg_call *c)
{
  const conf *f = c->node->conf;
  offsets g = {0};
  const real *x[OPERANDS];
  sg_status status = survey(c, f, &g);
  int64_t items = f->batch >= 0 ? c->n : 1;
  for (int64_t i = 0; !status && i < items; i++) {
    real *y = (real *) c->out[0].data + i * sg_slab_pitch(&c->out[0]);
    item_data(c, f, &g, i, x);
    for (int64_t o = 0; o < g.n_out; o++) {
      double sum = 0;
      for (int64_t s = 0; s < g.n_sum; s++) sum += product(f, &g, x, o, s, -1);
      y[g.place[o]] = (real) sum;
    }
  }
  return status;
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const conf *f = c->node->conf;
  offsets g = {0};
  const real *x[OPERANDS];
  sg_status status = survey(c, f, &g);
  for (int64_t i = 0; !status && i < (f->batch >= 0 ? c->n : 1); i++) {
    const real *gy = (const real *) gout[0].data + i * sg_slab_pitch(&c->out[0]);
    item_data(c, f, &g, i, x);
    for (int k = 0; k < f->n; k++) {
      real *gx = gin[k].data;
      if (!gx) continue;
      gx += base(c, &g, k, i);
      for (int64_t o = 0; o < g.n_out; o++)
        for (int64_t s = 0; s < g.n_sum; s++)
          gx[g.out[k][o] + g.sum[k][s]] +=
            (real) ((double) gy[g.place[o]] * product(f, &g, x, o, s, k));
    }
  }
  return status;
}

/* ---- 6. Samples, table --------------------------------------------------------------- */

static int64_t madds(const sg_node *node)
{
  const conf *f = node->conf;
  int64_t n = f->n > 1;
  for (int l = 0; l < LABELS; l++)
    if (f->d[l] && l != f->batch) n *= f->d[l];
  return n;
}

/* Equations with their terms' letters; capitals mark constants in `terms`, one term an input. */
static void sample(sg_sample *s)
{
  static const struct { const char *equation, *terms[3]; } form[] = {
    {"ncl,ck->nkl", {"ncl", "CK"}}, {"nij,njk->nik", {"nij", "njk"}}, {"nc,nc->n", {"nc", "nc"}},
    {"ncl->nlc", {"ncl"}}, {"ncl->nc", {"ncl"}}, {"nii->ni", {"nii"}}, {"nzb,b", {"nzb", "B"}},
    {"...ij,...jk->...ik", {"nmij", "nmjk"}}, {"nabc,nb,ck->nakc", {"nabc", "nb", "CK"}},
    {"lk, n c l -> n c k", {"LK", "ncl"}}, {"nl,cl->ncl", {"nl", "CL"}}};
  int f = (int) sg_rng_below(s->rng, sizeof form / sizeof *form);
  int64_t d[26];
  for (int l = 0; l < 26; l++) d[l] = 1 + (int64_t) sg_rng_below(s->rng, 5);
  sg_attr_set_string(s->attrs, "equation", form[f].equation);
  for (s->n_in = 0; s->n_in < 3 && form[f].terms[s->n_in]; s->n_in++) {
    const char *t = form[f].terms[s->n_in];
    sg_shape *x = &s->in[s->n_in].shape;
    *x = (sg_shape){.batched = t[0] == 'n'};
    for (; *t; t++) x->d[x->nd++] = d[(*t | 32) - 'a'];
  }
}

const sg_op SG_REAL(sg_op_einsum) = {
  .name = "Einsum",
  .summary = "sums of products of axes named by letters",
  .min_in = 1, .max_in = OPERANDS, .min_out = 1, .max_out = 1, .since = 12, .smooth = true,
  .configure = configure,
  .infer = infer,
  .forward = forward,
  .vjp = vjp,
  .reach = reach,
  .need = need,
  .madds = madds,
  .sample = sample,
};
