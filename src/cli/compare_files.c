/* cli/compare_files.c: the output files of compare: formats by ending, first lines, provenance. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/compare_job.h"

static sg_status format_of(const char *path, sg_compare_format *ret_format, sg_err *err)
{
  static const struct { const char *end; sg_compare_format format; } ends[] = {
    { ".tsv", SG_COMPARE_TSV }, { ".tsv.gz", SG_COMPARE_TSV }, { ".tsv.bgz", SG_COMPARE_TSV },
    { ".txt", SG_COMPARE_TEXT }, { ".txt.gz", SG_COMPARE_TEXT }
  };
  size_t n = strlen(path);
  *ret_format = SG_COMPARE_TSV;
  if (!strcmp(path, "-") || !strncmp(path, "/dev/", 5)) return SG_OK;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    size_t m = strlen(ends[i].end);
    if (n <= m || strcmp(path + n - m, ends[i].end) != 0) continue;
    *ret_format = ends[i].format;
    return SG_OK;
  }
  return sg_fail(err, SG_EINVAL, "%s: the ending names no format; use .tsv (the table) or .txt "
                 "(families and alignments), also with .gz", path);
}

static sg_status check_folder(const char *path, sg_err *err)
{
  struct stat st;
  if (mkdir(path, 0777) && errno != EEXIST)
    return sg_fail(err, SG_EIO, "%s: the folder cannot be made: %s", path, errno == ENOENT
                   ? "the one it would stand in is not there; make that first" : strerror(errno));
  if (stat(path, &st) || !S_ISDIR(st.st_mode))
    return sg_fail(err, SG_EINVAL, "%s is no folder: --svg takes one", path);
  return SG_OK;
}

/* Without -o, and with --text, standard output has the text; -o - is the table there. */
sg_status sg_compare_files_check(sg_compare_job *job, sg_err *err)
{
  int n;
  const char *const *paths = sg_opt_many(job->opts, "output", &n);
  bool text = !n || sg_opt_given(job->opts, "text");
  sg_status status = SG_OK;
  job->file = calloc((size_t)n + 1, sizeof *job->file);
  if (!job->file) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < n && !status; i++) {
    sg_compare_file *file = &job->file[job->n_file++];
    file->path = paths[i];
    status = format_of(file->path, &file->format, err);
    if (!status && text && !strcmp(file->path, "-"))
      status = sg_fail(err, SG_EINVAL, "-o - and --text both write to standard output");
    for (int j = 0; j < i && !status; j++)
      if (!strcmp(job->file[j].path, file->path))
        status = sg_fail(err, SG_EINVAL, "-o %s stands there twice", file->path);
    if (!status) status = sg_output_check(file->path, err);
  }
  if (text && !status)
    job->file[job->n_file++] = (sg_compare_file){ .path = "-", .format = SG_COMPARE_TEXT };
  if (!status && job->svg) status = check_folder(job->svg, err);
  return status;
}

static sg_status begin(sg_compare_job *job, sg_compare_file *file, const sg_facts *facts,
                       sg_err *err)
{
  sg_buffer head = { 0 };
  bool table = file->format == SG_COMPARE_TSV;
  for (int i = 0; table && i < facts->n && !sg_opt_given(job->opts, "no-provenance"); i++)
    sg_buffer_printf(&head, "## %s %s\n", facts->fact[i].key, facts->fact[i].value);
  if (table) sg_compare_tsv_header(&head);
  sg_status status = head.failed ? sg_fail(err, SG_ENOMEM, "out of memory")
                                 : sg_output_open(file->path, 0, &file->output, err);
  if (!status && head.n) status = sg_output_write(file->output, head.at, head.n, err);
  sg_buffer_release(&head);
  return status;
}

sg_status sg_compare_files_open(sg_compare_job *job, const sg_facts *facts, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < job->n_file && !status; i++)
    status = begin(job, &job->file[i], facts, err);
  return status;
}

sg_status sg_compare_files_close(sg_compare_job *job, const sg_facts *facts, sg_err *err)
{
  bool provenance = !sg_opt_given(job->opts, "no-provenance");
  sg_status status = SG_OK;
  for (int i = 0; i < job->n_file && !status; i++)
    status = sg_output_seal(job->file[i].output, err);
  for (int i = 0; i < job->n_file && !status; i++) {
    const sg_compare_file *file = &job->file[i];
    sg_output *output = file->output;
    job->file[i].output = NULL;
    status = sg_output_commit(output, err);
    if (!status && provenance && file->format == SG_COMPARE_TEXT && strcmp(file->path, "-") != 0)
      status = sg_facts_write(file->path, facts, err);
  }
  return status;
}

void sg_compare_files_free(sg_compare_job *job)
{
  for (int i = 0; job->file && i < job->n_file; i++) sg_output_discard(job->file[i].output);
  free(job->file);
  job->file = NULL;
}
