/* import/keras_graph.c: the calls of a model, in order, translated into the graph.
 *
 * A call can be translated once all its inputs are there. Layers are listed nearly in that order:
 * passes over the list go on until nothing more happens, so that layers called late (shared ones)
 * find their inputs. A nested model is translated anew at each of its calls; its layers keep their
 * constants.
 */
#include <stdio.h>
#include <string.h>

#include "import/keras.h"

/* One model being translated. */
typedef struct run {
  sg_keras *k;
  const sg_kmodel *m;
  const char *prefix;           /* "" or "core/", before the names of its nodes */
  const sg_kt *in;              /* [m->n_in] */
  const sg_kt ***made;          /* [layer][call]: the outputs, NULL until they are there */
} run;

static sg_status run_model(sg_keras *k, const sg_kmodel *m, const char *prefix, const sg_kt *in,
                           sg_kt *out, sg_err *err);

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

/* ---- Tensors --------------------------------------------------------------------------------- */

static int n_outputs(const sg_klayer *l) { return l->model ? l->model->n_out : 1; }

/* The tensor that `ref` means, or NULL while it is not there. */
static const sg_kt *look_up(const run *r, const sg_kref *ref)
{
  const sg_kt *t = r->made[ref->layer][ref->call];
  return t ? &t[ref->tensor] : NULL;
}

static sg_status check_ref(const run *r, const sg_kref *ref, sg_err *err)
{
  const sg_klayer *l = &r->m->layer[ref->layer];
  if (ref->tensor >= 0 && ref->tensor < n_outputs(l)) return SG_OK;
  return sg_fail(err, SG_EFORMAT, "%s has no output %d", l->source, ref->tensor);
}

static bool ready(const run *r, const sg_kcall *c)
{
  for (int i = 0; i < c->n_ref; i++)
    if (!r->made[c->ref[i].layer][c->ref[i].call]) return false;
  return true;
}

/* ---- One call -------------------------------------------------------------------------------- */

/* prefix + name, and ":2" for the second call. */
static const char *call_label(const run *r, const sg_klayer *l, int call, const char *end)
{
  size_t size = strlen(r->prefix) + strlen(l->name) + strlen(end) + 24;
  char *s = sg_arena_alloc(r->k->tmp, size, 1);
  if (!s) return NULL;
  if (call == 0) snprintf(s, size, "%s%s%s", r->prefix, l->name, end);
  else snprintf(s, size, "%s%s:%d%s", r->prefix, l->name, call + 1, end);
  return s;
}

static sg_status call_nested(const run *r, sg_klayer *l, int call, const sg_kt *in, int n_in,
                             sg_kt *out, sg_err *err)
{
  const char *prefix = call_label(r, l, call, "/");
  if (!prefix) return no_memory(err);
  if (n_in != l->model->n_in)
    return sg_fail(err, SG_EFORMAT, "%s takes %d inputs, is called with %d", l->source,
                   l->model->n_in, n_in);
  return run_model(r->k, l->model, prefix, in, out, err);
}

static sg_status call_layer(const run *r, sg_klayer *l, int call, const sg_kt *in, int n_in,
                            sg_kt *out, sg_err *err)
{
  sg_kx x = {.k = r->k, .layer = l, .call = &l->call[call], .type = l->type, .cfg = l->config,
             .n_in = n_in, .in = in};
  x.label = call_label(r, l, call, "");
  if (!x.label) return no_memory(err);
  if (n_in < 1) return sg_fail(err, SG_EFORMAT, "%s is called without an input", l->source);
  sg_status st = sg_keras_translate(&x, err);
  *out = x.out;
  return st;
}

static sg_status do_call(const run *r, int i, int call, sg_err *err)
{
  sg_klayer *l = &r->m->layer[i];
  const sg_kcall *c = &l->call[call];
  sg_kt *in = sg_arena_calloc(r->k->tmp, (size_t) c->n_ref + 1, sizeof *in);
  sg_kt *out = sg_arena_calloc(r->k->tmp, (size_t) n_outputs(l), sizeof *out);
  if (!in || !out) return no_memory(err);
  sg_status st = SG_OK;
  for (int j = 0; !st && j < c->n_ref; j++) {
    st = check_ref(r, &c->ref[j], err);
    if (!st) in[j] = *look_up(r, &c->ref[j]);
  }
  if (st) return st;
  if (l->input) out[0] = in[0];   /* an input layer within a chain passes on what it is given */
  else if (l->model) st = call_nested(r, l, call, in, c->n_ref, out, err);
  else st = call_layer(r, l, call, in, c->n_ref, out, err);
  if (!st) r->made[i][call] = out;
  return st;
}

/* ---- A model --------------------------------------------------------------------------------- */

/* Room for the outputs of every call, and the inputs put in their places. */
static sg_status prepare(run *r, sg_err *err)
{
  const sg_kmodel *m = r->m;
  r->made = sg_arena_calloc(r->k->tmp, (size_t) m->n_layer, sizeof *r->made);
  if (!r->made) return no_memory(err);
  for (int i = 0; i < m->n_layer; i++) {
    r->made[i] = sg_arena_calloc(r->k->tmp, (size_t) m->layer[i].n_call + 1, sizeof **r->made);
    if (!r->made[i]) return no_memory(err);
  }
  for (int i = 0; i < m->n_in; i++) r->made[m->in[i].layer][m->in[i].call] = &r->in[i];
  return SG_OK;
}

