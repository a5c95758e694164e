/* methods/attribute.c: plans and sessions of attribution: what all methods share.
 *
 * Contents
 *   1. Options, methods
 *   2. Plans
 *   3. Sessions
 *   4. Targets as rows of coefficients
 *   5. Help for methods
 *   6. A run: strands, letters
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "methods/method.h"
#include "model/model.h"

/* ---- 1. Options, methods ---- */

sg_explain_opts sg_explain_opts_default(void)
{
  return (sg_explain_opts){ .size = sizeof(sg_explain_opts), .samples = 50, .sigma = 0.1, .seed = 1,
                         .steps = 50, .epsilon = 1e-7 };
}

bool sg_explain_method_row(int i, sg_explain_method *ret_method)
{
  for (int k = 0; sg_methods[k] && k <= i; k++)
    if (k == i) {
      *ret_method = sg_methods[i]->info;
      return true;
    }
  return false;
}

static const sg_method *find_method(const char *name)
{
  for (int i = 0; sg_methods[i]; i++)
    if (!strcmp(sg_methods[i]->info.name, name)) return sg_methods[i];
  return NULL;
}

/* ---- 2. Plans ---- */

static sg_status check_opts(const sg_explain_opts *o, sg_err *err)
{
  enum { MOST = 1000000 };
  if (o->n_targets < 1) return sg_fail(err, SG_EINVAL, "no target to explain");
  if (o->samples < 1 || o->samples > MOST || !(o->sigma >= 0) || !isfinite(o->sigma))
    return sg_fail(err, SG_EINVAL, "%d noisy samples of deviation %g are out of range", o->samples,
                   o->sigma);
  if (o->steps < 1 || o->steps > MOST || (o->quadrature == SG_QUAD_TRAPEZOID && o->steps < 2))
    return sg_fail(err, SG_EINVAL, "a quadrature of %d steps is out of range", o->steps);
  if (!(o->epsilon >= 0)) return sg_fail(err, SG_EINVAL, "epsilon %g is negative", o->epsilon);
  return SG_OK;
}

static sg_status check_target(const sg_plan *plan, const sg_explain_target *t, sg_err *err)
{
  sg_io_info info;
  sg_status s = sg_plan_output_info(plan, t->output, &info);
  if (s) return sg_fail(err, SG_EINVAL, "the network has no output %d", t->output);
  if (t->logit && !info.has_logit)
    return sg_fail(err, SG_EINVAL, "output '%s' does not end in a sigmoid or softmax: it has no "
                   "logits", info.name);
  if ((t->reduce == SG_REDUCE_UNIT || t->reduce == SG_REDUCE_CENTERED) &&
      (t->unit < 0 || t->unit >= info.units))
    return sg_fail(err, SG_EINVAL, "output '%s' has no unit %lld", info.name, (long long) t->unit);
  return SG_OK;
}

/* Letters and what stands for others, as the engine shows them to the network. */
static void fill_letters(sg_explain_plan *p)
{
  static const char pairs[] = "ACGT";
  const char *letters = p->plan->model->alphabet;
  for (int i = 0; i < 256; i++) p->complement[i] = (uint8_t) i;
  for (int k = 0; k < 4; k++) {
    p->base[k] = (uint8_t) (strchr(letters, pairs[k]) - letters);
    p->complement[p->base[k]] = (uint8_t) (strchr(letters, pairs[3 - k]) - letters);
  }
}

static sg_status read_axes(sg_explain_plan *p, sg_err *err)
{
  const sg_plan *plan = p->plan;
  if (plan->dna < 0) return sg_fail(err, SG_EINVAL, "the network has no input that takes DNA");
  p->dna_value = plan->input_value[plan->dna];
  if (p->dna_value < 0 || plan->value[p->dna_value].last_use < 0)
    return sg_fail(err, SG_EINVAL, "no output of the network depends on its DNA input");
  sg_exec_columns(plan, &p->given, &p->held);
  p->C = p->given.C;
  p->L = p->given.L;
  return SG_OK;
}

