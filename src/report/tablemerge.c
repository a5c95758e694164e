/* report/tablemerge.c: binary pieces of a table put together.
 *
 * Every piece carries its mark (seqgloss/region.h, "Shards"). All marks are read first, so that a
 * missing or foreign piece is found before anything is written; then the rows of all pieces go, in
 * order, through the same writer as those of a whole run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/piece.h"
#include "report/writer.h"

enum { SHARDS_MAX = 1000000 };               /* of sg_shard_parse */

/* What the line of a mark says. */
typedef struct mark {
  int shard, shards;
  int64_t total;
  char run[65];
} mark;

typedef struct job {
  const sg_piece_reader *reader;
  const char *const *paths;
  int n;
  int *place;                  /* [first.shards]: path of shard i+1, or -1 */
  mark first;
} job;

static sg_status parse_mark(const char *path, const char *line, mark *m, sg_err *err)
{
  int header;
  int64_t begin, end;
  if (!*line)
    return sg_fail(err, SG_EINVAL, "%s: is no piece: it was not written under --shard", path);
  if (sscanf(line, "##seqgloss-shard %d/%d records %" SCNd64 "-%" SCNd64 " of %" SCNd64
             " header %d run %64[0-9A-Za-z]", &m->shard, &m->shards, &begin, &end, &m->total,
             &header, m->run) == 7 && m->shard >= 1
      && m->shard <= m->shards && m->shards <= SHARDS_MAX)
    return SG_OK;
  return sg_fail(err, SG_EFORMAT, "%s: the mark of the piece is damaged", path);
}

/* The first piece says how many there are. */
static sg_status place_first(job *j, const mark *m, sg_err *err)
{
  j->first = *m;
  j->place = malloc((size_t)m->shards * sizeof *j->place);
  if (!j->place) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < m->shards; i++) j->place[i] = -1;
  return SG_OK;
}

static sg_status place_piece(job *j, int i, const mark *m, sg_err *err)
{
  const char *path = j->paths[i];
  sg_status status = i ? SG_OK : place_first(j, m, err);
  if (status) return status;
  if (m->shards != j->first.shards || m->total != j->first.total || strcmp(m->run, j->first.run))
    return sg_fail(err, SG_EINVAL, "%s: is of another run than %s (other options, model, input or "
                   "number of shards)", path, j->paths[0]);
  if (j->place[m->shard - 1] >= 0)
    return sg_fail(err, SG_EINVAL, "%s: is piece %d, and so is %s", path, m->shard,
                   j->paths[j->place[m->shard - 1]]);
  j->place[m->shard - 1] = i;
  return SG_OK;
}

/* "3, 5, 7" of those missing, as far as they fit. */
static sg_status check_all(const job *j, sg_err *err)
{
  char list[256] = "";
  size_t used = 0;
  int missing = 0;
  for (int i = 0; i < j->first.shards; i++) {
    if (j->place[i] >= 0) continue;
    missing++;
    if (used + 32 > sizeof list) continue;
    used += (size_t)snprintf(list + used, sizeof list - used, "%s%d", missing > 1 ? ", " : "",
                             i + 1);
    if (used + 32 > sizeof list) used += (size_t)snprintf(list + used, sizeof list - used, " ...");
  }
  if (!missing) return SG_OK;
  return sg_fail(err, SG_ENOTFOUND, "%d of %d pieces missing: --shard %s", missing,
                 j->first.shards, list);
}

static sg_status read_marks(job *j, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < j->n && !status; i++) {
    sg_piece *piece;
    mark m;
    status = j->reader->open(j->paths[i], &piece, err);
    if (status) return status;
    status = parse_mark(j->paths[i], j->reader->shard(piece), &m, err);
    j->reader->close(piece);
    if (!status) status = place_piece(j, i, &m, err);
  }
  return status ? status : check_all(j, err);
}

static bool same_fields(const sg_table_opts *opts, const sg_field *field, int n)
{
  if (opts->n_fields != n) return false;
  for (int f = 0; f < n; f++) {
    const sg_field *a = &opts->fields[f], *b = &field[f];
    if (strcmp(a->name, b->name) || a->nd != b->nd
        || memcmp(a->dims, b->dims, (size_t)a->nd * sizeof a->dims[0]))
      return false;
  }
  return true;
}

static sg_status copy_rows(const job *j, sg_piece *piece, sg_table *table, sg_err *err)
{
  sg_row row;
  sg_status status = SG_OK;
  int64_t n = j->reader->rows(piece);
  for (int64_t i = 0; i < n && !status; i++) {
    status = j->reader->row(piece, &row, err);
    if (!status) status = sg_table_row(table, &row, err);
  }
  return status;
}

static sg_status copy_pieces(const job *j, const sg_table_opts *opts, sg_table *table, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < j->n && !status; i++) {
    const char *path = j->paths[j->place[i]];
    const sg_field *field;
    sg_piece *piece;
    status = j->reader->open(path, &piece, err);
    if (status) return status;
    int n = j->reader->fields(piece, &field);
    if (same_fields(opts, field, n)) status = copy_rows(j, piece, table, err);
    else status = sg_fail(err, SG_EINVAL, "%s: its arrays are not those of the first piece", path);
    j->reader->close(piece);
  }
  return status;
}

/* The first piece lends its fields to the table. */
static sg_status write_whole(const job *j, const char *out, sg_err *err)
{
  sg_table_opts opts = sg_table_opts_default();
  sg_table *table = NULL;
  sg_piece *lender;
  sg_status status = j->reader->open(j->paths[j->place[0]], &lender, err);
  if (status) return status;
  opts.path = out;
  opts.n_fields = j->reader->fields(lender, &opts.fields);
  status = sg_table_check(&opts, err);
  if (!status) status = sg_table_open(&opts, &table, err);
  if (!status) {
    status = copy_pieces(j, &opts, table, err);
    if (!status) status = sg_table_close(table, err);
    else sg_table_free(table);
  }
  j->reader->close(lender);
  return status;
}

sg_status sg_table_merge(const char *const *paths, int n, const char *out, sg_err *err)
{
  job j = { .paths = paths, .n = n };
  sg_table_format format;
  sg_status status = sg_table_format_of(out, &format, err);
  if (status) return status;
  if (n < 1) return sg_fail(err, SG_EINVAL, "no pieces are given");
  j.reader = format == SG_TABLE_NPZ ? &sg_piece_npz : &sg_piece_hdf5;
  if (format != SG_TABLE_NPZ && format != SG_TABLE_HDF5)
    return sg_fail(err, SG_EINVAL, "%s: neither .npz nor .h5", out);
  if (!j.reader->open)
    return sg_fail(err, SG_EUNSUPPORTED, "%s: this build cannot read HDF5; build it with libhdf5 "
                   "(Debian: libhdf5-dev)", out);
  status = read_marks(&j, err);
  if (!status) status = write_whole(&j, out, err);
  free(j.place);
  return status;
}
