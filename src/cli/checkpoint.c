/* cli/checkpoint.c: rows that survive the end of a process.
 *
 *   1. Names and files
 *   2. The state
 *   3. Rows
 *
 * Order of writing: rows reach the disk before the state that counts them is renamed into place. A
 * process (or machine) that dies in between leaves rows that no state counts; they are cut off. A
 * state is there before the first row, and goes last: rows without one are somebody else's file. A
 * lock on the rows keeps a second process from the same files.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/buffer.h"
#include "cli/checkpoint.h"

static const char head[] = "seqgloss-partial 1";

typedef struct part {
  char *path;                  /* OUT.partial */
  FILE *file;
  int64_t size;                /* bytes that are there */
} part;

struct sg_checkpoint {
  part *part;                  /* [n] */
  int n;
  char *state;                 /* path of the state */
  char digest[65];
  int64_t done;
  struct timespec marked;      /* when; zeros: not yet */
  sg_buffer note;
};

/* ---- 1. Names and files ---- */

static char *append(const char *path, const char *end)
{
  size_t size = strlen(path) + strlen(end) + 1;
  char *name = malloc(size);
  if (name) snprintf(name, size, "%s%s", path, end);
  return name;
}

static sg_status system_error(const char *path, sg_err *err)
{
  return sg_fail(err, SG_EIO, "%s: %s", path, strerror(errno));
}