static sg_status fill_plan(sg_explain_plan *p, const sg_explain_opts *opts, sg_err *err)
{
  sg_explain_target *t = sg_arena_alloc(p->mem, (size_t) opts->n_targets, sizeof *t);
  sg_status s = SG_OK;
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  memcpy(t, opts->targets, (size_t) opts->n_targets * sizeof *t);
  p->opts = *opts;
  p->opts.targets = t;
  p->units = 1;
  for (int i = 0; !s && i < opts->n_targets; i++) s = check_target(p->plan, &t[i], err);
  for (int o = 0; !s && o < p->plan->n_output; o++) {
    int64_t n = sg_shape_item(&p->plan->value[p->plan->output[o].value].shape);
    if (n > p->units) p->units = n;
  }
  if (!s) s = read_axes(p, err);
  if (!s && opts->rc == SG_EXPLAIN_RC_MAX) s = sg_greater_check(p, err);
  if (s) return s;
  fill_letters(p);
  sg_exec_symbols(p->plan, &p->symbols);
  return p->method->plan ? p->method->plan(p, err) : SG_OK;
}

sg_status sg_explain_plan_new(const sg_plan *plan, const char *method, const sg_explain_opts *opts,
                              sg_explain_plan **ret_plan, sg_err *err)
{
  *ret_plan = NULL;
  const sg_method *m = find_method(method);
  if (!m) return sg_fail(err, SG_ENOTFOUND, "no method '%s'", method);
  if (!plan->backward)
    return sg_fail(err, SG_EINVAL, "attribution needs a plan made with .backward");
  sg_status s = check_opts(opts, err);
  if (s) return s;
  sg_arena *mem = sg_arena_new();
  sg_explain_plan *p = mem ? sg_arena_calloc(mem, 1, sizeof *p) : NULL;
  if (!p) {
    sg_arena_free(mem);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  p->mem = mem;
  p->plan = plan;
  p->method = m;
  s = fill_plan(p, opts, err);
  if (s) sg_explain_plan_free(p);
  else *ret_plan = p;
  return s;
}

void sg_explain_plan_free(sg_explain_plan *plan)
{
  if (!plan) return;
  if (plan->method->release_plan) plan->method->release_plan(plan);
  sg_arena_free(plan->mem);
}

/* ---- 3. Sessions ---- */

static size_t real_size(const sg_plan *p) { return p->f64 ? sizeof(double) : sizeof(float); }

#define MANY_BYTES ((int64_t) 24 << 20)    /* most bytes of activations, and of gradients */
#define NEAR_BYTES ((int64_t) 768 << 10)   /* of both, that stay in a second-level cache */
#define MOST_ITEMS 64

/* Bytes of the weights that products read. */
static int64_t weight_bytes(const sg_plan *plan)
{
  int64_t sum = 0;
  for (int i = 0; i < plan->n_node; i++)
    for (int k = 0; k < plan->node[i]->n_in; k++)
      if (sg_node_is_const(plan->node[i], k))
        sum += sg_shape_item(&plan->node[i]->in[k].shape) * (int64_t) real_size(plan);
  return sum;
}

/* Items that are evaluated together: so many that they stay near, or that reading the weights costs
 * no more than reading the activations. */
static int choose_items(const sg_explain_plan *p)
{
  const sg_plan *plan = p->plan;
  int64_t one = 1, n, many;
  for (int v = 0; v < plan->n_value; v++)
    if (plan->value[v].shape.batched && !plan->value[v].tensor)
      one += sg_shape_item(&plan->value[v].shape) * (int64_t) real_size(plan);
  n = NEAR_BYTES / (2 * one);
  many = weight_bytes(plan) / one;
  if (many > n) n = many;
  if (n > MANY_BYTES / one) n = MANY_BYTES / one;
  return n < 1 ? 1 : n > MOST_ITEMS ? MOST_ITEMS : (int) n;
}

static sg_status take_scratch(sg_explain *s, int items)
{
  const sg_explain_plan *p = s->plan;
  size_t size = real_size(p->plan), n_in = (size_t) p->plan->n_input + 1;
  size_t cells = (size_t) (p->C * p->L);
  s->input = sg_arena_calloc(s->mem, n_in, sizeof *s->input);
  s->side = sg_arena_calloc(s->mem, n_in, sizeof *s->side);
  s->dna = sg_arena_calloc(s->mem, (size_t) items * cells + 1, size);
  s->z = sg_arena_calloc(s->mem, (size_t) (p->units * items) + 1, sizeof *s->z);
  s->seed = sg_arena_calloc(s->mem, (size_t) (p->units * items) + 1, sizeof *s->seed);
  s->seeds = sg_arena_calloc(s->mem, (size_t) p->plan->n_output + 1, sizeof *s->seeds);
  s->logit = sg_arena_calloc(s->mem, (size_t) p->plan->n_output + 1, sizeof *s->logit);
  s->score = sg_arena_calloc(s->mem, 2 * (size_t) p->opts.n_targets, sizeof *s->score);
  if (!s->input || !s->side || !s->dna || !s->z || !s->seed || !s->seeds || !s->logit ||
      !s->score)
    return SG_ENOMEM;
  for (int k = 0; k < p->plan->n_input; k++) {
    if (k == p->plan->dna || p->plan->input_value[k] < 0) continue;
    int64_t n = sg_shape_item(&p->plan->value[p->plan->input_value[k]].shape);
    s->side[k] = sg_arena_calloc(s->mem, (size_t) (n * items) + 1, size);
    if (!s->side[k]) return SG_ENOMEM;
  }
  for (int t = 0; t < 2 * p->opts.n_targets; t++) {
    s->score[t].hypothetical = sg_arena_calloc(s->mem, cells + 1, sizeof(double));
    s->score[t].contribution = sg_arena_calloc(s->mem, cells + 1, sizeof(double));
    if (!s->score[t].hypothetical || !s->score[t].contribution) return SG_ENOMEM;
  }
  return SG_OK;
}

sg_status sg_explain_new(const sg_explain_plan *plan, sg_explain **ret_attr, sg_err *err)
{
  *ret_attr = NULL;
  sg_explain *s = calloc(1, sizeof *s);
  if (!s) return sg_fail(err, SG_ENOMEM, "out of memory");
  int items = plan->method->alone ? 1 : choose_items(plan);
  s->plan = plan;
  s->mem = sg_arena_new();
  s->tmp = sg_arena_new();
  sg_status status = s->mem && s->tmp ? take_scratch(s, items) : SG_ENOMEM;
  if (status) sg_fail(err, status, "out of memory");
  if (!status) status = sg_exec_new(plan->plan, 1, SG_EXEC_TRACE, &s->one, err);
  if (!status && !plan->method->alone)
    status = sg_exec_new(plan->plan, items, SG_EXEC_TRACE, &s->many, err);
  if (!status && plan->method->open) status = plan->method->open(s, err);
  if (status) sg_explain_free(s);
  else *ret_attr = s;
  return status;
}

void sg_explain_free(sg_explain *attr)
{
  if (!attr) return;
  if (attr->plan->method->release) attr->plan->method->release(attr);
  sg_exec_free(attr->one);
  sg_exec_free(attr->many);
  sg_arena_free(attr->mem);
  sg_arena_free(attr->tmp);
  free(attr);
}

size_t sg_explain_bytes(const sg_explain *attr)
{
  return sg_exec_bytes(attr->one) + (attr->many ? sg_exec_bytes(attr->many) : 0) +
         sg_arena_bytes(attr->mem) + sg_arena_bytes(attr->tmp);
}

/* ---- 4. Targets as rows of coefficients ----
 *
 * A target is f = sum of w_u z_u over the units of one output (or its logits). Only the profile's
 * coefficients depend on the sequence:  f = sum_i p_i (z_i - mean z), p = softmax(z) held
 * constant, so w_i = p_i - 1/n. */

static int64_t target_units(const sg_explain_plan *p, const sg_explain_target *t)
{
  return sg_shape_item(&p->plan->value[p->plan->output[t->output].value].shape);
}

/* z[axis] of one channel of a profile, elements `step` apart. */
static void profile_row(const double *z, int64_t n, int64_t step, double *w)
{
  double top = -INFINITY, sum = 0;
  for (int64_t i = 0; i < n; i++) if (z[i * step] > top) top = z[i * step];
  for (int64_t i = 0; i < n; i++) sum += w[i * step] = exp(z[i * step] - top);
  for (int64_t i = 0; i < n; i++) w[i * step] = w[i * step] / sum - 1.0 / (double) n;
}

/* The longest axis of a profile is that of its positions. */
static void profile_weights(const sg_explain_plan *p, const sg_explain_target *t, const double *z,
                            double *w)
{
  sg_io_info info;
  int64_t inner = 1, outer = 1;
  int axis = 0;
  if (sg_plan_output_info(p->plan, t->output, &info)) return;
  for (int a = 1; a < info.nd; a++) if (info.dims[a] > info.dims[axis]) axis = a;
  for (int a = 0; a < axis; a++) outer *= info.dims[a];
  for (int a = axis + 1; a < info.nd; a++) inner *= info.dims[a];
  int64_t n = info.nd ? info.dims[axis] : 1;
  for (int64_t o = 0; o < outer; o++)
    for (int64_t k = 0; k < inner; k++)
      profile_row(z + o * n * inner + k, n, inner, w + o * n * inner + k);
}

static void fill_row(const sg_explain_plan *p, const sg_explain_target *t, const double *z,
                     double *w)
{
  int64_t n = target_units(p, t);
  double each = 0;
  switch (t->reduce) {
  case SG_REDUCE_UNIT: break;
  case SG_REDUCE_CENTERED: each = -1.0 / (double) n; break;
  case SG_REDUCE_SUM: each = 1; break;
  case SG_REDUCE_MEAN: each = 1.0 / (double) n; break;
  case SG_REDUCE_PROFILE: profile_weights(p, t, z, w); return;
  }
  for (int64_t u = 0; u < n; u++) w[u] = each;
  if (t->reduce == SG_REDUCE_UNIT || t->reduce == SG_REDUCE_CENTERED) w[t->unit] += 1;
}

static double dot(const double *w, const double *z, int64_t n)
{
  double sum = 0;
  for (int64_t u = 0; u < n; u++) if (w[u] != 0) sum += w[u] * z[u];
  return sum;
}

sg_status sg_explain_seed(sg_explain *s, int target, double *ret_value, sg_err *err)
{
  const sg_explain_target *t = &s->plan->opts.targets[target];
  sg_status status = sg_exec_output_f64(s->one, t->output, t->logit, s->z, err);
  if (status) return status;
  fill_row(s->plan, t, s->z, s->seed);
  *ret_value = dot(s->seed, s->z, target_units(s->plan, t));
  return SG_OK;
}

sg_status sg_explain_values(sg_explain *s, const sg_exec *exec, int target, int n,
                            double *ret_values, sg_err *err)
{
  const sg_explain_target *t = &s->plan->opts.targets[target];
  int64_t units = target_units(s->plan, t);
  sg_status status = sg_exec_output_f64(exec, t->output, t->logit, s->z, err);
  for (int i = 0; !status && i < n; i++) ret_values[i] = dot(s->seed, s->z + i * units, units);
  return status;
}

/* ---- 5. Help for methods ---- */

/* Rows of the inputs beside the DNA, the same for every item. */
static void repeat_sides(sg_explain *s, int n, const sg_input *inputs)
{
  const sg_plan *p = s->plan->plan;
  for (int k = 0; k < p->n_input; k++) {
    if (!s->side[k]) continue;
    int64_t units = sg_shape_item(&p->value[p->input_value[k]].shape);
    for (int i = 0; i < n; i++)
      for (int64_t u = 0; u < units; u++) {
        double v = inputs[k].data64 ? inputs[k].data64[u] : inputs[k].data ? inputs[k].data[u] : 0;
        if (p->f64) ((double *) s->side[k])[i * units + u] = v;
        else ((float *) s->side[k])[i * units + u] = (float) v;
      }
    if (p->f64) s->input[k] = (sg_input){ .data64 = s->side[k] };
    else s->input[k] = (sg_input){ .data = s->side[k] };
  }
}

sg_status sg_explain_forward(sg_explain *s, sg_exec *exec, int n, const double *columns,
                             const sg_input *inputs, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  int64_t cells = p->C * p->L;
  double *d = p->plan->f64 ? s->dna : NULL;
  float *f = p->plan->f64 ? NULL : s->dna;
  for (int i = 0; i < n; i++)
    for (int64_t c = 0; c < p->C; c++)
      for (int64_t l = 0; l < p->L; l++) {
        int64_t at = i * cells + c * p->given.base + l * p->given.pos;
        double v = columns[i * cells + c * p->L + l];
        if (d) d[at] = v;
        else f[at] = (float) v;
      }
  repeat_sides(s, n, inputs);
  s->input[p->plan->dna] = (sg_input){ .data = f, .data64 = d };
  return sg_exec_forward(exec, n, s->input, err);
}

sg_status sg_explain_look_up(sg_explain *s, sg_exec *exec, int n, const uint8_t *codes,
                             const sg_input *inputs, sg_err *err)
{
  repeat_sides(s, n, inputs);
  s->input[s->plan->plan->dna] = (sg_input){ .codes = codes };
  return sg_exec_forward(exec, n, s->input, err);
}

sg_status sg_explain_back(sg_explain *s, sg_exec *exec, int target, int n, sg_step_fn fn,
                          void *user, sg_err *err)
{
  const sg_explain_target *t = &s->plan->opts.targets[target];
  int64_t units = target_units(s->plan, t);
  for (int i = 1; i < n; i++)
    memcpy(s->seed + i * units, s->seed, (size_t) units * sizeof *s->seed);
  for (int o = 0; o < s->plan->plan->n_output; o++) {
    s->seeds[o] = o == t->output ? s->seed : NULL;
    s->logit[o] = o == t->output && t->logit;
  }
  return sg_exec_steps(exec, s->seeds, s->logit, fn, user, err);
}

void sg_explain_take(const sg_explain *s, const sg_exec *exec, int i, double weight, double *dst)
{
  const sg_explain_plan *p = s->plan;
  const void *grad = exec->grad[p->dna_value];
  if (!exec->touched[p->dna_value]) return;
  for (int64_t c = 0; c < p->C; c++)
    for (int64_t l = 0; l < p->L; l++) {
      int64_t at = i * p->C * p->L + c * p->held.base + l * p->held.pos;
      double g = p->plan->f64 ? ((const double *) grad)[at] : (double) ((const float *) grad)[at];
      dst[c * p->L + l] += weight * g;
    }
}

void sg_explain_correct(const sg_explain_plan *p, double *g)
{
  for (int64_t l = 0; l < p->L; l++) {
    double mean = 0;
    for (int k = 0; k < 4; k++) mean += g[p->base[k] * p->L + l] / 4;
    for (int64_t c = 0; c < p->C; c++) g[c * p->L + l] -= mean;
  }
}

double sg_explain_apply(const sg_explain_plan *p, const double *x, const double *ref,
                        const double *m, double weight, sg_strand_score *score)
{
  int64_t n = p->C * p->L;
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    double part = (x[i] - ref[i]) * m[i];
    score->contribution[i] += weight * part;
    sum += part;
  }
  for (int64_t l = 0; l < p->L; l++) {
    double there = 0;
    for (int64_t c = 0; c < p->C; c++) there += ref[c * p->L + l] * m[c * p->L + l];
    for (int64_t c = 0; c < p->C; c++)
      score->hypothetical[c * p->L + l] += weight * (m[c * p->L + l] - there);
  }
  return sum;
}

