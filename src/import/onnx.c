/* import/onnx.c: reads an ONNX file into a graph.
 *
 * Contents
 *   1. versions     IR and operator sets
 *   2. inputs       shapes, and inputs that the caller binds to constants
 *   3. the graph    inputs, weights, nodes, outputs
 *   4. the file
 *
 * Node names, attributes and shapes go over as the file has them: sg_graph speaks ONNX. What is
 * decided here: IR 3 and later; operator sets SG_ONNX_OPSET_MIN to _MAX; float16 and bfloat16
 * numbers are computed as float32; axis 0 of an input is the batch, and is handed on as it is
 * declared (a fixed number of items is what the constants of a traced network were made for; the
 * plan generalises it); weights that are also listed as inputs (IR 3) are weights.
 *
 * Reference: "Open Neural Network Exchange intermediate representation specification", onnx.ai.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/onnx.h"
#include "import/onnx_rewrite.h"
#include "import/slurp.h"

#define MAX_FILE ((size_t)2 << 30)    /* the format itself ends at 2 GiB */

static const char *text(const char *s) { return s ? s : ""; }

/* ---- 1. Versions ----------------------------------------------------------------------------- */

/* The version of the standard operators, or 0 with an error. */
static int standard_opset(const SgOnnx__Model *m, sg_err *err)
{
  for (size_t i = 0; i < m->n_opset; i++) {
    const char *domain = text(m->opset[i]->domain);
    int64_t v = m->opset[i]->version;

    if (*domain && strcmp(domain, "ai.onnx") != 0) continue;
    if (v >= SG_ONNX_OPSET_MIN && v <= SG_ONNX_OPSET_MAX) return (int)v;
    sg_fail(err, SG_EUNSUPPORTED, "opset %lld; %d to %d are supported: export again, or use "
            "onnx.version_converter", (long long)v, SG_ONNX_OPSET_MIN, SG_ONNX_OPSET_MAX);
    return 0;
  }
  sg_fail(err, SG_EFORMAT, "the file names no version of the standard operators (opset)");
  return 0;
}

static sg_status check_versions(const SgOnnx__Model *m, sg_err *err)
{
  if (!m->has_ir_version || m->ir_version < 3)
    return sg_fail(err, SG_EUNSUPPORTED, "IR version %lld; 3 and later are supported",
                   m->has_ir_version ? (long long)m->ir_version : 0LL);
  if (!m->graph) return sg_fail(err, SG_EFORMAT, "the file holds no graph");
  if (m->graph->n_sparse_initializer)
    return sg_fail(err, SG_EUNSUPPORTED, "sparse weight tensors are not supported");
  return SG_OK;
}

