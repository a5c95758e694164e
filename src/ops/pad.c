/* ops/pad.c: positions added before and after, by axis: a constant, the mirror image, the edge, or
 * the other end. Negative numbers crop. Attributes before opset 11, then inputs; axes from 18. */
#include <string.h>

#include "ops/k_move.h"

typedef enum mode { CONSTANT, REFLECT, EDGE, WRAP } mode;

typedef struct conf { sg_moves moves; mode mode; } conf;

static sg_status configure(sg_node *node, sg_err *err)
{
  static const char *const names[] = {"constant", "reflect", "edge", "wrap"};
  const char *text;
  int m = 0;
  conf *f = SG_REAL(sg_move_conf)(node, sizeof *f, err);
  if (!f) return SG_ENOMEM;
  sg_status s = sg_node_string(node, "mode", "constant", &text, err);
  if (!s) s = sg_node_float(node, "value", 0, &f->moves.fill, err);
  if (s) return s;
  while (m < 4 && strcmp(names[m], text)) m++;
  if (m == 4) return sg_node_refuse(node, err, "mode '%s' is not known", text);
  f->mode = (mode) m;
  if (!sg_node_has(node, 2)) return SG_OK;
  if (!node->in[2].tensor) return sg_node_refuse(node, err, "the value is computed from the data");
  if (sg_shape_count(&node->in[2].shape) != 1)
    return sg_node_misfit(node, err, "the value is not a scalar");
  f->moves.fill_input = 2;
  return SG_OK;
}

/* Position q of an axis of which [lo, hi) is kept, brought inside by the mode. */
static int64_t inside(mode m, int64_t q, int64_t lo, int64_t hi)
{
  int64_t n = hi - lo, r = q - lo, period = m == REFLECT ? 2 * (n - 1) : n;
  if (m == EDGE) return q < lo ? lo : q >= hi ? hi - 1 : q;
  if (period == 0) return lo;
  r = (r % period + period) % period;
  return lo + (r < n ? r : period - r);
}

static sg_status pad_axis(sg_node *node, int a, int64_t before, int64_t after, sg_err *err)
{
  const conf *f = node->conf;
  const int64_t far = (int64_t) 1 << 40;
  int64_t d = node->in[0].shape.d[a], lo = before < 0 ? -before : 0, hi = after < 0 ? d + after : d;
  sg_shape *y = &node->out[0].shape;
  if (before < -far || before > far || after < -far || after > far)
    return sg_node_misfit(node, err, "a pad of more than 2^40 positions");
  y->d[a] = d + before + after;
  if (lo > hi || y->d[a] < 0 || (lo == hi && f->mode != CONSTANT))
    return sg_node_misfit(node, err, "crops more than axis %d has", a);
  sg_status s = sg_shape_check(y, err);
  if (s) return s;
  sg_move_axis *ax = &sg_move_of(node)->ax[a];
  ax->first = -before;
  if (f->mode == CONSTANT) return SG_OK;
  int64_t *table = sg_arena_alloc(node->mem, (size_t) y->d[a] + 1, sizeof *table);
  if (!table) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t j = 0; j < y->d[a]; j++) table[j] = inside(f->mode, j - before, lo, hi);
  ax->table = table;
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  const int64_t *pads, *axes;
  int64_t n, n_axes, all = x->nd;
  sg_status s = sg_node_ints_or_input(node, "pads", 1, &pads, &n, err);
  if (!s) s = sg_node_ints_or_input(node, "axes", 3, &axes, &n_axes, err);
  if (s) return s;
  if (n != 2 * (axes ? n_axes : all))
    return sg_node_misfit(node, err, "%lld pads for %d axes", (long long) n, x->nd);
  if ((s = SG_REAL(sg_move_begin)(node, 1, x->nd, err))) return s;
  node->out[0].shape = *x;
  node->out[0].dtype = node->in[0].dtype;
  for (int64_t i = 0; !s && i < n / 2; i++) {
    int a = sg_axis(x, axes ? axes[i] : i);
    if (a < 0) return sg_node_misfit(node, err, "an axis that the input does not have");
    if (a == 0 && x->batched && (pads[i] || pads[i + n / 2]))
      return sg_node_refuse(node, err, "pads the batch axis");
    if (pads[i] || pads[i + n / 2]) s = pad_axis(node, a, pads[i], pads[i + n / 2], err);
  }
  return s;
}

/* How many positions to add (or crop, where enough are left). */
static int64_t random_pad(sg_sample *s, int64_t d)
{
  int64_t p = (int64_t) sg_rng_below(s->rng, 4) - 1;
  return d < 4 && p < 0 ? 0 : p;
}

static void sample(sg_sample *s)
{
  static const char *const modes[] = {"constant", "reflect", "edge", "wrap", "constant"};
  int64_t pads[2 * SG_MAX_RANK] = {0}, axes[SG_MAX_RANK];
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  const sg_shape *x = &s->in[0].shape;
  int form = (int) sg_rng_below(s->rng, 3), skip = form == 2;   /* attributes, inputs, axes */
  int n = x->nd - skip;
  for (int i = 0; i < n; i++) {
    axes[i] = i + skip;
    if (i + skip == 0) continue;
    pads[i] = random_pad(s, x->d[i + skip]);
    pads[i + n] = random_pad(s, x->d[i + skip]);
  }
  sg_attr_set_string(s->attrs, "mode", modes[sg_rng_below(s->rng, 5)]);
  if (form == 0) {
    s->opset = 7;
    sg_attr_set_ints(s->attrs, "pads", pads, 2 * n);
    sg_attr_set_float(s->attrs, "value", sg_rng_normal(s->rng));
    return;
  }
  s->n_in = form == 2 ? 4 : 2 + (int) sg_rng_below(s->rng, 2);
  SG_REAL(sg_sample_ints)(s, 1, 2 * n, pads);
  if (form == 2) SG_REAL(sg_sample_ints)(s, 3, n, axes);
  if (form == 2) s->in[2].absent = sg_rng_below(s->rng, 2);
}

const sg_op SG_REAL(sg_op_pad) = {
  .name = "Pad", .summary = "adds or crops positions",
  .min_in = 1, .max_in = 4, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = configure, .infer = infer, .sample = sample,
};
