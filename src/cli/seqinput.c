/* cli/seqinput.c: the sequence options of a command, checked, as options of a source. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "cli/console.h"
#include "cli/seqinput.h"

/* Whether a name ends as those of regions do, compressed or not. */
static bool is_bed(const char *path)
{
  static const char *const ends[] = { ".bed", ".narrowPeak", ".broadPeak" };
  size_t n = strlen(path);
  if (n > 3 && !strcmp(path + n - 3, ".gz")) n -= 3;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    size_t m = strlen(ends[i]);
    if (n > m && !strncasecmp(path + n - m, ends[i], m)) return true;
  }
  return false;
}

/* An interval of one base is asked for as such; without an end it would run to that of the
 * chromosome, which nobody wants a window in the middle of. */
static sg_status check_intervals(const sg_opts *opts, sg_err *err)
{
  int n;
  const char *const *interval = sg_opt_many(opts, "region", &n);
  for (int i = 0; i < n; i++) {
    const char *colon = strrchr(interval[i], ':'), *p = colon ? colon + 1 : "";
    if (*p && !p[strspn(p, "0123456789,")])
      return sg_fail(err, SG_EINVAL, "-R %s has no end: the window around that base is -R %s-%s",
                     interval[i], interval[i], p);
  }
  return SG_OK;
}

static sg_status check_sources(const sg_opts *opts, sg_err *err)
{
  bool genome = sg_opt_given(opts, "genome"), bed = sg_opt_given(opts, "regions");
  bool intervals = sg_opt_given(opts, "region");
  if (opts->n_operand > 1)
    return sg_fail(err, SG_EINVAL, "one FASTA file at a time; %s is a second one",
                   opts->operand[1]);
  if (opts->n_operand && is_bed(opts->operand[0]))
    return sg_fail(err, SG_EINVAL, "%s: regions are given as -b %s, with the genome, -f GENOME.fa",
                   opts->operand[0], opts->operand[0]);
  if (opts->n_operand && (genome || bed || intervals))
    return sg_fail(err, SG_EINVAL, "%s: sequences come either from a FASTA file or from -f with -b "
                   "or -R", opts->operand[0]);
  if ((bed || intervals) && !genome)
    return sg_fail(err, SG_EINVAL, "-%c needs the genome: -f GENOME.fa", bed ? 'b' : 'R');
  if (genome && !bed && !intervals)
    return sg_fail(err, SG_EINVAL, "-f needs regions: -b REGIONS.bed or -R CHR:BEG-END (a FASTA of "
                   "windows goes without -f)");
  if (bed && intervals) return sg_fail(err, SG_EINVAL, "give either -b or -R");
  return check_intervals(opts, err);
}

sg_status sg_seqinput_read(const sg_opts *opts, sg_source_opts *ret_opts, bool *ret_any,
                           sg_err *err)
{
  sg_source_opts s = sg_source_opts_default();
  sg_status status = check_sources(opts, err);
  if (status) return status;
  if (opts->n_operand) s.windows = opts->operand[0];
  s.genome = sg_opt_text(opts, "genome");
  s.bed = sg_opt_text(opts, "regions");
  s.fai = sg_opt_text(opts, "fai");
  s.intervals = sg_opt_many(opts, "region", &s.n_intervals);
  s.edge = (sg_edge)sg_opt_choice(opts, "edge");
  s.log = sg_console_log();
  if (sg_opt_known(opts, "shard") && sg_opt_given(opts, "shard"))
    status = sg_shard_parse(sg_opt_text(opts, "shard"), &s.shard, &s.shards, err);
  *ret_any = s.windows || s.genome;
  *ret_opts = s;
  return status;
}

void sg_seqinput_report(const sg_source *source)
{
  sg_source_counts c = sg_source_count(source);
  if (c.dropped_edge)
    sg_say(SG_LOG_WARN,
           "%" PRId64 " of %" PRId64 " regions left out: their window of %" PRId64 " reaches over "
           "the end of the chromosome or record (--edge pad keeps them)", c.dropped_edge, c.read,
           sg_source_longest(source));
  if (c.dropped_n)
    sg_say(SG_LOG_WARN, "%" PRId64 " of %" PRId64 " regions left out: they have N (--n-base)",
           c.dropped_n, c.read);
  if (c.padded) sg_say(SG_LOG_INFO, "%" PRId64 " regions filled up with N at the end", c.padded);
  if (c.many_n)
    sg_say(SG_LOG_WARN, "%" PRId64 " regions have more than 10 %% N", c.many_n);
  if (!c.read) sg_say(SG_LOG_WARN, "there is no region in the input");
  else if (!c.given) sg_say(SG_LOG_WARN, "no region is left: the output is empty");
  sg_say(SG_LOG_INFO, "%" PRId64 " regions done", c.given);
}
