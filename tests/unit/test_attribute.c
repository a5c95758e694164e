/* tests/unit/test_attribute.c: attribution on networks built by hand, whose scores are known.
 *
 * Contents
 *   1. (networks: unit/explained.h)
 *   2. linear networks: all methods say the same
 *   3. quadratures
 *   4. RevealCancel: the example of its paper
 *   5. layers whose rule is stated: products, gates, selections, coupled ones
 *   6. batch norm folded or not
 *   7. targets, strands, letters
 *   8. what is refused
 */
#include "methods/quadrature.h"
#include "model/plan.h"
#include "unit/explained.h"

/* ---- 2. Linear ---- */

static void linear_net(net *t)
{
  int x = start(t, L), y = conv(t, x, 3);
  y = unary(t, "GlobalAveragePool", y);
  dense(t, unary(t, "Flatten", y), 3, 2);
  finish(t);
}

START_TEST(linear_networks_agree)
{
  net t;
  uint8_t x[L], refs[3 * L];
  setting z = usual();
  linear_net(&t);
  random_codes(1, L, x);
  random_codes(2, 3 * L, refs);
  z.refs = refs;
  z.n_refs = 3;
  z.target.unit = 1;
  scores g = run(&t, "gradient", z, x), gi = run(&t, "grad-x-input", z, x);
  near(gi.hyp, g.con, CELLS, 0);
  for (int k = 0; k < 3; k++) {
    z.o.rule = (sg_deeplift_rule) k;
    scores d = run(&t, "deeplift", z, x);
    z.o.steps = 1;
    scores ig = run(&t, "intgrad", z, x);
    near(d.con, ig.con, CELLS, 1e-6);
    near(d.hyp, ig.hyp, CELLS, 1e-6);
    for (int i = 0; i < CELLS; i++) {
      double want = 0;
      for (int j = 0; j < 3; j++)
        want += ((x[i % L] == i / L) - (refs[j * L + i % L] == i / L)) * (double) g.con[i] / 3;
      ck_assert_double_le(fabs(want - (double) d.con[i]), 1e-6);
    }
    ck_assert_double_le(d.residual, 1e-12);
    ck_assert_double_le(ig.residual, 1e-12);
    ck_assert_double_le(fabs(sum(d.con, CELLS) - (d.value - d.reference)), 1e-5);
  }
  scores smooth = run(&t, "smoothgrad", z, x), var = run(&t, "vargrad", z, x);
  near(smooth.con, g.con, CELLS, 1e-6);
  for (int i = 0; i < CELLS; i++) ck_assert_double_le((double) var.con[i], 1e-12);
  discard(&t);
}
END_TEST

/* Sensitivity-n (Ancona, Ceolini, Oztireli, Gross 2018): on a linear network what any set of
 * positions contributes is what the value loses without them, for sets of every size. */
START_TEST(sets_of_every_size)
{
  static const char *const methods[] = { "grad-x-input", "intgrad", "deeplift", "deeplift",
                                         "deeplift" };
  double worst[5] = { 0 }, bent = 0;
  uint8_t x[L], zero[L], part[L];
  for (int relu = 0; relu < 2; relu++) {
    net t;
    setting z = usual();
    sg_rng rng;
    int y = conv(&t, start(&t, L), 3);
    if (relu) y = unary(&t, "Relu", y);
    dense(&t, unary(&t, "Flatten", unary(&t, "GlobalAveragePool", y)), 3, 1);
    finish(&t);
    sg_rng_seed(&rng, 21);
    random_codes(1, L, x);
    memset(zero, SG_CODE_N_ZERO, L);
    z.refs = zero;
    z.n_refs = 1;
    z.o.steps = 3;
    for (int m = 0; m < 5; m++) {
      z.o.rule = (sg_deeplift_rule) (m < 2 ? 0 : m - 2);
      scores whole = run(&t, methods[m], z, x);
      for (int n = 1; n <= L; n++) {
        double in_it = 0;
        memcpy(part, x, L);
        for (int k = 0; k < n; k++) {
          int i = (int) sg_rng_below(&rng, L);
          while (part[i] == SG_CODE_N_ZERO) i = (i + 1) % L;
          part[i] = SG_CODE_N_ZERO;
          for (int b = 0; b < 4; b++) in_it += (double) whole.con[b * L + i];
        }
        double e = fabs(in_it - (whole.value - run(&t, "gradient", z, part).value));
        if (!relu && !(e <= worst[m])) worst[m] = e;
        if (relu && e > bent) bent = e;
      }
    }
    discard(&t);
  }
  for (int m = 0; m < 5; m++) ck_assert_double_le(worst[m], 1e-6);
  ck_assert_double_gt(bent, 1e-3);         /* with a kink no method can */
}
END_TEST

