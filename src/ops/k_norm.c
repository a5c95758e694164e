/* ops/k_norm.c: y = (v - mean) / sqrt(var + epsilon) * scale + bias, line by line. */
#include "ops/k_norm.h"

sg_status SG_REAL(sg_norm_configure)(sg_node *node, sg_norm_conf **ret, sg_err *err)
{
  sg_norm_conf *c = sg_arena_calloc(node->mem, 1, sizeof *c);
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  node->conf = *ret = c;
  node->family = SG_COUPLED;
  for (int k = 1; k < node->n_in; k++)
    if (sg_node_has(node, k) && !node->in[k].tensor)
      return sg_node_refuse(node, err, "scale or bias is computed from the data");
  return sg_node_float(node, "epsilon", 1e-5, &c->epsilon, err);
}

#ifndef SG_F64
void sg_norm_axis(sg_norm_conf *c, bool along, int64_t d, int64_t x, int64_t s)
{
  c->along[c->n] = along;
  c->d[c->n] = d;
  c->x[c->n] = x;
  c->s[c->n++] = s;
}
#endif

/* Offsets in x and in scale of element i of the axes with along == `along`. */
static void offsets(const sg_norm_conf *c, const sg_slab *x, bool along, int64_t i, int64_t *at,
                    int64_t *at_s)
{
  (void) x;
  *at = *at_s = 0;
  for (int a = c->n - 1; a >= 0; a--) {
    if (c->along[a] != along) continue;
    *at += i % c->d[a] * c->x[a];
    *at_s += i % c->d[a] * c->s[a];
    i /= c->d[a];
  }
}

/* Everything about one call. */
typedef struct norm {
  const sg_norm_conf *c;
  int64_t lines, len, *at, *at_s;
  const real *scale, *bias;
  double *v;                    /* the line, normalised */
} norm;

static sg_status survey(const sg_call *c, norm *m)
{
  *m = (norm){.c = c->node->conf, .lines = 1, .len = 1};
  for (int a = 0; a < m->c->n; a++) *(m->c->along[a] ? &m->len : &m->lines) *= m->c->d[a];
  m->at = sg_arena_alloc(c->tmp, (size_t) m->len, sizeof *m->at);
  m->at_s = sg_arena_alloc(c->tmp, (size_t) m->len, sizeof *m->at_s);
  m->v = sg_arena_alloc(c->tmp, (size_t) m->len, sizeof *m->v);
  if (!m->at || !m->at_s || !m->v) return SG_ENOMEM;
  for (int64_t i = 0; i < m->len; i++)
    offsets(m->c, &c->in[0], true, i, &m->at[i], &m->at_s[i]);
  m->scale = sg_node_has(c->node, 1) ? c->in[1].data : NULL;
  m->bias = sg_node_has(c->node, 2) ? c->in[2].data : NULL;
  return SG_OK;
}

/* Normalises the line at x into m->v; returns 1 / sqrt(var + epsilon). */
static double normalise(norm *m, const real *x)
{
  double sum = 0, square = 0;
  for (int64_t i = 0; i < m->len; i++) sum += (double) x[m->at[i]];
  double mean = sum / (double) m->len;
  for (int64_t i = 0; i < m->len; i++) {
    m->v[i] = (double) x[m->at[i]] - mean;
    square += m->v[i] * m->v[i];
  }
  double r = 1 / sqrt(square / (double) m->len + m->c->epsilon);
  for (int64_t i = 0; i < m->len; i++) m->v[i] *= r;
  return r;
}

sg_status SG_REAL(sg_norm_forward)(const sg_call *c)
{
  norm m;
  if (!c->in[0].shape.batched) return SG_EUNSUPPORTED;
  sg_status s = survey(c, &m);
  for (int64_t i = 0; !s && i < c->n; i++)
    for (int64_t l = 0; l < m.lines; l++) {
      int64_t at, at_s;
      offsets(m.c, &c->in[0], false, l, &at, &at_s);
      at += i * sg_slab_pitch(&c->in[0]);
      normalise(&m, (const real *) c->in[0].data + at);
      for (int64_t j = 0; j < m.len; j++) {
        double y = m.v[j];
        if (m.scale) y *= (double) m.scale[at_s + m.at_s[j]];
        if (m.bias) y += (double) m.bias[at_s + m.at_s[j]];
        ((real *) c->out[0].data)[at + m.at[j]] = (real) y;
      }
    }
  return s;
}

/* With u = g * scale and v the normalised line: gx = r (u - mean(u) - v mean(u v)); g scale = sum g
 * v; g bias = sum g. */
static void vjp_line(const norm *m, double r, const real *g, int64_t at_s, real *gx,
                     const sg_slab *gin)
{
  double mean = 0, dot = 0;
  real *gs = m->scale ? gin[1].data : NULL, *gb = m->bias ? gin[2].data : NULL;
  for (int64_t j = 0; j < m->len; j++) {
    double u = (double) g[m->at[j]];
    if (gs) gs[at_s + m->at_s[j]] += (real) (u * m->v[j]);
    if (gb) gb[at_s + m->at_s[j]] += (real) u;
    if (m->scale) u *= (double) m->scale[at_s + m->at_s[j]];
    mean += u;
    dot += u * m->v[j];
  }
  mean /= (double) m->len;
  dot /= (double) m->len;
  for (int64_t j = 0; gx && j < m->len; j++) {
    double u = (double) g[m->at[j]];
    if (m->scale) u *= (double) m->scale[at_s + m->at_s[j]];
    gx[m->at[j]] += (real) (r * (u - mean - m->v[j] * dot));
  }
}

sg_status SG_REAL(sg_norm_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  norm m;
  sg_status s = survey(c, &m);
  for (int64_t i = 0; !s && i < c->n; i++)
    for (int64_t l = 0; l < m.lines; l++) {
      int64_t at, at_s;
      offsets(m.c, &c->in[0], false, l, &at, &at_s);
      at += i * sg_slab_pitch(&c->in[0]);
      double r = normalise(&m, (const real *) c->in[0].data + at);
      vjp_line(&m, r, (const real *) gout[0].data + at, at_s,
               gin[0].data ? (real *) gin[0].data + at : NULL, gin);
    }
  return s;
}
