/* model/graph.c: the growing lists behind the builders. */
#include <stdlib.h>
#include <string.h>

#include "model/graph.h"

sg_status sg_graph_new(sg_graph **ret_graph, sg_err *err)
{
  sg_graph *g = calloc(1, sizeof *g);
  if (g) g->mem = sg_arena_new();
  if (!g || !g->mem) {
    free(g);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  *ret_graph = g;
  return SG_OK;
}

void sg_graph_free(sg_graph *g)
{
  if (!g) return;
  sg_arena_free(g->mem);
  free(g->value);
  free(g->node);
  free(g->input);
  free(g->output);
  free(g);
}

/* Room for one more element in a list of n: the list, perhaps moved, or NULL (then it stands as it
 * was). */
static void *grow(void *list, int n, int *cap, size_t size)
{
  if (n < *cap) return list;
  int want = *cap ? *cap * 2 : 16;
  void *p = realloc(list, (size_t) want * size);
  if (p) *cap = want;
  return p;
}

int sg_graph_add_value(sg_graph *g, const char *name)
{
  char *copy = sg_arena_strdup(g->mem, name);
  sg_value *list = grow(g->value, g->n_value, &g->cap_value, sizeof *list);
  if (list) g->value = list;
  if (!copy || !list) return SG_ENOMEM;
  g->value[g->n_value] = (sg_value){.name = copy};
  return g->n_value++;
}

int sg_graph_add_const(sg_graph *g, const char *name, const sg_tensor *tensor)
{
  int id = sg_graph_add_value(g, name);
  if (id >= 0) g->value[id].tensor = tensor;
  return id;
}

int sg_graph_add_ints(sg_graph *g, const char *name, const int64_t *values, int64_t n)
{
  sg_tensor *t = sg_tensor_new(g->mem, SG_I64, 1, &n);
  if (!t) return SG_ENOMEM;
  if (n) memcpy(t->data.i, values, (size_t) n * sizeof *values);
  return sg_graph_add_const(g, name, t);
}

int sg_graph_add_input(sg_graph *g, const char *name, int nd, const int64_t *dims)
{
  int id = sg_graph_add_value(g, name);
  if (id < 0) return id;
  sg_graph_input *list = grow(g->input, g->n_input, &g->cap_input, sizeof *list);
  if (!list) return SG_ENOMEM;
  g->input = list;
  sg_graph_input *in = &g->input[g->n_input];
  *in = (sg_graph_input){.value = id, .nd = nd, .dtype = SG_F32};
  for (int i = 0; i < nd && i < SG_MAX_RANK; i++) in->dims[i] = dims[i];
  g->n_input++;
  return id;
}

sg_status sg_graph_add_output(sg_graph *g, const char *name, int value, bool channels_last)
{
  char *copy = sg_arena_strdup(g->mem, name);
  sg_graph_output *list = grow(g->output, g->n_output, &g->cap_output, sizeof *list);
  if (list) g->output = list;
  if (!copy || !list) return SG_ENOMEM;
  g->output[g->n_output++] =
    (sg_graph_output){.value = value, .name = copy, .channels_last = channels_last};
  return SG_OK;
}

/* A list of n ids, all SG_NONE. */
static int *ids(sg_arena *mem, int n)
{
  int *p = sg_arena_alloc(mem, (size_t) n, sizeof *p);
  for (int i = 0; p && i < n; i++) p[i] = SG_NONE;
  return p;
}

sg_node_def *sg_graph_add_node(sg_graph *g, const char *op_type, const char *name, int n_in,
                               int n_out)
{
  sg_node_def *d = sg_arena_calloc(g->mem, 1, sizeof *d);
  sg_node_def **list = grow(g->node, g->n_node, &g->cap_node, sizeof *list);
  if (list) g->node = list;
  if (!d || !list) return NULL;
  d->op_type = sg_arena_strdup(g->mem, op_type);
  d->name = sg_arena_strdup(g->mem, name);
  d->opset = SG_OPSET_OWN;
  d->attrs.mem = g->mem;
  d->n_in = n_in;
  d->n_out = n_out;
  d->in = ids(g->mem, n_in);
  d->out = ids(g->mem, n_out);
  if (!d->op_type || !d->name || !d->in || !d->out) return NULL;
  g->node[g->n_node++] = d;
  return d;
}

int sg_graph_add_op(sg_graph *g, const char *op_type, const char *name, int n_in, const int *in,
                    sg_node_def **ret_node)
{
  sg_node_def *d = sg_graph_add_node(g, op_type, name, n_in, 1);
  if (!d) return SG_ENOMEM;
  for (int i = 0; i < n_in; i++) d->in[i] = in[i];
  int out = sg_graph_add_value(g, name);
  if (out < 0) return out;
  d->out[0] = out;
  if (ret_node) *ret_node = d;
  return out;
}

int sg_graph_find_value(const sg_graph *g, const char *name)
{
  for (int i = 0; i < g->n_value; i++)
    if (strcmp(g->value[i].name, name) == 0) return i;
  return SG_NONE;
}