static sg_status make_names(sg_checkpoint *c, const char *const *paths, sg_err *err)
{
  c->state = append(paths[0], ".partial.state");
  bool whole = c->state;
  for (int i = 0; i < c->n && whole; i++) {
    c->part[i].path = append(paths[i], ".partial");
    whole = c->part[i].path;
  }
  return whole ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* Opens the rows for appending, for this process alone; the lock ends with it. A file system
 * without locks is no reason to stop. */
static sg_status open_part(part *p, sg_err *err)
{
  p->file = fopen(p->path, "ab+");
  if (!p->file) return system_error(p->path, err);
  if (flock(fileno(p->file), LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
    return sg_fail(err, SG_EIO, "%s: another process writes to it: wait for that, or choose "
                   "another -o", p->path);
  return SG_OK;
}

/* Cuts the rows to the length that the state says. */
static sg_status cut_part(part *p, sg_err *err)
{
  return ftruncate(fileno(p->file), (off_t)p->size) ? system_error(p->path, err) : SG_OK;
}

const char *sg_checkpoint_name(const sg_checkpoint *checkpoint)
{
  return checkpoint->part[0].path;
}

int64_t sg_checkpoint_done(const sg_checkpoint *checkpoint) { return checkpoint->done; }

const char *sg_checkpoint_note(const sg_checkpoint *checkpoint)
{
  return checkpoint->note.n ? checkpoint->note.at : "";
}

void sg_checkpoint_free(sg_checkpoint *checkpoint)
{
  if (!checkpoint) return;
  for (int i = 0; checkpoint->part && i < checkpoint->n; i++) {
    if (checkpoint->part[i].file) fclose(checkpoint->part[i].file);
    free(checkpoint->part[i].path);
  }
  free(checkpoint->part);
  free(checkpoint->state);
  sg_buffer_release(&checkpoint->note);
  free(checkpoint);
}

void sg_checkpoint_remove(sg_checkpoint *checkpoint)
{
  for (int i = 0; i < checkpoint->n; i++) unlink(checkpoint->part[i].path);
  unlink(checkpoint->state);
}

/* ---- 2. The state ---- */

/* "KEY VALUE": the value as a number from 0 on; false: it is another line. */
static bool read_number(const char *line, const char *key, int64_t *ret_value)
{
  size_t n = strlen(key);
  return line && !strncmp(line, key, n) && line[n] == ' '
         && !sg_parse_i64(key, line + n + 1, 0, INT64_MAX, ret_value, NULL);
}

static const char *next(sg_lines *lines)
{
  char *line = NULL;
  return sg_lines_next(lines, &line, NULL, NULL) ? NULL : line;
}

/* The lines of a state, in their order; false: it is none, or of another run. */
static bool read_lines(sg_checkpoint *c, sg_lines *lines)
{
  const char *line = next(lines);
  if (!line || strcmp(line, head)) return false;
  line = next(lines);
  if (!line || strncmp(line, "digest ", 7) || strcmp(line + 7, c->digest)) return false;
  if (!read_number(next(lines), "done", &c->done)) return false;
  for (int i = 0; i < c->n; i++)
    if (!read_number(next(lines), "bytes", &c->part[i].size)) return false;
  line = next(lines);
  if (!line || strcmp(line, "note")) return false;
  while ((line = next(lines)) && strcmp(line, "end")) sg_buffer_printf(&c->note, "%s\n", line);
  return line && !c->note.failed;
}

/* Whether every file still holds what the state counts. */
static bool files_hold(const sg_checkpoint *c)
{
  struct stat info;
  for (int i = 0; i < c->n; i++)
    if (stat(c->part[i].path, &info) || (int64_t)info.st_size < c->part[i].size) return false;
  return true;
}

/* Rows that no state belongs to were not written here. */
static sg_status check_own(const sg_checkpoint *c, sg_err *err)
{
  struct stat info;
  sg_lines *lines = NULL;
  const char *line = sg_lines_open(c->state, &lines, NULL) ? NULL : next(lines);
  bool own = line && !strcmp(line, head), there = lines != NULL;
  sg_lines_close(lines);
  if (own) return SG_OK;
  if (there)
    return sg_fail(err, SG_EINVAL, "%s: this is no state of --resume; move it away", c->state);
  for (int i = 0; i < c->n; i++)
    if (!stat(c->part[i].path, &info) && info.st_size)
      return sg_fail(err, SG_EINVAL, "%s: stands in the way and is not of --resume (there is no "
                     "%s); move it away", c->part[i].path, c->state);
  return SG_OK;
}

/* Anything that is not a state of this very run, with its files, begins anew: false. */
static bool read_state(sg_checkpoint *c)
{
  sg_lines *lines = NULL;
  bool good = !sg_lines_open(c->state, &lines, NULL) && read_lines(c, lines) && files_hold(c);
  sg_lines_close(lines);
  if (good) return true;
  c->done = 0;
  c->note.n = 0;
  for (int i = 0; i < c->n; i++) c->part[i].size = 0;
  return false;
}

static sg_status write_state(const sg_checkpoint *c, const char *note, sg_err *err)
{
  sg_output *out = NULL;
  sg_status status = sg_output_open(c->state, 0, &out, err);
  if (status) return status;
  status = sg_output_printf(out, err, "%s\ndigest %s\ndone %" PRId64 "\n", head, c->digest,
                            c->done);
  for (int i = 0; i < c->n && !status; i++)
    status = sg_output_printf(out, err, "bytes %" PRId64 "\n", c->part[i].size);
  if (!status) status = sg_output_puts(out, "note\n", err);
  if (!status) status = sg_output_puts(out, note, err);
  if (!status) status = sg_output_puts(out, "end\n", err);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}

sg_status sg_checkpoint_open(const char *const *paths, int n, const char *digest,
                             sg_checkpoint **ret_checkpoint, sg_err *err)
{
  sg_checkpoint *c = calloc(1, sizeof *c);
  *ret_checkpoint = NULL;
  if (c) c->part = calloc((size_t)n, sizeof *c->part);
  if (!c || !c->part) {
    free(c);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  c->n = n;
  snprintf(c->digest, sizeof c->digest, "%s", digest);
  sg_status status = make_names(c, paths, err);
  if (!status) status = check_own(c, err);
  for (int i = 0; i < n && !status; i++) status = open_part(&c->part[i], err);
  if (!status && !read_state(c)) status = write_state(c, "", err);
  for (int i = 0; i < n && !status; i++) status = cut_part(&c->part[i], err);
  if (status) sg_checkpoint_free(c);
  else *ret_checkpoint = c;
  return status;
}

/* ---- 3. Rows ---- */

sg_status sg_checkpoint_write(sg_checkpoint *checkpoint, int file, const char *rows, size_t n,
                              sg_err *err)
{
  part *p = &checkpoint->part[file];
  if (fwrite(rows, 1, n, p->file) != n) return system_error(p->path, err);
  p->size += (int64_t)n;
  return SG_OK;
}

sg_status sg_checkpoint_mark(sg_checkpoint *checkpoint, int64_t done, const char *note,
                             sg_err *err)
{
  for (int i = 0; i < checkpoint->n; i++) {
    const part *p = &checkpoint->part[i];
    if (fflush(p->file) || fsync(fileno(p->file))) return system_error(p->path, err);
  }
  checkpoint->done = done;
  clock_gettime(CLOCK_MONOTONIC, &checkpoint->marked);
  return write_state(checkpoint, note, err);
}

bool sg_checkpoint_due(const sg_checkpoint *checkpoint)
{
  const struct timespec *last = &checkpoint->marked;
  struct timespec now;
  if (!last->tv_sec && !last->tv_nsec) return true;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec - last->tv_sec + (now.tv_nsec >= last->tv_nsec) > 1;
}

sg_status sg_checkpoint_rewind(sg_checkpoint *checkpoint, int file, sg_err *err)
{
  part *p = &checkpoint->part[file];
  return fflush(p->file) || fseek(p->file, 0, SEEK_SET) ? system_error(p->path, err) : SG_OK;
}

sg_status sg_checkpoint_read(sg_checkpoint *checkpoint, int file, void *data, size_t n,
                             sg_err *err)
{
  part *p = &checkpoint->part[file];
  if (fread(data, 1, n, p->file) == n) return SG_OK;
  if (ferror(p->file)) return system_error(p->path, err);
  return sg_fail(err, SG_EFORMAT, "%s: ends early; remove it to begin anew", p->path);
}

sg_status sg_checkpoint_copy(sg_checkpoint *checkpoint, int file, sg_output *output, sg_err *err)
{
  part *p = &checkpoint->part[file];
  char buffer[1 << 14];
  sg_status status = sg_checkpoint_rewind(checkpoint, file, err);
  for (int64_t left = p->size; left > 0 && !status; ) {
    size_t want = left < (int64_t)sizeof buffer ? (size_t)left : sizeof buffer;
    size_t n = fread(buffer, 1, want, p->file);
    if (!n && ferror(p->file)) return system_error(p->path, err);
    if (!n) return sg_fail(err, SG_EIO, "%s: rows are missing: was it changed?", p->path);
    status = sg_output_write(output, buffer, n, err);
    left -= (int64_t)n;
  }
  return status;
}
