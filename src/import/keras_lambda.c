/* import/keras_lambda.c: Lambda layers whose byte code is a known form.
 *
 * Contents
 *   1. the code inside the configuration
 *   2. constants of the expression, as JSON
 *   3. the expression, applied to the layer's input
 *
 * The code is read as an expression (pyexpr.c) and never executed. Known are slices of the input
 * (x[:, ::-1, ::-1], the reverse complement), arithmetic with numbers, and the functions of
 * keras_function.c (tf.pad with a constant, reduce_max, reduce_logsumexp ...), one inside the
 * other. Anything else is refused, showing the expression.
 */
#include <stdlib.h>
#include <string.h>

#include "import/keras.h"
#include "import/pymarshal.h"

#define MAX_DEPTH 32
#define MAX_CODE 65536

/* ---- 1. The code ----------------------------------------------------------------------------- */

static int base64_digit(char c)
{
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes text that may be broken into lines; returns the bytes in tmp, or NULL. */
static uint8_t *base64(sg_arena *mem, const char *s, size_t *ret_n)
{
  size_t n = 0;
  uint32_t bits = 0;
  int have = 0;
  uint8_t *out = sg_arena_alloc(mem, strlen(s) + 1, 1);
  for (; out && *s && *s != '='; s++) {
    int d = base64_digit(*s);
    if (d < 0 && (*s == '\n' || *s == '\r' || *s == ' ')) continue;
    if (d < 0) return NULL;
    bits = bits << 6 | (uint32_t) d;
    if ((have += 6) < 8) continue;
    have -= 8;
    out[n++] = (uint8_t) (bits >> have);
  }
  *ret_n = n;
  return out;
}

/* What the layer keeps: Keras 2 a list [code, defaults, closure], Keras 3 an object. */
typedef struct source { const char *code; const json_t *closure; } source;

static sg_status find_source(const sg_kx *x, source *s, sg_err *err)
{
  static const char remedy[] = "its code is not in the file: replace it by standard layers, or "
                               "export the model to ONNX";
  const json_t *f = sg_kj_get(x->cfg, "function");
  const json_t *given = sg_kj_get(x->cfg, "arguments"), *cfg = json_object_get(f, "config");
  if (json_is_array(f)) {
    s->code = json_string_value(json_array_get(f, 0));
    s->closure = json_array_get(f, 2);
  } else {
    s->code = json_string_value(json_object_get(cfg, "code"));
    s->closure = json_object_get(cfg, "closure");
  }
  if (!s->code || strlen(s->code) > MAX_CODE) return sg_kx_refuse(x, err, "%s", remedy);
  if (json_object_size(given) > 0)
    return sg_kx_refuse(x, err, "its function takes arguments; replace it by standard layers");
  return SG_OK;
}

/* The layer's function as an expression of one argument. */
static sg_status find_expr(const sg_kx *x, const source *s, const sg_px **ret, sg_err *err)
{
  size_t n;
  const sg_pycode *code;
  const uint8_t *bytes = base64(x->k->tmp, s->code, &n);
  if (!bytes) return sg_kx_bad(x, err, "its code is not base64");
  sg_status st = sg_py_read(bytes, n, x->k->tmp, &code, err);
  if (!st && code->argc != 1)
    return sg_kx_refuse(x, err, "its function has %lld arguments", (long long) code->argc);
  if (!st) st = sg_py_expr(code, x->k->tmp, ret, err);
  if (st) {
    sg_fail_prefix(err, "%s: ", x->layer->source);
    return err ? err->code : st;
  }
  return SG_OK;
}

/* ---- 2. Constants ---------------------------------------------------------------------------- */

static json_t *value_json(const sg_py *v, int depth);

static json_t *items_json(const sg_py *v, int depth)
{
  json_t *list = json_array();
  for (size_t i = 0; list && i < v->n; i++)
    if (json_array_append_new(list, value_json(v->item[i], depth + 1))) {
      json_decref(list);
      return NULL;
    }
  return list;
}

/* {"start": a, "stop": b, "step": c}; takes the three over. */
static json_t *slice_json(json_t *a, json_t *b, json_t *c)
{
  json_t *o = a && b && c ? json_object() : NULL;
  if (!o) {
    json_decref(a);
    json_decref(b);
    json_decref(c);
    return NULL;
  }
  json_object_set_new(o, "start", a);
  json_object_set_new(o, "stop", b);
  json_object_set_new(o, "step", c);
  return o;
}

static json_t *value_json(const sg_py *v, int depth)
{
  if (depth > MAX_DEPTH) return NULL;
  switch (v->kind) {
  case SG_PY_NONE: return json_null();
  case SG_PY_BOOL: return json_boolean(v->i);
  case SG_PY_INT: return json_integer(v->i);
  case SG_PY_FLOAT: return json_real(v->f);
  case SG_PY_TEXT: return json_string(v->s);
  case SG_PY_ELLIPSIS: return json_string("...");
  case SG_PY_TUPLE: case SG_PY_LIST: return items_json(v, depth);
  case SG_PY_SLICE:
    return slice_json(value_json(v->item[0], depth + 1), value_json(v->item[1], depth + 1),
                      value_json(v->item[2], depth + 1));
  case SG_PY_CODE: case SG_PY_OTHER: return NULL;
  }
  return NULL;
}

static json_t *constant(const source *s, const sg_px *e, int depth);

/* Arithmetic on numbers: whole ones stay whole. */
static json_t *arithmetic(char op, json_t *a, json_t *b)
{
  json_t *r = NULL;
  bool whole = json_is_integer(a) && json_is_integer(b) && op != '/' && op != '^';
  double p = json_number_value(a), q = json_number_value(b);
  if (json_is_number(a) && json_is_number(b)) {
    bool known = op == '+' || op == '-' || op == '*' || (op == '/' && q != 0);
    double v = op == '+' ? p + q : op == '-' ? p - q : op == '*' ? p * q : known ? p / q : 0;
    bool fits = v > -1e15 && v < 1e15;
    if (known && fits) r = whole ? json_integer((json_int_t) v) : json_real(v);
  }
  json_decref(a);
  json_decref(b);
  return r;
}

static json_t *list_json(const source *s, const sg_px *e, int depth)
{
  json_t *list = json_array();
  for (int i = 0; list && i < e->n; i++)
    if (json_array_append_new(list, constant(s, e->item[i], depth + 1))) {
      json_decref(list);
      return NULL;
    }
  return list;
}

/* The value of an expression that does not contain the input; NULL when it is none. The caller owns
 * it. */
static json_t *constant(const source *s, const sg_px *e, int depth)
{
  if (depth > MAX_DEPTH) return NULL;
  switch (e->kind) {
  case SG_PX_CONST: return value_json(e->v, depth);
  case SG_PX_FREE: return json_incref(json_array_get(s->closure, (size_t) e->i));
  case SG_PX_LIST: return list_json(s, e, depth);
  case SG_PX_NEGATE:
    return arithmetic('-', json_integer(0), constant(s, e->item[0], depth + 1));
  case SG_PX_BINARY:
    return arithmetic(e->op, constant(s, e->item[0], depth + 1),
                      constant(s, e->item[1], depth + 1));
  case SG_PX_SLICE:
    return slice_json(constant(s, e->item[0], depth + 1), constant(s, e->item[1], depth + 1),
                      constant(s, e->item[2], depth + 1));
  case SG_PX_ARG: case SG_PX_NAME: case SG_PX_ATTR: case SG_PX_CALL: case SG_PX_INDEX:
  case SG_PX_NULL: return NULL;
  }
  return NULL;
}

/* ---- 3. The expression ----------------------------------------------------------------------- */

static sg_status apply(sg_kx *x, const source *s, const sg_px *e, int depth, sg_kt *t, sg_err *err);

static sg_status unknown(const sg_kx *x, const sg_px *e, sg_err *err)
{
  char buf[200];
  return sg_kx_refuse(x, err,
                      "'%s' is not known; replace it by standard layers, or export the model "
                      "to ONNX", sg_px_text(e, buf, sizeof buf));
}

/* The last name of a dotted function of TensorFlow or Keras: tf.math.reduce_max. */
static const char *function_name(const sg_px *f)
{
  static const char *const roots[] = {"tf", "K", "keras", "tensorflow", "backend", "ops"};
  const char *last = f->kind == SG_PX_ATTR ? f->s : NULL;
  for (int depth = 0; f->kind == SG_PX_ATTR && depth < 8; depth++) f = f->item[0];
  for (size_t i = 0; last && i < sizeof roots / sizeof *roots; i++)
    if (f->kind == SG_PX_NAME && strcmp(f->s, roots[i]) == 0) return last;
  return NULL;
}

/* Positional arguments after the first, and keyword arguments, as JSON. False: one is no
 * constant. */
static bool call_arguments(const source *s, const sg_px *e, json_t *args, json_t *kwargs)
{
  int n_pos = e->n - e->n_key;
  for (int i = 2; i < e->n; i++) {
    json_t *v = constant(s, e->item[i], 0);
    if (!v) return false;
    if (i < n_pos ? json_array_append_new(args, v)
                  : json_object_set_new(kwargs, e->key->item[i - n_pos]->s, v)) return false;
  }
  return true;
}

static sg_status call(sg_kx *x, const source *s, const sg_px *e, int depth, sg_kt *t, sg_err *err)
{
  const char *name = function_name(e->item[0]);
  if (!name || e->n - e->n_key < 2) return unknown(x, e, err);
  sg_status st = apply(x, s, e->item[1], depth + 1, t, err);
  if (st) return st;
  json_t *args = json_array(), *kwargs = json_object();
  const char *op = sg_keras_binary_op(name);
  if (!args || !kwargs || !call_arguments(s, e, args, kwargs)) st = unknown(x, e, err);
  else if (!op) st = sg_keras_function(x, name, t, args, kwargs, err);
  else if (json_array_size(args) != 1 || !json_is_number(json_array_get(args, 0)))
    st = unknown(x, e, err);
  else st = sg_kx_binary_number(x, op, t, json_number_value(json_array_get(args, 0)), false, err);
  json_decref(args);
  json_decref(kwargs);
  return st;
}

static sg_status take_index(sg_kx *x, const source *s, const sg_px *e, int depth, sg_kt *t,
                            sg_err *err)
{
  sg_status st = apply(x, s, e->item[0], depth + 1, t, err);
  if (st) return st;
  json_t *v = constant(s, e->item[1], 0), *list = NULL;
  if (v && !json_is_array(v)) {   /* x[i] is x[i,] */
    list = json_array();
    if (!list || json_array_append(list, v)) st = sg_fail(err, SG_ENOMEM, "out of memory");
  }
  if (!v) st = unknown(x, e, err);
  if (!st) st = sg_keras_getitem(x, t, list ? list : v, err);
  json_decref(list);
  json_decref(v);
  return st;
}

/* Two parts of the input, or a part and a number. */
static sg_status binary(sg_kx *x, const source *s, const sg_px *e, int depth, sg_kt *t, sg_err *err)
{
  const char *op = e->op == '+' ? "Add" : e->op == '-' ? "Sub" : e->op == '*' ? "Mul"
                   : e->op == '/' ? "Div" : "Pow";
  json_t *a = constant(s, e->item[0], 0), *b = constant(s, e->item[1], 0);
  sg_status st;
  if (json_is_number(a) || json_is_number(b)) {
    bool first = json_is_number(a);
    st = apply(x, s, e->item[first ? 1 : 0], depth + 1, t, err);
    if (!st) st = sg_kx_binary_number(x, op, t, json_number_value(first ? a : b), first, err);
  } else {
    sg_kt p, q;
    st = apply(x, s, e->item[0], depth + 1, &p, err);
    if (!st) st = apply(x, s, e->item[1], depth + 1, &q, err);
    if (!st && p.nd != q.nd) st = unknown(x, e, err);
    if (!st) st = sg_kx_binary(x, op, &p, &q, t, err);
  }
  json_decref(a);
  json_decref(b);
  return st;
}

static sg_status apply(sg_kx *x, const source *s, const sg_px *e, int depth, sg_kt *t, sg_err *err)
{
  if (depth > MAX_DEPTH) return sg_kx_refuse(x, err, "its expression is nested too deep");
  if (e->kind == SG_PX_ARG) {
    *t = x->in[0];
    return SG_OK;
  }
  if (e->kind == SG_PX_INDEX) return take_index(x, s, e, depth, t, err);
  if (e->kind == SG_PX_CALL) return call(x, s, e, depth, t, err);
  if (e->kind == SG_PX_BINARY) return binary(x, s, e, depth, t, err);
  if (e->kind != SG_PX_NEGATE) return unknown(x, e, err);
  sg_status st = apply(x, s, e->item[0], depth + 1, t, err);
  return st ? st : sg_kx_unary(x, "Neg", t, NULL, err);
}

sg_status sg_keras_lambda(sg_kx *x, sg_err *err)
{
  source s;
  const sg_px *e;
  sg_status st = find_source(x, &s, err);
  if (!st) st = find_expr(x, &s, &e, err);
  return st ? st : apply(x, &s, e, 0, &x->out, err);
}
