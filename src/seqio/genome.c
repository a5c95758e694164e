/* seqio/genome.c: random access to FASTA.
 *
 * 1. Opening   2. Reading a stretch   3. Fetching
 */
#include "seqio/genome.h"

#include <errno.h>
#include <htslib/bgzf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lines.h"
#include "seqio/index.h"

/* A stretch is read at once: regions mostly come in order. It begins somewhat before what is asked
 * for. */
enum { STRETCH = 32768, LEAD = 2048, PIECE = 8192 };

struct sg_genome {
  char *file;               /* for messages */
  BGZF *bgzf;
  bool useek;               /* offsets are of the unpacked file, through a .gzi */
  sg_index index;
  char *stretch;            /* bases [begin, end) of `contig` */
  int64_t begin, end, cap;
  int contig;               /* -1: nothing was read yet */
};

/* ---- 1. Opening ------------------------------------------------------------------------------ */

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "no memory for a genome");
                                          }

static char *join(const char *a, size_t n, const char *b)
{
  size_t m = strlen(b);
  char *text = malloc(n + m + 1);

  if (!text) return NULL;
  memcpy(text, a, n);
  memcpy(text + n, b, m + 1);
  return text;
}

static bool exists(const char *path)
{
  struct stat st;

  return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

/* The .gzi that belongs to the file, or to the index when that has a name of its own; NULL:
 * none. */
static char *find_gzi(const char *path, const char *fai)
{
  size_t n = strlen(fai);
  char *gzi = join(path, strlen(path), ".gzi");

  if (gzi && exists(gzi)) return gzi;
  free(gzi);
  if (n < 4 || strcmp(fai + n - 4, ".fai")) return NULL;
  gzi = join(fai, n - 4, ".gzi");
  if (gzi && exists(gzi)) return gzi;
  free(gzi);
  return NULL;
}

/* An index older than its file may be that of another one. */
static void warn_if_old(const char *path, const char *fai, const sg_log *log)
{
  struct stat a, b;

  if (!stat(path, &a) && !stat(fai, &b) && b.st_mtime < a.st_mtime)
    sg_notice(log, SG_LOG_WARN, "%s is older than %s: if the sequence changed, index it again", fai,
              path);
}

/* Reads the .fai (and .gzi); *ret_done = false when there is none that can be used. */
static sg_status read_index(sg_genome *g, const sg_genome_opts *o, bool compressed, bool *ret_done,
                            sg_err *err)
{
  char *beside = o->fai ? NULL : join(o->path, strlen(o->path), ".fai");
  const char *fai = o->fai ? o->fai : beside;
  char *gzi = NULL;
  sg_status status = SG_OK;

  *ret_done = false;
  if (!fai) return no_memory(err);
  if (!strcmp(o->path, "-") || (!o->fai && !exists(fai))) goto done;
  if (compressed) {
    gzi = find_gzi(o->path, fai);
    if (!gzi) {
      sg_notice(o->log, SG_LOG_INFO, "%s has no .gzi beside its .fai: indexing it in memory",
                o->path);
      goto done;
    }
    if (bgzf_index_load(g->bgzf, gzi, NULL) < 0) {
      status = sg_fail(err, SG_EFORMAT, "%s: cannot be read as a bgzip index", gzi);
      goto done;
    }
    g->useek = true;
  }
  warn_if_old(o->path, fai, o->log);
  status = sg_index_read(&g->index, fai, err);
  *ret_done = !status;
done:
  free(gzi);
  free(beside);
  return status;
}

/* Opens the file; standard input and pipes are spooled, for they are read more than once. */
static sg_status open_file(sg_genome *g, const char *path, sg_err *err)
{
  int fd;
  sg_status status = sg_lines_descriptor(path, &fd, err);

  if (status) return status;
  if (lseek(fd, 0, SEEK_SET) == 0) g->bgzf = bgzf_dopen(fd, "r");
  if (g->bgzf) return SG_OK;
  close(fd);
  return sg_fail(err, SG_EFORMAT, "%s: cannot be read as FASTA", g->file);
}

static sg_status open_genome(sg_genome *g, const sg_genome_opts *o, sg_err *err)
{
  bool done = false;
  int compression;
  sg_status status = sg_index_init(&g->index, err);

  g->contig = -1;
  g->file = strdup(strcmp(o->path, "-") ? o->path : "standard input");
  if (!status && !g->file) status = no_memory(err);
  if (!status) status = open_file(g, o->path, err);
  if (status) return status;
  compression = bgzf_compression(g->bgzf);
  if (compression == 2 && bgzf_check_EOF(g->bgzf) == 0)
    return sg_fail(err, SG_EFORMAT, "%s: the compressed file is cut off; copy it again", g->file);
  if (compression != 1) status = read_index(g, o, compression == 2, &done, err);
  if (status || done) return status;
  if (compression == 1)
    sg_notice(o->log, SG_LOG_INFO, "%s is plain gzip: it is held in memory; bgzip would avoid that",
              g->file);
  return sg_index_scan(&g->index, g->bgzf, g->file, compression == 1, o->wanted, o->user, err);
}

sg_status sg_genome_open(const sg_genome_opts *opts, sg_genome **ret_genome, sg_err *err)
{
  sg_genome *g = calloc(1, sizeof *g);
  sg_status status = g ? open_genome(g, opts, err) : no_memory(err);

  if (status) sg_genome_close(g);
  *ret_genome = status ? NULL : g;
  return status;
}

void sg_genome_close(sg_genome *g)
{
  if (!g) return;
  sg_index_release(&g->index);
  if (g->bgzf && bgzf_close(g->bgzf) < 0) g->bgzf = NULL;
  free(g->stretch);
  free(g->file);
  free(g);
}

int sg_genome_size(const sg_genome *g) { return g->index.n; }

int sg_genome_find(const sg_genome *g, const char *name) { return sg_index_find(&g->index, name); }

const char *sg_genome_name(const sg_genome *g, int contig) { return g->index.contig[contig].name; }

int64_t sg_genome_length(const sg_genome *g, int contig) { return g->index.contig[contig].length; }

/* ---- 2. Reading a stretch -------------------------------------------------------------------- */

static sg_status does_not_fit(const sg_genome *g, const sg_contig *c, sg_err *err)
{
  return sg_fail(err, SG_EFORMAT, "%s: '%.100s' is not where the index says; index the file again",
                 g->file, c->name);
}

/* Goes to a place at or before base `begin`; *ret_bytes bytes and then *ret_bases bases are to be
 * skipped. */
static bool go_to(sg_genome *g, const sg_contig *c, int64_t begin, int *ret_bytes,
                  int64_t *ret_bases)
{
  int64_t lo = 0, hi = c->n_marks;

  *ret_bytes = 0;
  *ret_bases = 0;
  if (!c->mark && c->line_bases == 0) return false;
  if (!c->mark) {
    int64_t offset = c->offset + begin / c->line_bases * c->line_width + begin % c->line_bases;
    if (g->useek) return bgzf_useek(g->bgzf, offset, SEEK_SET) >= 0;
    return bgzf_seek(g->bgzf, (int64_t)((uint64_t)offset << 16), SEEK_SET) >= 0;
  }
  while (hi - lo > 1) {
    int64_t mid = lo + (hi - lo) / 2;
    if (c->mark[mid].base <= begin) lo = mid;
    else hi = mid;
  }
  *ret_bytes = c->mark[lo].skip;
  *ret_bases = begin - c->mark[lo].base;
  return bgzf_seek(g->bgzf, c->mark[lo].voffset, SEEK_SET) >= 0;
}

/* Appends the letters of a piece until the stretch is full; false at a '>'. */
static bool take_letters(sg_genome *g, const char *piece, ssize_t n, int64_t *skip, int64_t want)
{
  int64_t have = g->end - g->begin;

  for (ssize_t i = 0; i < n && have < want; i++) {
    char c = piece[i];
    if (c <= ' ' && c >= 0) continue;
    if (c == '>') return false;
    if (*skip > 0) (*skip)--;
    else g->stretch[have++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
  }
  g->end = g->begin + have;
  return true;
}

static sg_status read_stretch(sg_genome *g, int contig, int64_t begin, int64_t end, sg_err *err)
{
  const sg_contig *c = &g->index.contig[contig];
  char piece[PIECE];
  int bytes;
  int64_t skip;
  ssize_t n;

  g->contig = -1;
  if (!go_to(g, c, begin, &bytes, &skip)) return does_not_fit(g, c, err);
  if (bytes && bgzf_read(g->bgzf, piece, (size_t)bytes) != bytes) return does_not_fit(g, c, err);
  g->begin = g->end = begin;
  while (g->end < end) {
    n = bgzf_read(g->bgzf, piece, sizeof piece);
    if (n <= 0 || !take_letters(g, piece, n, &skip, end - begin)) return does_not_fit(g, c, err);
  }
  g->contig = contig;
  return SG_OK;
}

/* ---- 3. Fetching ----------------------------------------------------------------------------- */

/* Makes the stretch cover [begin, end). */
static sg_status cover(sg_genome *g, int contig, int64_t begin, int64_t end, sg_err *err)
{
  int64_t length = g->index.contig[contig].length;
  int64_t from = begin > LEAD ? begin - LEAD : 0, to = from + STRETCH;

  if (g->contig == contig && g->begin <= begin && end <= g->end) return SG_OK;
  if (to < end) to = end;
  if (to > length) to = length;
  if (to - from > g->cap) {
    char *stretch = realloc(g->stretch, (size_t)(to - from));
    if (!stretch) return no_memory(err);
    g->stretch = stretch;
    g->cap = to - from;
  }
  return read_stretch(g, contig, from, to, err);
}

sg_status sg_genome_fetch(sg_genome *g, int contig, int64_t begin, int64_t end, char *dst,
                          sg_err *err)
{
  const sg_contig *c = &g->index.contig[contig];
  sg_status status;

  if (begin < 0 || end < begin || end > c->length)
    return sg_fail(err, SG_EINVAL, "%s: '%.100s' has no bases %" PRId64 "-%" PRId64, g->file,
                   c->name,
                   begin, end);
  if (begin == end) return SG_OK;
  if (c->packed) {
    for (int64_t i = begin; i < end; i++) *dst++ = sg_index_base(c, i);
    return SG_OK;
  }
  status = cover(g, contig, begin, end, err);
  if (!status) memcpy(dst, g->stretch + (begin - g->begin), (size_t)(end - begin));
  return status;
}
