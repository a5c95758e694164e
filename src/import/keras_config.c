/* import/keras_config.c: the architecture: models, their layers, input shapes.
 *
 * Contents
 *   1. texts and shapes
 *   2. one layer
 *   3. a model: Sequential, Functional, and the flat list of Keras 0.x
 *
 * Every dialect ends in the same form: a list of layers, each with its calls, where a chain has
 * been given explicit calls and an input layer if it had none.
 */
#include <stdio.h>
#include <string.h>

#include "import/keras.h"

static sg_status parse_model(sg_keras *k, const char *type, const json_t *config, const char *name,
                             int depth, sg_kmodel **ret, sg_err *err);

/* ---- 1. Texts and shapes --------------------------------------------------------------------- */

/* "fixtures>ScaleShift" -> "ScaleShift" */
static const char *bare(const char *type)
{
  const char *p = strrchr(type, '>');
  return p ? p + 1 : type;
}

/* printf into tmp; NULL when memory is short. */
SG_PRINTF(2, 3) static const char *text(sg_keras *k, const char *fmt, ...)
{
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  char *s = n < 0 ? NULL : sg_arena_alloc(k->tmp, (size_t) n + 1, 1);
  if (s) vsnprintf(s, (size_t) n + 1, fmt, again);
  va_end(again);
  va_end(ap);
  return s;
}

/* [null, 101, 4] into d; null is SG_KDIM_ANY. `batch` tells whether the batch is among them. */
static bool read_shape(const json_t *v, bool batch, sg_klayer *l)
{
  int n = 0;
  if (!json_is_array(v) || json_array_size(v) + !batch > SG_MAX_RANK) return false;
  if (!batch) l->d[n++] = SG_KDIM_ANY;
  for (size_t i = 0; i < json_array_size(v); i++) {
    const json_t *e = json_array_get(v, i);
    int64_t d = SG_KDIM_ANY;
    if (!json_is_null(e) && (sg_kj_ints(e, &d, 1) != 1 || d < -1 || d == 0)) return false;
    l->d[n++] = d;
  }
  l->d[0] = SG_KDIM_ANY;   /* a fixed batch is a batch */
  l->nd = n;
  return n >= 1;
}

/* The input shape that a layer's config carries, in any dialect. False: malformed. */
static bool config_shape(const json_t *cfg, const char *type, sg_klayer *l)
{
  const json_t *v = sg_kj_get(cfg, "batch_input_shape|batch_shape");
  if (v) return read_shape(v, true, l);
  if ((v = sg_kj_get(cfg, "input_shape"))) return read_shape(v, false, l);
  int64_t dim;
  if (sg_kj_ints(sg_kj_get(cfg, "input_dim"), &dim, 1) != 1 || dim < 1) return true;
  l->d[0] = SG_KDIM_ANY;
  l->nd = 1;
  if (strstr(type, "1D") || strcmp(type, "TimeDistributedDense") == 0) {
    int64_t length;
    bool open = sg_kj_ints(sg_kj_get(cfg, "input_length"), &length, 1) != 1 || length < 1;
    l->d[l->nd++] = open ? SG_KDIM_ANY : length;
  }
  l->d[l->nd++] = dim;
  return true;
}

static sg_dtype config_dtype(const json_t *cfg)
{
  return strcmp(sg_kj_text(cfg, "dtype|input_dtype", ""), "float64") == 0 ? SG_DOUBLE : SG_F32;
}

/* ---- 2. One layer ---------------------------------------------------------------------------- */

static bool is_model(const char *type)
{
  return strcmp(type, "Sequential") == 0 || strcmp(type, "Functional") == 0
         || strcmp(type, "Model") == 0;
}

