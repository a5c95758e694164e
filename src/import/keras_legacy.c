/* import/keras_legacy.c: the legacy layout of weights: a group per layer, named like it.
 *
 * Contents
 *   1. whose array is it: names within names
 *   2. one group
 *   3. groups by name, or by order
 *
 * root/LAYER has an attribute weight_names; each name is a path below that group, whose leading
 * elements vary with the version of Keras. A nested model is one group with the arrays of all its
 * layers, trainable ones first: they are told apart by the path element that names an inner layer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/keras.h"

#define MAX_PATH 4096

/* ---- 1. Whose array -------------------------------------------------------------------------- */

/* Where `name` stands in `path` as one or more whole elements that are not the last; NULL. */
static const char *element(const char *path, const char *name)
{
  size_t n = strlen(name);
  for (const char *p = path; n > 0 && (p = strstr(p, name)); p++)
    if ((p == path || p[-1] == '/') && p[n] == '/') return p + n + 1;
  return NULL;
}

/* A candidate for the owner of an array: the earlier its name ends in the path the better, then the
 * longer name ("conv/a" before "a"). */
typedef struct claim { sg_klayer *layer; const char *end; bool twice; } claim;

static void consider(claim *best, claim c)
{
  if (!c.layer || c.layer->implied) return;
  size_t n = strlen(c.layer->name), m = best->layer ? strlen(best->layer->name) : 0;
  if (best->layer && c.end == best->end && n == m) best->twice = true;
  if (!best->layer || c.end < best->end || (c.end == best->end && n > m)) *best = c;
}

/* The layer inside m that `path` names: first through the names of m's own layers; levels may be
 * left out of the path, so then the layers of inner models are asked. */
static claim owner(sg_kmodel *m, const char *path)
{
  claim best = {NULL, NULL, false};
  for (int i = 0; i < m->n_layer; i++) {
    sg_klayer *l = &m->layer[i];
    const char *rest = element(path, l->name);
    if (rest) consider(&best, l->model ? owner(l->model, rest) : (claim){l, rest, false});
  }
  if (best.layer) return best;
  for (int i = 0; i < m->n_layer; i++)
    if (m->layer[i].model) consider(&best, owner(m->layer[i].model, path));
  return best;
}

/* ---- 2. One group ---------------------------------------------------------------------------- */

static sg_status read_group(sg_keras *k, const sg_h5 *h, const char *group, sg_klayer *l,
                            sg_err *err)
{
  const char **names;
  char path[MAX_PATH];
  int n;
  sg_status st = sg_h5_texts(h, group, "weight_names", k->tmp, &names, &n, err);
  for (int i = 0; !st && names && i < n; i++) {
    claim to = {l, NULL, false};
    if (l->model) to = owner(l->model, names[i]);
    if (!to.layer || to.twice)
      return sg_fail(err, SG_EFORMAT, "%s: weight '%s' belongs to %s layer inside", l->source,
                     names[i], to.twice ? "more than one" : "no");
    int len = snprintf(path, sizeof path, "%s/%s", group, names[i]);
    if (len < 0 || (size_t) len >= sizeof path)
      return sg_fail(err, SG_EFORMAT, "%s: a name of absurd length", l->source);
    st = sg_keras_append(k, h, path, to.layer, err);
  }
  return st;
}

/* ---- 3. Groups ------------------------------------------------------------------------------- */

/* A layer of that name: on the top level, or (Keras 1 flattens) within. */
static sg_klayer *by_name(sg_kmodel *m, const char *name)
{
  for (int i = 0; i < m->n_layer; i++)
    if (!m->layer[i].implied && strcmp(m->layer[i].name, name) == 0) return &m->layer[i];
  for (int i = 0; i < m->n_layer; i++) {
    sg_klayer *l = m->layer[i].model ? by_name(m->layer[i].model, name) : NULL;
    if (l) return l;
  }
  return NULL;
}

/* True when the layer, or one inside it, is of a class that has weights. */
static bool weighted(const sg_klayer *l)
{
  if (!l->model) return sg_keras_weighted(l->type);
  for (int i = 0; i < l->model->n_layer; i++)
    if (weighted(&l->model->layer[i])) return true;
  return false;
}

/* Architecture and weights of two sessions may number their layers differently ("conv1d_3" beside
 * "conv1d_1"): then the groups that hold weights go to the layers that take them, in order. */
static sg_status by_order(sg_keras *k, const sg_h5 *h, const char *root, const char **groups, int n,
                          sg_err *err)
{
  char path[MAX_PATH];
  int at = 0;
  for (int i = 0; i < k->model->n_layer; i++) {
    sg_klayer *l = &k->model->layer[i];
    if (!weighted(l)) continue;
    if (at == n)
      return sg_fail(err, SG_EFORMAT, "%s: the weights file has no such layer, and too few others",
                     l->source);
    snprintf(path, sizeof path, "%s/%s", root, groups[at++]);
    sg_status st = read_group(k, h, path, l, err);
    if (st) return st;
  }
  if (at < n)
    return sg_fail(err, SG_EFORMAT, "the weights file has a layer '%s' that the architecture lacks",
                   groups[at]);
  return SG_OK;
}

/* Keeps the groups that hold weights; *named: a layer of that name takes weights, for all of
 * them. */
static sg_status weigh(sg_keras *k, const sg_h5 *h, const char *root, const char **groups, int *n,
                       bool *named, sg_err *err)
{
  char path[MAX_PATH];
  int kept = 0;
  *named = true;
  for (int i = 0; i < *n; i++) {
    const char **names;
    int count;
    int len = snprintf(path, sizeof path, "%s/%s", root, groups[i]);
    if (len < 0 || (size_t) len >= sizeof path)
      return sg_fail(err, SG_EFORMAT, "a layer name of absurd length");
    sg_status st = sg_h5_texts(h, path, "weight_names", k->tmp, &names, &count, err);
    if (st) return st;
    if (!names || count == 0) continue;
    const sg_klayer *l = by_name(k->model, groups[i]);
    if (!l || !weighted(l)) *named = false;
    groups[kept++] = groups[i];
  }
  *n = kept;
  return SG_OK;
}

sg_status sg_keras_legacy(sg_keras *k, const sg_h5 *h, const char *root, sg_err *err)
{
  const char **groups;
  char path[MAX_PATH];
  int n;
  bool named;
  sg_status st = sg_h5_texts(h, *root ? root : "/", "layer_names", k->tmp, &groups, &n, err);
  if (!st) st = weigh(k, h, root, groups, &n, &named, err);
  if (!st && !named) return by_order(k, h, root, groups, n, err);
  for (int i = 0; !st && i < n; i++) {
    snprintf(path, sizeof path, "%s/%s", root, groups[i]);
    st = read_group(k, h, path, by_name(k->model, groups[i]), err);
  }
  return st;
}