/* Zero references are no letter: hypothetical scores are the multipliers. */
START_TEST(zero_reference)
{
  net t;
  uint8_t x[L], zero[L];
  setting z = usual();
  linear_net(&t);
  random_codes(1, L, x);
  memset(zero, SG_CODE_N_ZERO, L);
  z.refs = zero;
  z.n_refs = 1;
  near(run(&t, "deeplift", z, x).hyp, run(&t, "gradient", z, x).con, CELLS, 1e-6);
  discard(&t);
}
END_TEST

/* ---- 3. Quadratures ---- */

START_TEST(gauss_is_exact)
{
  double at[40], w[40];
  for (int n = 1; n <= 40; n++) {
    sg_quadrature_fill(SG_QUAD_GAUSS, n, at, w);
    for (int degree = 0; degree < 2 * n; degree++) {
      double s = 0;
      for (int k = 0; k < n; k++) s += w[k] * pow(at[k], degree);
      ck_assert_double_le(fabs(s - 1.0 / (degree + 1)), 1e-13);
    }
    double s = 0;
    for (int k = 0; k < n; k++) s += w[k] * pow(at[k], 2 * n);
    if (n < 8) ck_assert_double_gt(fabs(s - 1.0 / (2 * n + 1)), 1e-12);
  }
}
END_TEST

START_TEST(weights_sum_to_one)
{
  for (int kind = 0; kind < 4; kind++)
    for (int n = 2; n <= 30; n++) {
      double at[30], w[30], s = 0, first = 0;
      sg_quadrature_fill((sg_quadrature) kind, n, at, w);
      for (int k = 0; k < n; k++) {
        s += w[k];
        first += w[k] * at[k];
        ck_assert(at[k] >= 0 && at[k] <= 1 && w[k] > 0);
      }
      ck_assert_double_le(fabs(s - 1), 1e-13);
      double want = kind == SG_QUAD_RIGHT ? (n + 1) / (2.0 * n) : 0.5;
      ck_assert_double_le(fabs(first - want), 1e-13);
    }
}
END_TEST

/* A cube has a gradient of degree 2 on the way: two Gauss nodes are exact, two midpoints are not.
 * Several baselines are the mean of each. */
START_TEST(path_of_a_cube)
{
  net t;
  uint8_t x[L], refs[2 * L];
  setting z = usual();
  int y = unary(&t, "Flatten", start(&t, L));
  y = dense(&t, y, CELLS, 1);
  pair(&t, "Mul", pair(&t, "Mul", y, y), y);
  finish(&t);
  random_codes(1, L, x);
  random_codes(5, 2 * L, refs);
  z.refs = refs;
  z.n_refs = 1;
  z.o.steps = 2;
  scores a = run(&t, "intgrad", z, x);
  ck_assert_double_le(a.residual, 1e-12);
  z.o.quadrature = SG_QUAD_MIDPOINT;
  ck_assert_double_gt(run(&t, "intgrad", z, x).residual, 1e-6);
  z.o.quadrature = SG_QUAD_GAUSS;
  z.refs = refs + L;
  scores b = run(&t, "intgrad", z, x), both;
  z.refs = refs;
  z.n_refs = 2;
  both = run(&t, "intgrad", z, x);
  for (int i = 0; i < CELLS; i++)
    ck_assert_double_le(fabs(((double) a.con[i] + (double) b.con[i]) / 2 - (double) both.con[i]),
                        1e-5 * fmax(1, fabs((double) both.con[i])));
  discard(&t);
}
END_TEST

