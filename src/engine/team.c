/* engine/team.c: edits of one sequence on several threads.
 *
 * Each helper has a session of its own on the same delta plan, which follows that of the caller:
 * a new base is a new base there too, and commits are made again. Because a base has the bits of a
 * full evaluation however it came about, and an edit's value depends on the base and the edit
 * alone, it does not matter who computes what.
 *
 * Helpers follow late: only when there are edits that are worth a team. What the caller did in
 * between is a list of stretches to bring up to date, and when that grows long, a base.
 */
#include <stdlib.h>

#include "base/crew.h"
#include "engine/delta.h"

/* Commits to repeat before a base is the cheaper way to follow. */
enum { MOST_STRETCHES = 64 };
/* Multiply-adds below which waking threads costs more than they save: some 50 microseconds. */
#define LEAST_MADDS 1e6

typedef struct stretch { int64_t pos, len; } stretch;

/* A helper's session and how far it has followed. */
typedef struct follower {
  sg_delta *delta;
  int64_t serial;               /* of the base it has */
  int n;                        /* stretches of that base it has repeated */
} follower;

struct sg_delta_team {
  sg_crew *crew;
  int threads;
  follower *follower;           /* [threads]; 0 is the caller and has none */
  sg_input *input;              /* [inputs] of the caller's base */
  double edit_madds;            /* of one substitution, on average */
  int64_t serial;
  stretch stretch[MOST_STRETCHES];
  int n;
  /* one call */
  sg_delta *lead;
  int64_t n_edit, share;
  double *value;
};

void sg_delta_team_base(sg_delta_team *team)
{
  if (!team) return;
  team->serial++;
  team->n = 0;
}

void sg_delta_team_commit(sg_delta_team *team, int64_t pos, int64_t len)
{
  if (!team) return;
  if (team->n == MOST_STRETCHES) sg_delta_team_base(team);
  else team->stretch[team->n++] = (stretch){ pos, len };
}

bool sg_delta_team_worth(const sg_delta_team *team, int64_t n)
{
  return team && n > 1 && (double) n * team->edit_madds > LEAST_MADDS;
}

/* Brings a helper to the caller's base. The codes are those after all commits: stretches made anew
 * from them come to the same base in any order. */
static sg_status follow(const sg_delta_team *t, follower *f, sg_err *err)
{
  const sg_delta *lead = t->lead;
  sg_status s = SG_OK;
  if (f->serial != t->serial) {
    s = sg_delta_base(f->delta, t->input, err);
    f->n = t->n;
  }
  for (; f->n < t->n && !s; f->n++) {
    const stretch *at = &t->stretch[f->n];
    sg_edit edit = { at->pos, at->len, lead->codes + at->pos };
    s = sg_delta_commit(f->delta, &edit, err);
  }
  f->serial = s ? -1 : t->serial;
  return s;
}

/* Share i of the edits, cut where their length changes. */
static sg_status work(void *user, int worker, int64_t i, sg_err *err)
{
  const sg_delta_team *t = user;
  follower *f = &t->follower[worker];
  sg_status s = worker ? follow(t, f, err) : SG_OK;
  const sg_edit *sorted = t->lead->sorted;
  int64_t at = i * t->share, end = at + t->share < t->n_edit ? at + t->share : t->n_edit;
  for (int64_t m; at < end && !s; at += m) {
    for (m = 1; at + m < end && sorted[at + m].len == sorted[at].len;) m++;
    s = sg_delta_batch(worker ? f->delta : t->lead, m, sorted + at, t->lead->order + at, t->value,
                       err);
  }
  return s;
}

/* Shares of whole parts, two for each thread, so that none waits long for the last. */
sg_status sg_delta_team_eval(sg_delta *delta, int64_t n, double *value, sg_err *err)
{
  sg_delta_team *t = delta->team;
  const sg_delta_plan *dp = delta->dp;
  int64_t share = n / (2 * t->threads) + 1;
  share = (share + dp->part - 1) / dp->part * dp->part;
  if (2 * share > n) share = (n + t->threads - 1) / t->threads;
  t->share = share < dp->batch ? share : dp->batch;
  t->n_edit = n;
  t->lead = delta;
  t->value = value;
  for (int k = 0; k < dp->plan->n_input; k++)
    t->input[k] = (sg_input){ .data64 = delta->other[k] };
  t->input[dp->plan->dna].codes = delta->codes;
  return sg_crew_run(t->crew, (n + t->share - 1) / t->share, work, t, err);
}

double sg_delta_team_madds(const sg_delta_team *team)
{
  double madds = 0;
  for (int k = 1; team && k < team->threads; k++)
    madds += sg_delta_count(team->follower[k].delta).madds;
  return madds;
}

size_t sg_delta_team_bytes(const sg_delta_team *team)
{
  size_t bytes = 0;
  for (int k = 1; team && k < team->threads; k++)
    bytes += sg_delta_bytes(team->follower[k].delta);
  return bytes;
}

void sg_delta_team_free(sg_delta_team *team)
{
  if (!team) return;
  sg_crew_free(team->crew);
  for (int k = 0; team->follower && k < team->threads; k++)
    sg_delta_free(team->follower[k].delta);
  free(team->follower);
  free(team->input);
  free(team);
}

static sg_status make_team(const sg_delta_plan *dp, int threads, sg_delta_team **ret_team,
                           sg_err *err)
{
  sg_delta_team *t = *ret_team = calloc(1, sizeof *t);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  t->threads = threads;
  t->follower = calloc((size_t) threads, sizeof *t->follower);
  t->input = calloc((size_t) dp->plan->n_input + 1, sizeof *t->input);
  if (!t->follower || !t->input) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < dp->plan->n_node; i++)
    if (dp->node[i].needed) t->edit_madds += dp->node[i].madds;
  if (dp->rc != SG_RC_NONE) t->edit_madds *= 2;
  sg_status s = sg_crew_new(threads, &t->crew, err);
  for (int k = 1; k < threads && !s; k++) {
    t->follower[k].serial = -1;
    s = sg_delta_new(dp, &t->follower[k].delta, err);
  }
  return s;
}

sg_status sg_delta_threads(sg_delta *delta, int threads, sg_err *err)
{
  sg_delta_team *team = NULL;
  if (threads < 1) return sg_fail(err, SG_EINVAL, "%d threads", threads);
  if (threads > 1 && !delta->dp->full) {
    sg_status s = make_team(delta->dp, threads, &team, err);
    if (s) {
      sg_delta_team_free(team);
      return s;
    }
  }
  sg_delta_team_free(delta->team);
  delta->team = team;
  return SG_OK;
}
