/* model/describe.c: what a plan says about itself: inputs, outputs, layers, receptive fields. */
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/plan.h"

int64_t sg_plan_length(const sg_plan *plan) { return plan->length; }
int sg_plan_inputs(const sg_plan *plan) { return plan->n_input; }
int sg_plan_outputs(const sg_plan *plan) { return plan->n_output; }
int sg_plan_layers(const sg_plan *plan) { return plan->n_node; }
const char *sg_plan_isa(const sg_plan *plan) { return plan->isa; }

/* Axes of one item in the framework's order. */
static void item_dims(const sg_shape *s, bool channels_last, sg_io_info *info)
{
  int first = s->batched ? 1 : 0;
  info->nd = s->nd - first;
  info->units = 1;
  for (int i = 0; i < info->nd; i++) {
    int a = i + first;
    if (channels_last && s->nd >= 3) a = i < info->nd - 1 ? a + 1 : first;
    info->dims[i] = s->d[a];
    info->units *= s->d[a];
  }
}

sg_status sg_plan_input(const sg_plan *plan, int i, sg_io_info *ret_info)
{
  if (i < 0 || i >= plan->n_input) return SG_EINVAL;
  const sg_plan_value *v = &plan->value[plan->input_value[i]];
  const sg_graph_input *in = &plan->graph->input[i];
  sg_shape declared = v->shape;
  *ret_info = (sg_io_info){.name = v->name, .dna = plan->dna == i};
  if (ret_info->dna) {                                   /* the plan may have turned it */
    declared.nd = in->nd;
    for (int a = 1; a < in->nd; a++) declared.d[a] = in->dims[a] < 0 ? plan->length : in->dims[a];
  }
  item_dims(&declared, in->channels_last, ret_info);
  return SG_OK;
}

/* The layers that find_logits looks through (model/plan.c). */
static sg_final final_of(const sg_plan *plan, int value)
{
  int i = plan->value[value].producer;
  const char *op = i >= 0 ? plan->node[i]->op->name : "";
  if (!strcmp(op, "Sigmoid")) return SG_FINAL_SIGMOID;
  if (!strcmp(op, "Softmax")) return SG_FINAL_SOFTMAX;
  return !strcmp(op, "LogSoftmax") ? SG_FINAL_LOGSOFTMAX : SG_FINAL_NONE;
}

sg_status sg_plan_output_info(const sg_plan *plan, int i, sg_io_info *ret_info)
{
  if (i < 0 || i >= plan->n_output) return SG_EINVAL;
  const sg_plan_output *o = &plan->output[i];
  *ret_info = (sg_io_info){.name = o->name, .has_logit = o->logit >= 0,
                           .final = final_of(plan, o->value)};
  item_dims(&plan->value[o->value].shape, o->channels_last, ret_info);
  return SG_OK;
}

static const char *family_name(sg_family f)
{
  switch (f) {
  case SG_LINEAR: return "linear";
  case SG_ELEMENTWISE: return "elementwise";
  case SG_SELECT: return "select";
  case SG_PRODUCT: return "product";
  case SG_COUPLED: return "coupled";
  case SG_GATE: return "gate";
  }
  return "unknown";
}

/* The smallest interval that holds both, on the same axis. */
static void hull(sg_interval *to, const sg_interval *with)
{
  if (to->hi <= to->lo) *to = *with;
  else if (with->hi > with->lo) {
    if (with->lo < to->lo) to->lo = with->lo;
    if (with->hi > to->hi) to->hi = with->hi;
  }
}

/* Input positions that the middle position of node `last`'s output depends on, by `need` from there
 * to the sequence. -1: all. */
static int64_t receptive(const sg_plan *p, int last, sg_interval *span)
{
  const sg_shape *s = &p->node[last]->out[0].shape;
  int dna = p->dna >= 0 ? p->input_value[p->dna] : -1;
  if (dna < 0 || s->nd < 3) return -1;
  memset(span, 0, (size_t) p->n_value * sizeof *span);
  int axis = 2;
  for (int a = 3; a < s->nd; a++)
    if (s->d[a] > s->d[axis]) axis = a;
  span[p->node[last]->out[0].value] = (sg_interval){axis, s->d[axis] / 2, s->d[axis] / 2 + 1};
  for (int i = last; i >= 0; i--) {
    const sg_node *n = p->node[i];
    for (int o = 0; o < n->n_out; o++) {
      if (n->out[o].value == SG_NONE) continue;
      const sg_interval *out = &span[n->out[o].value];
      if (out->hi <= out->lo) continue;
      for (int k = 0; k < n->n_in; k++) {
        sg_interval in = {0};
        if (!sg_node_has(n, k) || n->in[k].tensor) continue;
        if (!n->op->need || !n->op->need(n, o, out, k, &in)) return -1;
        hull(&span[n->in[k].value], &in);
      }
    }
  }
  return span[dna].hi - span[dna].lo;
}

/* Elements of the constants that node i is the first to read. */
static int64_t params(const sg_plan *p, int i)
{
  int64_t sum = 0;
  const sg_node *n = p->node[i];
  for (int k = 0; k < n->n_in; k++) {
    const sg_tensor *t = sg_node_has(n, k) ? n->in[k].tensor : NULL;
    bool seen = !t || (t->dtype != SG_F32 && t->dtype != SG_DOUBLE);
    for (int j = 0; j < i && !seen; j++)
      for (int l = 0; l < p->node[j]->n_in; l++) seen = seen || p->node[j]->in[l].tensor == t;
    if (!seen) sum += sg_shape_count(&t->shape);
  }
  return sum;
}

sg_status sg_plan_layer(const sg_plan *plan, int i, sg_layer_info *ret_info)
{
  if (i < 0 || i >= plan->n_node) return SG_EINVAL;
  const sg_node *n = plan->node[i];
  sg_io_info in = {0}, out = {0};
  sg_interval *span = calloc((size_t) plan->n_value, sizeof *span);
  if (!span) return SG_ENOMEM;
  for (int k = n->n_in - 1; k >= 0; k--)
    if (sg_node_has(n, k) && !n->in[k].tensor) item_dims(&n->in[k].shape, false, &in);
  item_dims(&n->out[0].shape, false, &out);
  *ret_info = (sg_layer_info){.name = n->def->name, .op = n->op->name,
                              .family = family_name(n->family), .nd_in = in.nd, .nd_out = out.nd,
                              .params = params(plan, i),
                              .madds = n->op->madds ? n->op->madds(n) : 0,
                              .receptive = receptive(plan, i, span)};
  memcpy(ret_info->in, in.dims, sizeof ret_info->in);
  memcpy(ret_info->out, out.dims, sizeof ret_info->out);
  free(span);
  return SG_OK;
}

bool sg_ops_row(const sg_registry *ops, int i, const char **ret_name, const char **ret_summary)
{
  for (int j = 0; j <= i; j++)
    if (!ops->f32[j]) return false;
  *ret_name = ops->f32[i]->name;
  *ret_summary = ops->f32[i]->summary;
  return true;
}
