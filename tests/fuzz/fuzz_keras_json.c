/* fuzz/fuzz_keras_json.c: Keras architectures: configuration, calls, translation.
 *
 * The input is the JSON of an architecture whose layers carry the shapes of their weights beside
 * their configuration, "config": {..., "__shapes": [[5, 4, 8], [8]]}: so every translator is
 * reached without an HDF5 file.
 */
#include <stdlib.h>
#include <string.h>

#include "import/keras.h"
#include "mutate_json.h"

#define MAX_ELEMENTS 65536

/* Weights of the shapes that the layer claims; small ones, for speed. */
static void fill(sg_keras *k, sg_klayer *l)
{
  const json_t *shapes = json_object_get(l->config, "__shapes");
  for (size_t i = 0; i < json_array_size(shapes) && l->n_weight < SG_KERAS_WEIGHTS; i++) {
    int64_t d[SG_MAX_RANK], n = 1;
    int nd = sg_kj_ints(json_array_get(shapes, i), d, SG_MAX_RANK);
    for (int a = 0; a < nd; a++) n = d[a] < 1 || n > MAX_ELEMENTS / d[a] ? 0 : n * d[a];
    const sg_tensor *t = nd >= 1 && n > 0 ? sg_tensor_new(k->tmp, SG_F32, nd, d) : NULL;
    if (t) l->weight[l->n_weight++] = t;
  }
}

static void fill_all(sg_keras *k, sg_kmodel *m)
{
  for (int i = 0; i < m->n_layer; i++) {
    if (m->layer[i].model) fill_all(k, m->layer[i].model);
    else fill(k, &m->layer[i]);
  }
}

static void translate(const json_t *root, int version)
{
  sg_err err;
  sg_keras k = {.version = version, .tmp = sg_arena_new()};
  if (k.tmp && sg_graph_new(&k.graph, &err) == SG_OK) {
    sg_status st = sg_keras_config(&k, root, &err);
    k.theano = version < 2 && k.channels_first;
    if (!st) st = sg_keras_check(k.model, &err);
    if (!st) fill_all(&k, k.model);
    if (!st) st = sg_keras_run(&k, &err);
    if (st && strchr(err.text, '\n')) abort();   /* a message is one line */
    sg_graph_free(k.graph);
  }
  sg_arena_free(k.tmp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  json_t *root = NULL;
  sg_err err;
  if (sg_kj_parse((const char *) data, size, "fuzz", &root, &err)) return 0;
  bool old = json_is_array(json_object_get(root, "layers"));
  for (int version = old ? 0 : 1; version <= (old ? 0 : 3); version++) translate(root, version);
  json_decref(root);
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
  uint32_t state = seed;
  size_t n = 0;
  char *s = fuzz_mutate_json((const char *) data, size, &state, &n);
  if (s && n <= max_size) {
    memcpy(data, s, n);
    size = n;
  } else if (size > 0) {
    data[fuzz_below(&state, (uint32_t) size)] = (uint8_t) fuzz_below(&state, 256);
  }
  free(s);
  return size;
}
