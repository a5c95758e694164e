/* model/model.c: facts about a loaded network, and where the sequence enters it.
 *
 * Contents
 *   1. options, freeing, facts
 *   2. layout: which axes of an input are bases and positions
 *   3. choosing the input
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

/* ---- 1. Facts ---------------------------------------------------------------------- */

sg_model_opts sg_model_opts_default(void)
{
  return (sg_model_opts){.size = sizeof(sg_model_opts)};
}

void sg_model_free(sg_model *model)
{
  if (!model) return;
  sg_graph_free(model->graph);
  free(model);
}

const char *sg_model_format(const sg_model *model) { return model->format ? model->format : ""; }
const char *sg_model_digest(const sg_model *model) { return model->digest; }
const char *sg_model_alphabet(const sg_model *model) { return model->alphabet; }
sg_n_base sg_model_n_base(const sg_model *model) { return model->n_base; }
int64_t sg_model_length(const sg_model *model) { return model->length; }
int sg_model_inputs(const sg_model *model) { return model->graph->n_input; }

const char *sg_model_target_name(const sg_model *model, int output, int64_t unit)
{
  if (!model->target || output < 0 || output >= model->graph->n_output || unit < 0 ||
      !model->target[output] || unit >= model->n_target[output])
    return NULL;
  return model->target[output][unit];
}

sg_status sg_model_input(const sg_model *model, int i, sg_io_info *ret_info)
{
  if (i < 0 || i >= model->graph->n_input) return SG_EINVAL;
  const sg_graph_input *in = &model->graph->input[i];
  *ret_info = (sg_io_info){.name = model->graph->value[in->value].name, .nd = in->nd - 1,
                           .dna = model->dna.input == i};
  ret_info->units = 1;
  for (int a = 1; a < in->nd; a++) {
    int from = in->channels_last && in->nd >= 3 ? (a < in->nd - 1 ? a + 1 : 1) : a;
    ret_info->dims[a - 1] = in->dims[from] == SG_DIM_ANY ? -1 : in->dims[from];
    ret_info->units = ret_info->dims[a - 1] < 0 ? 0 : ret_info->units * ret_info->dims[a - 1];
  }
  return SG_OK;
}

/* ---- 2. Layout --------------------------------------------------------------------- */

/* Axes of an input by its shape: one axis as long as the alphabet, one longer or open, the rest 1.
 * The base axis is looked for where frameworks put it first: axis 1 (N C L), then from the last. */
static bool axes_by_shape(const sg_graph_input *in, int64_t letters, sg_dna *dna)
{
  int base = -1, pos = -1;
  for (int a = 1; a < in->nd && base < 0; a++)
    if (in->dims[a] == letters) base = a;
  for (int a = 1; a < in->nd; a++) {
    if (a == base || in->dims[a] == 1) continue;
    if (pos >= 0) return false;
    pos = a;
  }
  for (int a = 1; base > 0 && pos < 0 && a < in->nd; a++)
    if (a != base) pos = a;                        /* a sequence of length 1 */
  dna->base_axis = base;
  dna->pos_axis = pos;
  return base > 0 && pos > 0;
}

/* Axes from text: "NCL", "NLC", "N1CL", "NL41": N first, C or 4 the bases, L the positions, 1 the
 * rest; in the framework's own order. */
static bool axes_by_layout(const sg_graph_input *in, const char *layout, sg_dna *dna)
{
  int nd = (int) strlen(layout);
  dna->base_axis = dna->pos_axis = -1;
  if (nd != in->nd || layout[0] != 'N') return false;
  for (int i = 1; i < nd; i++) {
    int axis = in->channels_last && nd >= 3 ? (i < nd - 1 ? i + 1 : 1) : i;
    if (layout[i] == 'C' || layout[i] == '4') dna->base_axis = axis;
    else if (layout[i] == 'L') dna->pos_axis = axis;
    else if (layout[i] != '1') return false;
  }
  return dna->base_axis > 0 && dna->pos_axis > 0;
}

/* ---- 3. The input ------------------------------------------------------------------ */

static sg_status named_input(const sg_model *m, const char *name, int *ret, sg_err *err)
{
  const sg_graph *g = m->graph;
  for (int i = 0; i < g->n_input; i++)
    if (strcmp(g->value[g->input[i].value].name, name) == 0) {
      *ret = i;
      return SG_OK;
    }
  return sg_fail(err, SG_ENOTFOUND, "the network has no input '%s' (its first is '%s')", name,
                 g->n_input ? g->value[g->input[0].value].name : "none");
}

static sg_status take_input(sg_model *m, int i, const char *layout, sg_err *err)
{
  const sg_graph_input *in = &m->graph->input[i];
  const char *name = m->graph->value[in->value].name;
  int64_t letters = (int64_t) strlen(m->alphabet);
  sg_dna dna = {.input = i};
  if (layout ? !axes_by_layout(in, layout, &dna) : !axes_by_shape(in, letters, &dna))
    return sg_fail(err, SG_EINVAL,
                   "input '%s' of %d axes cannot take a sequence%s%s; name its axes with --layout, "
                   "for example NLC", name, in->nd, layout ? " laid out as " : "",
                   layout ? layout : "");
  if (in->dims[dna.base_axis] != letters)
    return sg_fail(err, SG_EINVAL,
                   "input '%s' has %" PRId64 " columns a position and the alphabet '%s' has %"
                   PRId64
                   " letters; see --alphabet", name, in->dims[dna.base_axis], m->alphabet, letters);
  m->dna = dna;
  int64_t length = in->dims[dna.pos_axis];
  m->length = length > 0 ? length : 0;
  return SG_OK;
}

sg_status sg_model_find_dna(sg_model *m, const char *dna_input, const char *layout, sg_err *err)
{
  const sg_graph *g = m->graph;
  int64_t letters = (int64_t) strlen(m->alphabet);
  int found = -1;
  sg_dna dna;
  m->dna = (sg_dna){-1, -1, -1};
  if (dna_input) {
    sg_status s = named_input(m, dna_input, &found, err);
    return s ? s : take_input(m, found, layout, err);
  }
  for (int i = 0; i < g->n_input; i++) {
    if (g->input[i].nd < 3) continue;
    if (!(layout ? axes_by_layout(&g->input[i], layout, &dna)
                 : axes_by_shape(&g->input[i], letters, &dna)))
      continue;
    if (found >= 0)
      return sg_fail(err, SG_EINVAL,
                     "inputs '%s' and '%s' could both take the sequence; choose one "
                     "with --dna-input", g->value[g->input[found].value].name,
                     g->value[g->input[i].value].name);
    found = i;
  }
  if (found >= 0) return take_input(m, found, layout, err);
  if (layout && g->n_input == 1) return take_input(m, 0, layout, err);
  return SG_OK;
}
