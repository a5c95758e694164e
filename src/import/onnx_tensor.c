/* import/onnx_tensor.c: tensors of an ONNX file as constants of a graph.
 *
 * Contents
 *   1. element types      what they are called, how many bytes they take, what they become
 *   2. numbers            little-endian bytes and half-precision floats
 *   3. sizes              dimensions against the bytes that are there
 *   4. external data      bytes that lie in a file beside the model
 *   5. tensors
 *
 * Reference: the published format, "ONNX IR specification", sections Tensors and External data;
 * IEEE 754-2019 binary16.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/onnx.h"
#include "import/slurp.h"

/* ---- 1. Element types ------------------------------------------------------------------------ */

/* Which of the typed arrays holds the elements when they are not raw bytes. */
typedef enum field { IN_NONE, IN_FLOAT, IN_INT32, IN_INT64, IN_DOUBLE, IN_UINT64 } field;

typedef enum code { C_F32, C_U8, C_I8, C_U16, C_I16, C_I32, C_I64, C_BOOL, C_F16, C_F64, C_U32,
                    C_U64, C_BF16, C_TEXT } code;

typedef struct elem {
  int32_t type;          /* number in the file */
  const char *name;
  int bytes;             /* of one element in raw data; 0: cannot be raw */
  sg_dtype dtype;        /* what it becomes; 0: not supported */
  field in;
  code code;
} elem;

static const elem elems[] = {
  { 1, "float32", 4, SG_F32, IN_FLOAT, C_F32 },   { 2, "uint8", 1, SG_I64, IN_INT32, C_U8 },
  { 3, "int8", 1, SG_I64, IN_INT32, C_I8 },       { 4, "uint16", 2, SG_I64, IN_INT32, C_U16 },
  { 5, "int16", 2, SG_I64, IN_INT32, C_I16 },     { 6, "int32", 4, SG_I64, IN_INT32, C_I32 },
  { 7, "int64", 8, SG_I64, IN_INT64, C_I64 },     { 8, "text", 0, SG_TEXT, IN_NONE, C_TEXT },
  { 9, "bool", 1, SG_BOOL, IN_INT32, C_BOOL },    { 10, "float16", 2, SG_F32, IN_INT32, C_F16 },
  { 11, "float64", 8, SG_DOUBLE, IN_DOUBLE, C_F64 }, { 12, "uint32", 4, SG_I64, IN_UINT64, C_U32 },
  { 13, "uint64", 8, SG_I64, IN_UINT64, C_U64 },  { 16, "bfloat16", 2, SG_F32, IN_INT32, C_BF16 },
};

static const elem *find_elem(int32_t type)
{
  for (size_t i = 0; i < sizeof(elems) / sizeof(elems[0]); i++) {
    if (elems[i].type == type) return &elems[i];
  }
  return NULL;
}

sg_dtype sg_onnx_dtype(int32_t type, const char **ret_name)
{
  const elem *e = find_elem(type);

  if (ret_name) *ret_name = e ? e->name : "unknown";
  return e ? e->dtype : (sg_dtype)0;
}

/* ---- 2. Numbers ------------------------------------------------------------------------------ */

static uint64_t little(const uint8_t *p, int bytes)
{
  uint64_t v = 0;

  for (int i = 0; i < bytes; i++) v |= (uint64_t)p[i] << (8 * i);
  return v;
}

static float float_of_bits(uint32_t bits)
{
  float f;

  memcpy(&f, &bits, sizeof(f));
  return f;
}

static double double_of_bits(uint64_t bits)
{
  double d;

  memcpy(&d, &bits, sizeof(d));
  return d;
}

/* binary16: one sign bit, five of exponent (bias 15), ten of fraction. Exact in a float. */
static float float_of_half(uint16_t h)
{
  int exponent = (h >> 10) & 31, fraction = h & 1023;
  float v;

  if (exponent == 31) v = fraction ? NAN : INFINITY;
  else if (exponent == 0) v = ldexpf((float)fraction, -24);
  else v = ldexpf((float)(fraction + 1024), exponent - 25);
  return h & 0x8000 ? -v : v;
}

/* Two's complement value of the low `bytes` bytes. */
static int64_t signed_of(uint64_t v, int bytes)
{
  int shift = 64 - 8 * bytes;

  return (int64_t)(v << shift) >> shift;
}

/* Element i of t from the bits `v` that the file has. False when it does not fit (an unsigned
 * number of 2^63 and more). */
static bool put(sg_tensor *t, int64_t i, code c, uint64_t v)
{
  switch (c) {
    case C_F32: t->data.f[i] = float_of_bits((uint32_t)v); break;
    case C_F16: t->data.f[i] = float_of_half((uint16_t)v); break;
    case C_BF16: t->data.f[i] = float_of_bits((uint32_t)(v & 0xffff) << 16); break;
    case C_F64: t->data.d[i] = double_of_bits(v); break;
    case C_BOOL: t->data.i[i] = v != 0; break;
    case C_I8: t->data.i[i] = signed_of(v, 1); break;
    case C_I16: t->data.i[i] = signed_of(v, 2); break;
    case C_I32: t->data.i[i] = signed_of(v, 4); break;
    case C_U8: t->data.i[i] = (int64_t)(v & 0xff); break;
    case C_U16: t->data.i[i] = (int64_t)(v & 0xffff); break;
    case C_U32: t->data.i[i] = (int64_t)(v & 0xffffffffu); break;
    case C_I64:
    case C_U64:
      if (c == C_U64 && v > INT64_MAX) return false;
      t->data.i[i] = (int64_t)v;
      break;
    case C_TEXT: break;
  }
  return true;
}