/* Behind a leaky relu that leaks all the first layer does not look linear, and the way is walked
 * with whole evaluations; the scores are those of a linear first layer, which is evaluated at the
 * ends only. */
START_TEST(first_layers_at_the_ends)
{
  net t;
  uint8_t x[L], refs[2 * L];
  scores got[2];
  setting z = usual();
  for (int k = 0; k < 2; k++) {
    int y = start(&t, L);
    if (k) {
      sg_node_def *d;
      y = sg_graph_add_op(t.m->graph, "LeakyRelu", "leaky", 1, &y, &d);
      ck_assert_int_eq(sg_attr_set_float(&d->attrs, "alpha", 1), SG_OK);
    }
    y = pair(&t, "Mul", unary(&t, "Tanh", conv(&t, y, 4)), unary(&t, "Sigmoid", conv(&t, y, 4)));
    dense(&t, unary(&t, "Flatten", unary(&t, "GlobalMaxPool", y)), 4, 1);
    finish(&t);
    random_codes(1, L, x);
    random_codes(2, 2 * L, refs);
    memset(refs, SG_CODE_N_ZERO, L);
    z.refs = refs;
    z.n_refs = 2;
    z.o.steps = 90;                    /* more than are evaluated together */
    got[k] = run(&t, "intgrad", z, x);
    discard(&t);
  }
  near(got[0].con, got[1].con, CELLS, 1e-6);
  near(got[0].hyp, got[1].hyp, CELLS, 1e-6);
  ck_assert_double_gt(fabs(sum(got[0].con, CELLS)), 1e-3);
}
END_TEST

/* ---- 4. RevealCancel ---- */

/* min(a, b) = a - relu(a - b): its paper's example, where every other rule gives all to one input
 * and RevealCancel half to each. a and b are 0.25 of 8 and of 3, from zero. */
START_TEST(minimum_of_two)
{
  static const double first[8] = {8, 8, 0, -3, 0, 0, 0, 0}, second[2] = {1, -1};
  net t;
  const uint8_t x[1] = {SG_CODE_N_QUARTER}, zero[1] = {SG_CODE_N_ZERO};
  setting z = usual();
  int y = unary(&t, "Flatten", start(&t, 1));
  y = pair(&t, "Gemm", y, constant(&t, DIMS(4, 2), first));
  y = unary(&t, "Relu", y);
  pair(&t, "Gemm", y, constant(&t, DIMS(2, 1), second));
  finish(&t);
  z.length = 1;
  z.refs = zero;
  z.n_refs = 1;
  for (int rule = 0; rule < 3; rule++) {
    z.o.rule = (sg_deeplift_rule) rule;
    scores d = run(&t, "deeplift", z, x);
    bool cancel = rule != SG_DEEPLIFT_RESCALE;
    ck_assert_double_le(fabs((double) d.con[0] - (cancel ? 0.375 : 0)), 1e-6);
    ck_assert_double_le(fabs((double) d.con[1] - (cancel ? 0.375 : 0.75)), 1e-6);
    ck_assert_double_le(fabs((double) d.con[2]) + fabs((double) d.con[3]), 1e-9);
    ck_assert_double_le(d.residual, 1e-12);
  }
  discard(&t);
}
END_TEST

