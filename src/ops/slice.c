/* ops/slice.c: every step-th position from start to end, on each axis. Negative steps run backwards
 * (reverse complement is two of them). Attributes before opset 10, then inputs. */
#include "ops/k_move.h"

/* The four lists; n entries each (axes and steps NULL: 0, 1, 2 ... and 1). */
typedef struct lists { const int64_t *start, *end, *axis, *step; int64_t n; } lists;

static sg_status read_lists(const sg_node *node, lists *l, sg_err *err)
{
  int64_t ends, axes, steps;
  sg_status s = sg_node_ints_or_input(node, "starts", 1, &l->start, &l->n, err);
  if (!s) s = sg_node_ints_or_input(node, "ends", 2, &l->end, &ends, err);
  if (!s) s = sg_node_ints_or_input(node, "axes", 3, &l->axis, &axes, err);
  if (!s) s = sg_node_ints_or_input(node, "steps", 4, &l->step, &steps, err);
  if (s) return s;
  if (ends != l->n || (l->axis && axes != l->n) || (l->step && steps != l->n))
    return sg_node_misfit(node, err, "starts, ends, axes and steps differ in number");
  return SG_OK;
}

/* v counted from the end when negative, kept within [lo, hi]. */
static int64_t clamp(int64_t v, int64_t d, int64_t lo, int64_t hi)
{
  if (v < 0) v = v < -d ? lo : v + d;
  return v < lo ? lo : v > hi ? hi : v;
}

/* First position and number of positions of a slice of an axis of length d. */
static int64_t extent(int64_t start, int64_t end, int64_t step, int64_t d, int64_t *first)
{
  if (step > 0) {
    int64_t a = clamp(start, d, 0, d), b = clamp(end, d, 0, d);
    *first = a;
    return b > a ? (b - a - 1) / step + 1 : 0;
  }
  int64_t a = clamp(start, d, 0, d - 1), b = end < -d ? -1 : clamp(end, d, -1, d - 1);
  *first = a;
  return a > b ? (a - b - 1) / -step + 1 : 0;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  lists l;
  sg_status s = read_lists(node, &l, err);
  if (!s) s = SG_REAL(sg_move_begin)(node, 1, x->nd, err);
  if (s) return s;
  node->out[0].shape = *x;
  node->out[0].dtype = node->in[0].dtype;
  for (int64_t i = 0; i < l.n; i++) {
    int64_t step = l.step ? l.step[i] : 1, first;
    int a = sg_axis(x, l.axis ? l.axis[i] : i);
    if (a < 0) return sg_node_misfit(node, err, "an axis that the input does not have");
    if (step == 0 || step == INT64_MIN) return sg_node_misfit(node, err, "a step of 0");
    int64_t n = x->d[a] ? extent(l.start[i], l.end[i], step, x->d[a], &first) : (first = 0);
    if (a == 0 && x->batched && (n != x->d[0] || step != 1))
      return sg_node_refuse(node, err, "cuts the batch axis");
    node->out[0].shape.d[a] = n;
    sg_move_of(node)->ax[a].first = first;
    sg_move_of(node)->ax[a].step = step;
  }
  return SG_OK;
}

static void sample(sg_sample *s)
{
  static const char *const names[] = {"starts", "ends", "axes", "steps"};
  int64_t v[4][SG_MAX_RANK], n = 0;
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  const sg_shape *x = &s->in[0].shape;
  for (int a = 1; a < x->nd; a++, n++) {
    int64_t lo = (int64_t) sg_rng_below(s->rng, (uint64_t) x->d[a]);
    int64_t hi = lo + 1 + (int64_t) sg_rng_below(s->rng, (uint64_t) (x->d[a] - lo));
    int64_t step = 1 + (int64_t) sg_rng_below(s->rng, 3);
    bool back = sg_rng_below(s->rng, 2);
    v[0][n] = back ? hi - 1 : lo;
    v[1][n] = back ? (lo == 0 ? INT64_MIN : lo - 1) : hi == x->d[a] ? INT64_MAX : hi - x->d[a];
    v[2][n] = sg_rng_below(s->rng, 2) ? a : a - x->nd;
    v[3][n] = back ? -step : step;
  }
  bool old = sg_rng_below(s->rng, 4) == 0;
  if (old) s->opset = 9;
  for (int64_t a = 0; old && a < n; a++)                  /* no steps then */
    if (v[3][a] < 0) v[0][a] = 0, v[1][a] = x->d[v[2][a] < 0 ? v[2][a] + x->nd : v[2][a]];
  for (int k = 0; k < (old ? 3 : 4); k++) {
    if (old) sg_attr_set_ints(s->attrs, names[k], v[k], n);
    else SG_REAL(sg_sample_ints)(s, k + 1, n, v[k]);
  }
  s->n_in = old ? 1 : 5;
}

const sg_op SG_REAL(sg_op_slice) = {
  .name = "Slice", .summary = "a range of positions, forwards or backwards",
  .min_in = 1, .max_in = 5, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = SG_REAL(sg_move_configure), .infer = infer, .sample = sample,
};
