/* import/keras_json.c: look-ups in JSON configurations that may hold anything. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "import/keras.h"

sg_status sg_kj_parse(const char *text, size_t n, const char *what, json_t **ret, sg_err *err)
{
  json_error_t e;
  json_t *root = json_loadb(text, n, 0, &e);   /* jansson limits the depth of nesting itself */
  if (!root) return sg_fail(err, SG_EFORMAT, "%s:%d:%d: %s", what, e.line, e.column, e.text);
  if (!json_is_object(root)) {
    json_decref(root);
    return sg_fail(err, SG_EFORMAT, "%s: not a Keras architecture (no JSON object)", what);
  }
  *ret = root;
  return SG_OK;
}

const json_t *sg_kj_get(const json_t *o, const char *keys)
{
  while (*keys) {
    char key[64];
    size_t n = strcspn(keys, "|");
    if (n < sizeof key) {
      memcpy(key, keys, n);
      key[n] = 0;
      const json_t *v = json_object_get(o, key);
      if (v && !json_is_null(v)) return v;
    }
    keys += n + (keys[n] == '|');
  }
  return NULL;
}

const char *sg_kj_text(const json_t *o, const char *keys, const char *def)
{
  const char *s = json_string_value(sg_kj_get(o, keys));
  return s ? s : def;
}

bool sg_kj_bool(const json_t *o, const char *keys, bool def)
{
  const json_t *v = sg_kj_get(o, keys);
  if (json_is_boolean(v)) return json_is_true(v);
  if (json_is_integer(v)) return json_integer_value(v) != 0;
  return def;
}

bool sg_kj_number(const json_t *o, const char *keys, double *ret)
{
  const json_t *v = sg_kj_get(o, keys);
  if (!json_is_number(v)) return false;
  *ret = json_number_value(v);
  return isfinite(*ret);
}

/* A whole number, also written as 3.0; within 32 bits, so that sums and products stay in 64. */
static bool whole(const json_t *v, int64_t *ret)
{
  double d = json_number_value(v);
  if (!json_is_number(v) || !(fabs(d) <= INT_MAX) || d != floor(d)) return false;
  *ret = (int64_t) d;
  return true;
}

int sg_kj_ints(const json_t *v, int64_t *ret, int max)
{
  if (!v || json_is_null(v)) return 0;
  if (json_is_number(v)) return max >= 1 && whole(v, &ret[0]) ? 1 : -1;
  if (!json_is_array(v) || json_array_size(v) > (size_t) max) return -1;
  int n = (int) json_array_size(v);
  for (int i = 0; i < n; i++)
    if (!whole(json_array_get(v, (size_t) i), &ret[i])) return -1;
  return n;
}
