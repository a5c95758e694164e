/* cli/cluster_files.c: what seqgloss cluster writes.
 *
 *   1. Members
 *   2. Instances, pairs, regions left over
 *   3. Summary
 *   4. The folder: every file is begun, all are written, then all get their names
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cluster_job.h"
#include "cli/console.h"
#include "cli/inputs.h"
#include "seqgloss/io.h"
#include "seqgloss/report.h"

static const char *or_dot(const char *text) { return text[0] ? text : "."; }

/* ---- 1. Members ---- */

/* Letter j of a member in the direction of its cluster. */
static char letter(const sg_cluster_job *job, const sg_member *m, int j)
{
  const char *text = job->subsets->row[m->row].text + m->begin;
  static const char from[] = "ACGT-", to[] = "TGCA-";
  if (!m->minus) return text[j];
  return to[strchr(from, text[m->length - 1 - j]) - from];
}

/* Place of letter j, as read by the cluster, on the chromosome. */
static int64_t place(const sg_cluster_job *job, const sg_member *m, int j)
{
  int64_t first = job->subsets->row[m->row].first + m->begin;
  return m->minus ? first + m->length - 1 - j : first + j;
}

static bool placed(const sg_cluster_job *job, const sg_member *m)
{
  const sg_subset_row *r = &job->subsets->row[m->row];
  return r->first >= 0 && r->chrom[0];
}

/* Columns of the cluster's motif on the chromosome, start included, end not; not below 0. */
static void interval(const sg_cluster_job *job, const sg_member *m, int64_t *ret_start,
                     int64_t *ret_end)
{
  const sg_clusters *all = job->clusters;
  const sg_cluster *k = &all->cluster[m->cluster];
  int left = all->genome ? k->genome_left : k->left, step = 1;
  int width = all->genome ? k->genome_width : k->width;
  int64_t zero = 0;
  sg_member_place(job->subsets, m, &zero, &step);
  *ret_start = step > 0 ? zero + left : zero - left - width + 1;
  *ret_end = *ret_start + width;
  if (*ret_start < 0) *ret_start = 0;
}

static sg_status member_place(const sg_cluster_job *job, const sg_member *m, sg_output *out,
                              sg_err *err)
{
  int64_t start, end;
  sg_status status = SG_OK;
  if (!placed(job, m)) return sg_output_puts(out, "\t.\t.\t.\t.", err);
  if (m->cluster < 0) status = sg_output_puts(out, "\t.\t.\t.\t", err);
  else {
    interval(job, m, &start, &end);
    status = sg_output_printf(out, err, "\t%" PRId64 "\t%" PRId64 "\t%c\t", start, end,
                              m->minus ? '-' : '+');
  }
  for (int j = 0, some = 0; j < m->length && !status; j++)
    if (letter(job, m, j) != '-')
      status = sg_output_printf(out, err, "%s%" PRId64, some++ ? "," : "", place(job, m, j));
  return status;
}

/* The window, as in the table of subsets: one that is its own chromosome has no place there. */
static sg_status window(const sg_subset_row *r, sg_output *out, sg_err *err)
{
  bool lost = sg_cluster_own_place(r);
  sg_status status = sg_output_printf(out, err, "%s\t%s\t", or_dot(r->region),
                                      lost ? "." : or_dot(r->chrom));
  if (status) return status;
  if (r->end < 0 || lost) return sg_output_puts(out, ".\t.\t.", err);
  return sg_output_printf(out, err, "%" PRId64 "\t%" PRId64 "\t%c", r->start, r->end, r->strand);
}

static sg_status member_row(const sg_cluster_job *job, const sg_member *m, sg_output *out,
                            sg_err *err)
{
  const sg_subset_row *r = &job->subsets->row[m->row];
  char lead[SG_NUMBER_TEXT];
  sg_format_f32(lead, (float)m->lead);
  sg_status status = window(r, out, err);
  if (!status) status = sg_output_printf(out, err, "\t%s\t", or_dot(r->target));
  if (!status)
    status = r->rank ? sg_output_printf(out, err, "%" PRId64, r->rank) : sg_output_puts(out, ".",
                                                                                        err);
  if (!status) status = sg_output_printf(out, err, "\t%d/%d\t", m->number, m->of);
  if (!status && m->cluster < 0) status = sg_output_puts(out, "noise\t.\t.\t.", err);
  else if (!status)
    status = sg_output_printf(out, err, "cluster_%d\t%" PRId64 "\t%d\t%s", m->cluster + 1,
                              m->site + 1, m->column, lead);
  if (!status) status = member_place(job, m, out, err);
  if (!status) status = sg_output_puts(out, "\t", err);
  for (int j = 0; j < m->length && !status; j++)
    status = sg_output_printf(out, err, "%c", letter(job, m, j));
  return status ? status : sg_output_puts(out, "\n", err);
}