/* One pass; *more: something was done, and something is left. */
static sg_status pass(const run *r, bool *more, sg_err *err)
{
  bool done = false, left = false;
  for (int i = 0; i < r->m->n_layer; i++) {
    const sg_klayer *l = &r->m->layer[i];
    for (int c = 0; c < l->n_call; c++) {
      if (r->made[i][c] || (l->input && l->call[c].n_ref == 0)) continue;
      if (!ready(r, &l->call[c])) {
        left = true;
        continue;
      }
      sg_status st = do_call(r, i, c, err);
      if (st) return st;
      done = true;
    }
  }
  *more = done && left;
  return SG_OK;
}

static sg_status run_model(sg_keras *k, const sg_kmodel *m, const char *prefix, const sg_kt *in,
                           sg_kt *out, sg_err *err)
{
  run r = {.k = k, .m = m, .prefix = prefix, .in = in};
  if (++k->n_run > SG_KERAS_LAYERS || k->graph->n_node > 16 * SG_KERAS_LAYERS)
    return sg_fail(err, SG_EFORMAT, "nested models are called too often");
  sg_status st = prepare(&r, err);
  for (bool more = true; !st && more;) st = pass(&r, &more, err);
  for (int i = 0; !st && i < m->n_out; i++) {
    st = check_ref(&r, &m->out[i], err);
    const sg_kt *t = st ? NULL : look_up(&r, &m->out[i]);
    if (!st && !t)
      st = sg_fail(err, SG_EFORMAT, "%s: its inputs lead back to itself or to nothing",
                   m->layer[m->out[i].layer].source);
    if (!st) out[i] = *t;
  }
  return st;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static sg_status add_input(sg_keras *k, const sg_klayer *l, sg_kt *t, sg_err *err)
{
  int64_t dims[SG_MAX_RANK];
  if (l->nd < 2)
    return sg_fail(err, SG_EFORMAT, "%s: the shape of the input is not in the file; save the model "
                   "after it has been built", l->source);
  *t = (sg_kt){.nd = l->nd, .cf = k->channels_first};
  memcpy(t->d, l->d, sizeof t->d);
  for (int a = 0; a < l->nd; a++)
    dims[sg_kt_axis(t, a)] = l->d[a] == SG_KDIM_ANY ? SG_DIM_ANY : l->d[a];
  dims[0] = SG_DIM_BATCH;
  t->value = sg_graph_add_input(k->graph, l->name, l->nd, dims);
  if (t->value < 0) return no_memory(err);
  sg_graph_input *in = &k->graph->input[k->graph->n_input - 1];
  in->channels_last = !t->cf && l->nd > 2;
  in->dtype = l->dtype ? l->dtype : SG_F32;
  return SG_OK;
}

/* An output is called like its layer; what is called so already gets a number. */
static sg_status add_output(sg_keras *k, int i, sg_kt *t, sg_err *err)
{
  const sg_kref *ref = &k->model->out[i];
  sg_klayer *l = &k->model->layer[ref->layer];
  int same = 0;
  for (int j = 0; j < i; j++) same += k->model->out[j].layer == ref->layer;
  sg_kcall none = {NULL, 0, NULL, NULL};
  sg_kx x = {.k = k, .layer = l, .call = &none, .type = l->type, .cfg = l->config,
             .label = l->name, .n_op = 100};
  size_t size = strlen(l->name) + 24;
  char *name = sg_arena_alloc(k->tmp, size, 1);
  if (!name) return no_memory(err);
  if (same == 0) snprintf(name, size, "%s", l->name);
  else snprintf(name, size, "%s_%d", l->name, same);
  sg_status st = sg_kx_layout(&x, t, k->channels_first, err);
  if (st) return st;
  bool last = !t->cf && t->nd > 2;
  return sg_graph_add_output(k->graph, name, t->value, last) ? no_memory(err) : SG_OK;
}

/* Refuses classes that cannot be translated, in every model. */
sg_status sg_keras_check(const sg_kmodel *m, sg_err *err)
{
  sg_status st = SG_OK;
  for (int i = 0; !st && i < m->n_layer; i++)
    st = m->layer[i].model ? sg_keras_check(m->layer[i].model, err)
                           : sg_keras_known(&m->layer[i], err);
  return st;
}

sg_status sg_keras_run(sg_keras *k, sg_err *err)
{
  const sg_kmodel *m = k->model;
  sg_kt *in = sg_arena_calloc(k->tmp, (size_t) m->n_in, sizeof *in);
  sg_kt *out = sg_arena_calloc(k->tmp, (size_t) m->n_out, sizeof *out);
  if (!in || !out) return no_memory(err);
  sg_status st = SG_OK;
  for (int i = 0; !st && i < m->n_in; i++)
    st = add_input(k, &m->layer[m->in[i].layer], &in[i], err);
  if (!st) st = run_model(k, m, "", in, out, err);
  for (int i = 0; !st && i < m->n_out; i++) st = add_output(k, i, &out[i], err);
  return st;
}