/* Weights of one sign, from zero: nothing cancels, and the rules agree. */
START_TEST(nothing_mixes)
{
  net t;
  uint8_t x[L], zero[L];
  double w[CELLS * 6], bias[6], v[6];
  setting z = usual();
  sg_rng rng;
  sg_rng_seed(&rng, 8);
  for (int i = 0; i < CELLS * 6; i++) w[i] = sg_rng_unit(&rng);
  for (int i = 0; i < 6; i++) {
    bias[i] = -4 + 2 * i;
    v[i] = sg_rng_normal(&rng);
  }
  int y = unary(&t, "Flatten", start(&t, L));
  y = apply(&t, "Gemm", 3,
            (int[]){y, constant(&t, DIMS(CELLS, 6), w), constant(&t, DIMS(6), bias)});
  y = unary(&t, "Softplus", y);
  pair(&t, "Gemm", y, constant(&t, DIMS(6, 1), v));
  finish(&t);
  random_codes(1, L, x);
  memset(zero, SG_CODE_N_ZERO, L);
  z.refs = zero;
  z.n_refs = 1;
  z.o.rule = SG_DEEPLIFT_RESCALE;
  scores plain = run(&t, "deeplift", z, x);
  for (int rule = 0; rule < 3; rule++) {
    z.o.rule = (sg_deeplift_rule) rule;
    near(run(&t, "deeplift", z, x).con, plain.con, CELLS, 1e-6);
  }
  discard(&t);
}
END_TEST

/* ---- 5. Rules ---- */

typedef enum kind {
  PRODUCT, QUOTIENT, POWER, GATED, COMPARED, MAXIMUM, MINIMUM, SOFTMAX, NORM, VECTORS, TWICE,
  LEFT, DIFFERENCE, HARDMAX, ARGMAX, ARGMIN, KINDS
} kind;

static void two_branches(net *t, kind k)
{
  int x = start(t, L), a = conv(t, x, 3), b = conv(t, x, 3);
  switch (k) {
  case PRODUCT: pair(t, "Mul", a, b); break;
  case QUOTIENT: pair(t, "Div", a, unary(t, "Exp", b)); break;
  case POWER: pair(t, "Pow", unary(t, "Exp", a), b); break;
  case GATED: apply(t, "Where", 3, (int[]){pair(t, "Greater", a, b), conv(t, x, 3), b}); break;
  case COMPARED: pair(t, "Mul", a, pair(t, "LessOrEqual", a, b)); break;
  case MAXIMUM: pair(t, "Max", a, b); break;
  case MINIMUM: pair(t, "Min", a, b); break;
  case SOFTMAX: pair(t, "Mul", unary(t, "Softmax", a), b); break;
  case NORM: pair(t, "Add", pair(t, "LayerNormalization", a, WEIGHT(t, L - 4)), b); break;
  case VECTORS: pair(t, "seqgloss::Dot", unary(t, "Flatten", a), unary(t, "Flatten", b)); break;
  case TWICE: pair(t, "Mul", a, a); break;
  case LEFT: pair(t, "MatMul", WEIGHT(t, 3, 4), x); break;
  case DIFFERENCE: pair(t, "Sub", a, b); break;
  case HARDMAX: pair(t, "Mul", unary(t, "Hardmax", a), b); break;
  case ARGMAX: argument(t, "ArgMax", a, 1, 1, false); pair(t, "Mul", t->at, b); break;
  case ARGMIN: argument(t, "ArgMin", a, 2, 0, true); break;
  case KINDS: break;
  }
  if (k == ARGMIN) {
    dense(t, t->at, 3, 1);
  } else if (k != VECTORS) {
    const char *pool = k == LEFT ? "GlobalAveragePool" : "GlobalMaxPool";
    int y = unary(t, pool, unary(t, "Relu", t->at));
    dense(t, unary(t, "Flatten", y), 3, 1);
  }
  finish(t);
}

START_TEST(stated_rules_are_complete)
{
  net t;
  uint8_t x[L], refs[4 * L];
  setting z = usual();
  two_branches(&t, (kind) _i);
  random_codes(1, L, x);
  random_codes(4, 4 * L, refs);
  memcpy(refs + 3 * L, x, L);
  z.refs = refs;
  for (int way = 0; way < 6; way++) {
    z.o.rule = (sg_deeplift_rule) (way / 2);
    z.no_simplify = way % 2;
    z.n_refs = 4;
    scores d = run(&t, "deeplift", z, x);
    ck_assert_double_le(d.residual, 1e-9);
    ck_assert_double_gt(fabs(d.value - d.reference), 1e-6);
    ck_assert_double_le(fabs(sum(d.con, CELLS) - (d.value - d.reference)), 1e-4);
    z.refs = refs + 3 * L;
    z.n_refs = 1;
    d = run(&t, "deeplift", z, x);
    for (int i = 0; i < CELLS; i++) ck_assert(d.con[i] == 0);
    z.refs = refs;
  }
  discard(&t);
}
END_TEST

