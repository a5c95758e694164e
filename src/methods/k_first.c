/* methods/k_first.c: first layers on a straight way between two sequences (methods/first.h).
 * Compiled for float and for double. */
#include <string.h>

#include "base/real.h"
#include "kernels/kernels.h"
#include "methods/first.h"

static int64_t item(const sg_plan *plan, const sg_first *f, int k)
{
  return sg_shape_item(&plan->node[f->node[k]]->out[0].shape);
}

static real *output(const sg_exec *exec, const sg_first *f, int k)
{
  return exec->value[exec->plan->node[f->node[k]]->out[0].value].data;
}

void SG_REAL(sg_first_save)(const sg_first *f, const sg_exec *exec, void *to)
{
  for (int k = 0; k < f->n; k++)
    memcpy((real *) to + f->at[k], output(exec, f, k),
           (size_t) item(exec->plan, f, k) * sizeof(real));
}

void SG_REAL(sg_first_mix)(const sg_first *f, sg_exec *exec, int i, double t, const void *x,
                           const void *from)
{
  const SG_REAL(sg_kernels) *kern = exec->plan->kernels;
  for (int k = 0; k < f->n; k++) {
    int64_t n = item(exec->plan, f, k);
    kern->between(n, (const real *) from + f->at[k], (const real *) x + f->at[k], (real) t,
                  output(exec, f, k) + i * n);
  }
}

sg_status SG_REAL(sg_first_step)(void *user, const sg_step *step, sg_err *err)
{
  const sg_first_sum *u = user;
  const sg_first *f = u->first;
  int k = 0;
  if (!f->given[step->index]) return sg_vjp_step(step, err);
  while (f->node[k] != step->index) k++;
  int64_t n = sg_shape_item(&step->call->node->out[0].shape);
  const SG_REAL(sg_kernels) *kern = step->call->kernels;
  for (int64_t i = 0; i < step->call->n; i++)
    kern->add_scaled(n, (real) u->weight[i], (const real *) step->gout[0].data + i * n,
                     (real *) u->sum + f->at[k]);
  return SG_OK;
}

/* One layer's transpose into grad, the DNA's gradient in its own order. */
static sg_status pull_one(sg_exec *one, const sg_first *f, int k, int dna, const real *sum,
                          real *grad)
{
  sg_call c = SG_REAL(sg_sweep_call)(one, f->node[k]);
  sg_slab gout = c.out[0];
  sg_slab *gin = sg_arena_calloc(c.tmp, (size_t) c.node->n_in + 1, sizeof *gin);
  if (!gin) return SG_ENOMEM;
  gout.data = (void *) (sum + f->at[k]);
  for (int j = 0; j < c.node->n_in; j++) {
    gin[j] = c.in[j];
    gin[j].codes = NULL;
    gin[j].data = sg_node_has(c.node, j) && c.node->in[j].value == dna ? grad : NULL;
  }
  return c.node->op->vjp(&c, &gout, gin);
}

sg_status SG_REAL(sg_first_pull)(const sg_explain_plan *p, const sg_first *f, sg_exec *one,
                                 const void *sum, double *dst, sg_err *err)
{
  sg_arena_mark mark = sg_arena_here(one->tmp);
  real *grad = sg_arena_calloc(one->tmp, (size_t) (p->C * p->L) + 1, sizeof *grad);
  sg_status s = grad ? SG_OK : SG_ENOMEM;
  for (int k = 0; !s && k < f->n; k++) s = pull_one(one, f, k, p->dna_value, sum, grad);
  for (int64_t c = 0; !s && c < p->C; c++)
    for (int64_t l = 0; l < p->L; l++)
      dst[c * p->L + l] += (double) grad[c * p->held.base + l * p->held.pos];
  sg_arena_reset(one->tmp, mark);
  return s ? sg_fail(err, s, "out of memory for gradients") : SG_OK;
}
