/* cli/sis_files.c: the output files of sis: formats by ending, first lines, provenance. */
#include <stdlib.h>
#include <string.h>

#include "cli/sis_job.h"
#include "seqgloss/io.h"

static bool ends_with(const char *text, size_t n, const char *end)
{
  size_t m = strlen(end);
  return n > m && !strncmp(text + n - m, end, m);
}

static sg_status format_of(const char *path, sg_sis_format *ret_format, sg_err *err)
{
  static const struct { const char *end; sg_sis_format format; } ends[] = {
    { ".tsv", SG_SIS_TSV }, { ".txt", SG_SIS_TSV }, { ".bed", SG_SIS_BED },
    { ".fa", SG_SIS_FASTA }, { ".fasta", SG_SIS_FASTA }
  };
  size_t n = strlen(path);
  *ret_format = SG_SIS_TSV;
  if (!strcmp(path, "-") || !strncmp(path, "/dev/", 5)) return SG_OK;
  if (ends_with(path, n, ".gz")) n -= 3;
  else if (ends_with(path, n, ".bgz")) n -= 4;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    if (!ends_with(path, n, ends[i].end)) continue;
    *ret_format = ends[i].format;
    return SG_OK;
  }
  return sg_fail(err, SG_EINVAL, "%s: the ending names no format of subsets; use .tsv, .bed or "
                 ".fa, also with .gz", path);
}

sg_status sg_sis_files_check(sg_sis_job *job, sg_err *err)
{
  int n;
  const char *const *paths = sg_opt_many(job->opts, "output", &n);
  sg_status status = SG_OK;
  job->n_file = n ? n : 1;
  job->file = calloc((size_t)job->n_file, sizeof *job->file);
  if (!job->file) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < job->n_file && !status; i++) {
    sg_sis_file *file = &job->file[i];
    file->path = n ? paths[i] : "-";
    status = format_of(file->path, &file->format, err);
    for (int j = 0; j < i && !status; j++)
      if (!strcmp(job->file[j].path, file->path))
        status = sg_fail(err, SG_EINVAL, "-o %s stands there twice", file->path);
    if (!status) status = sg_output_check(file->path, err);
  }
  return status;
}

/* Only a table has room for ## lines; other formats get a file beside them. */
static void put_head(const sg_sis_job *job, sg_sis_format format, const sg_facts *facts,
                     sg_buffer *b)
{
  bool provenance = !sg_opt_given(job->opts, "no-provenance");
  if (format != SG_SIS_TSV) return;
  for (int i = 0; provenance && i < facts->n; i++)
    sg_buffer_printf(b, "## %s %s\n", facts->fact[i].key, facts->fact[i].value);
  sg_sis_text_header(job, b);
}

static int count_lines(const sg_buffer *b)
{
  int n = 0;
  for (size_t i = 0; i < b->n; i++) n += b->at[i] == '\n';
  return n;
}

static sg_status begin(const sg_sis_job *job, sg_sis_file *file, const sg_facts *facts,
                       sg_err *err)
{
  sg_buffer head = { 0 };
  char line[512] = "";
  put_head(job, file->format, facts, &head);
  if (sg_opt_given(job->opts, "shard")) {
    sg_shard shard = sg_source_shard(job->source, count_lines(&head), facts->run);
    if (sg_shard_line(&shard, line, sizeof line) < 0) head.failed = true;
  }
  sg_status status = head.failed ? sg_fail(err, SG_ENOMEM, "out of memory") : SG_OK;
  if (!status) status = sg_output_open(file->path, 0, &file->output, err);
  if (!status) status = sg_output_puts(file->output, line, err);
  if (!status && head.n) status = sg_output_write(file->output, head.at, head.n, err);
  sg_buffer_release(&head);
  return status;
}

sg_status sg_sis_files_open(sg_sis_job *job, const sg_facts *facts, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < job->n_file && !status; i++)
    status = begin(job, &job->file[i], facts, err);
  return status;
}

sg_status sg_sis_files_close(sg_sis_job *job, const sg_facts *facts, sg_err *err)
{
  bool provenance = !sg_opt_given(job->opts, "no-provenance");
  sg_status status = SG_OK;
  for (int i = 0; i < job->n_file && !status && job->checkpoint; i++)
    status = sg_checkpoint_copy(job->checkpoint, i, job->file[i].output, err);
  for (int i = 0; i < job->n_file && !status; i++) {
    if (sg_opt_given(job->opts, "shard"))
      status = sg_output_puts(job->file[i].output, SG_SHARD_END, err);
    if (!status) status = sg_output_seal(job->file[i].output, err);
  }
  for (int i = 0; i < job->n_file && !status; i++) {
    sg_output *output = job->file[i].output;
    job->file[i].output = NULL;
    status = sg_output_commit(output, err);
    if (!status && provenance && job->file[i].format != SG_SIS_TSV)
      status = sg_facts_write(job->file[i].path, facts, err);
  }
  if (!status && job->checkpoint) sg_checkpoint_remove(job->checkpoint);
  return status;
}

void sg_sis_files_free(sg_sis_job *job)
{
  sg_checkpoint_free(job->checkpoint);
  job->checkpoint = NULL;
  for (int i = 0; job->file && i < job->n_file; i++) sg_output_discard(job->file[i].output);
  free(job->file);
  job->file = NULL;
}
