/* cli/inputs.c: marks of input files.
 *
 * A mark is the digest of the content; of a whole genome it would take longer than many a run, so
 * that large files are known by their size and the time of their last change. Marks stay in state
 * files: no output depends on them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/inputs.h"
#include "cli/motifdb.h"
#include "seqgloss/io.h"

enum { DIGEST_MAX = 64 << 20 };

sg_status sg_input_mark(const char *path, sg_buffer *buffer, sg_err *err)
{
  struct stat info;
  char hex[65];
  bool there = !stat(path, &info);
  if (there && S_ISDIR(info.st_mode)) return SG_OK;      /* a run's: its steps keep track of it */
  if (!there || !S_ISREG(info.st_mode)) {
    sg_buffer_printf(buffer, "%s\n", path);
    return SG_OK;
  }
  sg_buffer_printf(buffer, "%s %" PRId64, sg_basename(path), (int64_t)info.st_size);
  if (info.st_size > DIGEST_MAX) {
    sg_buffer_printf(buffer, " changed %" PRId64 ".%09ld\n", (int64_t)info.st_mtim.tv_sec,
                     info.st_mtim.tv_nsec);
    return SG_OK;
  }
  sg_status status = sg_digest_file(path, hex, err);
  if (!status) sg_buffer_printf(buffer, " sha256:%s\n", hex);
  return status;
}

/* The file of "[NAME=]FILE"; a '=' behind a slash belongs to the file. */
static const char *file_of(const sg_opt_def *def, const char *text)
{
  const char *equals = strchr(text, '='), *slash = strchr(text, '/');
  bool named = def->arg && !strncmp(def->arg, "[NAME=]", 7);
  return named && equals && (!slash || equals < slash) ? equals + 1 : text;
}

/* What is not there is said by who reads it. */
static sg_status check_file(const char *path, const char *why, sg_err *err)
{
  struct stat info;
  if (stat(path, &info) || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) return SG_OK;
  return sg_fail(err, SG_EINVAL, "%s is a pipe or a device, but %s: save it to a file", path, why);
}

sg_status sg_inputs_check(const sg_opts *opts, const char *why, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < opts->n_value && !status; i++) {
    const sg_opt_value *v = &opts->value[i];
    if (v->def->kind != SG_OPT_INFILE) continue;
    for (int k = 0; v->def->flags & SG_OPT_MANY && k < v->given && !status; k++)
      status = check_file(file_of(v->def, v->many[k]), why, err);
    if (!(v->def->flags & SG_OPT_MANY) && v->given && !status)
      status = check_file(v->text, why, err);
  }
  for (int i = 0; i < opts->n_operand && !status; i++)
    status = check_file(opts->operand[i], why, err);
  return status;
}

/* A file, or the file that a name of shipped motifs stands for. */
static sg_status mark_file(const sg_opt_def *def, const char *name, sg_buffer *buffer, sg_err *err)
{
  char *path = NULL;
  if (!def->arg || strcmp(def->arg, SG_MOTIFDB_ARG)) return sg_input_mark(name, buffer, err);
  sg_status status = sg_motifdb_path(name, &path, err);
  if (!status) status = sg_input_mark(path, buffer, err);
  free(path);
  return status;
}

/* Values of one option, or its preset. */
static sg_status mark_value(const sg_opt_value *v, sg_buffer *buffer, sg_err *err)
{
  sg_status status = SG_OK;
  if (v->def->kind != SG_OPT_INFILE) return SG_OK;
  sg_buffer_printf(buffer, "--%s\n", v->def->name);
  if (v->def->flags & SG_OPT_MANY && v->given) {
    for (int i = 0; i < v->given && !status; i++)
      status = mark_file(v->def, file_of(v->def, v->many[i]), buffer, err);
  } else if (v->text) {
    status = mark_file(v->def, v->text, buffer, err);
  }
  return status;
}

sg_status sg_inputs_mark(const sg_opts *opts, sg_buffer *buffer, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < opts->n_value && !status; i++)
    status = mark_value(&opts->value[i], buffer, err);
  for (int i = 0; i < opts->n_operand && !status; i++)
    status = sg_input_mark(opts->operand[i], buffer, err);
  return status;
}

char *sg_path_in(const char *dir, const char *name)
{
  size_t size = strlen(dir) + strlen(name) + 2;
  char *path = malloc(size);
  if (path) snprintf(path, size, "%s/%s", dir, name);
  return path;
}