double sg_explain_weight(const sg_strand *strand, int target, int j)
{
  return strand->weight ? strand->weight[(int64_t) target * strand->n_references + j]
                        : 1.0 / strand->n_references;
}

double sg_explain_residual(double sum, double value, double reference)
{
  double change = value - reference, size = fabs(change);
  return fabs(sum - change) / (size > 1 ? size : 1);
}

/* ---- 6. A run ---- */

/* Codes as columns [C][L]. */
static void spell(const sg_explain_plan *p, const uint8_t *codes, double *x)
{
  for (int64_t l = 0; l < p->L; l++) {
    const float *col = p->symbols.col[codes[l] % SG_MAX_SYMBOLS];
    for (int64_t c = 0; c < p->C; c++) x[c * p->L + l] = col[c];
  }
}

/* Columns as given, on either strand: row c of the reverse is the row of c's complement read from
 * the end. */
static void copy_columns(const sg_explain_plan *p, const float *from, bool reverse, double *x)
{
  for (int64_t c = 0; c < p->C; c++) {
    const float *row = from + (reverse ? p->complement[c] : c) * p->L;
    for (int64_t l = 0; l < p->L; l++) x[c * p->L + l] = row[reverse ? p->L - 1 - l : l];
  }
}

/* The same of a row of the DNA input as it is given to the engine. */
static void copy_row(const sg_explain_plan *p, const float *from, bool reverse, double *x)
{
  for (int64_t c = 0; c < p->C; c++) {
    const float *row = from + (reverse ? p->complement[c] : c) * p->given.base;
    for (int64_t l = 0; l < p->L; l++)
      x[c * p->L + l] = row[(reverse ? p->L - 1 - l : l) * p->given.pos];
  }
}