/* All N, and all equal: ties everywhere, nothing that is no number. */
START_TEST(degenerate_sequences)
{
  net t;
  uint8_t x[L], ref[L];
  setting z = usual();
  two_branches(&t, (kind) _i);
  for (int k = 0; k < 3; k++) {
    memset(x, k == 0 ? SG_CODE_N_ZERO : k == 1 ? 0 : SG_CODE_N_QUARTER, L);
    memset(ref, k == 1 ? SG_CODE_N_ZERO : 2, L);
    z.refs = ref;
    z.n_refs = 1;
    bool slope = _i != ARGMAX && _i != ARGMIN;        /* these have no gradient */
    scores d = run(&t, "deeplift", z, x), ig = slope ? run(&t, "intgrad", z, x) : d;
    ck_assert_double_le(d.residual, 1e-9);
    for (int i = 0; i < CELLS; i++) ck_assert(isfinite(d.hyp[i]) && isfinite(ig.hyp[i]));
  }
  discard(&t);
}
END_TEST

/* min(1, 5) against min(1, 0.5): the second input alone changed, and gets all of it. */
START_TEST(minimum_that_moves)
{
  static const double w[8] = {1, 5, 1, 0.5, 0, 0, 0, 0};
  net t;
  const uint8_t x[1] = {0}, ref[1] = {1};
  setting z = usual();
  int y = unary(&t, "Flatten", start(&t, 1));
  y = pair(&t, "Gemm", y, constant(&t, DIMS(4, 2), w));
  const int64_t axis = 1;
  pair(&t, "ReduceMin", y, sg_graph_add_ints(t.m->graph, "axes", &axis, 1));
  finish(&t);
  z.length = 1;
  z.refs = ref;
  z.n_refs = 1;
  z.o.rule = SG_DEEPLIFT_RESCALE;
  scores d = run(&t, "deeplift", z, x);
  ck_assert_double_le(d.residual, 1e-12);
  ck_assert_double_le(fabs(sum(d.con, 4) - 0.5), 1e-6);
  discard(&t);
}
END_TEST

/* ---- 6. Implementation invariance ---- */

START_TEST(batch_norm_folded_or_not)
{
  net t;
  uint8_t x[L], refs[2 * L];
  double scale[3] = {-1.5, 0.7, 2}, mean[3] = {0.1, -0.2, 0.3}, var[3] = {0.5, 1, 2};
  double shift[3] = {3, 0.5, 1};
  setting z = usual();
  int y = conv(&t, start(&t, L), 3);
  y = apply(&t, "BatchNormalization", 5,
            (int[]){y, constant(&t, DIMS(3), scale), constant(&t, DIMS(3), shift),
                    constant(&t, DIMS(3), mean), constant(&t, DIMS(3), var)});
  y = unary(&t, "Flatten", unary(&t, "GlobalMaxPool", unary(&t, "Relu", y)));
  y = dense(&t, y, 3, 3);
  y = apply(&t, "BatchNormalization", 5,
            (int[]){y, constant(&t, DIMS(3), scale), constant(&t, DIMS(3), shift),
                    constant(&t, DIMS(3), mean), constant(&t, DIMS(3), var)});
  dense(&t, unary(&t, "Softplus", y), 3, 1);   /* both parts matter wherever it is */
  finish(&t);
  random_codes(1, L, x);
  random_codes(6, 2 * L, refs);
  z.refs = refs;
  z.n_refs = 2;
  for (int rule = 0; rule < 3; rule++) {
    z.o.rule = (sg_deeplift_rule) rule;
    z.no_simplify = false;
    scores folded = run(&t, "deeplift", z, x);
    z.no_simplify = true;
    scores whole = run(&t, "deeplift", z, x);
    near(folded.con, whole.con, CELLS, 1e-6);
    ck_assert_double_le(whole.residual, 1e-9);
    ck_assert_double_gt(fabs(folded.value - folded.reference), 1e-3);
  }
  discard(&t);
}
END_TEST

