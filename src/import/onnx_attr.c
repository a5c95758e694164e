/* import/onnx_attr.c: attributes of ONNX nodes.
 *
 * Names and values go over as they stand; the op that they belong to reads them (its `configure`).
 * Inside a function an attribute may refer to one of the call's: that is resolved here, through as
 * many calls as there are.
 */
#include <stdlib.h>
#include <string.h>

#include "import/onnx.h"

/* Numbers of the kinds, as in the file. */
enum { K_FLOAT = 1, K_INT = 2, K_STRING = 3, K_TENSOR = 4, K_FLOATS = 6, K_INTS = 7 };

static const SgOnnx__Attribute *find(SgOnnx__Attribute *const *a, size_t n, const char *name)
{
  for (size_t i = 0; i < n; i++) {
    if (a[i]->name && strcmp(a[i]->name, name) == 0) return a[i];
  }
  return NULL;
}

/* What an attribute stands for: itself, or an attribute of the call, or the function's default;
 * NULL: nothing was given. */
static const SgOnnx__Attribute *resolve(const sg_onnx_scope *s, const SgOnnx__Attribute *a)
{
  while (a && a->ref && *a->ref) {
    const char *name = a->ref;
    while (s && !s->call) s = s->parent;
    if (!s) return NULL;
    a = find(s->call->attribute, s->call->n_attribute, name);
    if (a) {
      s = s->caller;
    } else {
      a = find(s->function->default_attribute, s->function->n_default_attribute, name);
      return a && a->ref && *a->ref ? NULL : a;
    }
  }
  return a;
}

const SgOnnx__Attribute *sg_onnx_attr(const sg_onnx_scope *s, const SgOnnx__Node *node,
                                      const char *name)
{
  return resolve(s, find(node->attribute, node->n_attribute, name));
}

/* Files of the first versions leave the kind out: it is then what is there. */
static int kind_of(const SgOnnx__Attribute *a)
{
  if (a->has_kind && a->kind != 0) return a->kind;
  if (a->has_f) return K_FLOAT;
  if (a->has_i) return K_INT;
  if (a->has_s) return K_STRING;
  if (a->t) return K_TENSOR;
  if (a->n_floats) return K_FLOATS;
  if (a->n_ints) return K_INTS;
  return 0;
}

static sg_status set_string(sg_attrs *attrs, const char *name, const ProtobufCBinaryData *s,
                            sg_err *err)
{
  char *text;
  sg_status st;

  if (s->len && memchr(s->data, 0, s->len)) return sg_fail(err, SG_EFORMAT,
                                                           "attribute %s: text with a zero byte",
                                                               name);
  text = malloc(s->len + 1);
  if (!text) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (s->len) memcpy(text, s->data, s->len);
  text[s->len] = 0;
  st = sg_attr_set_string(attrs, name, text);
  free(text);
  return st;
}

static sg_status set_floats(sg_attrs *attrs, const char *name, const float *v, size_t n)
{
  double *wide = malloc((n ? n : 1) * sizeof(*wide));
  sg_status st;

  if (!wide) return SG_ENOMEM;
  for (size_t i = 0; i < n; i++) wide[i] = v[i];
  st = sg_attr_set_floats(attrs, name, wide, (int64_t)n);
  free(wide);
  return st;
}

static sg_status set_tensor(const sg_onnx *x, const SgOnnx__Attribute *a, sg_attrs *attrs,
                            const char *name, sg_err *err)
{
  const sg_tensor *t = NULL;
  sg_status st = a->t ? sg_onnx_tensor(a->t, x->dir, x->g->mem, &t, err) : sg_fail(err, SG_EFORMAT,
      "no tensor");

  if (st) return err ? sg_fail_prefix(err, "attribute %s: ", name) : st;
  return sg_attr_set_tensor(attrs, name, t);
}

static sg_status set(const sg_onnx *x, const SgOnnx__Attribute *a, const char *name,
                     sg_attrs *attrs, sg_err *err)
{
  switch (kind_of(a)) {
    case K_FLOAT: return sg_attr_set_float(attrs, name, a->f);
    case K_INT: return sg_attr_set_int(attrs, name, a->i);
    case K_STRING: return set_string(attrs, name, &a->s, err);
    case K_TENSOR: return set_tensor(x, a, attrs, name, err);
    case K_FLOATS: return set_floats(attrs, name, a->floats, a->n_floats);
    case K_INTS: return sg_attr_set_ints(attrs, name, a->ints, (int64_t)a->n_ints);
    default: return sg_attr_set_other(attrs, name);
  }
}

sg_status sg_onnx_attrs(const sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                        sg_attrs *attrs, sg_err *err)
{
  for (size_t i = 0; i < node->n_attribute; i++) {
    const char *name = node->attribute[i]->name;
    const SgOnnx__Attribute *a = resolve(s, node->attribute[i]);
    sg_status st;

    if (!name || !*name) return sg_fail(err, SG_EFORMAT, "an attribute without a name");
    if (!a) continue;
    if (err) err->code = SG_OK;
    st = set(x, a, name, attrs, err);
    if (st == SG_ENOMEM) return sg_fail(err, SG_ENOMEM, "out of memory");
    if (st) return st;
  }
  return SG_OK;
}

/* A tensor of rank 0 (n < 0) or 1 from numbers of an attribute. */
static const sg_tensor *small_tensor(sg_arena *mem, sg_dtype dtype, int64_t n, const float *f,
                                     const int64_t *i)
{
  sg_tensor *t = sg_tensor_new(mem, dtype, n < 0 ? 0 : 1, &n);

  if (!t) return NULL;
  for (int64_t k = 0; k < (n < 0 ? 1 : n); k++) {
    if (dtype == SG_F32) t->data.f[k] = f[k];
    else t->data.i[k] = i[k];
  }
  return t;
}

sg_status sg_onnx_constant(const sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                           const sg_tensor **ret, sg_err *err)
{
  sg_arena *mem = x->g->mem;
  const SgOnnx__Attribute *a;

  *ret = NULL;
  if ((a = sg_onnx_attr(s, node, "value")) && a->t) return sg_onnx_tensor(a->t, x->dir, mem, ret,
      err);
  if ((a = sg_onnx_attr(s, node, "value_float"))) *ret = small_tensor(mem, SG_F32, -1, &a->f, NULL);
  else if ((a = sg_onnx_attr(s, node, "value_int"))) *ret = small_tensor(mem, SG_I64, -1, NULL,
      &a->i);
  else if ((a = sg_onnx_attr(s, node, "value_floats"))) *ret = small_tensor(mem, SG_F32,
      (int64_t)a->n_floats, a->floats, NULL);
  else if ((a = sg_onnx_attr(s, node, "value_ints"))) *ret = small_tensor(mem, SG_I64,
      (int64_t)a->n_ints, NULL, a->ints);
  else if (sg_onnx_attr(s, node, "value_string") || sg_onnx_attr(s, node,
      "value_strings")) *ret = small_tensor(mem, SG_TEXT, 0, NULL, NULL);
  else return sg_fail(err, SG_EUNSUPPORTED, "a constant of no kind that is supported (sparse?)");
  return *ret ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}