/* Columns that are all a base, nothing, or a quarter of each, as codes: what is given as an array
 * is then computed as what is given as codes, bit for bit. False: they are something else. */
static bool encode_columns(const sg_explain_plan *p, const double *x, uint8_t *codes)
{
  for (int64_t l = 0; l < p->L; l++)
    if (!sg_symbol_of(&p->symbols, x + l, p->L, &codes[l])) return false;
  return true;
}

static void copy_codes(const sg_explain_plan *p, const uint8_t *from, bool reverse, uint8_t *to)
{
  for (int64_t l = 0; l < p->L; l++)
    to[l] = reverse ? p->complement[from[p->L - 1 - l]] : from[l];
}

static sg_status make_strand(sg_explain *s, const sg_explain_item *item, bool reverse,
                             sg_strand *strand)
{
  const sg_explain_plan *p = s->plan;
  int64_t cells = p->C * p->L, n = item->n_references;
  const sg_input *dna = &item->inputs[p->plan->dna];
  double *x = sg_arena_alloc(s->tmp, (size_t) (cells * (1 + n)), sizeof *x);
  uint8_t *codes = sg_arena_alloc(s->tmp, (size_t) (p->L * (1 + n)), 1);
  if (!x || !codes) return SG_ENOMEM;
  *strand = (sg_strand){ .x = x, .codes = codes, .n_references = (int) n, .references = x + cells,
                         .inputs = item->inputs };
  strand->reference_codes = codes + p->L;
  if (dna->codes) {
    copy_codes(p, dna->codes, reverse, codes);
    spell(p, codes, x);
  } else {
    copy_row(p, dna->data, reverse, x);
    if (!encode_columns(p, x, codes)) strand->codes = NULL;
  }
  for (int64_t j = 0; j < n; j++) {
    double *to = x + (1 + j) * cells;
    if (item->reference_codes) {
      copy_codes(p, item->reference_codes + j * p->L, reverse, codes + (1 + j) * p->L);
      spell(p, codes + (1 + j) * p->L, to);
    } else {
      copy_columns(p, item->references + j * cells, reverse, to);
      if (!encode_columns(p, to, codes + (1 + j) * p->L)) strand->reference_codes = NULL;
    }
  }
  return SG_OK;
}