/* Where every difference counts as none, multipliers are the gradient: at the reference, or at the
 * sequence. */
START_TEST(derivative_for_quotient)
{
  net t;
  uint8_t x[L], ref[L];
  setting z = usual();
  int in = start(&t, L), y = unary(&t, "Sigmoid", conv(&t, in, 3));
  dense(&t, unary(&t, "Flatten", unary(&t, "GlobalAveragePool", y)), 3, 1);
  finish(&t);
  random_codes(1, L, x);
  random_codes(2, L, ref);
  z.refs = ref;
  z.n_refs = 1;
  z.o.rule = SG_DEEPLIFT_RESCALE;
  z.o.epsilon = 1e6;
  for (int k = 0; k < 2; k++) {
    z.o.derivative_at_sequence = k;
    scores d = run(&t, "deeplift", z, x), g = run(&t, "gradient", z, k ? x : ref);
    for (int i = 0; i < CELLS; i++) {
      double from = (x[i % L] == i / L) - (ref[i % L] == i / L);
      ck_assert_double_le(fabs(from * (double) g.con[i] - (double) d.con[i]), 1e-6);
    }
    ck_assert_double_gt(d.residual, 1e-6);
  }
  discard(&t);
}
END_TEST

/* ---- 7. Targets, strands ---- */

START_TEST(targets_are_linear)
{
  net t;
  uint8_t x[L], refs[L];
  setting z = usual();
  linear_net(&t);
  random_codes(1, L, x);
  random_codes(2, L, refs);
  z.refs = refs;
  z.n_refs = 1;
  scores a = run(&t, "deeplift", z, x), b, s, m, c;
  z.target.unit = 1;
  b = run(&t, "deeplift", z, x);
  z.target.reduce = SG_REDUCE_CENTERED;
  c = run(&t, "deeplift", z, x);
  z.target.reduce = SG_REDUCE_SUM;
  s = run(&t, "deeplift", z, x);
  z.target.reduce = SG_REDUCE_MEAN;
  m = run(&t, "deeplift", z, x);
  for (int i = 0; i < CELLS; i++) {
    double p = (double) a.con[i], q = (double) b.con[i];
    ck_assert_double_le(fabs(p + q - (double) s.con[i]), 1e-6);
    ck_assert_double_le(fabs((p + q) / 2 - (double) m.con[i]), 1e-6);
    ck_assert_double_le(fabs((q - p) / 2 - (double) c.con[i]), 1e-6);
  }
  ck_assert_double_le(fabs(a.value + b.value - s.value), 1e-9);
  discard(&t);
}
END_TEST

/* Turned round: the reverse complement's scores on the strand of the sequence. */
START_TEST(strands)
{
  net t;
  uint8_t x[L], other[L];
  setting z = usual();
  two_branches(&t, MAXIMUM);
  random_codes(1, L, x);
  for (int l = 0; l < L; l++) other[l] = (uint8_t) (3 - x[L - 1 - l]);
  scores own = run(&t, "gradient", z, x), turned, both;
  z.reverse = true;
  turned = run(&t, "gradient", z, other);
  z.reverse = false;
  z.o.rc = SG_EXPLAIN_RC_MEAN;
  both = run(&t, "gradient", z, x);
  for (int i = 0; i < CELLS; i++)
    ck_assert_double_le(fabs(((double) own.con[i] + (double) turned.con[i]) / 2 -
                             (double) both.con[i]), 1e-6);
  ck_assert_double_le(fabs((own.value + turned.value) / 2 - both.value), 1e-9);
  discard(&t);
}
END_TEST