static sg_status describe(sg_model *m, const SgOnnx__Model *file, int opset, sg_err *err)
{
  char buf[256];
  const char *producer = text(file->producer), *version = text(file->producer_version);

  if (*producer)
    snprintf(buf, sizeof(buf), "ONNX opset %d (%.80s%s%.40s)", opset, producer,
             *version ? " " : "", version);
  else snprintf(buf, sizeof(buf), "ONNX opset %d", opset);
  for (char *p = buf; *p; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f) *p = '?';
  m->format = sg_arena_strdup(m->graph->mem, buf);
  return m->format ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* ---- 2. Inputs ------------------------------------------------------------------------------- */

/* Axes of an input as declared: numbers (0 too: some writers mean an open axis by it), SG_DIM_BATCH
 * for an open first axis, SG_DIM_ANY for another. */
static sg_status read_shape(const SgOnnx__Port *port, int *nd, int64_t *dims, sg_dtype *dtype,
                            sg_err *err)
{
  const char *name = text(port->name), *type_name;
  const SgOnnx__TensorType *t = port->type ? port->type->tensor : NULL;

  if (!t) return sg_fail(err, SG_EUNSUPPORTED, "input '%.200s' is not a tensor", name);
  *dtype = sg_onnx_dtype(t->has_type ? t->type : 0, &type_name);
  if (!*dtype || *dtype == SG_TEXT)
    return sg_fail(err, SG_EUNSUPPORTED, "input '%.200s' has elements of type %s", name, type_name);
  if (!t->shape) return sg_fail(err, SG_EUNSUPPORTED, "input '%.200s' has no declared shape", name);
  if (t->shape->n_dim > SG_MAX_RANK)
    return sg_fail(err, SG_EUNSUPPORTED, "input '%.200s' has more than %d axes", name, SG_MAX_RANK);
  *nd = (int)t->shape->n_dim;
  for (int i = 0; i < *nd; i++) {
    const SgOnnx__Dim *d = t->shape->dim[i];
    if (d->has_value && d->value > (int64_t)1 << 40)
      return sg_fail(err, SG_ESHAPE, "input '%.200s' has an axis of %lld", name,
                     (long long)d->value);
    dims[i] = d->has_value && d->value >= 0 ? d->value : i == 0 ? SG_DIM_BATCH : SG_DIM_ANY;
  }
  return SG_OK;
}

/* Which of the caller's constants stands for input `name`; -1: none. */
static int bound_index(const sg_model_opts *o, const char *name)
{
  for (int i = 0; o->bind && o->bind[i]; i++)
    if (strcmp(o->bind[i], name) == 0) return i;
  return -1;
}

/* The caller's numbers as a constant of the declared shape and type. An open batch is one item. */
static sg_status bind(sg_onnx *x, const char *name, int nd, int64_t *dims, sg_dtype dtype,
                      int which, const sg_tensor **ret, sg_err *err)
{
  const float *data = x->opts->bind_data[which];
  sg_shape s = { .nd = nd };
  sg_tensor *t;
  sg_status st;

  for (int i = 0; i < nd; i++) {
    s.d[i] = dims[i] = dims[i] == SG_DIM_BATCH ? 1 : dims[i];
    if (dims[i] < 0)
      return sg_fail(err, SG_EINVAL, "input '%.200s' has an open axis and cannot be bound", name);
  }
  st = sg_shape_check(&s, err);
  if (st) return st;
  if (sg_shape_count(&s) != x->opts->bind_count[which])
    return sg_fail(err, SG_EINVAL, "input '%.200s' takes %lld numbers, %lld are bound to it", name,
                   (long long)sg_shape_count(&s), (long long)x->opts->bind_count[which]);
  t = sg_tensor_new(x->g->mem, dtype, nd, dims);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < sg_shape_count(&s); i++) sg_tensor_set(t, i, data[i]);
  *ret = t;
  return SG_OK;
}

static sg_status add_input(sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Port *port,
                           sg_err *err)
{
  const char *name = text(port->name);
  int which = bound_index(x->opts, name);
  const sg_tensor *t = NULL;
  int64_t dims[SG_MAX_RANK];
  sg_dtype dtype = SG_F32;
  sg_status st;
  int nd = 0, id;

  if (!*name) return sg_fail(err, SG_EFORMAT, "an input without a name");
  st = read_shape(port, &nd, dims, &dtype, err);
  if (st) return st;
  if (which >= 0) {
    st = bind(x, name, nd, dims, dtype, which, &t, err);
    if (st) return st;
    id = sg_graph_add_const(x->g, name, t);
  } else {
    if (nd == 0)
      return sg_fail(err, SG_EUNSUPPORTED, "input '%.200s' is a single number without a batch "
                     "axis; bind it to a constant", name);
    for (int i = 0; i < nd; i++)
      if (dims[i] == 0) dims[i] = i == 0 ? SG_DIM_BATCH : SG_DIM_ANY;
    id = sg_graph_add_input(x->g, name, nd, dims);
    if (id >= 0) {
      id = x->g->input[x->g->n_input - 1].value;
      x->g->input[x->g->n_input - 1].dtype = dtype;
    }
  }
  if (id < 0) return sg_fail(err, SG_ENOMEM, "out of memory");
  return sg_onnx_define(s, name, id, "a second input", err);
}

/* ---- 3. The graph ---------------------------------------------------------------------------- */

