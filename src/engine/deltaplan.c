/* engine/deltaplan.c: how edits spread through a plan, worked out once per network.
 *
 * Contents
 *   1. heads
 *   2. complement
 *   3. sg_delta_plan_new, sg_delta_plan_free
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/delta.h"
#include "engine/exec.h"

/* ---- 1. Heads ------------------------------------------------------------------------ */

/* Element of an item's memory for every unit in the framework's order. */
static sg_status map_units(const sg_delta_plan *dp, const sg_plan_output *o, int64_t unit,
                           sg_delta_head *h)
{
  const sg_plan_value *v = &dp->plan->value[h->value];
  int64_t n = sg_shape_item(&v->shape);
  h->units = unit < 0 ? n : 1;
  h->at = sg_arena_calloc(dp->mem, (size_t) h->units + 1, sizeof *h->at);
  double *data = calloc((size_t) n + 1, sizeof *data), *read = calloc((size_t) n + 1, sizeof *read);
  bool good = h->at && data && read;
  for (int64_t i = 0; good && i < n; i++) data[i] = (double) i;
  if (good) sg_item_read_f64(v, o->channels_last, data, read);
  for (int64_t u = 0; good && u < h->units; u++) h->at[u] = (int64_t) read[unit < 0 ? u : unit];
  free(data);
  free(read);
  return good ? SG_OK : SG_ENOMEM;
}

static sg_status take_head(sg_delta_plan *dp, const sg_head *from, sg_err *err)
{
  const sg_plan *p = dp->plan;
  if (from->output < 0 || from->output >= p->n_output)
    return sg_fail(err, SG_EINVAL, "the network has no output %d", from->output);
  const sg_plan_output *o = &p->output[from->output];
  sg_delta_head *h = &dp->head[dp->n_head];
  if (from->logit && o->logit < 0)
    return sg_fail(err, SG_EINVAL, "output '%s' does not end in a sigmoid or softmax: it has no "
                   "logits", o->name);
  h->value = from->logit ? o->logit : o->value;
  const sg_plan_value *v = &p->value[h->value];
  if (v->tensor)
    return sg_fail(err, SG_EUNSUPPORTED, "output '%s' is a constant", o->name);
  if (from->unit >= sg_shape_item(&v->shape))
    return sg_fail(err, SG_EINVAL, "output '%s' has no unit %" PRId64, o->name, from->unit);
  if (dp->rc != SG_RC_NONE && v->shape.nd > 2)
    return sg_fail(err, SG_EUNSUPPORTED, "output '%s' is a profile: both strands cannot be "
                   "combined here; use --rc none", o->name);
  if (map_units(dp, o, from->unit, h)) return sg_fail(err, SG_ENOMEM, "out of memory");
  dp->units += h->units;
  dp->n_head++;
  return SG_OK;
}

static sg_status take_heads(sg_delta_plan *dp, const sg_delta_opts *o, sg_err *err)
{
  int n = o->heads ? o->n_heads : dp->plan->n_output;
  dp->head = sg_arena_calloc(dp->mem, (size_t) n + 1, sizeof *dp->head);
  if (!dp->head) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < n; i++) {
    sg_head all = { .output = i, .unit = -1 };
    sg_status s = take_head(dp, o->heads ? &o->heads[i] : &all, err);
    if (s) return s;
  }
  return SG_OK;
}

/* ---- 2. Complement ------------------------------------------------------------------- */

static void fill_complement(sg_delta_plan *dp)
{
  const char *letters = dp->plan->model->alphabet;
  for (int i = 0; i < 256; i++) dp->complement[i] = (uint8_t) i;
  for (int i = 0; i < 4; i++) {
    const char *a = strchr(letters, "ACGT"[i]), *b = strchr(letters, "TGCA"[i]);
    if (a && b) dp->complement[a - letters] = (uint8_t) (b - letters);
  }
}

/* ---- 3. Plans ------------------------------------------------------------------------ */

sg_delta_opts sg_delta_opts_default(void)
{
  return (sg_delta_opts){ .size = sizeof(sg_delta_opts), .rc = SG_RC_NONE };
}

sg_status sg_delta_plan_new(const sg_plan *plan, const sg_delta_opts *opts,
                            sg_delta_plan **ret_plan, sg_err *err)
{
  sg_delta_opts o = opts ? *opts : sg_delta_opts_default();
  *ret_plan = NULL;
  if (plan->dna < 0)
    return sg_fail(err, SG_EINVAL, "the network has no input that takes a sequence");
  sg_delta_plan *dp = calloc(1, sizeof *dp);
  if (!dp) return sg_fail(err, SG_ENOMEM, "out of memory");
  *dp = (sg_delta_plan){ .mem = sg_arena_new(), .plan = plan, .rc = o.rc, .full = o.full,
                         .verify = o.verify, .has_mask = o.mask };
  if (o.mask) memcpy(dp->mask, o.mask, strlen(plan->model->alphabet) * sizeof *o.mask);
  fill_complement(dp);
  sg_status s = dp->mem ? take_heads(dp, &o, err) : sg_fail(err, SG_ENOMEM, "out of memory");
  if (!s) s = sg_delta_spread(dp, err);
  if (s) sg_delta_plan_free(dp);
  else *ret_plan = dp;
  return s;
}

void sg_delta_plan_free(sg_delta_plan *plan)
{
  if (!plan) return;
  sg_arena_free(plan->mem);
  free(plan);
}

bool sg_delta_plan_layer(const sg_delta_plan *plan, int i, sg_delta_layer *ret_layer)
{
  if (i < 0 || i >= plan->plan->n_node) return false;
  const sg_node *n = plan->plan->node[i];
  const sg_spread_node *d = &plan->node[i];
  *ret_layer = (sg_delta_layer){ .name = n->def->name, .op = n->op->name, .mode = d->mode,
                                 .full = (int64_t) d->full, .width = d->width,
                                 .madds = d->madds, .full_madds = d->full_madds };
  return true;
}

int64_t sg_delta_units(const sg_delta_plan *plan) { return plan->units; }

const char *sg_delta_mode_name(sg_delta_mode mode)
{
  static const char *const names[] = {
    "idle", "lookup", "difference", "window", "state", "rows", "whole", "fallback"
  };
  return names[mode];
}