/* Arrays of references are what codes stand for, on either strand. */
START_TEST(references_as_arrays)
{
  net t;
  uint8_t x[L], ref[L];
  float array[CELLS] = {0};
  setting z = usual();
  two_branches(&t, PRODUCT);
  random_codes(1, L, x);
  random_codes(2, L, ref);
  for (int l = 0; l < L; l++) array[ref[l] * L + l] = 1;
  z.n_refs = 1;
  z.o.rc = SG_EXPLAIN_RC_MEAN;
  z.refs = ref;
  scores a = run(&t, "deeplift", z, x);
  z.refs = NULL;
  z.arrays = array;
  near(run(&t, "deeplift", z, x).con, a.con, CELLS, 0);
  discard(&t);
}
END_TEST

START_TEST(corrected_gradients)
{
  net t;
  uint8_t x[L];
  setting z = usual();
  two_branches(&t, PRODUCT);
  random_codes(1, L, x);
  scores g = run(&t, "gradient", z, x), c;
  z.o.correct_gradient = true;
  c = run(&t, "gradient", z, x);
  for (int l = 0; l < L; l++) {
    double mean = 0;
    for (int b = 0; b < 4; b++) mean += (double) g.con[b * L + l] / 4;
    for (int b = 0; b < 4; b++)
      ck_assert_double_le(fabs((double) g.con[b * L + l] - mean - (double) c.con[b * L + l]), 1e-6);
  }
  discard(&t);
}
END_TEST

/* The same noise for the same number, other noise for another seed. */
START_TEST(noise_is_seeded)
{
  net t;
  uint8_t x[L];
  setting z = usual();
  two_branches(&t, PRODUCT);
  random_codes(1, L, x);
  z.o.samples = 7;
  scores a = run(&t, "smoothgrad", z, x), b = run(&t, "smoothgrad", z, x);
  ck_assert(!memcmp(a.con, b.con, sizeof a.con));
  z.o.seed = 2;
  b = run(&t, "smoothgrad", z, x);
  ck_assert(memcmp(a.con, b.con, sizeof a.con));
  scores v = run(&t, "vargrad", z, x);
  ck_assert_double_gt(sum(v.con, CELLS), 1e-6);
  discard(&t);
}
END_TEST

/* Sequences as numbers: the bits of those given as codes; a base between others is explained too,
 * on both strands, and cannot be changed. */
START_TEST(sequences_as_arrays)
{
  static const char *const methods[] = { "gradient", "grad-x-input", "smoothgrad", "intgrad",
                                         "deeplift", "ism" };
  static const sg_explain_rc rc[] = { SG_EXPLAIN_RC_NONE, SG_EXPLAIN_RC_MEAN, SG_EXPLAIN_RC_MAX };
  net t;
  uint8_t x[L], zero[L];
  float hot[CELLS] = {0}, turned[CELLS];
  sg_err err = {0};
  scores r;
  two_branches(&t, PRODUCT);
  random_codes(1, L, x);
  x[5] = SG_CODE_N_ZERO;
  x[6] = SG_CODE_N_QUARTER;
  memset(zero, SG_CODE_N_ZERO, L);
  for (int i = 0; i < CELLS; i++)
    hot[i] = x[i % L] == i / L ? 1.0f : x[i % L] == SG_CODE_N_QUARTER ? 0.25f : 0.0f;
  for (int m = 0; m < 6; m++)
    for (int k = 0; k < 3; k++) {
      setting z = usual();
      z.refs = zero;
      z.n_refs = 1;
      z.o.rc = rc[k];
      scores a = run(&t, methods[m], z, x);
      z.data = hot;
      scores b = run(&t, methods[m], z, NULL);
      ck_assert_msg(!memcmp(a.con, b.con, sizeof a.con) && !memcmp(a.hyp, b.hyp, sizeof a.hyp) &&
                    a.value == b.value, "%s, strands %d", methods[m], k);
    }
  for (int c = 0; c < 4; c++) hot[c * L + 3] = 0.1f * (float) (c + 1);
  for (int i = 0; i < CELLS; i++) turned[i] = hot[CELLS - 1 - i];     /* ACGT: c to 3 - c */
  for (int m = 0; m < 5; m++) {
    setting z = usual();
    z.refs = zero;
    z.n_refs = 1;
    z.o.samples = 1;
    z.o.sigma = 0;
    z.data = hot;
    scores one = run(&t, methods[m], z, NULL);
    if (m > 2)
      ck_assert_double_le(fabs(sum(one.con, CELLS) - (one.value - one.reference)),
                          m == 3 ? 1e-2 : 1e-5);
    z.data = turned;
    scores other = run(&t, methods[m], z, NULL);
    z.data = hot;
    z.o.rc = SG_EXPLAIN_RC_MEAN;
    scores both = run(&t, methods[m], z, NULL);
    for (int i = 0; i < CELLS; i++) {
      double mean = ((double) one.con[i] + (double) other.con[CELLS - 1 - i]) / 2;
      ck_assert_double_le(fabs(mean - (double) both.con[i]), 1e-6);
    }
  }
  setting z = usual();
  z.data = hot;
  ck_assert_int_eq(try(&t, "ism", z, NULL, &r, &err), SG_EINVAL);
  ck_assert(strstr(err.text, "one-hot"));
  z.data = NULL;
  ck_assert_int_eq(try(&t, "gradient", z, NULL, &r, &err), SG_EINVAL);
  discard(&t);
}
END_TEST

