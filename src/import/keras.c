/* import/keras.c: the three containers of Keras models: HDF5, zip, JSON with weights.
 *
 * Contents
 *   1. versions and backends
 *   2. architecture and weights to a graph
 *   3. HDF5
 *   4. JSON with weights
 *   5. .keras
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/keras.h"

#ifdef HAVE_LIBZIP
#include <zip.h>
#endif

#define MAX_JSON ((size_t) 256 << 20)
#define MAX_RATIO 1100                    /* deflate reaches 1032 */

/* What a container gives. */
typedef struct source {
  const char *what;             /* "HDF5", "zip", "JSON" */
  json_t *config;               /* owned */
  sg_h5 *weights;               /* owned */
  const char *root;             /* group of the weights; "" the root */
  const char *version, *backend;/* NULL: not said */
} source;

static void source_close(source *s)
{
  json_decref(s->config);
  sg_h5_close(s->weights);
}

/* ---- 1. Versions ----------------------------------------------------------------------------- */

/* The major version. Keras 2 and later always say it, but for the JSON of Keras 3; Keras 0.x lists
 * "layers" on the top level. */
static int major_version(const source *s)
{
  if (s->version) {
    char *end;
    long v = strtol(s->version, &end, 10);
    if (end != s->version && v >= 0 && v <= 9) return v > 3 ? 3 : (int) v;
  }
  if (json_object_get(s->config, "registered_name") || json_object_get(s->config, "build_config"))
    return 3;
  return json_is_array(json_object_get(s->config, "layers")) ? 0 : 1;
}

/* Version and backend stand beside the architecture, in the weights file, or in both. */
static sg_status read_origin(source *s, const char *path, sg_arena *mem, sg_err *err)
{
  const char *version = NULL, *backend = NULL;
  sg_status st = sg_h5_text(s->weights, path, "keras_version", mem, &version, err);
  if (!st) st = sg_h5_text(s->weights, path, "backend", mem, &backend, err);
  if (!s->version) s->version = version;
  if (!s->backend) s->backend = backend;
  return st;
}

/* Theano's kernels are reversed. Keras 1.0 does not name its backend, but used Theano's order of
 * axes with Theano; Keras 0.x knew hardly anything else. */
static void set_backend(sg_keras *k, const source *s)
{
  k->backend_known = s->backend != NULL;
  if (s->backend) k->theano = strcmp(s->backend, "theano") == 0;
  else k->theano = k->version <= 1 && k->channels_first;
}

/* ---- 2. To a graph --------------------------------------------------------------------------- */