/* ---- 3. Sizes -------------------------------------------------------------------------------- */

/* Elements of t: the product of its dimensions, if that is a size a tensor can have. */
static sg_status count_elements(const SgOnnx__Tensor *t, int64_t *ret, sg_err *err)
{
  sg_shape s = { .nd = 0 };
  sg_status st;

  if (t->n_dims > SG_MAX_RANK) {
    return sg_fail(err, SG_EUNSUPPORTED, "%zu axes; at most %d are supported", t->n_dims,
                   SG_MAX_RANK);
  }
  s.nd = (int)t->n_dims;
  for (int i = 0; i < s.nd; i++) s.d[i] = t->dims[i];
  st = sg_shape_check(&s, err);
  if (st) return st;
  *ret = sg_shape_count(&s);
  return SG_OK;
}

static size_t typed_count(const SgOnnx__Tensor *t, field in)
{
  switch (in) {
    case IN_FLOAT: return t->n_float_data;
    case IN_INT32: return t->n_int32_data;
    case IN_INT64: return t->n_int64_data;
    case IN_DOUBLE: return t->n_double_data;
    case IN_UINT64: return t->n_uint64_data;
    case IN_NONE: break;
  }
  return 0;
}

static uint64_t typed_bits(const SgOnnx__Tensor *t, field in, size_t i)
{
  uint64_t v = 0;

  switch (in) {
    case IN_FLOAT: break;                       /* copied as a whole, see fill_typed */
    case IN_INT32: return (uint64_t)(int64_t)t->int32_data[i];
    case IN_INT64: return (uint64_t)t->int64_data[i];
    case IN_DOUBLE: memcpy(&v, &t->double_data[i], sizeof(v)); break;
    case IN_UINT64: return t->uint64_data[i];
    case IN_NONE: break;
  }
  return v;
}

/* ---- 4. External data ------------------------------------------------------------------------ */

/* A non-negative decimal number and nothing else. */
static bool parse_size(const char *s, uint64_t *ret)
{
  uint64_t v = 0;

  if (!*s) return false;
  for (; *s; s++) {
    if (*s < '0' || *s > '9' || v > (UINT64_MAX - 9) / 10) return false;
    v = 10 * v + (uint64_t)(*s - '0');
  }
  *ret = v;
  return true;
}

static const char *entry(const SgOnnx__Tensor *t, const char *key)
{
  for (size_t i = 0; i < t->n_external; i++) {
    if (t->external[i]->key && strcmp(t->external[i]->key, key) == 0) return t->external[i]->value;
  }
  return NULL;
}

/* True when no component of a relative path is "..". */
static bool stays_below(const char *path)
{
  const char *p = path;

  if (*p == '/' || !*p || strchr(p, '\\')) return false;
  for (; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
    if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == 0)) return false;
  }
  return true;
}

/* The path of the file `location` in `dir`, symbolic links resolved; refused when it is not below
 * `dir`. *ret_path is the caller's. */
static sg_status external_path(const char *dir, const char *location, char **ret_path, sg_err *err)
{
  char *top = NULL, *joined = NULL, *real_path = NULL;
  size_t n = strlen(dir) + strlen(location) + 2;
  sg_status st = SG_OK;

  if (!stays_below(location)) {
    return sg_fail(err, SG_EFORMAT,
                   "its data are said to be in '%.200s', outside the folder of the model: refused",
                       location);
  }
  top = realpath(dir, NULL);
  joined = malloc(n);
  if (!top || !joined) {
    st = sg_fail(err, SG_EIO, "cannot find the folder of the model");
    goto done;
  }
  snprintf(joined, n, "%s/%s", dir, location);
  real_path = realpath(joined, NULL);
  if (!real_path) {
    st = sg_fail(err, SG_ENOTFOUND,
                 "its data are in the file '%.200s', which must lie beside the model: %s", location,
                     strerror(errno));
    goto done;
  }
  if (strncmp(real_path, top, strlen(top)) != 0 || (strcmp(top, "/") != 0 &&
                                                    real_path[strlen(top)] != '/')) {
    st = sg_fail(err, SG_EFORMAT, "'%.200s' leads out of the folder of the model: refused",
                 location);
    goto done;
  }
  *ret_path = real_path;
  real_path = NULL;
done:
  free(top);
  free(joined);
  free(real_path);
  return st;
}

/* Reads the `size` bytes of a tensor from its external file. The bytes are known to be there before
 * they are allocated. */
