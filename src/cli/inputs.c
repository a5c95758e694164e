/* cli/inputs.c: marks of input files.
 *
 * A mark is the digest of the content; of a whole genome it would take longer than many a run, so
 * that large files are known by their size and the time of their last change. Marks stay in state
 * files: no output depends on them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/inputs.h"
#include "seqgloss/io.h"

enum { DIGEST_MAX = 64 << 20 };

sg_status sg_input_mark(const char *path, sg_buffer *buffer, sg_err *err)
{
  struct stat info;
  char hex[65];
  bool there = !stat(path, &info);
  if (there && S_ISDIR(info.st_mode)) return SG_OK;      /* what is in it is marked by itself */
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

/* Values of one option, or its preset. */
static sg_status mark_value(const sg_opt_value *v, sg_buffer *buffer, sg_err *err)
{
  sg_status status = SG_OK;
  if (v->def->kind != SG_OPT_INFILE) return SG_OK;
  sg_buffer_printf(buffer, "--%s\n", v->def->name);
  if (v->def->flags & SG_OPT_MANY) {
    for (int i = 0; i < v->given && !status; i++)
      status = sg_input_mark(file_of(v->def, v->many[i]), buffer, err);
  } else if (v->text) {
    status = sg_input_mark(v->text, buffer, err);
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
