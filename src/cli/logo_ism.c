/* cli/logo_ism.c: in-silico mutagenesis of one place, on the spot.
 *
 * What seqgloss ism does for many windows and targets is done for one of each: the window of the
 * network's length around the middle of the place, one unit of one output. Scores are those of the
 * bases that are there, less the mean of the four, as `ism` writes them by default.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/feeds.h"
#include "cli/logo_job.h"
#include "cli/picks.h"
#include "seqgloss/ism.h"
#include "seqgloss/region.h"

typedef struct run {
  const sg_opts *opts;
  sg_nets nets;
  sg_feeds feeds;
  sg_picks picks;
  sg_source *source;
  sg_region_batch *window;     /* one, centred on the place */
  sg_delta_plan *plan;
  sg_delta *delta;
  sg_ism *ism;
} run;

static void release(run *r)
{
  sg_ism_free(r->ism);
  sg_delta_free(r->delta);
  sg_delta_plan_free(r->plan);
  sg_region_batch_free(r->window);
  sg_source_close(r->source);
  sg_picks_free(&r->picks);
  sg_feeds_close(&r->feeds);
  sg_nets_free(&r->nets);
}

static sg_status load(run *r, sg_err *err)
{
  int n;
  const char *const *paths = sg_opt_many(r->opts, "model", &n);
  if (n > 1)
    return sg_fail(err, SG_EINVAL, "one network at a time; %s is a second one", paths[1]);
  sg_status status = sg_nets_load(r->opts, paths, n, &r->nets, err);
  if (!status) status = sg_feeds_open(&r->nets, NULL, 0, &r->feeds, err);
  return status;
}

/* The window of the network's length whose middle is that of the place. */
static sg_status read_window(run *r, const sg_logo_place *place, sg_err *err)
{
  const sg_net *net = &r->nets.net[0];
  char text[400];
  const char *interval = text;
  sg_source_opts s = sg_source_opts_default();
  snprintf(text, sizeof text, "%.300s:%" PRId64 "-%" PRId64, place->chrom, place->start + 1,
           place->end);
  s.genome = sg_opt_text(r->opts, "genome");
  s.fai = sg_opt_text(r->opts, "fai");
  s.intervals = &interval;
  s.n_intervals = 1;
  s.length = net->length;
  s.alphabet = sg_model_alphabet(net->model);
  s.n_base = sg_model_n_base(net->model);
  s.edge = SG_EDGE_FAIL;
  sg_status status = sg_source_open(&s, &r->source, err);
  if (!status) status = sg_region_batch_new(1, &r->window, err);
  if (!status) status = sg_source_fill(r->source, r->window, err);
  if (!status && !r->window->n)
    status = sg_fail(err, SG_ESHAPE, "%s: the window is left out: it has N (--n-base)", text);
  if (!status && r->window->length < place->end - place->start)
    status = sg_fail(err, SG_ESHAPE, "%s: %" PRId64 " bases, but the network sees %" PRId64
                     "; compute by seqgloss ism -b, then --scores", text,
                     place->end - place->start, r->window->length);
  return status;
}

static sg_status choose_target(run *r, sg_err *err)
{
  int n;
  const char *const *texts = sg_opt_many(r->opts, "target", &n);
  sg_status status = sg_picks_make(&r->nets, texts, n, false, &r->picks, err);
  if (!status && (r->picks.n != 1 || r->picks.pick[0].n_unit != 1))
    status = sg_fail(err, SG_EINVAL, "the network has several outputs: choose one number by "
                     "--target OUTPUT:UNIT (seqgloss info lists them)");
  return status;
}

static sg_status open_session(run *r, sg_err *err)
{
  const sg_net *net = &r->nets.net[0];
  const sg_pick *pick = &r->picks.pick[0];
  sg_head head = { pick->output, sg_opt_given(r->opts, "logits"), pick->unit ? pick->unit[0] : 0 };
  sg_delta_opts delta = sg_delta_opts_default();
  sg_ism_opts ism = sg_ism_opts_default();
  memcpy(ism.base, net->alphabet.base, sizeof ism.base);
  ism.unknown = net->alphabet.unknown;
  delta.heads = &head;
  delta.n_heads = 1;
  sg_status status = sg_delta_plan_new(net->plan, &delta, &r->plan, err);
  if (!status) status = sg_delta_new(r->plan, &r->delta, err);
  if (!status) status = sg_ism_new(&ism, r->window->length, 1, &r->ism, err);
  return status;
}

/* scores[4][length] of the window to those of the present bases of the place. */
static void copy_scores(const run *r, const sg_logo_place *place, const float *scores, double *h)
{
  int64_t length = r->window->length, shift = place->start - r->window->region[0].start;
  static const char letters[] = "ACGT";
  for (int64_t i = 0; i < place->end - place->start; i++)
    for (int a = 0; a < 4; a++)
      if (place->text[i] == letters[a] && i + shift >= 0 && i + shift < length)
        h[i * 4 + a] = (double)scores[a * length + i + shift];
}

static sg_status compute(run *r, const sg_logo_place *place, double *h, sg_err *err)
{
  float *scores = calloc(4 * (size_t)r->window->length, sizeof *scores);
  sg_input input = { .codes = r->window->codes };
  sg_ism_item item = { 0 };
  if (!scores) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_delta_base(r->delta, &input, err);
  if (!status) status = sg_ism_run(r->ism, r->delta, &item, &scores, err);
  if (!status) copy_scores(r, place, scores, h);
  free(scores);
  return status;
}

sg_status sg_logo_ism(const sg_opts *opts, const sg_logo_place *place, double *h,
                      char **ret_target, sg_err *err)
{
  run r = { .opts = opts };
  sg_status status = load(&r, err);
  if (!status) status = read_window(&r, place, err);
  if (!status)
    status = sg_net_make_plan(&r.nets.net[0], r.window->length, false, &r.nets.net[0].plan, err);
  if (!status) status = choose_target(&r, err);
  if (!status) status = open_session(&r, err);
  if (!status) status = compute(&r, place, h, err);
  if (!status) {
    const sg_pick *pick = &r.picks.pick[0];
    *ret_target = strdup(pick->columns ? pick->columns[0] : pick->name);
    if (!*ret_target) status = sg_fail(err, SG_ENOMEM, "out of memory");
  }
  release(&r);
  return status;
}