static sg_status write_members(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  const sg_clusters *all = job->clusters;
  sg_status status = sg_output_puts(out, "#region\tchrom\tstart\tend\tstrand\ttarget\trank\tpiece\t"
                                    "cluster\tsite\tcolumn\tlead\tsite_start\tsite_end\t"
                                    "site_strand\tgenomic_positions\taligned\n", err);
  for (int64_t x = 0; x < all->n_member && !status; x++)
    status = member_row(job, &all->member[all->order[x]], out, err);
  return status;
}

/* ---- 2. Instances, pairs, regions left over ---- */

/* One line of instances.bed; the order of the lines. */
typedef struct instance {
  const char *chrom;
  int64_t start, end;
  int cluster;
  char strand;
  int score;
} instance;

static int by_start(const void *a, const void *b)
{
  const instance *x = a, *y = b;
  int d = strcmp(x->chrom, y->chrom);
  if (!d) d = (x->start > y->start) - (x->start < y->start);
  if (!d) d = x->cluster - y->cluster;
  return d ? d : (x->end > y->end) - (x->end < y->end);
}

/* 1000 f(subset) where that is a probability. */
static int score(const sg_subset_row *r)
{
  return r->f_subset >= 0 && r->f_subset <= 1 ? (int)(1000 * r->f_subset + 0.5) : 0;
}

/* Sites of a cluster, each as its first member has it, with the highest score of its members. */
static int64_t take_sites(const sg_cluster_job *job, int k, instance *to)
{
  const sg_clusters *all = job->clusters;
  const sg_cluster *c = &all->cluster[k];
  for (int64_t s = 0; s < c->sites; s++) to[s] = (instance){ .chrom = NULL };
  for (int64_t x = 0; x < c->n; x++) {
    const sg_member *m = &all->member[c->member[x]];
    const sg_subset_row *r = &job->subsets->row[m->row];
    instance *i = &to[m->site];
    if (!placed(job, m)) continue;
    if (!i->chrom) {
      *i = (instance){ .chrom = r->chrom, .cluster = k, .strand = m->minus ? '-' : '+' };
      interval(job, m, &i->start, &i->end);
    }
    if (score(r) > i->score) i->score = score(r);
  }
  int64_t n = 0;
  for (int64_t s = 0; s < c->sites; s++)
    if (to[s].chrom) to[n++] = to[s];
  return n;
}

static sg_status write_instances(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  const sg_clusters *all = job->clusters;
  int64_t room = 1, n = 0;
  for (int k = 0; k < all->n; k++) room += all->cluster[k].sites;
  instance *list = malloc((size_t)room * sizeof *list);
  if (!list) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int k = 0; k < all->n; k++) n += take_sites(job, k, list + n);
  qsort(list, (size_t)n, sizeof *list, by_start);
  sg_status status = SG_OK;
  for (int64_t i = 0; i < n && !status; i++)
    status = sg_output_printf(out, err, "%s\t%" PRId64 "\t%" PRId64 "\tcluster_%d\t%d\t%c\n",
                              list[i].chrom, list[i].start, list[i].end, list[i].cluster + 1,
                              list[i].score, list[i].strand);
  free(list);
  return status;
}

/* Two neighbouring pieces of one subset, told so that the same pair on the other strand reads the
 * same. */
typedef struct pair { int a, b, spacing; char first, second; } pair;

static int by_pair(const void *a, const void *b)
{
  const pair *x = a, *y = b;
  if (x->a != y->a) return x->a - y->a;
  if (x->b != y->b) return x->b - y->b;
  if (x->first != y->first) return x->first - y->first;
  if (x->second != y->second) return x->second - y->second;
  return x->spacing - y->spacing;
}

static char flipped(char strand) { return strand == '+' ? '-' : strand == '-' ? '+' : strand; }

static pair make_pair(const sg_member *left, const sg_member *right)
{
  char s = left->cluster < 0 ? '.' : left->minus ? '-' : '+';
  char t = right->cluster < 0 ? '.' : right->minus ? '-' : '+';
  int spacing = right->begin - left->begin - left->length;
  pair p = { left->cluster, right->cluster, spacing, s, t };
  pair q = { right->cluster, left->cluster, spacing, flipped(t), flipped(s) };
  return by_pair(&p, &q) <= 0 ? p : q;
}

