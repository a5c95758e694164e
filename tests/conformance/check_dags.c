/* conformance/check_dags.c: edits against full evaluation on random graphs (plots.h). */
#include <stdio.h>
#include <stdlib.h>

#include "conformance/plots.h"
#include "golden/editlab.h"
#include "golden/golden.h"

/* Counts the ways in which layers are brought up to date. */
static void count_modes(const sg_plan *plan, int *modes)
{
  sg_delta_plan *dp = NULL;
  sg_delta_layer l;
  if (sg_delta_plan_new(plan, NULL, &dp, NULL)) return;
  for (int i = 0; sg_delta_plan_layer(dp, i, &l); i++) modes[l.mode]++;
  sg_delta_plan_free(dp);
}

static void one_graph(int seed, int *modes)
{
  plot p;
  char name[64];
  plot_grow(&p, seed, false);
  sg_plan_opts po = sg_plan_opts_default();
  snprintf(name, sizeof name, "graph %d: %d values, L %d", seed, p.n, (int) p.L);
  po.no_simplify = seed % 4 == 3;
  sg_plan *plan = NULL;
  sg_err err = {0};
  if (sg_plan_new(&p.model, sg_ops(), &po, &plan, &err)) golden_ok(false, name, "%s", err.text);
  else count_modes(plan, modes);
  sg_plan_free(plan);
  editlab_check(name, &p.model, &po, SG_RC_NONE);
  po.float64 = true;
  editlab_check(name, &p.model, &po, SG_RC_NONE);
  plot_free(&p);
}

int main(int argc, char **argv)
{
  int from = argc > 1 ? (int) strtol(argv[1], NULL, 10) : 0, n = argc > 1 ? 1 : 150;
  int modes[SG_DELTA_FALLBACK + 1] = {0};
  for (int i = from; i < from + n; i++) one_graph(i, modes);
  for (int m = SG_DELTA_LOOKUP; n > 1 && m <= SG_DELTA_FALLBACK; m++) {
    char what[60];
    snprintf(what, sizeof what, "some layers are brought up to date by '%s'",
             sg_delta_mode_name((sg_delta_mode) m));
    golden_ok(modes[m] >= 20, what, "%d of them", modes[m]);
  }
  return golden_end();
}
