/* import/keras_function.c: functions of tensors by name: what raw operations in a graph
 * (TFOpLambda, keras.ops) and the byte code of Lambdas are made of.
 *
 * Arguments come as JSON: numbers, lists, and slices as {"start", "stop", "step"} objects.
 */
#include <stdint.h>
#include <string.h>

#include "import/keras.h"

/* Positional argument i, or the keyword argument of one of `keys`. */
static const json_t *argument(const json_t *args, size_t i, const json_t *kwargs, const char *keys)
{
  const json_t *v = json_array_get(args, i);
  if (v && !json_is_null(v)) return v;
  return sg_kj_get(kwargs, keys);
}

/* ---- Slices ---------------------------------------------------------------------------------- */

/* One bound: absent or null is `none`. */
static bool read_bound(const json_t *o, const char *key, int64_t none, int64_t *ret)
{
  const json_t *v = sg_kj_get(o, key);
  *ret = none;
  return !v || sg_kj_ints(v, ret, 1) == 1;
}

static bool read_slice(const json_t *v, sg_kslice *s)
{
  const json_t *cfg = json_object_get(v, "config");   /* Keras 3: class __slice__ */
  int64_t at;
  if (json_is_integer(v)) {
    if (sg_kj_ints(v, &at, 1) != 1) return false;
    *s = (sg_kslice){at, at == -1 ? INT64_MAX : at + 1, 1, true};
    return true;
  }
  if (!json_is_object(v)) return false;
  if (json_is_object(cfg)) v = cfg;
  if (!read_bound(v, "step", 1, &s->step) || s->step == 0) return false;
  s->drop = false;
  bool up = s->step > 0;
  return read_bound(v, "start", up ? 0 : INT64_MAX, &s->start)
         && read_bound(v, "stop", up ? INT64_MAX : INT64_MIN, &s->stop);
}

sg_status sg_keras_getitem(sg_kx *x, sg_kt *t, const json_t *index, sg_err *err)
{
  sg_kslice s[SG_MAX_RANK];
  int n = 0, given = (int) json_array_size(index);
  for (int i = 0; i < given; i++) {
    const json_t *v = json_array_get(index, (size_t) i);
    if (json_is_string(v) && strcmp(json_string_value(v), "...") == 0) {
      while (n < t->nd && n < t->nd - (given - i - 1)) s[n++] = (sg_kslice){0, INT64_MAX, 1, false};
      continue;
    }
    if (n == SG_MAX_RANK || !read_slice(v, &s[n++]))
      return sg_kx_refuse(x, err, "an index that is neither a slice nor a number");
  }
  for (int a = 1; a < n && a < t->nd; a++)
    if (s[a].drop && t->d[a] != SG_KDIM_ANY && (s[a].start >= t->d[a] || s[a].start < -t->d[a]))
      return sg_kx_misfit(x, err, "index %lld of %lld", (long long) s[a].start,
                          (long long) t->d[a]);
  return sg_kx_slice(x, t, n, s, err);
}

/* Reverses the axes of a list, or of a number. */
static sg_status reverse(sg_kx *x, sg_kt *t, const json_t *axes, sg_err *err)
{
  int64_t v[SG_MAX_RANK];
  sg_kslice s[SG_MAX_RANK];
  int n = sg_kj_ints(axes, v, SG_MAX_RANK);
  if (n < 1) return sg_kx_refuse(x, err, "reverses axes that are not given as numbers");
  for (int a = 0; a < t->nd; a++) s[a] = (sg_kslice){0, INT64_MAX, 1, false};
  for (int i = 0; i < n; i++) {
    int a = sg_kt_axis_of(t, v[i]);
    if (a < 1) return sg_kx_misfit(x, err, "reverses axis %lld", (long long) v[i]);
    s[a] = (sg_kslice){INT64_MAX, INT64_MIN, -1, false};
  }
  return sg_kx_slice(x, t, t->nd, s, err);
}