static sg_status add_outputs(sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Graph *g,
                             sg_err *err)
{
  if (!g->n_output) return sg_fail(err, SG_EFORMAT, "the graph has no outputs");
  for (size_t i = 0; i < g->n_output; i++) {
    const char *name = text(g->output[i]->name);
    int id;
    sg_status st = sg_onnx_resolve(x, s, name, "the list of outputs", &id, err);

    if (st) return st;
    if (sg_graph_add_output(x->g, name, id, false))
      return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  return SG_OK;
}

/* Inputs that are not weights, weights, nodes, outputs. */
static sg_status add_graph(sg_onnx *x, sg_onnx_scope *s, const SgOnnx__Graph *g, sg_err *err)
{
  sg_status st = sg_onnx_add_initializers(x, s, g->initializer, g->n_initializer, err);

  for (size_t i = 0; !st && i < g->n_input; i++) {
    const char *name = text(g->input[i]->name);
    int id = sg_names_get(s->names, name, SG_NONE);
    if (id == SG_NONE || (size_t)id >= g->n_initializer) st = add_input(x, s, g->input[i], err);
  }
  if (!st) st = sg_onnx_add_nodes(x, s, g->node, g->n_node, err);
  return st ? st : add_outputs(x, s, g, err);
}

static sg_status check_bound(const sg_onnx *x, const SgOnnx__Graph *g, sg_err *err)
{
  for (int i = 0; x->opts->bind && x->opts->bind[i]; i++) {
    bool found = false;
    for (size_t k = 0; k < g->n_input; k++)
      if (strcmp(text(g->input[k]->name), x->opts->bind[i]) == 0) found = true;
    if (!found)
      return sg_fail(err, SG_ENOTFOUND, "there is no input '%.200s' to bind", x->opts->bind[i]);
  }
  return SG_OK;
}

static sg_status build(sg_model *m, const SgOnnx__Model *file, const char *dir,
                       const sg_model_opts *opts, sg_err *err)
{
  sg_onnx x = { .g = m->graph, .opts = opts, .dir = dir, .model = file };
  sg_onnx_scope top = { .names = sg_names_new(), .prefix = "", .opset = file->opset,
                        .n_opset = file->n_opset };
  sg_status st = top.names ? check_versions(file, err) : sg_fail(err, SG_ENOMEM, "out of memory");
  int opset = 0;

  if (!st && !(opset = standard_opset(file, err))) st = err->code;
  if (!st) st = describe(m, file, opset, err);
  if (!st) st = check_bound(&x, file->graph, err);
  if (!st) st = add_graph(&x, &top, file->graph, err);
  if (!st) st = sg_onnx_rewrite(m->graph, err);
  free(x.pending);
  sg_names_free(top.names);
  return st;
}

/* ---- 4. The file ----------------------------------------------------------------------------- */

/* The folder part of a path: "." where there is none. NULL: memory is short. */
static char *folder_of(const char *path)
{
  const char *slash = strrchr(path, '/');

  if (!slash) return strdup(".");
  return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static SgOnnx__Model *decode(const uint8_t *data, size_t size, sg_err *err)
{
  SgOnnx__Model *file;

  if (!size) {
    sg_fail(err, SG_EFORMAT, "the file is empty");
    return NULL;
  }
  /* Every writer puts ir_version (field 1, a varint) first: nothing else starts like this. */
  if (data[0] != 0x08 && sg_onnx_wire_check(&sg_onnx__model__descriptor, data, size, NULL)) {
    sg_fail(err, SG_EFORMAT, "not a network file of a known kind (Keras .h5, .keras or .json, "
            "ONNX), or damaged from the start");
    return NULL;
  }
  if (sg_onnx_wire_check(&sg_onnx__model__descriptor, data, size, err)) return NULL;
  file = sg_onnx__model__unpack(NULL, size, data);
  if (!file) sg_fail(err, SG_EFORMAT, "damaged: the ONNX file cannot be decoded");
  return file;
}

sg_status sg_onnx_read(uint8_t *data, size_t size, const char *dir, sg_model *m,
                       const sg_model_opts *o, sg_err *err)
{
  SgOnnx__Model *file = decode(data, size, err);
  sg_status st;

  free(data);                           /* before the weights are taken a second time */
  if (!file) return err->code;
  st = build(m, file, dir, o, err);
  sg_onnx__model__free_unpacked(file, NULL);
  return st;
}

sg_status sg_import_onnx(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err)
{
  uint8_t *data = NULL;
  size_t size = 0;
  char *dir;
  sg_err own;
  sg_status st;

  if (!err) err = &own;                 /* helpers report through err->code */
  st = sg_slurp(path, MAX_FILE, &data, &size, err);
  if (st) return st;
  dir = folder_of(path);
  if (!dir) {
    free(data);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  st = sg_onnx_read(data, size, dir, m, o, err);
  free(dir);
  return st;
}
