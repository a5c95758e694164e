/* tests/conformance/plots.h: random graphs over a sequence, drawn from the registry.
 *
 * A graph grows from the sequence: at each step a layer of a random kind reads one or two of the
 * values there are. Layers that do not fit where they were tried are left behind, unread. At the
 * end every way to gather positions makes an output.
 */
#ifndef PLOTS_H
#define PLOTS_H

#include "model/model.h"
#include "model/op.h"

enum { MOST_VALUES = 24 };

typedef struct sprout { int value; int64_t channels, length; } sprout;

typedef struct plot {
  sg_rng rng;
  struct sg_model model;
  sg_graph *g;
  sprout v[MOST_VALUES];         /* values N x C x L */
  int n;
  int64_t L;
} plot;

/* The graph number `seed`, always the same. jumps: with layers too that say where the extreme of a
 * line stands, which rounding may move. */
void plot_grow(plot *p, int seed, bool jumps);
void plot_free(plot *p);

#endif