static sg_status pair_row(const pair *p, int64_t count, sg_output *out, sg_err *err)
{
  char name[2][32] = { "noise", "noise" };
  if (p->a >= 0) snprintf(name[0], sizeof name[0], "cluster_%d", p->a + 1);
  if (p->b >= 0) snprintf(name[1], sizeof name[1], "cluster_%d", p->b + 1);
  return sg_output_printf(out, err, "%s\t%c\t%s\t%c\t%d\t%" PRId64 "\n", name[0], p->first,
                          name[1], p->second, p->spacing, count);
}

static sg_status write_pairs(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  const sg_clusters *all = job->clusters;
  int64_t n = 0;
  pair *list = malloc(((size_t)all->n_member + 1) * sizeof *list);
  if (!list) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 1; i < all->n_member; i++)
    if (all->member[i].row == all->member[i - 1].row)
      list[n++] = make_pair(&all->member[i - 1], &all->member[i]);
  qsort(list, (size_t)n, sizeof *list, by_pair);
  sg_status status = sg_output_puts(out, "#first\tfirst_strand\tsecond\tsecond_strand\tspacing\t"
                                    "subsets\n", err);
  for (int64_t i = 0, j; i < n && !status; i = j) {
    for (j = i + 1; j < n && !by_pair(&list[i], &list[j]); ) j++;
    status = pair_row(&list[i], j - i, out, err);
  }
  free(list);
  return status;
}

static sg_status write_rest(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  bool *explained = malloc((size_t)job->n_looked + 1);
  if (!explained) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = SG_OK;
  sg_cluster_rest_mark(job, explained);
  for (int64_t i = 0; i < job->n_looked && !status; i++) {
    const sg_looked *r = &job->looked[i];
    if (!explained[i])
      status = sg_output_printf(out, err, "%s\t%" PRId64 "\t%" PRId64 "\t%s\t0\t%c\n", r->chrom,
                                r->start < 0 ? 0 : r->start, r->end, or_dot(r->name), r->strand);
  }
  free(explained);
  return status;
}

static sg_status motifs(const sg_cluster_job *job, bool genomic, sg_motif_format format,
                        sg_output *out, sg_err *err)
{
  sg_motifs *set;
  sg_status status = sg_clusters_motifs(job->clusters, genomic, &set, err);
  if (status) return status;
  status = sg_motifs_write(set, format, out, err);
  sg_motifs_free(set);
  return status;
}

static sg_status write_meme(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  return motifs(job, false, SG_MOTIF_MEME, out, err);
}

static sg_status write_jaspar(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  return motifs(job, false, SG_MOTIF_JASPAR, out, err);
}

static sg_status write_genomic(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  return motifs(job, true, SG_MOTIF_MEME, out, err);
}

/* ---- 3. Summary ---- */

