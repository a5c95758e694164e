/* import/keras_weights.c: which arrays belong to which layer: the numbered and the newer layout.
 *
 * Contents
 *   1. reading one array
 *   2. numbered: layer_0/param_0 (Keras 0.x)
 *   3. newer: layers/conv1d_1/vars/0 (.keras files, weights of Keras 3): class in snake case and a
 *      counter per container; names of layers play no part
 *   4. telling the layouts apart
 * The legacy layout (Keras 1 and 2, .h5 of Keras 3) is in keras_legacy.c.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "import/keras.h"

#define MAX_PATH 4096

/* ---- 1. One array ---------------------------------------------------------------------------- */

sg_status sg_keras_append(sg_keras *k, const sg_h5 *h, const char *path, sg_klayer *layer,
                          sg_err *err)
{
  if (layer->n_weight == SG_KERAS_WEIGHTS)
    return sg_fail(err, SG_EFORMAT, "%s: more than %d arrays", layer->source, SG_KERAS_WEIGHTS);
  sg_status st = sg_h5_array(h, path, k->tmp, &layer->weight[layer->n_weight], err);
  if (st) return sg_fail_prefix(err, "%s: ", layer->source);
  layer->n_weight++;
  return SG_OK;
}

/* ---- 2. Numbered ----------------------------------------------------------------------------- */

static sg_status numbered_layer(sg_keras *k, const sg_h5 *h, const char *root, int number,
                                sg_klayer *l, sg_err *err)
{
  char path[MAX_PATH];
  int64_t n = 0;
  snprintf(path, sizeof path, "%s/layer_%d", root, number);
  if (!sg_h5_has(h, path))
    return sg_fail(err, SG_EFORMAT, "%s: the weights have no group layer_%d", l->source, number);
  sg_status st = sg_h5_int(h, path, "nb_params", &n, err);
  if (!st && (n < 0 || n > SG_KERAS_WEIGHTS))
    st = sg_fail(err, SG_EFORMAT, "%s: nb_params is %lld", l->source, (long long) n);
  for (int i = 0; !st && i < (int) n; i++) {
    snprintf(path, sizeof path, "%s/layer_%d/param_%d", root, number, i);
    st = sg_keras_append(k, h, path, l, err);
  }
  return st;
}

static sg_status numbered(sg_keras *k, const sg_h5 *h, const char *root, int64_t n, sg_err *err)
{
  int at = 0;
  for (int i = 0; i < k->model->n_layer; i++) {
    sg_klayer *l = &k->model->layer[i];
    if (l->implied) continue;
    if (l->model || at >= n)
      return sg_fail(err, SG_EFORMAT, "the weights are of %lld layers, the architecture of more",
                     (long long) n);
    sg_status st = numbered_layer(k, h, root, at++, l, err);
    if (st) return st;
  }
  if (at != n)
    return sg_fail(err, SG_EFORMAT, "the weights are of %lld layers, the architecture of %d",
                   (long long) n, at);
  return SG_OK;
}

/* ---- 3. Newer -------------------------------------------------------------------------------- */

/* An underscore goes before an upper case letter that begins a word: one that a lower case letter
 * follows ("1DTranspose" -> "1d_transpose"), or that follows a lower case letter. */
bool sg_keras_snake(const char *type, char *buf, size_t size)
{
  size_t n = 0;
  for (size_t i = 0; type[i]; i++) {
    unsigned char c = (unsigned char) type[i];
    if (!isalnum(c) && c != '_') continue;
    bool word = i > 0 && isupper(c) && type[i - 1] != '_'
                && (islower((unsigned char) type[i + 1]) || islower((unsigned char) type[i - 1]));
    if (n + 3 > size) return false;
    if (word && n > 0) buf[n++] = '_';
    buf[n++] = (char) tolower(c);
  }
  buf[n] = 0;
  return true;
}