/* Scores begin at zero, numbers without a meaning for the method at NaN. */
static void clear_scores(sg_explain *s)
{
  size_t cells = (size_t) (s->plan->C * s->plan->L) * sizeof(double);
  for (int t = 0; t < s->plan->opts.n_targets; t++) {
    sg_strand_score *r = &s->score[t];
    memset(r->hypothetical, 0, cells);
    memset(r->contribution, 0, cells);
    r->value = 0;
    r->reference = r->residual = NAN;
  }
}

/* Scores of a strand as A, C, G, T on the strand of the results: dst += weight * it. `turned`: that
 * is the other one. */
static void put(const sg_explain_plan *p, const double *src, bool turned, double weight, float *dst)
{
  for (int k = 0; dst && k < 4; k++) {
    const double *row = src + p->base[turned ? 3 - k : k] * p->L;
    for (int64_t l = 0; l < p->L; l++)
      dst[k * p->L + l] += (float) (weight * row[turned ? p->L - 1 - l : l]);
  }
}

/* part[targets]: of this strand in the scores; NULL: `weight` of each. */
static void put_scores(const sg_explain *s, bool turned, bool first, double weight,
                       const double *part, sg_explain_score *scores)
{
  const sg_explain_plan *p = s->plan;
  size_t bytes = 4 * (size_t) p->L * sizeof(float);
  for (int t = 0; t < p->opts.n_targets; t++) {
    sg_explain_score *to = &scores[t];
    const sg_strand_score *r = &s->score[t];
    if (first) {
      if (to->hypothetical) memset(to->hypothetical, 0, bytes);
      if (to->contribution) memset(to->contribution, 0, bytes);
      to->value = to->reference = 0;
      to->residual = r->residual;
    }
    double share = part ? part[t] : weight;
    put(p, r->hypothetical, turned, share, to->hypothetical);
    put(p, r->contribution, turned, share, to->contribution);
    to->value += weight * r->value;
    to->reference += weight * r->reference;
    if (!(r->residual <= to->residual)) to->residual = r->residual;
  }
}

