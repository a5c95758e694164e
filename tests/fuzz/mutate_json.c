/* fuzz/mutate_json.c: a place of a JSON text is chosen and its value replaced: by another number, a
 * word that Keras knows, a value from elsewhere in the text, a longer list; or a key is dropped.
 */
#include "mutate_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

uint32_t fuzz_below(uint32_t *state, uint32_t n)
{
  uint32_t s = *state ? *state : 1;
  s ^= s << 13;
  s ^= s >> 17;
  s ^= s << 5;
  *state = s;
  return s % n;
}

static const char *const words[] = {
  "same", "valid", "causal", "full", "channels_first", "channels_last", "th", "tf", "relu",
  "softmax", "hard_sigmoid", "Sequential", "Functional", "Model", "InputLayer", "Conv1D", "Conv2D",
  "Dense", "Flatten", "Reshape", "Permute", "Lambda", "TimeDistributed", "BatchNormalization",
  "LayerNormalization", "GroupNormalization", "MaxPooling1D", "AveragePooling2D",
  "GlobalMaxPooling1D", "Concatenate", "Add", "Dot", "Merge", "ZeroPadding1D", "Cropping2D",
  "UpSampling1D", "PReLU", "Softmax", "RepeatVector", "SeparableConv1D", "DepthwiseConv2D",
  "Conv1DTranspose", "LocallyConnected1D", "TFOpLambda", "SlicingOpLambda", "", "x", "float64",
  "math.reduce_max", "keras.src.ops.numpy", "__slice__", "nearest", "concat", "sum"};

static const double numbers[] = {0, 1, -1, 2, 3, 4, 5, 7, 16, 255, 65536, 2147483647, 2147483648.0,
                                 -2147483648.0, 9e15, 1e300, 0.5, -0.1};

/* All values of the document, flat. */
typedef struct flat { json_t *v[4096]; size_t n; } flat;

static void flatten(json_t *v, flat *f, int depth)
{
  if (f->n == sizeof f->v / sizeof *f->v || depth > 64) return;
  f->v[f->n++] = v;
  if (json_is_array(v))
    for (size_t i = 0; i < json_array_size(v); i++) flatten(json_array_get(v, i), f, depth + 1);
  const char *key;
  json_t *e;
  json_object_foreach(v, key, e) flatten(e, f, depth + 1);
}

static json_t *fresh(const flat *f, uint32_t *state)
{
  switch (fuzz_below(state, 8)) {
  case 0: return json_null();
  case 1: return json_boolean((int) fuzz_below(state, 2));
  case 2: return json_string(words[fuzz_below(state, sizeof words / sizeof *words)]);
  case 3: return json_real(numbers[fuzz_below(state, sizeof numbers / sizeof *numbers)]);
  case 4: return json_integer((json_int_t) fuzz_below(state, 12) - 3);
  case 5: return json_array();
  case 6: return json_object();
  default: return json_deep_copy(f->v[fuzz_below(state, (uint32_t) f->n)]);
  }
}

/* One change inside an array or object; others are left alone. */
static void change(json_t *v, const flat *f, uint32_t *state)
{
  if (json_is_array(v) && json_array_size(v) > 0) {
    size_t n = json_array_size(v), i = fuzz_below(state, (uint32_t) n);
    switch (fuzz_below(state, 4)) {
    case 0: json_array_remove(v, i); break;
    case 1: json_array_insert_new(v, i, json_deep_copy(json_array_get(v, i))); break;
    default: json_array_set_new(v, i, fresh(f, state));
    }
  } else if (json_is_object(v) && json_object_size(v) > 0) {
    void *it = json_object_iter(v);
    for (uint32_t i = fuzz_below(state, (uint32_t) json_object_size(v)); i > 0; i--)
      it = json_object_iter_next(v, it);
    if (fuzz_below(state, 4) == 0) json_object_del(v, json_object_iter_key(it));
    else json_object_iter_set_new(v, it, fresh(f, state));
  }
}

char *fuzz_mutate_json(const char *text, size_t n, uint32_t *state, size_t *ret_n)
{
  json_t *root = json_loadb(text, n, 0, NULL);
  flat *f = root ? calloc(1, sizeof *f) : NULL;
  char *out = NULL;
  for (uint32_t k = 1 + fuzz_below(state, 4); f && k > 0; k--) {
    f->n = 0;
    flatten(root, f, 0);
    change(f->v[fuzz_below(state, (uint32_t) f->n)], f, state);
  }
  if (f) out = json_dumps(root, JSON_COMPACT);
  if (out) *ret_n = strlen(out);
  free(f);
  json_decref(root);
  return out;
}