/* Layers whose data_format says how the model's arrays lie. */
static bool has_layout(const char *type)
{
  static const char *const parts[] = {"Conv", "Pooling", "Padding", "Cropping", "UpSampling"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (strstr(type, parts[i])) return true;
  return false;
}

static bool says_channels_first(const json_t *cfg)
{
  const char *s = sg_kj_text(cfg, "data_format|dim_ordering", "");
  return strcmp(s, "channels_first") == 0 || strcmp(s, "th") == 0;
}

/* Keras 0.x calls every layer by its class: number them as Keras 1 does, "convolution2d_2". */
static const char *old_name(sg_keras *k, const json_t *entry, const char *type, int index)
{
  const char *s = sg_kj_text(entry, "custom_name", NULL);
  return text(k, "%s_%d", s ? s : type, index + 1);
}

static sg_status parse_layer(sg_keras *k, const json_t *entry, int index, int depth, sg_klayer *l,
                             sg_err *err)
{
  static const char ops[] = "keras.src.ops", short_ops[] = "keras.ops";
  bool old = k->version == 0;
  const char *type = sg_kj_text(entry, old ? "name" : "class_name", NULL);
  const json_t *cfg = old ? entry : json_object_get(entry, "config");
  if (!type || !cfg || json_is_null(cfg))
    return sg_fail(err, SG_EFORMAT, "layer %d has no class_name or config", index);
  if (++k->n_layer > SG_KERAS_LAYERS)
    return sg_fail(err, SG_EFORMAT, "more than %d layers", SG_KERAS_LAYERS);
  const char *module = sg_kj_text(entry, "module", "");
  const char *name = old ? old_name(k, entry, bare(type), index) : sg_kj_text(cfg, "name", NULL);
  if (!name) name = sg_kj_text(entry, "name", NULL);
  if (!name) name = text(k, "%s_%d", bare(type), index);
  l->name = name;
  l->type = bare(type);
  l->source = text(k, "layer '%s' (%s)", name ? name : "", l->type);
  l->config = cfg;
  l->raw = strncmp(module, ops, sizeof ops - 1) == 0
           || strncmp(module, short_ops, sizeof short_ops - 1) == 0;
  const char *registered = sg_kj_text(entry, "registered_name", "");
  l->custom = strchr(type, '>') || strchr(registered, '>');
  if (!name || !l->source) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (is_model(l->type)) return parse_model(k, l->type, cfg, name, depth + 1, &l->model, err);
  if (!json_is_object(cfg)) return sg_fail(err, SG_EFORMAT, "%s: config is no object", l->source);
  if (has_layout(l->type) && says_channels_first(cfg)) k->channels_first = true;
  l->input = strcmp(l->type, "InputLayer") == 0;
  l->dtype = config_dtype(cfg);
  if (!config_shape(cfg, l->type, l))
    return sg_fail(err, SG_EFORMAT, "%s: malformed input shape", l->source);
  return SG_OK;
}

/* ---- 3. A model ------------------------------------------------------------------------------ */

/* A chain that does not begin with an input layer gets one, shaped as its first layer says. */
static sg_status imply_input(sg_keras *k, sg_kmodel *m, const json_t *config, sg_err *err)
{
  sg_klayer *in = &m->layer[0];
  const sg_klayer *first = &m->layer[1];
  in->input = in->implied = true;
  in->type = "InputLayer";
  in->name = text(k, "%s_input", first->name);
  in->source = in->name ? text(k, "layer '%s' (InputLayer)", in->name) : NULL;
  in->config = first->config;
  if (!in->source) return sg_fail(err, SG_ENOMEM, "out of memory");
  const sg_klayer *from = first;
  while (from->model) from = &from->model->layer[from->model->n_in ? from->model->in[0].layer : 0];
  in->nd = from->nd;
  in->dtype = from->dtype ? from->dtype : SG_F32;
  memcpy(in->d, from->d, sizeof in->d);
  const json_t *built = json_is_object(config) ? sg_kj_get(config, "build_input_shape") : NULL;
  if (in->nd == 0 && built && !read_shape(built, true, in))
    return sg_fail(err, SG_EFORMAT, "model '%s': malformed build_input_shape", m->name);
  return SG_OK;
}

/* The layers of m; `spare` leaves room for an implied input in front. */
static sg_status parse_layers(sg_keras *k, sg_kmodel *m, const json_t *layers, int spare, int depth,
                              sg_err *err)
{
  size_t n = json_array_size(layers);
  if (n == 0 || n > SG_KERAS_LAYERS)
    return sg_fail(err, SG_EFORMAT, "model '%s' has %zu layers", m->name, n);
  m->n_layer = (int) n + spare;
  m->layer = sg_arena_calloc(k->tmp, (size_t) m->n_layer, sizeof *m->layer);
  if (!m->layer) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (size_t i = 0; i < n; i++) {
    sg_status st = parse_layer(k, json_array_get(layers, i), (int) i, depth,
                               &m->layer[i + (size_t) spare], err);
    if (st) return st;
  }
  return SG_OK;
}

/* True when the first entry of a chain is an input layer. */
static bool begins_with_input(const json_t *layers)
{
  const char *type = sg_kj_text(json_array_get(layers, 0), "class_name", "");
  return strcmp(bare(type), "InputLayer") == 0;
}

static sg_status parse_model(sg_keras *k, const char *type, const json_t *config, const char *name,
                             int depth, sg_kmodel **ret, sg_err *err)
{
  if (depth > SG_KERAS_DEPTH)
    return sg_fail(err, SG_EFORMAT, "models are nested more than %d deep", SG_KERAS_DEPTH);
  sg_kmodel *m = sg_arena_calloc(k->tmp, 1, sizeof *m);
  if (!m) return sg_fail(err, SG_ENOMEM, "out of memory");
  m->name = name;
  *ret = m;
  const json_t *layers = json_is_array(config) ? config : json_object_get(config, "layers");
  if (strcmp(type, "Sequential") != 0) {
    sg_status st = parse_layers(k, m, layers, 0, depth, err);
    return st ? st : sg_keras_calls(k, m, config, layers, err);
  }
  int spare = begins_with_input(layers) ? 0 : 1;
  sg_status st = parse_layers(k, m, layers, spare, depth, err);
  if (!st && spare) st = imply_input(k, m, config, err);
  return st ? st : sg_keras_chain(k, m, err);
}

sg_status sg_keras_config(sg_keras *k, const json_t *root, sg_err *err)
{
  if (k->version == 0) {
    const char *kind = sg_kj_text(root, "name", "Sequential");
    if (strcmp(kind, "Sequential") != 0)
      return sg_fail(err, SG_EUNSUPPORTED, "a '%s' model of Keras 0.x: only Sequential is read",
                     kind);
    return parse_model(k, "Sequential", json_object_get(root, "layers"), "sequential", 0, &k->model,
                       err);
  }
  const char *type = sg_kj_text(root, "class_name", NULL);
  const json_t *config = json_object_get(root, "config");
  if (!type || !config)
    return sg_fail(err, SG_EFORMAT, "no Keras architecture: class_name, config");
  if (!is_model(bare(type)))
    return sg_fail(err, SG_EUNSUPPORTED,
                   "the model is of class '%s', whose code is not in the file: rebuild it as a "
                   "Functional model, or export it to ONNX", type);
  const char *name = json_is_object(config) ? sg_kj_text(config, "name", "model") : "sequential";
  return parse_model(k, bare(type), config, name, 0, &k->model, err);
}
