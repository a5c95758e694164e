/* model/rewrite.c: small steps by which a plan's nodes are rewritten. */
#include "model/rewrite.h"

int sg_rewrite_producer(const sg_plan *p, int value)
{
  for (int i = 0; i < p->n_node; i++)
    for (int k = 0; k < p->node[i]->n_out; k++)
      if (p->node[i]->out[k].value == value && value != SG_NONE) return i;
  return -1;
}

void sg_rewrite_remove(sg_plan *p, int i)
{
  memmove(p->node + i, p->node + i + 1, (size_t) (p->n_node - i - 1) * sizeof *p->node);
  p->n_node--;
}

void sg_rewrite_redirect(sg_plan *p, int from, int to)
{
  for (int i = 0; i < p->n_node; i++)
    for (int k = 0; k < p->node[i]->n_in; k++)
      if (p->node[i]->in[k].value == from && !p->node[i]->in[k].tensor)
        p->node[i]->in[k].value = to;
  for (int o = 0; o < p->n_output; o++)
    if (p->output[o].value == from) p->output[o].value = to;
}

int sg_rewrite_value(sg_plan *p, const char *name, const sg_shape *shape, sg_dtype dtype)
{
  /* An arena does not grow in place: room for twice as many, now and then. */
  if (p->n_value + 1 >= p->cap_value) {
    size_t cap = 2 * (size_t) p->n_value + 16;
    sg_plan_value *v = sg_arena_calloc(p->mem, cap, sizeof *v);
    if (!v) return SG_NONE;
    memcpy(v, p->value, (size_t) p->n_value * sizeof *v);
    p->value = v;
    p->cap_value = (int) cap;
  }
  p->value[p->n_value] = (sg_plan_value){ .name = name, .shape = *shape, .dtype = dtype,
                                          .producer = -1, .input = -1, .last_use = -1 };
  return p->n_value++;
}

sg_node *sg_rewrite_node(sg_plan *p, const sg_registry *ops, const char *op, const sg_node *like,
                         int n_in)
{
  sg_node_def *d = sg_arena_calloc(p->mem, 1, sizeof *d);
  sg_node *n = sg_arena_calloc(p->mem, 1, sizeof *n);
  sg_arg *in = sg_arena_calloc(p->mem, (size_t) n_in + 1, sizeof *in);
  sg_arg *out = sg_arena_calloc(p->mem, (size_t) like->n_out + 1, sizeof *out);
  const sg_op *found = sg_op_find(p->f64 ? ops->f64 : ops->f32, op);
  if (!d || !n || !in || !out || !found) return NULL;
  *d = (sg_node_def){ .op_type = op, .name = like->def->name, .source = like->def->source,
                      .opset = SG_OPSET_OWN, .attrs = { NULL, p->mem }, .n_in = n_in,
                      .n_out = like->n_out };
  memcpy(out, like->out, (size_t) like->n_out * sizeof *out);
  for (int k = 0; k < n_in; k++) in[k].value = SG_NONE;
  *n = (sg_node){ .op = found, .def = d, .mem = p->mem, .batch = like->batch, .n_in = n_in,
                  .n_out = like->n_out, .in = in, .out = out };
  return n;
}
