/* kernels/k_baseline.c: the kernels over four floats in the compiler's own vectors: SSE2, NEON, or
 * whatever the machine has. Products are rounded before they are added: without FMA a fused
 * operation would be a call. */
#include <stdint.h>
#include <string.h>

#include "base/real.h"

#define SG_KERNELS_TABLE sg_kernels_baseline
#define SG_ISA "baseline"
#define W 4
#define MR 6
#define NV 2

typedef float vec __attribute__((vector_size(16)));
typedef int32_t ivec __attribute__((vector_size(16)));

static inline vec vzero(void) { return (vec){ 0, 0, 0, 0 }; }
static inline vec vset(float x) { return (vec){ x, x, x, x }; }
static inline vec vload_n(const float *p, int n)
{
  vec v = vzero();
  memcpy(&v, p, (size_t)n * sizeof *p);
  return v;
}
static inline void vstore_n(float *p, vec v, int n) { memcpy(p, &v, (size_t)n * sizeof *p); }
static inline vec vload(const float *p) { return vload_n(p, W); }
static inline void vstore(float *p, vec v) { vstore_n(p, v, W); }
static inline vec vadd(vec a, vec b) { return a + b; }
static inline vec vsub(vec a, vec b) { return a - b; }
static inline vec vmul(vec a, vec b) { return a * b; }
static inline vec vfma(vec a, vec b, vec c) { return a * b + c; }
static inline vec choose(ivec yes, vec a, vec b)
{
  return (vec)((yes & (ivec)a) | (~yes & (ivec)b));
}
static inline vec vmax(vec a, vec b) { return choose(a > b, a, b); }
static inline vec vnan(vec a, vec b) { return choose(a != a, a, b); }
static inline int vany_nan(vec a)
{
  int bad = 0;
  for (int i = 0; i < W; i++) bad |= a[i] != a[i];
  return bad;
}
static inline unsigned vnonzero(vec a)
{
  unsigned lanes = 0;
  for (int i = 0; i < W; i++) lanes |= (unsigned) (a[i] != 0) << i;
  return lanes;
}
static inline int vplaces(unsigned lanes, int32_t from, int32_t *at)
{
  int n = 0;
  for (; lanes; lanes &= lanes - 1) at[n++] = from + __builtin_ctz(lanes);
  return n;
}
static inline vec vdiv(vec a, vec b) { return a / b; }
static inline vec vpick_gt(vec a, vec b, vec x, vec y) { return choose(a > b, x, y); }
static inline vec vpick_eq(vec a, vec b, vec x, vec y) { return choose(a == b, x, y); }
static inline vec vpick_both_nan(vec a, vec b, vec x, vec y)
{
  return choose((a != a) & (b != b), x, y);
}
static inline vec vgather(const float *p, const int *at, int n)
{
  vec v = vzero();
  for (int i = 0; i < n; i++) v[i] = p[at[i]];
  return v;
}

#include "kernels/loops.h"
