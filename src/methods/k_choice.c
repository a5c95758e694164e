/* methods/k_choice.c: multipliers of a layer that says where the greatest (or least) element of
 * each line stands: ArgMax, ArgMin, Hardmax. Compiled for float and for double.
 *
 * Such a layer is constant but for jumps: its gradient is zero, and adds up to nothing. Let i be
 * the element of a line that wins for the reference r, j the one that wins for the sequence x, and
 * J what the outputs of the line, times their multipliers, jump by. Where i = j there is no jump,
 * and no element gets anything. Else i and j share J as in a game of two, by Shapley values: each
 * of them takes its value of x alone, or after the other,
 *     phi_j = J/2 ([x_j beats r_i] + [x_i beats r_j]),    phi_i = J - phi_j,
 * and their multipliers are phi / D. What beats is the greater, of equal ones the one that the
 * layer prefers. With D_j = 0 neither bracket holds, since r_i beats r_j = x_j, and x_j beats x_i;
 * with D_i = 0 both do: an element that does not differ gets nothing, and nothing is divided by
 * zero. The others are not asked, as by DeepLIFT's rule for a maximum; between the ends they may
 * win as well, but they have no part in the difference.
 */
#include "base/real.h"
#include "methods/deeplift.h"

/* An element of the input: its number in row-major order, -1: none yet; and where it lies. */
typedef struct place { int64_t number, at; } place;

/* What is known of a line. */
typedef struct line {
  place x, r;               /* that wins for x, for r */
  double jump;
} line;

/* A walk over the elements of the input, in row-major order: how the number of the line, and the
 * places in the input and in the output, change along each axis. */
typedef struct walk {
  const sg_shape *s;
  int64_t step[SG_MAX_RANK][3], count[SG_MAX_RANK];
  int64_t lines, at[3];
} walk;

enum { LINE, IN, OUT };

static walk begin(const sg_node *node, const bool *along)
{
  const sg_shape *s = &node->in[0].shape, *o = &node->out[0].shape;
  int64_t in[SG_MAX_RANK], out[SG_MAX_RANK];
  walk w = {.s = s, .lines = 1};
  sg_strides(s, in);
  sg_strides(o, out);
  for (int a = s->nd - 1, b = o->nd - 1; a > 0; a--) {
    bool gone = along[a] && o->nd < s->nd;
    w.step[a][LINE] = along[a] ? 0 : w.lines;
    w.step[a][IN] = in[a];
    w.step[a][OUT] = gone || o->d[b] == 1 ? 0 : out[b];
    if (!along[a]) w.lines *= s->d[a];
    b -= !gone;
  }
  return w;
}

static void next(walk *w)
{
  for (int a = w->s->nd - 1; a > 0; a--) {
    bool over = ++w->count[a] == w->s->d[a];
    for (int k = 0; k < 3; k++) w->at[k] += w->step[a][k] * (over ? 1 - w->s->d[a] : 1);
    if (!over) return;
    w->count[a] = 0;
  }
}

/* Whether an element with value u wins over another with value v. */
static bool beats(unsigned flags, real u, place a, real v, place b)
{
  if (u == v) return flags & SG_NODE_LAST ? a.number > b.number : a.number < b.number;
  return flags & SG_NODE_LEAST ? u < v : u > v;
}

/* Winners and jumps of all lines. */
static void find(const sg_call *x, const sg_call *r, const sg_slab *m, walk w, line *lines)
{
  const sg_node *node = x->node;
  const real *u = x->in[0].data, *v = r->in[0].data, *y = x->out[0].data, *q = r->out[0].data;
  const real *g = m->data;
  int64_t n = sg_shape_item(&node->in[0].shape);
  bool same = sg_shape_item(&node->out[0].shape) == n;
  for (int64_t k = 0; k < w.lines; k++) lines[k] = (line){{-1, 0}, {-1, 0}, 0};
  for (int64_t e = 0; e < n; e++, next(&w)) {
    line *to = &lines[w.at[LINE]];
    place here = {e, w.at[IN]};
    int64_t o = w.at[OUT];
    if (same || to->x.number < 0) to->jump += (double) g[o] * ((double) y[o] - (double) q[o]);
    if (to->x.number < 0 || beats(node->flags, u[here.at], here, u[to->x.at], to->x)) to->x = here;
    if (to->r.number < 0 || beats(node->flags, v[here.at], here, v[to->r.at], to->r)) to->r = here;
  }
}

sg_status SG_REAL(sg_choice_rule)(const sg_call *x, const sg_call *r, const sg_slab *m,
                                  const sg_slab *gin)
{
  const sg_node *node = x->node;
  const real *u = x->in[0].data, *v = r->in[0].data;
  bool along[SG_MAX_RANK] = {false};
  real *g = gin->data;
  if (!g) return SG_OK;
  node->op->lines(node, along);
  walk w = begin(node, along);
  line *lines = sg_arena_alloc(r->tmp, (size_t) w.lines + 1, sizeof *lines);
  if (!lines) return SG_ENOMEM;
  find(x, r, m, w, lines);
  for (int64_t k = 0; k < w.lines; k++) {
    place j = lines[k].x, i = lines[k].r;
    if (i.number == j.number) continue;
    int alone = beats(node->flags, u[j.at], j, v[i.at], i);
    int after = beats(node->flags, u[i.at], i, v[j.at], j);
    double own = lines[k].jump * (alone + after) / 2, other = lines[k].jump - own;
    if (own != 0) g[j.at] += (real) (own / ((double) u[j.at] - (double) v[j.at]));
    if (other != 0) g[i.at] += (real) (other / ((double) u[i.at] - (double) v[i.at]));
  }
  return SG_OK;
}