static sg_status read_external(const SgOnnx__Tensor *t, const char *dir, uint64_t size,
                               uint8_t **ret_data, sg_err *err)
{
  const char *location = entry(t, "location"), *off = entry(t, "offset"), *len = entry(t, "length");
  uint64_t offset = 0, length = size, total = 0;
  char *path = NULL;
  uint8_t *data = NULL;
  sg_status st;

  if (!location) return sg_fail(err, SG_EFORMAT, "its data are in another file that is not named");
  if (!dir) return sg_fail(err, SG_EUNSUPPORTED,
                           "its data are in another file, and the model's folder is not known");
  if ((off && !parse_size(off, &offset)) || (len && !parse_size(len, &length))) {
    return sg_fail(err, SG_EFORMAT, "offset or length of its external data is not a number");
  }
  if (length != size) {
    return sg_fail(err, SG_EFORMAT, "%llu bytes of external data, its shape needs %llu",
                   (unsigned long long)length,
                   (unsigned long long)size);
  }
  st = external_path(dir, location, &path, err);
  if (!st) st = sg_slurp_size(path, &total, err);
  if (!st && (offset > total || size > total - offset)) {
    st = sg_fail(err, SG_EFORMAT, "its data reach beyond the end of '%.200s' (%llu bytes)",
                 location, (unsigned long long)total);
  }
  if (!st && !(data = malloc(size ? (size_t)size : 1))) st = sg_fail(err, SG_ENOMEM,
      "out of memory");
  if (!st) st = sg_slurp_part(path, offset, size, data, err);
  if (st) free(data);
  else *ret_data = data;
  free(path);
  return st;
}

/* ---- 5. Tensors ------------------------------------------------------------------------------ */

static sg_status fill_raw(sg_tensor *out, const elem *e, const uint8_t *p, int64_t n, sg_err *err)
{
  for (int64_t i = 0; i < n; i++, p += e->bytes) {
    if (!put(out, i, e->code, little(p, e->bytes))) {
      return sg_fail(err, SG_EUNSUPPORTED, "a number above 2^63 - 1");
    }
  }
  return SG_OK;
}

static sg_status fill_typed(sg_tensor *out, const elem *e, const SgOnnx__Tensor *t, int64_t n,
                            sg_err *err)
{
  if (e->in == IN_FLOAT) {
    if (n) memcpy(out->data.f, t->float_data, (size_t)n * sizeof(float));
    return SG_OK;
  }
  for (int64_t i = 0; i < n; i++) {
    if (!put(out, i, e->code, typed_bits(t, e->in, (size_t)i))) {
      return sg_fail(err, SG_EUNSUPPORTED, "a number above 2^63 - 1");
    }
  }
  return SG_OK;
}

/* Decodes n elements, wherever they are, after comparing what the shape needs with what is
 * there. */
static sg_status fill(const SgOnnx__Tensor *t, const elem *e, const char *dir, int64_t n,
                      sg_arena *mem, sg_tensor **ret, sg_err *err)
{
  bool external = t->location == 1;
  uint8_t *beside = NULL;
  uint64_t need = (uint64_t)n * (uint64_t)e->bytes;
  sg_status st = SG_OK;

  if (external) {
    st = read_external(t, dir, need, &beside, err);
  } else if (t->has_raw && t->raw.len != need) {
    st = sg_fail(err, SG_EFORMAT, "%zu bytes of data, its shape needs %llu", t->raw.len,
                 (unsigned long long)need);
  } else if (!t->has_raw && typed_count(t, e->in) != (uint64_t)n) {
    st = sg_fail(err, SG_EFORMAT, "%zu numbers, its shape needs %lld", typed_count(t, e->in),
                 (long long)n);
  }
  if (st) return st;
  *ret = sg_tensor_new(mem, e->dtype, (int)t->n_dims, t->dims);
  if (!*ret) st = sg_fail(err, SG_ENOMEM, "out of memory for %lld numbers", (long long)n);
  else if (external) st = fill_raw(*ret, e, beside, n, err);
  else if (t->has_raw) st = fill_raw(*ret, e, t->raw.data, n, err);
  else st = fill_typed(*ret, e, t, n, err);
  free(beside);
  return st;
}

sg_status sg_onnx_tensor(const SgOnnx__Tensor *t, const char *dir, sg_arena *mem,
                         const sg_tensor **ret, sg_err *err)
{
  const elem *e = find_elem(t->has_type ? t->type : 0);
  sg_tensor *out = NULL;
  int64_t n = 0;
  sg_status st;

  *ret = NULL;
  if (!e) return sg_fail(err, SG_EUNSUPPORTED, "elements of type %d are not supported",
                         t->has_type ? (int)t->type : 0);
  if (t->has_segment) return sg_fail(err, SG_EUNSUPPORTED, "tensors in segments are not supported");
  st = count_elements(t, &n, err);
  if (st) return st;
  if (e->code == C_TEXT) {
    int64_t none = 0;
    out = sg_tensor_new(mem, SG_TEXT, 1, &none);
    if (!out) return sg_fail(err, SG_ENOMEM, "out of memory");
  } else {
    st = fill(t, e, dir, n, mem, &out, err);
    if (st) return st;
  }
  *ret = out;
  return SG_OK;
}