/* ---- Reductions ------------------------------------------------------------------------------ */

static sg_status reduce(sg_kx *x, const char *op, sg_kt *t, const json_t *axes, bool keep,
                        sg_err *err)
{
  int64_t v[SG_MAX_RANK];
  unsigned over = 0;
  int n = sg_kj_ints(axes, v, SG_MAX_RANK);
  if (n < 1) return sg_kx_refuse(x, err, "reduces over the batch; name the axis");
  for (int i = 0; i < n; i++) {
    int a = sg_kt_axis_of(t, v[i]);
    if (a < 1) return sg_kx_refuse(x, err, "reduces over axis %lld", (long long) v[i]);
    over |= 1u << a;
  }
  sg_status st = SG_OK;
  for (int a = t->nd - 1; !st && a > 0; a--)   /* from the end: numbers before stay valid */
    if (over >> a & 1) st = sg_kx_reduce(x, op, t, a, keep, err);
  return st;
}

/* ---- Padding --------------------------------------------------------------------------------- */

static sg_status pad(sg_kx *x, sg_kt *t, const json_t *args, const json_t *kwargs, sg_err *err)
{
  int64_t p[2], before[SG_MAX_RANK] = {0}, after[SG_MAX_RANK] = {0};
  const json_t *v = argument(args, 0, kwargs, "paddings|pad_width");
  const json_t *mode = argument(args, 1, kwargs, "mode");
  const json_t *value = sg_kj_get(kwargs, "constant_values");
  const char *how = json_is_string(mode) ? json_string_value(mode) : "constant";
  if (strcmp(how, "CONSTANT") != 0 && strcmp(how, "constant") != 0)
    return sg_kx_refuse(x, err, "padding by '%s'", how);
  if (json_array_size(v) != (size_t) t->nd || (value && !json_is_number(value)))
    return sg_kx_refuse(x, err, "padding that is not given as numbers");
  for (int a = 0; a < t->nd; a++) {
    if (sg_kj_ints(json_array_get(v, (size_t) a), p, 2) != 2)
      return sg_kx_refuse(x, err, "padding that is not given as numbers");
    before[a] = p[0];
    after[a] = p[1];
  }
  if (before[0] || after[0]) return sg_kx_refuse(x, err, "pads the batch");
  return sg_kx_pad(x, t, before, after, value ? json_number_value(value) : 0, err);
}

/* ---- Element by element ---------------------------------------------------------------------- */

static sg_status gelu(sg_kx *x, sg_kt *t, bool tanh_form, sg_err *err)
{
  sg_node_def *node;
  sg_status st = sg_kx_unary(x, "Gelu", t, &node, err);
  return st || !tanh_form ? st : sg_kx_attr_text(node, "approximate", "tanh", err);
}

/* x * x, as one node with both inputs the same. */
static sg_status square(sg_kx *x, sg_kt *t, sg_err *err)
{
  int in[2] = {t->value, t->value};
  return sg_kx_op(x, "Mul", 2, in, NULL, &t->value, err);
}

/* Name and operator; reductions apart from the rest. */
typedef struct entry { const char *name, *op; } entry;

static const char *look_up(const entry *table, size_t n, const char *name)
{
  for (size_t i = 0; i < n; i++)
    if (strcmp(table[i].name, name) == 0) return table[i].op;
  return NULL;
}

static const char *reduction(const char *name)
{
  static const entry table[] = {
    {"reduce_max", "ReduceMax"}, {"max", "ReduceMax"}, {"amax", "ReduceMax"},
    {"reduce_min", "ReduceMin"}, {"min", "ReduceMin"}, {"amin", "ReduceMin"},
    {"reduce_mean", "ReduceMean"}, {"mean", "ReduceMean"}, {"reduce_sum", "ReduceSum"},
    {"sum", "ReduceSum"}, {"reduce_logsumexp", "ReduceLogSumExp"},
    {"logsumexp", "ReduceLogSumExp"}};
  return look_up(table, sizeof table / sizeof *table, name);
}

