/* import/keras_calls.c: who feeds whom: inbound nodes of Keras 1, 2 and 3.
 *
 * Contents
 *   1. tensors: ["conv", 0, 0, {...}] and {"class_name": "__keras_tensor__", ...}
 *   2. calls of a layer
 *   3. node numbers to calls
 *   4. chains
 *
 * A reference first holds the file's node number; once all are known they become call numbers. The
 * two differ for nested models in Keras 1 and 2: there node 0 is the model's own and is not listed.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "import/keras.h"

#define MAX_NESTING 8     /* lists within the arguments of a call */

/* What is known while the calls of one model are read. */
typedef struct reader {
  sg_keras *k;
  sg_kmodel *m;
  json_t *index;          /* layer name -> number */
  sg_kref *ref;           /* growing list */
  int n, cap;
} reader;

/* ---- 1. Tensors ------------------------------------------------------------------------------ */

static sg_status push(reader *r, const char *name, const json_t *node, const json_t *tensor,
                      sg_err *err)
{
  const json_t *at = json_object_get(r->index, name);
  int64_t n, t;
  if (!at) return sg_fail(err, SG_EFORMAT, "model '%s': no layer '%s'", r->m->name, name);
  if (sg_kj_ints(node, &n, 1) != 1 || sg_kj_ints(tensor, &t, 1) != 1 || n < 0 || t < 0)
    return sg_fail(err, SG_EFORMAT, "model '%s': malformed reference to layer '%s'", r->m->name,
                   name);
  if (r->n == r->cap) {
    int cap = r->cap ? r->cap * 2 : 64;
    sg_kref *p = realloc(r->ref, (size_t) cap * sizeof *p);
    if (!p) return sg_fail(err, SG_ENOMEM, "out of memory");
    r->ref = p;
    r->cap = cap;
  }
  r->ref[r->n++] = (sg_kref){(int) json_integer_value(at), (int) n, (int) t};
  return SG_OK;
}

/* ["conv", 0, 0] with perhaps more behind. */
static bool is_triple(const reader *r, const json_t *v)
{
  return json_is_array(v) && json_array_size(v) >= 3 && json_is_string(json_array_get(v, 0))
         && json_is_integer(json_array_get(v, 1)) && json_is_integer(json_array_get(v, 2))
         && json_object_get(r->index, json_string_value(json_array_get(v, 0)));
}

static const json_t *history(const json_t *v)
{
  if (strcmp(sg_kj_text(v, "class_name", ""), "__keras_tensor__") != 0) return NULL;
  return json_object_get(json_object_get(v, "config"), "keras_history");
}

/* Collects every tensor inside v, in order. */
static sg_status collect(reader *r, const json_t *v, int depth, sg_err *err)
{
  if (depth > MAX_NESTING) return sg_fail(err, SG_EFORMAT, "arguments nested too deep");
  const json_t *h = json_is_object(v) ? history(v) : NULL;
  if (h) v = h;
  sg_status st = SG_OK;
  if (is_triple(r, v)) {
    const char *name = json_string_value(json_array_get(v, 0));
    st = push(r, name, json_array_get(v, 1), json_array_get(v, 2), err);
    if (!st && !h) st = collect(r, json_array_get(v, 3), depth + 1, err);
    return st;
  }
  if (h) return sg_fail(err, SG_EFORMAT, "model '%s': malformed keras_history", r->m->name);
  for (size_t i = 0; !st && i < json_array_size(v); i++)
    st = collect(r, json_array_get(v, i), depth + 1, err);
  const char *key;
  json_t *e;
  json_object_foreach((json_t *) v, key, e)
    if (!st) st = collect(r, e, depth + 1, err);
  return st;
}

/* Moves what was collected into the model's memory. */
static sg_status keep(reader *r, sg_kref **ret, int *ret_n, sg_err *err)
{
  *ret = sg_arena_alloc(r->k->tmp, (size_t) r->n + 1, sizeof **ret);
  if (!*ret) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (r->n) memcpy(*ret, r->ref, (size_t) r->n * sizeof **ret);
  *ret_n = r->n;
  r->n = 0;
  return SG_OK;
}

/* ---- 2. Calls -------------------------------------------------------------------------------- */

static sg_status read_call(reader *r, const json_t *v, sg_kcall *c, sg_err *err)
{
  sg_status st;
  if (json_is_object(v)) {                       /* Keras 3 */
    c->args = json_object_get(v, "args");
    c->kwargs = json_object_get(v, "kwargs");
    st = collect(r, c->args, 0, err);
    if (!st) st = collect(r, c->kwargs, 0, err);
  } else {                                       /* Keras 1, 2: raw operations drop one level */
    bool raw = json_is_string(json_array_get(v, 0));
    const json_t *first = raw ? v : json_array_get(v, 0);
    c->args = v;
    c->kwargs = json_array_get(first, 3);
    st = collect(r, v, 0, err);
  }
  return st ? st : keep(r, &c->ref, &c->n_ref, err);
}

static sg_status read_layer(reader *r, const json_t *entry, sg_klayer *l, sg_err *err)
{
  const json_t *nodes = json_object_get(entry, "inbound_nodes");
  size_t n = json_array_size(nodes);
  if (n > SG_KERAS_LAYERS) return sg_fail(err, SG_EFORMAT, "%s is called too often", l->source);
  l->n_call = l->input ? 1 : (int) n;
  l->call = sg_arena_calloc(r->k->tmp, (size_t) l->n_call + 1, sizeof *l->call);
  if (!l->call) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status st = SG_OK;
  for (int i = 0; !l->input && !st && i < l->n_call; i++)
    st = read_call(r, json_array_get(nodes, (size_t) i), &l->call[i], err);
  return st;
}