/* ---- 8. Refusals ---- */

START_TEST(refusals)
{
  net t;
  uint8_t x[L];
  setting z = usual();
  scores r;
  sg_err err = {0};
  two_branches(&t, PRODUCT);
  random_codes(1, L, x);
  ck_assert_int_eq(try(&t, "deeplift", z, x, &r, &err), SG_EINVAL);
  ck_assert(strstr(err.text, "references"));
  ck_assert_int_eq(try(&t, "magic", z, x, &r, &err), SG_ENOTFOUND);
  z.target.unit = 1;
  ck_assert_int_eq(try(&t, "gradient", z, x, &r, &err), SG_EINVAL);
  z.target = (sg_explain_target){.logit = true};
  ck_assert_int_eq(try(&t, "gradient", z, x, &r, &err), SG_EINVAL);
  z.target = (sg_explain_target){.output = 7};
  ck_assert_int_eq(try(&t, "gradient", z, x, &r, &err), SG_EINVAL);
  z.target.output = 0;
  z.o.steps = 0;
  ck_assert_int_eq(try(&t, "intgrad", z, x, &r, &err), SG_EINVAL);
  discard(&t);
}
END_TEST

START_TEST(registry)
{
  sg_explain_method m;
  int n = 0;
  while (sg_explain_method_row(n, &m)) {
    ck_assert(m.name && m.summary && m.about && m.uses);
    n++;
  }
  ck_assert_int_ge(n, 7);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("attribute");
  TCase *c = tcase_create("attribute");
  tcase_add_test(c, linear_networks_agree);
  tcase_add_test(c, sets_of_every_size);
  tcase_add_test(c, zero_reference);
  tcase_add_test(c, gauss_is_exact);
  tcase_add_test(c, weights_sum_to_one);
  tcase_add_test(c, path_of_a_cube);
  tcase_add_test(c, first_layers_at_the_ends);
  tcase_add_test(c, minimum_of_two);
  tcase_add_test(c, nothing_mixes);
  tcase_add_loop_test(c, stated_rules_are_complete, 0, KINDS);
  tcase_add_loop_test(c, degenerate_sequences, 0, KINDS);
  tcase_add_test(c, minimum_that_moves);
  tcase_add_test(c, batch_norm_folded_or_not);
  tcase_add_test(c, derivative_for_quotient);
  tcase_add_test(c, targets_are_linear);
  tcase_add_test(c, strands);
  tcase_add_test(c, references_as_arrays);
  tcase_add_test(c, sequences_as_arrays);
  tcase_add_test(c, corrected_gradients);
  tcase_add_test(c, noise_is_seeded);
  tcase_add_test(c, refusals);
  tcase_add_test(c, registry);
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