static sg_status set_format(const source *s, sg_model *m, sg_err *err)
{
  char buf[80];
  snprintf(buf, sizeof buf, "Keras %.40s%s%s", s->version ? s->version : "", s->version ? " " : "",
           s->what);
  m->format = sg_arena_strdup(m->graph->mem, buf);
  return m->format ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

static sg_status build(const source *s, sg_model *m, sg_err *err)
{
  sg_keras k = {.graph = m->graph, .tmp = sg_arena_new(), .version = major_version(s)};
  if (!k.tmp) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status st = sg_keras_config(&k, s->config, err);
  if (!st) set_backend(&k, s);
  if (!st) st = sg_keras_check(k.model, err);
  if (!st) st = sg_keras_weights(&k, s->weights, s->root, err);
  if (!st) st = sg_keras_run(&k, err);
  if (!st) st = set_format(s, m, err);
  sg_arena_free(k.tmp);
  return st;
}

/* ---- 3. HDF5 --------------------------------------------------------------------------------- */

sg_status sg_import_keras_h5(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err)
{
  (void) o;
  source s = {.what = "HDF5", .root = "/model_weights"};
  const char *text = NULL;
  sg_arena *mem = m->graph->mem;
  sg_status st = sg_h5_open(path, &s.weights, err);
  if (!st) st = sg_h5_text(s.weights, "/", "model_config", mem, &text, err);
  if (!st && !text)
    st = sg_fail(err, SG_EFORMAT, "holds no architecture (no attribute model_config): give the "
                 "architecture as JSON, and this file as its weights");
  if (!st && !sg_h5_has(s.weights, s.root))
    st = sg_fail(err, SG_EFORMAT, "holds no weights (no group model_weights)");
  if (!st) st = sg_kj_parse(text, strlen(text), "model_config", &s.config, err);
  if (!st) st = read_origin(&s, "/", mem, err);
  if (!st) st = read_origin(&s, s.root, mem, err);
  if (!st) st = build(&s, m, err);
  source_close(&s);
  return st;
}

/* ---- 4. JSON with weights -------------------------------------------------------------------- */

/* The whole file, with a zero behind it; the caller frees it. */
static sg_status read_file(const char *path, char **ret, size_t *ret_n, sg_err *err)
{
  FILE *f = fopen(path, "rb");
  if (!f) return sg_fail(err, SG_EIO, "cannot be opened");
  size_t n = 0, cap = 0;
  char *buf = NULL;
  sg_status st = SG_OK;
  for (;;) {
    if (n + 1 >= cap) {
      cap = cap ? cap * 2 : 65536;
      char *p = cap <= MAX_JSON ? realloc(buf, cap) : NULL;
      if (!p) {
        st = sg_fail(err, SG_ENOMEM, "too large for an architecture");
        break;
      }
      buf = p;
    }
    size_t got = fread(buf + n, 1, cap - n - 1, f);
    n += got;
    if (got == 0) break;
  }
  if (!st && ferror(f)) st = sg_fail(err, SG_EIO, "cannot be read");
  fclose(f);
  if (st) {
    free(buf);
    return st;
  }
  buf[n] = 0;
  *ret = buf;
  *ret_n = n;
  return SG_OK;
}

/* to_json() may have been written as a JSON string once more: json.dump(model.to_json()). */
static sg_status parse_architecture(const char *text, size_t n, json_t **ret, sg_err *err)
{
  json_t *quoted = json_loadb(text, n, JSON_DECODE_ANY, NULL);
  sg_status st;
  if (json_is_string(quoted))
    st = sg_kj_parse(json_string_value(quoted), json_string_length(quoted), "architecture", ret,
                     err);
  else st = sg_kj_parse(text, n, "architecture", ret, err);
  json_decref(quoted);
  return st;
}

sg_status sg_import_keras_json(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err)
{
  source s = {.what = "JSON", .root = ""};
  char *text = NULL;
  size_t n = 0;
  sg_arena *mem = m->graph->mem;
  if (!o || !o->weights)
    return sg_fail(err, SG_EINVAL, "is an architecture without weights: give them with --weights");
  sg_status st = read_file(path, &text, &n, err);
  if (!st) st = parse_architecture(text, n, &s.config, err);
  free(text);
  if (!st) {
    s.version = sg_kj_text(s.config, "keras_version", NULL);
    s.backend = sg_kj_text(s.config, "backend", NULL);
    st = sg_h5_open(o->weights, &s.weights, err);
    if (st) sg_fail_prefix(err, "weights %s: ", o->weights);
  }
  /* a whole model */
  if (!st && sg_h5_has(s.weights, "/model_weights")) s.root = "/model_weights";
  if (!st && !s.version && json_object_get(s.config, "registered_name")) s.version = "3";
  bool old = !st && json_is_array(json_object_get(s.config, "layers")) && !s.version;
  if (!st && !old) st = read_origin(&s, *s.root ? s.root : "/", mem, err);
  if (!st) st = build(&s, m, err);
  source_close(&s);
  return st;
}

/* ---- 5. .keras ------------------------------------------------------------------------------- */

#ifdef HAVE_LIBZIP

/* One member, decompressed; the caller frees it. Declared sizes are held against stored ones. */
static sg_status read_member(zip_t *z, const char *name, char **ret, size_t *ret_n, sg_err *err)
{
  zip_stat_t st;
  zip_stat_init(&st);
  if (zip_stat(z, name, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE)
      || !(st.valid & ZIP_STAT_COMP_SIZE))
    return sg_fail(err, SG_EFORMAT, "the zip has no member '%s': not a Keras model", name);
  if (st.size / MAX_RATIO > st.comp_size || st.size > SIZE_MAX / 2)
    return sg_fail(err, SG_EFORMAT, "member '%s' declares an absurd size", name);
  char *buf = malloc((size_t) st.size + 1);
  zip_file_t *f = buf ? zip_fopen(z, name, 0) : NULL;
  if (!f) {
    free(buf);
    return sg_fail(err, buf ? SG_EFORMAT : SG_ENOMEM, "member '%s' cannot be opened", name);
  }
  size_t n = 0;
  zip_int64_t got = 1;
  while (n < st.size && (got = zip_fread(f, buf + n, st.size - n)) > 0) n += (size_t) got;
  char extra;
  bool whole = n == st.size && got >= 0 && zip_fread(f, &extra, 1) == 0;   /* checks the CRC */
  zip_fclose(f);
  if (!whole) {
    free(buf);
    return sg_fail(err, SG_EFORMAT, "member '%s' is damaged or truncated", name);
  }
  buf[n] = 0;
  *ret = buf;
  *ret_n = n;
  return SG_OK;
}

static sg_status read_json_member(zip_t *z, const char *name, json_t **ret, sg_err *err)
{
  char *text = NULL;
  size_t n;
  sg_status st = read_member(z, name, &text, &n, err);
  if (!st) st = sg_kj_parse(text, n, name, ret, err);
  free(text);
  return st;
}

/* The version is in metadata.json. */
static sg_status read_zip(zip_t *z, source *s, json_t **meta, sg_err *err)
{
  char *bytes = NULL;
  size_t n;
  sg_status st = read_json_member(z, "config.json", &s->config, err);
  if (!st) st = read_json_member(z, "metadata.json", meta, err);
  if (!st) s->version = sg_kj_text(*meta, "keras_version", NULL);
  if (!st) st = read_member(z, "model.weights.h5", &bytes, &n, err);
  if (!st) st = sg_h5_open_image(bytes, n, &s->weights, err);
  if (st && bytes) sg_fail_prefix(err, "model.weights.h5: ");
  free(bytes);
  return st;
}

sg_status sg_import_keras_zip(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err)
{
  (void) o;
  source s = {.what = "zip", .root = ""};
  json_t *meta = NULL;
  int code = 0;
  zip_t *z = zip_open(path, ZIP_RDONLY, &code);
  if (!z) return sg_fail(err, SG_EFORMAT, "not a readable zip file (libzip error %d)", code);
  sg_status st = read_zip(z, &s, &meta, err);
  if (!st) st = build(&s, m, err);
  zip_discard(z);
  json_decref(meta);
  source_close(&s);
  return st;
}

#endif