/* A layer's variables vars/0, vars/1, ... below `path`. */
static sg_status read_vars(sg_keras *k, const sg_h5 *h, const char *path, sg_klayer *l, sg_err *err)
{
  char item[MAX_PATH + 32];
  const char *name;
  snprintf(item, sizeof item, "%s/vars", path);
  if (!sg_h5_has(h, item)) return SG_OK;
  sg_status st = sg_h5_text(h, item, "name", k->tmp, &name, err);   /* newer Keras 3 writes it */
  if (!st && name && strcmp(path + strlen(path) - 5, "layer") != 0 && strcmp(name, l->name) != 0)
    st = sg_fail(err, SG_EFORMAT, "%s: group '%s' holds the weights of layer '%s'", l->source, path,
                 name);
  for (int i = 0; !st; i++) {
    snprintf(item, sizeof item, "%s/vars/%d", path, i);
    if (!sg_h5_has(h, item)) break;
    st = sg_keras_append(k, h, item, l, err);
  }
  return st;
}

/* Counter of a class within one container, kept as a JSON object: class -> number so far. */
static int count_up(json_t *used, const char *key)
{
  int n = (int) json_integer_value(json_object_get(used, key));
  if (json_object_set_new(used, key, json_integer(n + 1))) return -1;
  return n;
}

static sg_status newer(sg_keras *k, const sg_h5 *h, const char *root, sg_kmodel *m, sg_err *err);

static sg_status newer_layer(sg_keras *k, const sg_h5 *h, const char *root, json_t *used,
                             sg_klayer *l, sg_err *err)
{
  char key[256], number[16] = "", path[MAX_PATH];
  if (!sg_keras_snake(strcmp(l->type, "Model") == 0 ? "Functional" : l->type, key, sizeof key))
    return sg_fail(err, SG_EFORMAT, "%s: absurd class name", l->source);
  int n = count_up(used, key);
  if (n < 0) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (n > 0) snprintf(number, sizeof number, "_%d", n);
  bool wrapped = !l->model && strcmp(l->type, "TimeDistributed") == 0;
  int len = snprintf(path, sizeof path, "%s/%s%s%s", root, key, number,
                     wrapped ? "/layer" : "");
  if (len < 0 || (size_t) len >= sizeof path - 32)
    return sg_fail(err, SG_EFORMAT, "%s: nested too deep", l->source);
  if (l->model) return newer(k, h, path, l->model, err);
  return read_vars(k, h, path, l, err);
}

static sg_status newer(sg_keras *k, const sg_h5 *h, const char *root, sg_kmodel *m, sg_err *err)
{
  char path[MAX_PATH];
  snprintf(path, sizeof path, "%s/layers", root);
  if (!sg_h5_has(h, path)) {   /* Keras 2.12 */
    char old[MAX_PATH + 32];
    snprintf(old, sizeof old, "%s/_layer_checkpoint_dependencies", root);
    if (strlen(old) < sizeof path && sg_h5_has(h, old)) memcpy(path, old, strlen(old) + 1);
  }
  json_t *used = json_object();
  sg_status st = used ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; !st && i < m->n_layer; i++) {
    sg_klayer *l = &m->layer[i];
    if (!l->raw && !l->implied) st = newer_layer(k, h, path, used, l, err);
  }
  json_decref(used);
  return st;
}

/* ---- 4. Which layout ------------------------------------------------------------------------- */

sg_status sg_keras_weights(sg_keras *k, const sg_h5 *h, const char *root, sg_err *err)
{
  const char **names;
  char path[MAX_PATH];
  int n;
  int64_t layers = -1;
  sg_status st = sg_h5_texts(h, *root ? root : "/", "layer_names", k->tmp, &names, &n, err);
  if (!st && names) return sg_keras_legacy(k, h, root, err);
  if (!st) st = sg_h5_int(h, *root ? root : "/", "nb_layers", &layers, err);
  if (!st && layers >= 0) return numbered(k, h, root, layers, err);
  if (st) return st;
  snprintf(path, sizeof path, "%s/layers", root);
  bool is_newer = sg_h5_has(h, path);
  snprintf(path, sizeof path, "%s/_layer_checkpoint_dependencies", root);
  if (!is_newer && !sg_h5_has(h, path))
    return sg_fail(err, SG_EFORMAT, "no Keras weights: neither layer_names, nb_layers nor layers");
  return newer(k, h, root, k->model, err);
}
