/* methods/first.c: which layers read the DNA, and whether all of them are linear. */
#include "methods/first.h"

static int activations(const sg_node *n)
{
  int count = 0;
  for (int k = 0; k < n->n_in; k++) count += sg_node_has(n, k) && !n->in[k].tensor;
  return count;
}

static bool reads(const sg_node *n, int value)
{
  for (int k = 0; k < n->n_in; k++) if (n->in[k].value == value) return true;
  return false;
}

static bool add(const sg_plan *plan, sg_first *f, int i)
{
  const sg_node *n = plan->node[i];
  if (n->family != SG_LINEAR || n->n_out != 1 || activations(n) != 1 || !n->op->vjp) return false;
  f->given[i] = true;
  f->node[f->n] = i;
  f->at[f->n++] = f->size;
  f->size += sg_shape_item(&n->out[0].shape);
  return true;
}

sg_status sg_first_find(const sg_explain_plan *p, sg_first **ret_first, sg_err *err)
{
  const sg_plan *plan = p->plan;
  size_t n = (size_t) plan->n_node + 1;
  sg_first *f = sg_arena_calloc(p->mem, 1, sizeof *f);
  bool linear = plan->n_input == 1;    /* items of other inputs are not carried along */
  *ret_first = NULL;
  if (f) f->given = sg_arena_calloc(p->mem, n, sizeof *f->given);
  if (f) f->node = sg_arena_calloc(p->mem, n, sizeof *f->node);
  if (f) f->at = sg_arena_calloc(p->mem, n, sizeof *f->at);
  if (!f || !f->given || !f->node || !f->at) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; linear && i < plan->n_node; i++)
    if (reads(plan->node[i], p->dna_value)) linear = add(plan, f, i);
  for (int o = 0; o < plan->n_output; o++)       /* a target may stand on the DNA itself */
    linear = linear && plan->output[o].value != p->dna_value;
  if (linear) *ret_first = f;
  return SG_OK;
}
