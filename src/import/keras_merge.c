/* import/keras_merge.c: layers of several inputs: arithmetic, Concatenate, Dot, Keras 1's Merge. */
#include <string.h>

#include "import/keras.h"

static sg_status need_several(const sg_kx *x, sg_err *err)
{
  return x->n_in >= 2 ? SG_OK : sg_kx_misfit(x, err, "needs two inputs or more, has %d", x->n_in);
}

/* ((a op b) op c) ... */
static sg_status fold(sg_kx *x, const char *op, sg_err *err)
{
  sg_status st = need_several(x, err);
  x->out = x->in[0];
  for (int i = 1; !st && i < x->n_in; i++) {
    sg_kt a = x->out;
    st = sg_kx_binary(x, op, &a, &x->in[i], &x->out, err);
  }
  return st;
}

/* By the word for it: a class or a mode. */
static sg_status merge(sg_kx *x, const char *word, sg_err *err)
{
  static const struct { const char *word, *op; } table[] = {
    {"Add", "Add"}, {"sum", "Add"}, {"Subtract", "Sub"}, {"Multiply", "Mul"}, {"mul", "Mul"},
    {"Average", "Add"}, {"ave", "Add"}, {"Maximum", "Max"}, {"max", "Max"}, {"Minimum", "Min"},
    {"min", "Min"}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (strcmp(table[i].word, word) != 0) continue;
    sg_status st = fold(x, table[i].op, err);
    bool mean = strcmp(word, "Average") == 0 || strcmp(word, "ave") == 0;
    if (!st && mean) st = sg_kx_binary_number(x, "Div", &x->out, x->n_in, false, err);
    return st;
  }
  return sg_kx_refuse(x, err, "merging by '%s' is not read; export to ONNX", word);
}

sg_status sg_keras_merge(sg_kx *x, sg_err *err) { return merge(x, x->type, err); }

static sg_status concat(sg_kx *x, int64_t axis, sg_err *err)
{
  char ta[160], tb[160];
  sg_node_def *node;
  sg_kt *t = &x->out;
  sg_status st = need_several(x, err);
  *t = x->in[0];
  int a = sg_kt_axis_of(t, axis);
  if (!st && a < 1) st = sg_kx_refuse(x, err, "joins along axis %lld", (long long) axis);
  int *in = sg_arena_alloc(x->k->tmp, (size_t) x->n_in + 1, sizeof *in);
  if (!st && !in) st = sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; !st && i < x->n_in; i++) {
    sg_kt s = x->in[i];
    if (s.nd != t->nd)
      return sg_kx_misfit(x, err, "its inputs are of shapes %s and %s",
                          sg_kt_text(t, ta, sizeof ta), sg_kt_text(&s, tb, sizeof tb));
    st = sg_kx_layout(x, &s, t->cf, err);
    in[i] = s.value;
    if (i == 0) continue;
    bool open = t->d[a] == SG_KDIM_ANY || s.d[a] == SG_KDIM_ANY;
    t->d[a] = open ? SG_KDIM_ANY : t->d[a] + s.d[a];
  }
  if (!st) st = sg_kx_op(x, "Concat", x->n_in, in, &node, &t->value, err);
  return st ? st : sg_kx_attr_int(node, "axis", sg_kt_axis(t, a), err);
}

sg_status sg_keras_concat(sg_kx *x, sg_err *err)
{
  int64_t axis = -1;
  if (sg_kj_ints(sg_kj_get(x->cfg, "axis|concat_axis"), &axis, 1) < 0)
    return sg_kx_bad(x, err, "malformed axis");
  return concat(x, axis, err);
}

/* The product of two tensors summed over one axis of each: as Keras' axes say, given to the op in
 * the graph's. */
sg_status sg_keras_dot(sg_kx *x, sg_err *err)
{
  int64_t v[2] = {-1, -1}, axes[2];
  sg_node_def *node;
  int n = sg_kj_ints(sg_kj_get(x->cfg, "axes|dot_axes"), v, 2);
  if (n < 0) return sg_kx_bad(x, err, "malformed axes");
  if (n == 1) v[1] = v[0];
  if (x->n_in != 2) return sg_kx_misfit(x, err, "needs two inputs, has %d", x->n_in);
  if (x->in[0].nd != 2 || x->in[1].nd != 2)
    return sg_kx_refuse(x, err, "a product of other than two vectors; export to ONNX");
  for (int i = 0; i < 2; i++)
    if ((axes[i] = sg_kt_axis_of(&x->in[i], v[i])) != 1)
      return sg_kx_misfit(x, err, "axis %lld of a vector", (long long) v[i]);
  if (x->in[0].d[1] != x->in[1].d[1])
    return sg_kx_misfit(x, err, "vectors of %lld and %lld", (long long) x->in[0].d[1],
                        (long long) x->in[1].d[1]);
  x->out = x->in[0];
  x->out.d[1] = 1;
  int in[2] = {x->in[0].value, x->in[1].value};
  sg_status st = sg_kx_op(x, "seqgloss::Dot", 2, in, &node, &x->out.value, err);
  if (!st) st = sg_kx_attr_ints(node, "axes", axes, 2, err);
  return st ? st : sg_kx_attr_int(node, "normalize", sg_kj_bool(x->cfg, "normalize", false), err);
}

sg_status sg_keras_merge_mode(sg_kx *x, sg_err *err)
{
  const char *mode = sg_kj_text(x->cfg, "mode", "sum");
  if (sg_kj_get(x->cfg, "layers") && json_array_size(sg_kj_get(x->cfg, "layers")) > 0)
    return sg_kx_refuse(x, err, "joins whole models; rebuild the network as a Functional model");
  if (strcmp(mode, "concat") == 0) return sg_keras_concat(x, err);
  if (strcmp(mode, "dot") == 0) return sg_keras_dot(x, err);
  return merge(x, mode, err);
}
