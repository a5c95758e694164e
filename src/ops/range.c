/* ops/range.c: start, start + delta, ... up to but not including limit. Folded. */
#include <math.h>

#include "ops/k_fold.h"

#define MAX_ELEMENTS ((int64_t) 1 << 28)

/* Number of terms: of integers exactly, of floats as ONNX counts them. -1: too many or never. */
static int64_t count_ints(int64_t a, int64_t b, int64_t step)
{
  if (step == 0) return -1;
  if (step > 0 ? a >= b : a <= b) return 0;
  uint64_t gap = step > 0 ? (uint64_t) b - (uint64_t) a : (uint64_t) a - (uint64_t) b;
  uint64_t by = step > 0 ? (uint64_t) step : 0 - (uint64_t) step;
  uint64_t n = (gap - 1) / by + 1;
  return n > (uint64_t) MAX_ELEMENTS ? -1 : (int64_t) n;
}

static int64_t count_floats(double a, double b, double step)
{
  double n = ceil((b - a) / step);
  if (!(n <= (double) MAX_ELEMENTS)) return -1;
  return n > 0 ? (int64_t) n : 0;
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  const sg_tensor *x[3];
  for (int k = 0; k < 3; k++) {
    x[k] = node->in[k].tensor;
    if (!x[k]) return sg_node_refuse(node, err, "input %d is computed from the data", k);
    if (sg_shape_count(&x[k]->shape) != 1 || x[k]->dtype == SG_TEXT)
      return sg_node_misfit(node, err, "input %d is not one number", k);
  }
  bool whole = SG_REAL(sg_fold_exact)(node);
  int64_t a = sg_tensor_i64(x[0], 0), step = sg_tensor_i64(x[2], 0);
  double fa = sg_tensor_f64(x[0], 0), fstep = sg_tensor_f64(x[2], 0);
  int64_t n = whole ? count_ints(a, sg_tensor_i64(x[1], 0), step)
                    : count_floats(fa, sg_tensor_f64(x[1], 0), fstep);
  if (n < 0) return sg_node_refuse(node, err, "a range without end, or of more than 2^28 numbers");
  sg_shape y = {.nd = 1, .d = {n}};
  sg_status s = sg_fold_check(node, &y, err);
  if (s) return s;
  sg_tensor *t = sg_tensor_new(node->mem, x[0]->dtype, 1, &n);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < n; i++) {
    if (whole) t->data.i[i] = a + i * step;
    else sg_tensor_set(t, i, fa + (double) i * fstep);
  }
  out[0] = t;
  return SG_OK;
}

const sg_op SG_REAL(sg_op_range) = {
  .name = "Range", .summary = "an arithmetic progression (folded)",
  .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .since = 7, .fold = fold,
};