/* ---- 3. Node numbers ------------------------------------------------------------------------- */

/* Least and greatest node number by which each layer is referred to. */
typedef struct range { int lo, hi; } range;

static void widen(range *g, const sg_kref *ref, int n)
{
  for (int i = 0; i < n; i++) {
    range *x = &g[ref[i].layer];
    if (ref[i].call < x->lo) x->lo = ref[i].call;
    if (ref[i].call > x->hi) x->hi = ref[i].call;
  }
}

/* How far node numbers of l run ahead of its calls. */
static int offset(const sg_keras *k, const sg_klayer *l, const range *g)
{
  if (!l->model || g->lo == 0) return 0;
  return g->hi >= l->n_call || k->version < 3 ? 1 : 0;
}

static sg_status renumber(const sg_keras *k, const sg_kmodel *m, const range *g, sg_kref *ref,
                          int n, sg_err *err)
{
  for (int i = 0; i < n; i++) {
    const sg_klayer *l = &m->layer[ref[i].layer];
    ref[i].call -= offset(k, l, &g[ref[i].layer]);
    if (ref[i].call < 0 || ref[i].call >= l->n_call)
      return sg_fail(err, SG_EFORMAT, "%s is referred to by a call that the file does not list",
                     l->source);
  }
  return SG_OK;
}

static sg_status number_calls(sg_keras *k, sg_kmodel *m, sg_err *err)
{
  range *g = sg_arena_alloc(k->tmp, (size_t) m->n_layer, sizeof *g);
  if (!g) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < m->n_layer; i++) g[i] = (range){INT_MAX, -1};
  for (int i = 0; i < m->n_layer; i++)
    for (int c = 0; c < m->layer[i].n_call; c++)
      widen(g, m->layer[i].call[c].ref, m->layer[i].call[c].n_ref);
  widen(g, m->in, m->n_in);
  widen(g, m->out, m->n_out);
  sg_status st = renumber(k, m, g, m->in, m->n_in, err);
  if (!st) st = renumber(k, m, g, m->out, m->n_out, err);
  for (int i = 0; i < m->n_layer; i++)
    for (int c = 0; !st && c < m->layer[i].n_call; c++)
      st = renumber(k, m, g, m->layer[i].call[c].ref, m->layer[i].call[c].n_ref, err);
  return st;
}

/* Names to numbers; a name may stand for one layer only. */
static sg_status index_names(reader *r, sg_err *err)
{
  r->index = json_object();
  if (!r->index) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < r->m->n_layer; i++) {
    const char *name = r->m->layer[i].name;
    if (json_object_get(r->index, name))
      return sg_fail(err, SG_EFORMAT, "model '%s': two layers are called '%s'", r->m->name, name);
    if (json_object_set_new(r->index, name, json_integer(i)))
      return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  return SG_OK;
}

sg_status sg_keras_calls(sg_keras *k, sg_kmodel *m, const json_t *config, const json_t *layers,
                         sg_err *err)
{
  reader r = {.k = k, .m = m};
  sg_status st = index_names(&r, err);
  for (int i = 0; !st && i < m->n_layer; i++)
    st = read_layer(&r, json_array_get(layers, (size_t) i), &m->layer[i], err);
  if (!st) st = collect(&r, json_object_get(config, "input_layers"), 0, err);
  if (!st) st = keep(&r, &m->in, &m->n_in, err);
  if (!st) st = collect(&r, json_object_get(config, "output_layers"), 0, err);
  if (!st) st = keep(&r, &m->out, &m->n_out, err);
  if (!st && (m->n_in == 0 || m->n_out == 0))
    st = sg_fail(err, SG_EFORMAT, "model '%s' lists no input_layers or output_layers", m->name);
  for (int i = 0; !st && i < m->n_in; i++)
    if (!m->layer[m->in[i].layer].input)
      st = sg_fail(err, SG_EFORMAT, "%s is listed as an input", m->layer[m->in[i].layer].source);
  if (!st) st = number_calls(k, m, err);
  json_decref(r.index);
  free(r.ref);
  return st;
}

/* ---- 4. Chains ------------------------------------------------------------------------------- */

sg_status sg_keras_chain(sg_keras *k, sg_kmodel *m, sg_err *err)
{
  size_t n = (size_t) m->n_layer;
  sg_kcall *call = sg_arena_calloc(k->tmp, n, sizeof *call);
  sg_kref *ref = sg_arena_calloc(k->tmp, n + 2, sizeof *ref);
  if (!call || !ref) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < m->n_layer; i++) {
    m->layer[i].call = &call[i];
    m->layer[i].n_call = 1;
    ref[i] = (sg_kref){i, 0, 0};
    if (i == 0) continue;
    call[i].ref = &ref[i - 1];
    call[i].n_ref = 1;
  }
  m->in = &ref[0];
  m->out = &ref[n - 1];
  m->n_in = m->n_out = 1;
  reader r = {.k = k, .m = m};
  sg_status st = index_names(&r, err);   /* names must be unique here too */
  json_decref(r.index);
  return st;
}