static int by_text(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Regions with a member of cluster k, by name; -1: out of memory. */
static int64_t regions(const sg_cluster_job *job, int k)
{
  const sg_cluster *c = &job->clusters->cluster[k];
  const char **name = malloc(((size_t)c->n + 1) * sizeof *name);
  int64_t n = 0;
  if (!name) return -1;
  for (int64_t x = 0; x < c->n; x++)
    name[x] = job->subsets->row[job->clusters->member[c->member[x]].row].region;
  qsort(name, (size_t)c->n, sizeof *name, by_text);
  for (int64_t x = 0; x < c->n; x++)
    n += name[x][0] && (!x || strcmp(name[x], name[x - 1]));
  free(name);
  return n;
}

static sg_status summary_row(const sg_cluster_job *job, int k, sg_output *out, sg_err *err)
{
  const sg_clusters *all = job->clusters;
  const sg_cluster *c = &all->cluster[k];
  const sg_member *m = &all->member[c->medoid];
  char share[SG_NUMBER_TEXT];
  int64_t n = regions(job, k);
  if (n < 0) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_format_f32(share, (float)((double)c->n / (double)all->n_member));
  sg_status status = sg_output_printf(out, err, "cluster_%d\t%" PRId64 "\t%" PRId64 "\t%" PRId64
                                      "\t%s\t%s\t%s\t", k + 1, c->n, c->sites, n, share,
                                      c->consensus, or_dot(c->genome_consensus));
  for (int j = 0; j < m->length && !status; j++)
    status = sg_output_printf(out, err, "%c", letter(job, m, j));
  return status ? status : sg_output_puts(out, "\n", err);
}

static sg_status write_summary(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  sg_status status = sg_output_puts(out, "#cluster\tmembers\tsites\tregions\tshare\tconsensus\t"
                                    "genome_consensus\tmedoid\n", err);
  for (int k = 0; k < job->clusters->n && !status; k++) status = summary_row(job, k, out, err);
  return status;
}

static sg_status write_facts(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  return sg_facts_json(&job->facts, out, err);
}

/* ---- 4. The folder ---- */

enum { TABLE = 1, MOTIFS = 2, GENOME = 4, FACTS = 8, WINDOWS = 16 };

static const struct file {
  const char *name;
  unsigned kind;               /* TABLE: ## lines; the others: only where there is such a thing */
  sg_status (*write)(const sg_cluster_job *job, sg_output *out, sg_err *err);
} files[] = {
  { "summary.tsv", TABLE, write_summary },
  { "clusters.tsv", TABLE, write_members },
  { "pairs.tsv", TABLE, write_pairs },
  { "motifs.meme", MOTIFS, write_meme },
  { "motifs.jaspar", MOTIFS, write_jaspar },
  { "motifs.genomic.meme", MOTIFS | GENOME, write_genomic },
  { "instances.bed", 0, write_instances },
  { "regions.unexplained.bed", 0, write_rest },
  { "regions.top.bed", 0, sg_cluster_top_write },
  { "regions.top.fa", WINDOWS, sg_cluster_top_fasta },
  { "provenance.json", FACTS, write_facts },
};
enum { FILES = sizeof files / sizeof *files };

static bool wanted(const sg_cluster_job *job, const struct file *f)
{
  if (f->kind & FACTS) return !sg_opt_given(job->opts, "no-provenance");
  if (f->kind & WINDOWS) return job->n_window > 0;
  return !(f->kind & GENOME) || job->clusters->genome;
}

static sg_status one_file(const sg_cluster_job *job, const struct file *f, sg_output *out,
                          sg_err *err)
{
  sg_status status = SG_OK;
  bool told = f->kind & TABLE && !sg_opt_given(job->opts, "no-provenance");
  for (int i = 0; told && i < job->facts.n && !status; i++)
    status = sg_output_printf(out, err, "## %s %s\n", job->facts.fact[i].key,
                              job->facts.fact[i].value);
  return status ? status : f->write(job, out, err);
}

sg_status sg_cluster_files_check(const sg_cluster_job *job, sg_err *err)
{
  struct stat st;
  if (!job->dir) return SG_OK;
  if (!stat(job->dir, &st) && !S_ISDIR(st.st_mode))
    return sg_fail(err, SG_EIO, "-o %s is a file; a folder is wanted", job->dir);
  if (stat(job->dir, &st) && mkdir(job->dir, 0777) && errno != EEXIST)
    return sg_fail(err, SG_EIO, "-o %s: %s", job->dir, strerror(errno));
  char *path = sg_path_in(job->dir, files[0].name);
  sg_status status = path ? sg_output_check(path, err) : sg_fail(err, SG_ENOMEM, "out of memory");
  free(path);
  return status;
}

/* Begins and writes file i of the folder. */
static sg_status begin(const sg_cluster_job *job, int i, sg_output **ret_out, sg_err *err)
{
  char *path = sg_path_in(job->dir, files[i].name);
  sg_status status = path ? sg_output_open(path, 0, ret_out, err)
                          : sg_fail(err, SG_ENOMEM, "out of memory");
  free(path);
  return status ? status : one_file(job, &files[i], *ret_out, err);
}

/* A file of an earlier run that this one has no such thing for would pass for one of this run. */
static sg_status drop(const sg_cluster_job *job, int i, sg_err *err)
{
  char *path = sg_path_in(job->dir, files[i].name);
  sg_status status = SG_OK;
  if (!path) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (unlink(path) && errno != ENOENT)
    status = sg_fail(err, SG_EIO, "%s: %s", path, strerror(errno));
  free(path);
  return status;
}

static sg_status write_folder(const sg_cluster_job *job, sg_err *err)
{
  sg_output *out[FILES] = { NULL };
  sg_status status = SG_OK;
  for (int i = 0; i < FILES && !status; i++)
    if (wanted(job, &files[i])) status = begin(job, i, &out[i], err);
  for (int i = 0; i < FILES && !status; i++)
    if (out[i]) status = sg_output_seal(out[i], err);
  for (int i = 0; i < FILES; i++) {
    if (!out[i]) continue;
    if (status) sg_output_discard(out[i]);
    else status = sg_output_commit(out[i], err);
  }
  for (int i = 0; i < FILES && !status; i++)
    if (!wanted(job, &files[i])) status = drop(job, i, err);
  return status;
}

sg_status sg_cluster_files_write(const sg_cluster_job *job, sg_err *err)
{
  sg_output *out = NULL;
  sg_status status = job->dir ? write_folder(job, err) : SG_OK;
  if (!status) status = sg_output_open("-", 0, &out, err);
  if (status) return status;
  status = one_file(job, &files[0], out, err);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}
