/* conformance/check_dags.c: edits against full evaluation on random graphs (plots.h). */
#include <stdio.h>
#include <stdlib.h>

#include "conformance/plots.h"
#include "golden/editlab.h"
#include "golden/golden.h"

static void one_graph(int seed)
{
  plot p;
  char name[64];
  plot_grow(&p, seed);
  sg_plan_opts po = sg_plan_opts_default();
  snprintf(name, sizeof name, "graph %d: %d values, L %d", seed, p.n, (int) p.L);
  po.no_simplify = seed % 4 == 3;
  sg_plan *plan = NULL;
  sg_err err = {0};
  if (sg_plan_new(&p.model, sg_ops(), &po, &plan, &err)) golden_ok(false, name, "%s", err.text);
  sg_plan_free(plan);
  editlab_check(name, &p.model, &po, SG_RC_NONE);
  po.float64 = true;
  editlab_check(name, &p.model, &po, SG_RC_NONE);
  plot_free(&p);
}

int main(int argc, char **argv)
{
  int from = argc > 1 ? (int) strtol(argv[1], NULL, 10) : 0, n = argc > 1 ? 1 : 150;
  for (int i = from; i < from + n; i++) one_graph(i);
  return golden_end();
}
