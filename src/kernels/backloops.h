/* kernels/backloops.h: fast kernels of the way back (gradients, DeepLIFT), over the vectors of
 * loops.h, which includes this. What stands behind a pool is nearly all zero: a vector of zeros is
 * passed by. Element for element the operations are those of the reference loops.
 */

/* gx += g where x > 0. */
static void relu_back(int64_t n, const float *x, const float *g, float *gx)
{
  for (int64_t i = 0; i < n; i += W) {
    vec by = load_some(g + i, n - i);
    if (!vnonzero(by)) continue;
    by = vpick_gt(load_some(x + i, n - i), vzero(), by, vzero());
    store_some(gx + i, vadd(load_some(gx + i, n - i), by), n - i);
  }
}

static bool rescale(int64_t n, const float *x, const float *r, const float *y, const float *q,
                    const float *m, float epsilon, float *g)
{
  const vec eps = vset(epsilon);
  bool flat = false;
  for (int64_t i = 0; i < n; i += W) {
    int64_t left = n - i;
    vec by = load_some(m + i, left);
    if (!vnonzero(by)) continue;
    vec d = vsub(load_some(x + i, left), load_some(r + i, left));
    vec size = vmax(d, vsub(vzero(), d));
    vec part = vdiv(vsub(load_some(y + i, left), load_some(q + i, left)), d);
    part = vpick_gt(eps, size, vzero(), vmul(by, part));
    part = vpick_eq(by, vzero(), vzero(), part);
    flat |= vnonzero(vpick_gt(eps, size, by, vzero())) != 0;
    store_some(g + i, vadd(load_some(g + i, left), part), left);
  }
  return flat;
}

static void select_shares(int64_t n, const sg_maxima_f32 *s, float *restrict first,
                          float *restrict second)
{
  const float *x = s->x, *r = s->r;
  const bool least = s->least;
  for (int64_t i = 0; i < n; i += W) {
    int64_t left = n - i;
    int some = left < W ? (int) left : W;
    const int32_t *at_x = s->at_x + i, *at_r = s->at_r + i;
    vec a = load_some(s->y + i, left), b = load_some(s->q + i, left);
    vec by = load_some(s->m + i, left);
    vec di = vsub(vgather(x, at_x, some), vgather(r, at_x, some));
    vec dj = vsub(vgather(x, at_r, some), vgather(r, at_r, some));
    vec c = least ? vpick_gt(a, b, b, a) : vpick_gt(a, b, a, b);
    vec one = vdiv(vmul(by, vsub(c, b)), di), two = vdiv(vmul(by, vsub(a, c)), dj);
    store_some(first + i, vpick_eq(di, vzero(), by, one), left);
    store_some(second + i, vpick_eq(dj, vzero(), vzero(), two), left);
  }
}

static void add_scaled(int64_t n, float a, const float *x, float *y)
{
  const vec by = vset(a);
  for (int64_t i = 0; i < n; i += W) {
    vec v = vmul(by, load_some(x + i, n - i));
    store_some(y + i, vadd(load_some(y + i, n - i), v), n - i);
  }
}

static void between(int64_t n, const float *a, const float *b, float t, float *y)
{
  const vec at = vset(t);
  for (int64_t i = 0; i < n; i += W) {
    vec from = load_some(a + i, n - i);
    vec v = vmul(at, vsub(load_some(b + i, n - i), from));
    store_some(y + i, vadd(from, v), n - i);
  }
}

/* As long as a whole vector of places has room, without a branch: where the few stand cannot be
 * foreseen. */
static int64_t nonzeros(int64_t n, const float *x, int64_t most, int32_t *at)
{
  int64_t found = 0, i = 0;
  for (; i + W <= n && found + W <= most; i += W)
    found += vplaces(vnonzero(vload(x + i)), (int32_t) i, at + found);
  for (; i < n; i += W) {
    unsigned lanes = vnonzero(load_some(x + i, n - i));
    for (; lanes; lanes &= lanes - 1) {
      if (found == most) return most + 1;
      at[found++] = (int32_t) (i + __builtin_ctz(lanes));
    }
  }
  return found;
}

/* From the last position to the first, so that the first one stays. Places are small numbers that
 * floats hold exactly. */
INLINE void first_equal_at(int64_t P, int64_t step, const float *x, const float *y, int32_t *at,
                           const int V, const int64_t n)
{
  vec place[4], top[4];
  float found[4 * W];
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) {
    place[v] = vzero();
    top[v] = load_some(y + v * W, n);
  }
  x += P * step;
  for (int64_t p = P - 1; p >= 0; p--) {
    x -= step;
    vec here = vset((float) p);
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      vec e = load_some(x + v * W, n);
      place[v] = vpick_eq(e, top[v], here, vpick_both_nan(e, top[v], here, place[v]));
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) vstore(found + v * W, place[v]);
  for (int64_t c = 0; c < (V - 1) * W + (n < W ? n : W); c++) at[c] = (int32_t) found[c];
}

static void first_equal(int64_t P, int64_t channels, int64_t step, const float *x, const float *y,
                        int32_t *at)
{
#define STEP(c, V, n) first_equal_at(P, step, x + (c), y + (c), at + (c), V, n)
  EACH_CHANNELS(channels, STEP);
#undef STEP
}
