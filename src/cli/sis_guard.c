/* cli/sis_guard.c: counts of a run, and the wrong conclusions that they warn of. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sis_job.h"
#include "seqgloss/io.h"

/* ---- 1. Counts ---- */

sg_status sg_tallies_new(const sg_sis_job *job, sg_tally **ret_tally, sg_err *err)
{
  sg_tally *tally = calloc((size_t)job->n_target + 1, sizeof *tally);
  bool whole = tally;
  for (int t = 0; whole && t < job->n_target; t++) {
    tally[t].sized = calloc((size_t)job->longest + 1, sizeof *tally[t].sized);
    whole = tally[t].sized;
  }
  *ret_tally = tally;
  if (whole) return SG_OK;
  sg_tallies_free(job, tally);
  *ret_tally = NULL;
  return sg_fail(err, SG_ENOMEM, "out of memory");
}

void sg_tallies_free(const sg_sis_job *job, sg_tally *tally)
{
  for (int t = 0; tally && t < job->n_target; t++) free(tally[t].sized);
  free(tally);
}

void sg_tallies_clear(const sg_sis_job *job, sg_tally *tally)
{
  for (int t = 0; t < job->n_target; t++) {
    int64_t *sized = tally[t].sized;
    memset(sized, 0, ((size_t)job->longest + 1) * sizeof *sized);
    tally[t] = (sg_tally){ .sized = sized };
  }
}

void sg_tallies_add(const sg_sis_job *job, const sg_tally *from, sg_tally *to)
{
  for (int t = 0; t < job->n_target; t++) {
    to[t].regions += from[t].regions;
    to[t].passing += from[t].passing;
    to[t].empty_passes += from[t].empty_passes;
    to[t].not_numbers += from[t].not_numbers;
    to[t].subsets += from[t].subsets;
    to[t].extended += from[t].extended;
    to[t].droppable += from[t].droppable;
    to[t].droppable_subsets += from[t].droppable_subsets;
    to[t].no_place += from[t].no_place;
    for (int64_t i = 0; i <= job->longest; i++) to[t].sized[i] += from[t].sized[i];
  }
}

