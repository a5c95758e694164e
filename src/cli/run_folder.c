/* cli/run_folder.c: whether a run may write into a folder that is there already.
 *
 * A run writes over what an earlier run of the same kind wrote, file by file. Into a folder of
 * something else it does not write, nor one target where several were, or the other way round: the
 * files of both would stand side by side, and nothing would say which are of which.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/console.h"
#include "cli/run.h"

/* ---- Something else -------------------------------------------------------------------------- */

/* What this process writes to by the shell: > DIR/table 2> DIR/log. */
static bool is_ours(int folder, const char *name)
{
  struct stat file, stream;
  if (fstatat(folder, name, &file, 0)) return false;
  for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
    if (!fstat(fd, &stream) && stream.st_dev == file.st_dev && stream.st_ino == file.st_ino)
      return true;
  return false;
}

/* "." and what programs leave for themselves. */
static bool hidden(const char *name) { return name[0] == '.'; }

/* The first, by name, of the files that are there before any run; "": there is none. */
static void find_foreign(DIR *folder, char first[256])
{
  first[0] = 0;
  for (const struct dirent *e; (e = readdir(folder)); ) {
    if (hidden(e->d_name) || is_ours(dirfd(folder), e->d_name)) continue;
    if (!first[0] || strcmp(e->d_name, first) < 0) snprintf(first, 256, "%s", e->d_name);
  }
}

/* ---- Another kind of run --------------------------------------------------------------------- */

/* Notes of steps: NAME of a run of one target, TARGET.NAME of one of several; those of the control
 * are control.shuffled.NAME, with TARGET. before it. */
static void find_layout(DIR *steps, bool *ret_one, bool *ret_several)
{
  static const char *const names[] = { "predict", "sis", "cluster", "compare", "ism", "report" };
  *ret_one = *ret_several = false;
  for (const struct dirent *e; (e = readdir(steps)); ) {
    const char *dot = strrchr(e->d_name, '.'), *last = dot ? dot + 1 : e->d_name;
    bool control = !strncmp(e->d_name, "control.shuffled.", 17)
                   || !strncmp(e->d_name, "control.permuted.", 17);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
      if (!strcmp(last, names[i])) *(dot && !control ? ret_several : ret_one) = true;
  }
}

static sg_status check_layout(const sg_run *run, const char *dir, DIR *steps, sg_err *err)
{
  bool one, several;
  find_layout(steps, &one, &several);
  if (one && run->n_target > 1)
    return sg_fail(err, SG_EINVAL, "-o %s holds a run of one target: name another folder for one "
                   "of several, which have a folder each", dir);
  if (several && run->n_target == 1)
    return sg_fail(err, SG_EINVAL, "-o %s holds a run of several targets: name another folder for "
                   "one target", dir);
  return SG_OK;
}

sg_status sg_run_folder_check(const sg_run *run, sg_err *err)
{
  const char *dir = sg_opt_text(run->opts, "output");
  char first[256], notes[4096];
  DIR *folder = opendir(dir);
  if (!folder) return SG_OK;               /* it will be made, or that will say why not */
  snprintf(notes, sizeof notes, "%s/.steps", dir);
  find_foreign(folder, first);
  closedir(folder);
  DIR *steps = opendir(notes);
  if (steps) {
    sg_status status = check_layout(run, dir, steps, err);
    closedir(steps);
    return status;
  }
  if (!first[0] || sg_opt_given(run->opts, "resume")) return SG_OK;
  return sg_fail(err, SG_EINVAL, "-o %s holds files that no run wrote (%s): name a new or an empty "
                 "folder, or add --resume to write into this one", dir, first);
}
