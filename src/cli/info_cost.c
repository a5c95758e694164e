/* cli/info_cost.c: what a region costs each command.
 *
 * For those who cut a job into pieces before it has run: work and memory follow from the shapes
 * alone, so that equal networks give equal numbers on every machine.
 *
 *   F      multiply-adds of a full evaluation, P of one substitution (doc/edits.md)
 *   L      length of the window
 *   W, A   bytes of the weights, and of all activations of one sequence
 *
 * An evaluation with its gradient is three of F: forward, and backward one product for the input
 * and, in most layers, one for what the rule needs. Selection of a subset masks L positions one
 * after the other and tries all that are left each time: L (L + 1) / 2 edits.
 *
 * Seconds are those of RATE multiply-adds a second, about half of the least that a core with
 * AVX-512 did on the networks of bench/nets.py, and OVERHEAD for reading a window and writing its
 * line.
 * Memory is a straight line above what was measured there (doc/scaling.md).
 */
#include "cli/info_cost.h"

#include "seqgloss/delta.h"
#include "seqgloss/io.h"

#define RATE 12e9
#define OVERHEAD 10e-6

/* Numbers that the formulas start from. */
typedef struct shape {
  double full, edit, length, weights, activations;
} shape;

/* Evaluations of one region, each of `full` and `edit` multiply-adds. */
typedef struct count {
  double full, edits;
} count;

static count once(const shape *s) { (void)s; return (count){ 1, 0 }; }
static count substitutions(const shape *s) { return (count){ 1, 3 * s->length }; }
/* A mask that stays costs what it reaches too: as much as one more edit. */
static count selection(const shape *s)
{
  return (count){ 1, s->length * (s->length + 1) / 2 + s->length };
}
static count gradient(const shape *s) { (void)s; return (count){ 3, 0 }; }
static count noise(const shape *s) { (void)s; return (count){ 3 * 50, 0 }; }
static count path(const shape *s) { (void)s; return (count){ 3 * 50, 0 }; }
static count references(const shape *s) { (void)s; return (count){ 3 * (1 + 20), 0 }; }

/* Memory: `fixed` and `weights` times W for the process; `thread` and `activations` times A for
 * each thread. */
typedef struct memory {
  double fixed, weights, thread, activations;
} memory;

static const memory forward = { 24, 5, 16, 1 };
static const memory edits = { 24, 5, 16, 5 };
static const memory backward = { 24, 10, 64, 4 };

typedef struct row {
  const char *command, *per;
  count (*count)(const shape *s);
  const memory *memory;
} row;

static const row rows[] = {
  { "predict", "region", once, &forward },
  { "ism", "region", substitutions, &edits },
  { "sis", "subset", selection, &edits },
  { "gradient", "region", gradient, &backward },
  { "grad-x-input", "region", gradient, &backward },
  { "sensitivity", "region", gradient, &backward },
  { "smoothgrad", "region", noise, &backward },
  { "vargrad", "region", noise, &backward },
  { "intgrad", "region", path, &backward },
  { "deeplift", "region", references, &backward },
};

static double elements(int nd, const int64_t *dims)
{
  double n = 1;
  for (int i = 0; i < nd; i++) n *= dims[i] > 0 ? (double)dims[i] : 1;
  return n;
}

static sg_status measure(const sg_net *net, shape *s, sg_err *err)
{
  sg_delta_plan *plan;
  sg_delta_layer edit;
  sg_layer_info l;
  *s = (shape){ .length = (double)net->length };
  for (int i = 0; i < sg_plan_layers(net->plan); i++) {
    if (sg_plan_layer(net->plan, i, &l)) continue;
    s->full += (double)l.madds;
    s->weights += 4.0 * (double)l.params;
    s->activations += 4.0 * elements(l.nd_out, l.out);
  }
  sg_status status = sg_delta_plan_new(net->plan, NULL, &plan, err);
  if (status) return status;
  for (int i = 0; sg_delta_plan_layer(plan, i, &edit); i++) s->edit += edit.madds;
  sg_delta_plan_free(plan);
  return SG_OK;
}

static sg_status put(sg_output *o, const row *r, const shape *s, bool json, bool first, sg_err *err)
{
  const memory *m = r->memory;
  const double mib = 1024.0 * 1024.0;
  count n = r->count(s);
  double madds = n.full * s->full + n.edits * s->edit, seconds = madds / RATE + OVERHEAD;
  double process = m->fixed + m->weights * s->weights / mib;
  double thread = m->thread + m->activations * s->activations / mib;
  if (json)
    return sg_output_printf(o, err, "%s\n  {\"command\": \"%s\", \"per\": \"%s\", "
                            "\"multiply_adds\": %.6g, \"seconds\": %.3g, \"process_mib\": %.0f, "
                            "\"thread_mib\": %.0f}", first ? "" : ",", r->command, r->per, madds,
                            seconds, process, thread);
  return sg_output_printf(o, err, "%s\t%s\t%.6g\t%.3g\t%.0f\t%.0f\n", r->command, r->per, madds,
                          seconds, process, thread);
}

sg_status sg_info_cost(sg_output *o, const sg_net *net, bool json, sg_err *err)
{
  shape s;
  sg_status status = measure(net, &s, err);
  if (!status)
    status = sg_output_puts(o, json ? ",\n \"cost\": [" : "#cost\tper\tmultiply_adds\tseconds\t"
                            "process_MiB\tthread_MiB\n", err);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0] && !status; i++)
    status = put(o, &rows[i], &s, json, i == 0, err);
  return status || !json ? status : sg_output_puts(o, "]", err);
}
