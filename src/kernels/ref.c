/* kernels/ref.c: the kernels as they would be written without regard to speed; for float and
 * double.
 *
 * The fast ones must give these values within rounding (products) or exactly (everything else), and
 * the double ones are what --verify and the laws of the test suite compute with.
 */
#include "kernels/internal.h"

static real relu1(real x)
{
  return 0 > x ? 0 : x;
}

/* Element (m, n) of item i: blocks of SG_KC terms, each summed from zero. */
static real product(const SG_REAL(sg_gemm) *g, const real *a, int64_t n, real start)
{
  int64_t K = g->segs * g->seg_len;
  const real *b = g->B + n / SG_PANEL * SG_PANEL * (g->b_rows ? g->b_rows : K) + n % SG_PANEL;
  real sum = start;
  for (int64_t k0 = 0; k0 < K; k0 += SG_KC) {
    int64_t end = k0 + SG_KC < K ? k0 + SG_KC : K;
    real part = 0;
    for (int64_t k = k0; k < end; k++)
      part += a[k / g->seg_len * g->seg_stride + k % g->seg_len] * b[k * SG_PANEL];
    sum = k0 == 0 && !g->acc ? part : sum + part;
  }
  if (g->bias) sum += g->bias[n];
  return g->relu ? relu1(sum) : sum;
}

static void gemm(const SG_REAL(sg_gemm) *g)
{
  int64_t items = g->items ? g->items : 1;
  for (int64_t i = 0; i < items; i++) {
    for (int64_t m = 0; m < g->M; m++) {
      const real *a = g->A + i * g->a_pitch + m * g->lda;
      real *c = g->C + i * g->c_pitch + m * g->ldc;
      for (int64_t n = 0; n < g->N; n++) c[n] = product(g, a, n, c[n]);
    }
  }
}

static void lookup_item(const SG_REAL(sg_lookup) *l, int64_t item, const uint16_t *offset)
{
  const SG_REAL(sg_table) *t = l->table;
  const real *rows = SG_REAL(sg_table_rows)(t);
  int64_t step = t->group * t->dilation;
  for (int64_t f = 0; f < t->F; f++) {
    const real *block = rows + f / SG_BLOCK * t->groups * t->entries * SG_BLOCK + f % SG_BLOCK;
    for (int64_t p = 0; p < l->P; p++) {
      real sum[2] = { l->bias ? l->bias[f] : 0, 0 };
      for (int64_t g = 0; g < t->groups; g++)
        sum[g % 2] += block[g * t->entries * SG_BLOCK + offset[p * l->stride + g * step]];
      real y = sum[0] + sum[1];
      l->y[item * l->y_pitch + p * l->ldy + f] = l->relu ? relu1(y) : y;
    }
  }
}

static void lookup(const SG_REAL(sg_lookup) *l)
{
  int64_t items = l->items ? l->items : 1;
  for (int64_t i = 0; i < items; i++) {
    SG_REAL(sg_lookup_offsets)(l, i, l->tmp);
    lookup_item(l, i, l->tmp);
  }
}

static void depthwise(const SG_REAL(sg_depthwise) *d)
{
  for (int64_t p = 0; p < d->P; p++) {
    for (int64_t c = 0; c < d->channels; c++) {
      const real *x = d->x + p * d->stride * d->ldx + c;
      real sum = 0;
      for (int64_t t = 0; t < d->taps; t++)
        sum += x[t * d->dilation * d->ldx] * d->w[t * d->channels + c];
      if (d->bias) sum += d->bias[c];
      d->y[p * d->ldy + c] = d->relu ? relu1(sum) : sum;
    }
  }
}

static size_t narrow_scratch(const SG_REAL(sg_narrow) *d)
{
  (void) d;
  return 0;
}

