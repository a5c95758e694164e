/* ops/resize.c: Resize: repeats or drops positions (mode "nearest"); interpolation is refused.
 *
 * Opset 10 has inputs x, scales; from 11 on x, roi (not read), scales, sizes.
 */
#include <string.h>

#include "ops/k_resize.h"

/* Index of the value of a string attribute among `names`. */
static sg_status choose(const sg_node *node, const char *attr, const char *def,
                        const char *const *names, int *ret, sg_err *err)
{
  const char *text;
  sg_status s = sg_node_string(node, attr, def, &text, err);
  if (s) return s;
  for (*ret = 0; names[*ret]; ++*ret)
    if (strcmp(names[*ret], text) == 0) return SG_OK;
  return sg_node_refuse(node, err, "%s '%.40s' is not supported", attr, text);
}

static sg_status configure(sg_node *node, sg_err *err)
{
  static const char *const modes[] = {"nearest", NULL}, *const policies[] = {"stretch", NULL};
  static const char *const places[] = {"asymmetric", "half_pixel", "pytorch_half_pixel",
                                       "align_corners", "tf_half_pixel_for_nn", NULL};
  static const char *const rounds[] = {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil",
                                       NULL};
  bool old = node->def->opset < 11;
  int place = 0, round = 0, any;
  int64_t antialias;
  sg_resize *f = SG_REAL(sg_move_conf)(node, sizeof *f, err);
  if (!f) return SG_ENOMEM;
  sg_status s = choose(node, "mode", "nearest", modes, &any, err);
  if (!s) s = choose(node, "keep_aspect_ratio_policy", "stretch", policies, &any, err);
  if (!s && !old)
    s = choose(node, "coordinate_transformation_mode", "half_pixel", places, &place, err);
  if (!s && !old) s = choose(node, "nearest_mode", "round_prefer_floor", rounds, &round, err);
  if (!s) s = sg_node_int(node, "antialias", 0, &antialias, err);
  if (s) return s;
  if (antialias || sg_attr_find(&node->def->attrs, "axes"))
    return sg_node_refuse(node, err, "attributes 'antialias' and 'axes' are not supported");
  f->place = (sg_resize_place) place;
  f->round = (sg_resize_round) round;
  return SG_OK;
}

static bool given(const sg_node *node, int k)
{
  return sg_node_has(node, k) && sg_shape_count(&node->in[k].shape) > 0;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  int k = node->def->opset < 11 ? 1 : 2;
  const double *scale = NULL;
  const int64_t *sizes = NULL;
  int64_t n = 0;
  sg_status s = SG_OK;
  if (given(node, k)) s = SG_REAL(sg_resize_scales)(node, k, &scale, err);
  else if (k == 2 && given(node, 3)) s = sg_node_ints_or_input(node, "sizes", 3, &sizes, &n, err);
  else return sg_node_refuse(node, err, "neither scales nor sizes are given");
  if (s) return s;
  if (sizes && n != node->in[0].shape.nd)
    return sg_node_misfit(node, err, "%d sizes for %d axes", (int) n, node->in[0].shape.nd);
  return SG_REAL(sg_resize_axes)(node, scale, sizes, err);
}

static void sample(sg_sample *s)
{
  static const char *const places[] = {"asymmetric", "half_pixel", "align_corners"};
  static const char *const rounds[] = {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"};
  int64_t sizes[SG_MAX_RANK];
  sg_shape *x = &s->in[0].shape;
  *x = SG_REAL(sg_sample_shape)(s->rng);
  for (int a = 0; a < x->nd; a++)
    sizes[a] = a && x->d[a] ? 1 + (int64_t) sg_rng_below(s->rng, 2 * (uint64_t) x->d[a]) : x->d[a];
  sizes[0] = 1;
  sg_attr_set_string(s->attrs, "coordinate_transformation_mode", places[sg_rng_below(s->rng, 3)]);
  sg_attr_set_string(s->attrs, "nearest_mode", rounds[sg_rng_below(s->rng, 4)]);
  s->n_in = 4;
  s->in[1].absent = s->in[2].absent = true;
  SG_REAL(sg_sample_ints)(s, 3, x->nd, sizes);
}

const sg_op SG_REAL(sg_op_resize) = {
  .name = "Resize",
  .summary = "repeats or drops positions: the nearest neighbour",
  .min_in = 1, .max_in = 4, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = configure,
  .infer = infer,
  .sample = sample,
};
