/* cli/resume.c: --resume: what it takes, what rows depend on, and numbers kept on the way. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/resume.h"
#include "seqgloss/io.h"

static const sg_opt_def resume_defs[] = {
  { "resume", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "keep the numbers of each region in OUT.partial while they are computed, and go on from there "
    "after a run with --resume that was stopped" },
  { 0 }
};
const sg_opt_group sg_group_resume = { "Going on", resume_defs };

sg_status sg_resume_check(const sg_opts *opts, const char *const *paths, int n, sg_err *err)
{
  const char *regions = sg_opt_text(opts, "regions");
  if (!n) return sg_fail(err, SG_EINVAL, "--resume needs -o FILE: what was written to standard "
                         "output cannot be found again");
  for (int i = 0; i < n; i++)
    if (!strcmp(paths[i], "-") || !strncmp(paths[i], "/dev/", 5))
      return sg_fail(err, SG_EINVAL, "--resume goes with files, not with -o %s", paths[i]);
  if ((regions && !strcmp(regions, "-")) || (opts->n_operand && !strcmp(opts->operand[0], "-")))
    return sg_fail(err, SG_EINVAL, "--resume reads the regions from the front once more; standard "
                   "input is read once: save it to a file");
  return sg_inputs_check(opts, "--resume looks at its inputs once more", err);
}

/* The file beside a network that says how it is to be read; there need not be one. */
static sg_status mark_sidecar(const char *model, sg_buffer *buffer, sg_err *err)
{
  static const char end[] = ".seqgloss.json";
  struct stat info;
  size_t size = strlen(model) + sizeof end;
  char *path = malloc(size);
  if (!path) return sg_fail(err, SG_ENOMEM, "out of memory");
  snprintf(path, size, "%s%s", model, end);
  sg_status status = stat(path, &info) ? SG_OK : sg_input_mark(path, buffer, err);
  free(path);
  return status;
}

sg_status sg_resume_digest(const sg_opts *opts, const sg_facts *facts, const char *more,
                           char hex[65], sg_err *err)
{
  int n;
  const char *const *models = sg_opt_many(opts, "model", &n);
  sg_buffer all = { 0 };
  sg_buffer_printf(&all, "%s\n%s", facts->run, more ? more : "");
  if (sg_opt_given(opts, "shard")) sg_buffer_printf(&all, "%s\n", sg_opt_text(opts, "shard"));
  sg_status status = sg_inputs_mark(opts, &all, err);
  for (int i = 0; i < n && !status; i++) status = mark_sidecar(models[i], &all, err);
  if (!status && all.failed) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) sg_digest(all.at, all.n, hex);
  sg_buffer_release(&all);
  return status;
}

sg_status sg_resume_open(const sg_opts *opts, const sg_facts *facts,
                         sg_checkpoint **ret_checkpoint, sg_err *err)
{
  char hex[65];
  const char *path = sg_opt_text(opts, "output");
  sg_status status = sg_resume_digest(opts, facts, NULL, hex, err);
  return status ? status : sg_checkpoint_open(&path, 1, hex, ret_checkpoint, err);
}

/* One by one: batches of the run before may have ended elsewhere. */
sg_status sg_resume_skip(const sg_checkpoint *checkpoint, sg_source *source, sg_err *err)
{
  sg_region_batch *one = NULL;
  int64_t done = sg_checkpoint_done(checkpoint);
  sg_status status = sg_region_batch_new(1, &one, err);
  if (!status && done)
    sg_note("going on after %" PRId64 " regions that %s has already", done,
            sg_checkpoint_name(checkpoint));
  for (int64_t i = 0; i < done && !status; i++) {
    status = sg_source_fill(source, one, err);
    if (!status && !one->n)
      status = sg_fail(err, SG_EINTERNAL, "the regions end before those that were done");
  }
  sg_region_batch_free(one);
  return status;
}

sg_status sg_resume_put(sg_checkpoint *checkpoint, const sg_region *region, int64_t length,
                        sg_err *err)
{
  const int64_t head[2] = { region->index, length };
  return sg_checkpoint_write(checkpoint, 0, (const char *)head, sizeof head, err);
}

sg_status sg_resume_take(sg_checkpoint *checkpoint, const sg_region *region, int64_t length,
                         sg_err *err)
{
  int64_t head[2];
  sg_status status = sg_checkpoint_read(checkpoint, 0, head, sizeof head, err);
  if (status || (head[0] == region->index && head[1] == length)) return status;
  return sg_fail(err, SG_EFORMAT, "%s: damaged; remove it to begin anew",
                 sg_checkpoint_name(checkpoint));
}

sg_status sg_resume_add(sg_checkpoint *checkpoint, int64_t n, int64_t *done, sg_err *err)
{
  *done += n;
  return sg_checkpoint_due(checkpoint) ? sg_checkpoint_mark(checkpoint, *done, "", err) : SG_OK;
}

void sg_resume_say(const sg_checkpoint *checkpoint)
{
  sg_console_kept(sg_checkpoint_name(checkpoint));
}