static void narrow(const SG_REAL(sg_narrow) *d)
{
  int64_t K = d->taps * d->channels;
  for (int64_t p = 0; p < d->P; p++) {
    for (int64_t f = 0; f < d->F; f++) {
      const real *x = d->x + p * d->channels, *w = d->w + f * K;
      real sum = 0, part = 0;
      for (int64_t k = 0; k < K; k++) {
        part += x[k / d->channels * d->dilation * d->channels + k % d->channels] * w[k];
        if (k % SG_KC != SG_KC - 1 && k != K - 1) continue;
        sum = k < SG_KC ? part : sum + part;
        part = 0;
      }
      if (d->bias) sum += d->bias[f];
      d->y[p * d->ldy + f] = d->relu ? relu1(sum) : sum;
    }
  }
}

static void affine(int64_t rows, int64_t channels, const real *x, const real *scale,
                   const real *shift, bool do_relu, real *y)
{
  for (int64_t i = 0; i < rows; i++, x += channels, y += channels) {
    for (int64_t c = 0; c < channels; c++) {
      real v = x[c] * scale[c] + shift[c];
      y[c] = do_relu ? relu1(v) : v;
    }
  }
}

static void relu(int64_t n, const real *x, real *y)
{
  for (int64_t i = 0; i < n; i++) y[i] = relu1(x[i]);
}

static void add(int64_t n, const real *a, const real *b, real *y)
{
  for (int64_t i = 0; i < n; i++) y[i] = a[i] + b[i];
}

/* A NaN replaces whatever was largest before it, and nothing is larger than a NaN. */
static void max_rows(int64_t P, int64_t channels, int64_t window, int64_t stride, int64_t dilation,
                     const real *x, real *y)
{
  for (int64_t p = 0; p < P; p++) {
    for (int64_t c = 0; c < channels; c++) {
      const real *v = x + p * stride * channels + c;
      real best = v[0];
      for (int64_t w = 1; w < window; w++) {
        real next = v[w * dilation * channels];
        if (next > best || next != next) best = next;
      }
      y[p * channels + c] = best;
    }
  }
}

static real larger(real next, real best)
{
  return next > best || next != next ? next : best;
}

static void max_span(int64_t P, int64_t channels, const real *left, const real *x,
                     const real *right, real *y)
{
  for (int64_t c = 0; c < channels; c++) {
    real best = left[c];
    for (int64_t p = 0; p < P; p++) best = larger(x[p * channels + c], best);
    y[c] = larger(right[c], best);
  }
}

static void sum_change(int64_t P, int64_t channels, const real *x, const real *b, real *y)
{
  for (int64_t c = 0; c < channels; c++) {
    real sum = 0;
    for (int64_t p = 0; p < P; p++) sum += x[p * channels + c] - b[p * channels + c];
    y[c] = sum;
  }
}

static void change_rows(int64_t P, int64_t channels, const real *base, const real *plus,
                        const real *minus, int64_t step, bool do_relu, real *y)
{
  for (int64_t p = 0; p < P; p++, base += channels, plus += step, minus += step, y += channels) {
    for (int64_t c = 0; c < channels; c++) {
      real v = base[c] + (plus[c] - minus[c]);
      y[c] = do_relu ? relu1(v) : v;
    }
  }
}

static void differences(int64_t P, int64_t channels, const real *plus, const real *minus,
                        int64_t step, real *y)
{
  for (int64_t p = 0; p < P; p++)
    for (int64_t c = 0; c < channels; c++)
      y[p * channels + c] = plus[p * step + c] - minus[p * step + c];
}

static void change_max(int64_t P, int64_t channels, const real *base, int64_t pitch,
                       const real *delta, int64_t step, bool do_relu, real *y)
{
  for (int64_t c = 0; c < channels; c++) {
    real best = base[c] + delta[c];
    for (int64_t p = 1; p < P; p++)
      best = larger(base[p * pitch + c] + delta[p * step + c], best);
    y[c] = do_relu ? relu1(best) : best;
  }
}

static bool all_finite(int64_t n, const real *x)
{
  for (int64_t i = 0; i < n; i++) if (!isfinite(x[i])) return false;
  return true;
}

/* `far` stands behind `near`. */
static real larger_behind(real near, real far) { return far > near || far != far ? far : near; }