static const char *elementwise(const char *name)
{
  static const entry table[] = {{"exp", "Exp"}, {"log", "Log"}, {"abs", "Abs"},
                                {"absolute", "Abs"}, {"sqrt", "Sqrt"}, {"negative", "Neg"}};
  return look_up(table, sizeof table / sizeof *table, name);
}

const char *sg_keras_binary_op(const char *name)
{
  static const entry table[] = {
    {"add", "Add"}, {"subtract", "Sub"}, {"sub", "Sub"}, {"multiply", "Mul"}, {"mul", "Mul"},
    {"divide", "Div"}, {"truediv", "Div"}, {"true_divide", "Div"}, {"maximum", "Max"},
    {"minimum", "Min"}, {"pow", "Pow"}, {"power", "Pow"}};
  return look_up(table, sizeof table / sizeof *table, name);
}

/* Activations that frameworks also offer as functions, with their usual meaning. */
static bool is_activation(const char *name)
{
  static const char *const names[] = {"relu", "relu6", "elu", "selu", "silu", "swish", "tanh",
                                      "sigmoid", "softplus", "softsign"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}

/* Arguments that would change the result and are not read: none may be given. */
static sg_status check_arguments(const sg_kx *x, const char *name, size_t max, const json_t *args,
                                 const json_t *kwargs, sg_err *err)
{
  static const char *const known[] = {
    "name", "axis", "axes", "keepdims", "keep_dims", "paddings", "pad_width", "mode",
    "constant_values", "approximate", "dtype", "slice_spec"};
  const char *key;
  json_t *v;
  if (json_array_size(args) > max)
    return sg_kx_refuse(x, err, "'%s' with %zu arguments more", name, json_array_size(args));
  json_object_foreach((json_t *) kwargs, key, v) {
    bool ok = json_is_null(v);
    for (size_t i = 0; !ok && i < sizeof known / sizeof *known; i++)
      ok = strcmp(known[i], key) == 0;
    if (!ok) return sg_kx_refuse(x, err, "argument '%s' of '%s' is not known here", key, name);
  }
  return SG_OK;
}

sg_status sg_keras_function(sg_kx *x, const char *name, sg_kt *t, const json_t *args,
                            const json_t *kwargs, sg_err *err)
{
  const char *op = reduction(name);
  const json_t *axis = argument(args, 0, kwargs, "axis|axes");
  bool plain = is_activation(name) || elementwise(name) || strcmp(name, "square") == 0;
  sg_status st = check_arguments(x, name, plain ? 0 : 2, args, kwargs, err);
  if (st) return st;
  if (op) {
    const json_t *keep = argument(args, 1, kwargs, "keepdims|keep_dims");
    return reduce(x, op, t, axis, json_is_true(keep), err);
  }
  if (strcmp(name, "reverse") == 0 || strcmp(name, "flip") == 0) return reverse(x, t, axis, err);
  if (strcmp(name, "pad") == 0) return pad(x, t, args, kwargs, err);
  if (strcmp(name, "square") == 0) return square(x, t, err);
  if (strcmp(name, "gelu") == 0)
    return gelu(x, t, json_is_true(argument(args, 0, kwargs, "approximate")), err);
  if (strcmp(name, "softmax") == 0) {
    int64_t a = -1;
    if (axis && sg_kj_ints(axis, &a, 1) != 1)
      return sg_kx_refuse(x, err, "softmax over several axes");
    return sg_kx_softmax(x, "Softmax", t, sg_kt_axis_of(t, a), err);
  }
  if ((op = elementwise(name))) return sg_kx_unary(x, op, t, NULL, err);
  if (is_activation(name)) return sg_kx_activation_name(x, name, t, err);
  return sg_kx_refuse(x, err, "the function '%s' is not known here; replace it by standard layers, "
                      "or export the model to ONNX", name);
}
