/* model/permute.c: a network with its weights in random order, as a control.
 *
 * The numbers of every matrix and kernel (constants of floating point with two axes or more) are
 * put in random order within it (Fisher and Yates); biases, and what normalisation has learned,
 * stay. The layers keep the distribution of their weights and lose what they knew: what an
 * explanation still finds in such a network it has not learned from data (Adebayo et al. 2018,
 * "Sanity checks for saliency maps").
 */
#include "base/rng.h"
#include "model/model.h"

static void swap(sg_tensor *t, int64_t i, int64_t j)
{
  double a = sg_tensor_f64(t, i), b = sg_tensor_f64(t, j);
  sg_tensor_set(t, i, b);
  sg_tensor_set(t, j, a);
}

/* A value that shares its tensor with an earlier one was done with it. */
static bool is_first(const sg_graph *g, int value)
{
  for (int i = 0; i < value; i++)
    if (g->value[i].tensor == g->value[value].tensor) return false;
  return true;
}

void sg_model_permute(sg_model *model, uint64_t seed)
{
  sg_graph *g = model->graph;
  for (int v = 0; v < g->n_value; v++) {
    sg_tensor *t = (sg_tensor *)g->value[v].tensor;
    sg_rng rng;
    if (!t || t->shape.nd < 2 || (t->dtype != SG_F32 && t->dtype != SG_DOUBLE)) continue;
    if (!is_first(g, v)) continue;
    sg_rng_seed_item(&rng, seed, (uint64_t)v);
    for (int64_t i = sg_shape_count(&t->shape) - 1; i > 0; i--)
      swap(t, i, (int64_t)sg_rng_below(&rng, (uint64_t)i + 1));
  }
}
