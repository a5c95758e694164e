/* cli/sis_state.c: --resume of sis: what rows depend on, and counts that go on where they were. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/resume.h"
#include "cli/sis_job.h"
#include "seqgloss/io.h"

sg_status sg_sis_resume_check(const sg_opts *opts, sg_err *err)
{
  int n;
  const char *const *paths = sg_opt_many(opts, "output", &n);
  if (!sg_opt_given(opts, "resume")) return SG_OK;
  if (sg_opt_given(opts, "verify"))
    return sg_fail(err, SG_EINVAL, "--verify compares what is computed in one go: leave --resume "
                   "out");
  return sg_resume_check(opts, paths, n, err);
}

/* What rows depend on (tau among it), and the files that they go to. */
static sg_status digest(const sg_sis_job *job, const sg_facts *facts, char hex[65], sg_err *err)
{
  sg_buffer files = { 0 };
  for (int i = 0; i < job->n_file; i++)
    sg_buffer_printf(&files, "%s %d\n", sg_basename(job->file[i].path), (int)job->file[i].format);
  sg_status status = files.failed ? sg_fail(err, SG_ENOMEM, "out of memory")
                                  : sg_resume_digest(job->opts, facts, files.at, hex, err);
  sg_buffer_release(&files);
  return status;
}

/* ---- Counts as text ----
 *
 * One line a target: nine counts in the order of `counts`, then SIZE:NUMBER for each size that
 * there is.
 */
enum { COUNTS = 9 };

static void counts(sg_tally *y, int64_t *at[COUNTS])
{
  int64_t *const all[COUNTS] = { &y->regions, &y->passing, &y->empty_passes, &y->not_numbers,
                                 &y->subsets, &y->extended, &y->droppable, &y->droppable_subsets,
                                 &y->no_place };
  memcpy(at, all, sizeof all);
}

static void note_tally(const sg_sis_job *job, sg_tally *y, sg_buffer *b)
{
  int64_t *at[COUNTS];
  counts(y, at);
  for (int i = 0; i < COUNTS; i++) sg_buffer_printf(b, "%s%" PRId64, i ? " " : "", *at[i]);
  for (int64_t i = 0; i <= job->longest; i++)
    if (y->sized[i]) sg_buffer_printf(b, " %" PRId64 ":%" PRId64, i, y->sized[i]);
  sg_buffer_puts(b, "\n");
}

/* The next number of the line, up to a blank, ':' or the end; *at moves behind that. */
static bool take_number(char **at, int64_t *ret_value)
{
  char *text = *at, *end = text + strcspn(text, " :\n");
  char stop = *end;
  *end = 0;
  bool good = !sg_parse_i64("count", text, 0, INT64_MAX, ret_value, NULL);
  *end = stop;
  *at = end + (stop == ' ' || stop == ':');
  return good;
}

/* A line of note_tally; *at moves to the next line. */
static bool read_tally(const sg_sis_job *job, char **at, sg_tally *y)
{
  int64_t *to[COUNTS], size, number;
  counts(y, to);
  for (int i = 0; i < COUNTS; i++)
    if (!take_number(at, to[i])) return false;
  while (**at && **at != '\n') {
    if (!take_number(at, &size) || !take_number(at, &number) || size > job->longest) return false;
    y->sized[size] = number;
  }
  *at += **at == '\n';
  return true;
}

static sg_status read_note(sg_sis_job *job, sg_err *err)
{
  char *copy = strdup(sg_checkpoint_note(job->checkpoint)), *at = copy;
  bool good = copy;
  for (int t = 0; good && *copy && t < job->n_target; t++)
    good = read_tally(job, &at, &job->tally[t]);
  free(copy);
  return good ? SG_OK : sg_fail(err, SG_EFORMAT, "%s.state: damaged; remove it to begin anew",
                                sg_checkpoint_name(job->checkpoint));
}

sg_status sg_sis_mark(sg_sis_job *job, sg_err *err)
{
  sg_buffer note = { 0 };
  for (int t = 0; t < job->n_target; t++) note_tally(job, &job->tally[t], &note);
  sg_status status = note.failed ? sg_fail(err, SG_ENOMEM, "out of memory")
                     : sg_checkpoint_mark(job->checkpoint, job->done, note.at, err);
  sg_buffer_release(&note);
  return status;
}

/* ---- Going on ---- */

sg_status sg_sis_resume_open(sg_sis_job *job, const sg_facts *facts, sg_err *err)
{
  char hex[65];
  const char **paths = calloc((size_t)job->n_file, sizeof *paths);
  if (!paths) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < job->n_file; i++) paths[i] = job->file[i].path;
  sg_status status = digest(job, facts, hex, err);
  if (!status) status = sg_checkpoint_open(paths, job->n_file, hex, &job->checkpoint, err);
  free(paths);
  return status;
}

/* Regions one by one: batches of the run before may have ended elsewhere. */
sg_status sg_sis_resume_skip(sg_sis_job *job, sg_err *err)
{
  sg_region_batch *one = NULL;
  int64_t done = sg_checkpoint_done(job->checkpoint);
  sg_status status = read_note(job, err);
  if (!status && done)
    sg_note("going on after %" PRId64 " regions that %s has already", done,
            sg_checkpoint_name(job->checkpoint));
  if (!status) status = sg_region_batch_new(1, &one, err);
  for (job->done = 0; job->done < done && !status; job->done++) {
    status = sg_source_fill(job->source, one, err);
    if (!status && !one->n)
      status = sg_fail(err, SG_EINTERNAL, "the regions end before those that were done");
    if (!status) status = sg_overlaps_add(&job->overlaps, &one->region[0], err);
  }
  sg_progress_add(&job->meter.progress, job->done);
  sg_region_batch_free(one);
  return status;
}