static void running_max(int64_t P, int64_t channels, const real *x, bool back, real *y)
{
  for (int64_t i = 0; i < P; i++) {
    int64_t p = back ? P - 1 - i : i;
    const real *v = x + p * channels;
    real *to = y + p * channels, *next = to + channels;
    for (int64_t c = 0; c < channels; c++) {
      if (back) to[c] = larger_behind(v[c], next[c]);
      else next[c] = larger(v[c], to[c]);
    }
  }
}

static void relu_back(int64_t n, const real *x, const real *g, real *gx)
{
  for (int64_t i = 0; i < n; i++)
    if (g[i] != 0) gx[i] += x[i] > 0 ? g[i] : 0;
}

static bool rescale(int64_t n, const real *x, const real *r, const real *y, const real *q,
                    const real *m, real epsilon, real *g)
{
  bool flat = false;
  for (int64_t i = 0; i < n; i++) {
    real d = x[i] - r[i];
    if (m[i] == 0) continue;
    if (SG_MATH(fabs)(d) < epsilon) flat = true;
    else g[i] += m[i] * ((y[i] - q[i]) / d);
  }
  return flat;
}

static void select_shares(int64_t n, const SG_REAL(sg_maxima) *s, real *restrict first,
                          real *restrict second)
{
  for (int64_t o = 0; o < n; o++) {
    int32_t i = s->at_x[o], j = s->at_r[o];
    real y = s->y[o], q = s->q[o], m = s->m[o], c = (y > q) != s->least ? y : q;
    real di = s->x[i] - s->r[i], dj = s->x[j] - s->r[j];
    first[o] = di == 0 ? m : m * (c - q) / di;
    second[o] = dj == 0 ? 0 : m * (y - c) / dj;
  }
}

static void add_scaled(int64_t n, real a, const real *x, real *y)
{
  for (int64_t i = 0; i < n; i++) y[i] += a * x[i];
}

static void between(int64_t n, const real *a, const real *b, real t, real *y)
{
  for (int64_t i = 0; i < n; i++) y[i] = a[i] + t * (b[i] - a[i]);
}

static int64_t nonzeros(int64_t n, const real *x, int64_t most, int32_t *at)
{
  int64_t found = 0;
  for (int64_t i = 0; i < n; i++) {
    if (x[i] == 0) continue;
    if (found == most) return most + 1;
    at[found++] = (int32_t) i;
  }
  return found;
}

static void first_equal(int64_t P, int64_t channels, int64_t step, const real *x, const real *y,
                        int32_t *at)
{
  for (int64_t c = 0; c < channels; c++) {
    at[c] = 0;
    for (int64_t p = P - 1; p >= 0; p--) {
      real e = x[p * step + c];
      if (e == y[c] || (e != e && y[c] != y[c])) at[c] = (int32_t) p;
    }
  }
}

const SG_REAL(sg_kernels) SG_REAL(sg_kernels_ref) = {
  .isa = "reference",
  .pack_bytes = SG_REAL(sg_pack_bytes),
  .pack = SG_REAL(sg_pack),
  .gemm = gemm,
  .lookup_bytes = SG_REAL(sg_lookup_bytes),
  .lookup_prepare = SG_REAL(sg_lookup_prepare),
  .lookup_scratch = SG_REAL(sg_lookup_scratch),
  .lookup = lookup,
  .depthwise = depthwise,
  .narrow_scratch = narrow_scratch,
  .narrow = narrow,
  .affine = affine,
  .relu = relu,
  .add = add,
  .max_rows = max_rows,
  .max_span = max_span,
  .sum_change = sum_change,
  .change_rows = change_rows,
  .differences = differences,
  .change_max = change_max,
  .all_finite = all_finite,
  .running_max = running_max,
  .relu_back = relu_back,
  .rescale = rescale,
  .select_shares = select_shares,
  .add_scaled = add_scaled,
  .between = between,
  .nonzeros = nonzeros,
  .first_equal = first_equal,
};
