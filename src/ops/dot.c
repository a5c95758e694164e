/* ops/dot.c: seqgloss::Dot: inner product of two vectors of each item (Keras' Dot).
 *
 * x[N][C], y[N][C] to [N][1]. `normalize` 1: both are divided by their 2-norm first, the square of
 * which is taken as at least 1e-12 (TensorFlow's l2_normalize): the cosine.
 */
#include <math.h>

#include "model/op.h"

#define LEAST 1e-12

typedef struct conf { bool normalize; } conf;

static sg_status configure(sg_node *node, sg_err *err)
{
  conf *f = sg_arena_calloc(node->mem, 1, sizeof *f);
  const int64_t *axes;
  int64_t n, normalize;
  if (!f) return sg_fail(err, SG_ENOMEM, "out of memory");
  node->conf = f;
  sg_status s = sg_node_ints(node, "axes", &axes, &n, err);
  if (!s) s = sg_node_int(node, "normalize", 0, &normalize, err);
  if (s) return s;
  for (int k = 0; k < 2; k++) {
    const sg_shape *x = &node->in[k].shape;
    if (!x->batched || x->nd != 2 || (n && (n != 2 || sg_axis(x, axes[k]) != 1)))
      return sg_node_refuse(node, err, "only products of two vectors of each item");
  }
  f->normalize = normalize != 0;
  node->family = f->normalize ? SG_COUPLED : SG_PRODUCT;
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape, *y = &node->in[1].shape;
  if (x->d[1] != y->d[1])
    return sg_node_misfit(node, err, "vectors of %d and %d numbers", (int) x->d[1],
                          (int) y->d[1]);
  node->out[0].shape = *x;
  node->out[0].shape.d[1] = 1;
  node->out[0].dtype = node->in[0].dtype;
  return SG_OK;
}

static double product(const real *a, const real *b, int64_t n)
{
  double s = 0;
  for (int64_t i = 0; i < n; i++) s += (double) a[i] * (double) b[i];
  return s;
}

/* What a vector is divided by; *ret_moves: whether that depends on the vector. */
static double norm(const conf *f, const real *a, int64_t n, bool *ret_moves)
{
  double q = f->normalize ? product(a, a, n) : 1;
  *ret_moves = f->normalize && q > LEAST;
  return f->normalize ? sqrt(q < LEAST ? LEAST : q) : 1;
}

static sg_status forward(const sg_call *c)
{
  const conf *f = c->node->conf;
  int64_t C = c->in[0].shape.d[1];
  bool moves;
  for (int64_t i = 0; i < c->n; i++) {
    const real *a = (const real *) c->in[0].data + i * C;
    const real *b = (const real *) c->in[1].data + i * C;
    double d = norm(f, a, C, &moves) * norm(f, b, C, &moves);
    ((real *) c->out[0].data)[i] = (real) (product(a, b, C) / d);
  }
  return SG_OK;
}

/* With y = a.b / (|a| |b|): dy/da = b / (|a| |b|) - y a / |a|^2. */
static void pull(const conf *f, const real *a, const real *b, int64_t n, double g, real *ga)
{
  bool moves, other;
  double na = norm(f, a, n, &moves), nb = norm(f, b, n, &other);
  double y = product(a, b, n) / (na * nb), back = moves ? y / (na * na) : 0;
  for (int64_t i = 0; i < n; i++)
    ga[i] += (real) (g * ((double) b[i] / (na * nb) - back * (double) a[i]));
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const conf *f = c->node->conf;
  int64_t C = c->in[0].shape.d[1];
  for (int64_t i = 0; i < c->n; i++) {
    double g = (double) ((const real *) gout[0].data)[i];
    for (int k = 0; k < 2; k++)
      if (gin[k].data)
        pull(f, (const real *) c->in[k].data + i * C, (const real *) c->in[1 - k].data + i * C, C,
             g, (real *) gin[k].data + i * C);
  }
  return SG_OK;
}

static void sample(sg_sample *s)
{
  int64_t axes[] = {1, -1};
  s->n_in = 2;
  s->in[0].shape = (sg_shape){.nd = 2, .batched = true,
                              .d = {0, 1 + (int64_t) sg_rng_below(s->rng, 9)}};
  s->in[1].shape = s->in[0].shape;
  if (sg_rng_below(s->rng, 2)) sg_attr_set_ints(s->attrs, "axes", axes, 2);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "normalize", 1);
}

const sg_op SG_REAL(sg_op_dot) = {
  .name = "seqgloss::Dot",
  .summary = "inner product of two vectors, or their cosine",
  .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .since = 7, .smooth = true,
  .configure = configure,
  .infer = infer,
  .forward = forward,
  .vjp = vjp,
  .reach = sg_reach_all,
  .need = sg_need_all,
  .sample = sample,
};