static sg_status check_item(const sg_explain_plan *p, const sg_explain_item *item, sg_err *err)
{
  if (!item->inputs[p->plan->dna].codes && !item->inputs[p->plan->dna].data)
    return sg_fail(err, SG_EINVAL, "the DNA to explain is given neither as codes nor as data");
  if (!(p->method->info.uses & SG_EXPLAIN_REFERENCES)) return SG_OK;
  if (item->n_references < 1 || (!item->reference_codes && !item->references))
    return sg_fail(err, SG_EINVAL, "%s measures against references: none is given",
                   p->method->info.name);
  return SG_OK;
}

/* SG_EXPLAIN_RC_MAX: both strands are evaluated first, which says what each of them counts. */
static sg_status run_greater(sg_explain *s, const sg_explain_item *item, sg_explain_score *scores,
                             sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  sg_arena_mark mark = sg_arena_here(s->tmp);
  bool references = p->method->info.uses & SG_EXPLAIN_REFERENCES;
  sg_strand strand[2];
  sg_greater g;
  sg_status status = make_strand(s, item, false, &strand[0]);
  if (!status) status = make_strand(s, item, true, &strand[1]);
  if (status) sg_fail(err, status, "out of memory");
  if (!status) status = sg_greater_weigh(s, strand, &g, err);
  for (int k = 0; !status && k < 2; k++) {
    if (references) strand[k].weight = g.weight[k];
    clear_scores(s);
    status = p->method->run(s, &strand[k], err);
    if (!status)
      put_scores(s, item->reverse != (k == 1), k == 0, 1, references ? NULL : g.part[k], scores);
  }
  for (int t = 0; !status && t < p->opts.n_targets; t++) {
    scores[t].value = g.value[t];
    scores[t].reference = g.reference[t];
  }
  sg_arena_reset(s->tmp, mark);
  return status;
}

sg_status sg_explain_run(sg_explain *attr, const sg_explain_item *item, sg_explain_score *scores,
                         sg_err *err)
{
  const sg_explain_plan *p = attr->plan;
  int strands = p->opts.rc == SG_EXPLAIN_RC_MEAN ? 2 : 1;
  sg_status status = check_item(p, item, err);
  sg_rng_seed_item(&attr->rng, p->opts.seed, item->index);
  if (!status && p->opts.rc == SG_EXPLAIN_RC_MAX && !p->method->greater)
    return run_greater(attr, item, scores, err);
  for (int k = 0; !status && k < strands; k++) {
    sg_arena_mark mark = sg_arena_here(attr->tmp);
    sg_strand strand;
    status = make_strand(attr, item, k == 1, &strand);
    if (status) sg_fail(err, status, "out of memory");
    clear_scores(attr);
    if (!status) status = p->method->run(attr, &strand, err);
    sg_arena_reset(attr->tmp, mark);
    if (!status) put_scores(attr, item->reverse != (k == 1), k == 0, 1.0 / strands, NULL, scores);
  }
  return status;
}