sg_status sg_overlaps_add(sg_overlaps *overlaps, const sg_region *region, sg_err *err)
{
  sg_overlaps *o = overlaps;
  if (region->start < 0 || !region->chrom) return SG_OK;
  bool same = o->chrom && !strcmp(o->chrom, region->chrom);
  o->n += same && region->start < o->end && region->end > o->start;
  o->regions++;
  o->start = region->start;
  o->end = region->end;
  if (same) return SG_OK;
  free(o->chrom);
  o->chrom = strdup(region->chrom);
  return o->chrom ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* The mean of the two in the middle, where there are two. */
static double median(const sg_sis_job *job, const sg_tally *y)
{
  double sum = 0;
  for (int64_t half = 0; half < 2; half++) {
    int64_t rank = (y->subsets - 1 + half) / 2, before = 0, i = 0;
    while (i < job->longest && before + y->sized[i] <= rank) before += y->sized[i++];
    sum += (double)i;
  }
  return sum / 2;
}

/* ---- 2. What is said ---- */

typedef struct speech {
  const sg_sis_job *job;
  const sg_target *target;
  const sg_tally *tally;
  const char *of;              /* "" or "TARGET: " */
  const char *passes;          /* ">=" or "<=" */
  char tau[SG_NUMBER_TEXT], empty[SG_NUMBER_TEXT];
} speech;

/* tau and f(nothing) side by side, always. */
static void summary(const speech *s)
{
  const sg_tally *y = s->tally;
  char middle[64] = "";
  if (y->subsets) snprintf(middle, sizeof middle, ", median size %g", median(s->job, y));
  sg_note("%s%" PRId64 " subset%s of %" PRId64 " region%s with f %s tau = %s, of %" PRId64
          " regions%s; f(nothing) = %s", s->of, y->subsets, y->subsets == 1 ? "" : "s", y->passing,
          y->passing == 1 ? "" : "s", s->passes, s->tau, y->regions, middle, s->empty);
}

/* A network that was never shown an empty input may give it any number, and then a few scattered
 * bases may seem sufficient. */
static void guard_threshold(const speech *s)
{
  const sg_target *t = s->target;
  bool probability = sg_sis_probability(s->job->plan[t->pick]);
  if (s->tally->empty_passes)
    sg_say(SG_LOG_WARN, "%sf(nothing) = %s passes tau = %s by itself: %" PRId64 " regions have "
           "nothing to explain; choose another threshold", s->of, s->empty, s->tau,
           s->tally->empty_passes);
  else if (probability && !s->job->sis.below && t->empty > t->tau / 2)
    sg_say(SG_LOG_WARN, "%sf(nothing) = %s is more than half of tau = %s: few bases suffice, and "
           "they say little", s->of, s->empty, s->tau);
  if (probability && t->tau > 0.999)
    sg_say(SG_LOG_WARN, "%stau = %s is above 0.999, where a probability says little about the "
           "site: subsets become long", s->of, s->tau);
}

/* Pieces of a run know too little of the whole to judge. */
static void guard_number(const speech *s)
{
  const sg_tally *y = s->tally;
  if (sg_opt_given(s->job->opts, "shard") || !y->regions) return;
  if (!y->passing) {
    sg_say(SG_LOG_WARN, "%sno region passes tau: there is nothing to explain; choose another "
           "threshold, or other regions", s->of);
    return;
  }
  if (20 * y->passing < y->regions)
    sg_say(SG_LOG_WARN, "%s%" PRId64 " of %" PRId64 " regions pass%s tau, fewer than 5 %%: they "
           "may not stand for the rest", s->of, y->passing, y->regions,
           y->passing == 1 ? "es" : "");
  if (y->passing < 100)
    sg_say(SG_LOG_WARN, "%s%" PRId64 " region%s tau: fewer than 100 are little to find motifs in",
           s->of, y->passing, y->passing == 1 ? " passes" : "s pass");
}

static void guard_subsets(const speech *s)
{
  const sg_tally *y = s->tally;
  double middle = y->subsets ? median(s->job, y) : 12;
  if (middle < 6)
    sg_say(SG_LOG_WARN, "%sThe median subset has %g bases: fewer than 6 are less than a binding "
           "site; a network that never saw hidden bases may take a few for enough "
           "(--transplant tells)", s->of, middle);
  if (middle > 30)
    sg_say(SG_LOG_WARN, "%sThe median subset has %g bases: more than 30 are more than a binding "
           "site; a lower threshold gives shorter subsets", s->of, middle);
  if (y->extended)
    sg_say(SG_LOG_WARN, "%s%" PRId64 " positions were added to subsets that failed their own "
           "evaluation by rounding", s->of, y->extended);
  if (sg_opt_given(s->job->opts, "check-minimal"))
    sg_note("%s--check-minimal: %" PRId64 " members of %" PRId64 " subsets could be left out",
            s->of, y->droppable, y->droppable_subsets);
  if (y->no_place)
    sg_say(SG_LOG_INFO, "%s%" PRId64 " subsets are of windows of no genome: a BED counts from the "
           "beginning of each", s->of, y->no_place);
  if (y->not_numbers)
    sg_say(SG_LOG_WARN, "%s%" PRId64 " regions have predictions that are no finite numbers", s->of,
           y->not_numbers);
}

/* What lies twice in the input is counted twice in every frequency. */
static void guard_regions(const sg_sis_job *job)
{
  const sg_overlaps *o = &job->overlaps;
  if (2 * o->n > o->regions)
    sg_say(SG_LOG_WARN, "%" PRId64 " of %" PRId64 " regions overlap the one before them: the same "
           "site is explained, and counted, more than once", o->n, o->regions);
}

void sg_sis_guard(const sg_sis_job *job)
{
  guard_regions(job);
  for (int t = 0; t < job->n_target; t++) {
    char of[96] = "";
    speech s = { .job = job, .target = &job->target[t], .tally = &job->tally[t], .of = of,
                 .passes = job->sis.below ? "<=" : ">=" };
    if (job->n_target > 1) snprintf(of, sizeof of, "%.80s: ", s.target->name);
    sg_format_f64(s.tau, s.target->tau);
    if (isnan(s.target->empty)) snprintf(s.empty, sizeof s.empty, "(differs by length)");
    else sg_format_f32(s.empty, (float)s.target->empty);
    summary(&s);
    guard_threshold(&s);
    guard_number(&s);
    guard_subsets(&s);
  }
}
