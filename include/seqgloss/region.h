/* seqgloss/region.h: the one streaming source of windows: FASTA records, or regions of a genome, as
 * codes ready for a network; or the numbered rows of arrays, whose sequences the caller has.
 *
 * Coordinates are 0-based and half open everywhere; only the text of `-R` and of record names is
 * 1-based where its dialect is. A source reads its input once more when opened, to find every
 * problem that can be found before computing starts (malformed lines, missing chromosomes,
 * intervals past the end) and to count the regions; then regions come in input order, a batch at a
 * time. Its memory does not depend on the number of regions: standard input that must be read twice
 * is kept in an unlinked temporary file.
 *
 * Genomes: FASTA, plain or bgzip, is read at random, by the .fai given or found beside it, else by
 * an index made in memory in one pass (nothing is ever written beside the input); FASTA in plain
 * gzip, which cannot be read at random, is held in memory at half a byte per base, only the
 * chromosomes that the regions name. A source belongs to one thread at a time.
 */
#ifndef SEQGLOSS_REGION_H
#define SEQGLOSS_REGION_H

#include "seqgloss/seq.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What happens to a window that reaches over the end of its chromosome (or record): leave it out
 * and count it, fill up with N, or fail. */
typedef enum sg_edge { SG_EDGE_DROP = 0, SG_EDGE_PAD, SG_EDGE_FAIL } sg_edge;

/* One window. Strings belong to the batch. */
typedef struct sg_region {
  int64_t index;            /* number of the record in the whole input, from 0: counts what was
                               dropped, is the same under sharding */
  const char *name;         /* BED column 4, the FASTA record's name, else "chrom:start-end" of the
                               interval (0-based) */
  const char *chrom;        /* as the regions spell it; "." where unknown */
  int64_t start, end;       /* the window on the forward strand; start < 0 or end past the
                               chromosome when padded; -1, -1 where unknown */
  char strand;              /* '+', '-' or '.'; '-': the codes are the reverse complement of the
                               forward strand */
  int64_t offset;           /* FASTA records: where in the record the window begins, which is not 0
                               where it was cropped (< 0: padded); 0 for regions of a genome */
  int64_t interval_start, interval_end;   /* the interval as the input gives it; -1 where unknown */
  int64_t summit;           /* narrowPeak: summit's position on the chromosome; -1: none */
  double score;             /* BED column 5; NaN where there is none */
  int64_t unknown;          /* positions of the window that are not A, C, G or T (padding included)
                               */
  int64_t line;             /* line of the input, from 1; 0 for -R */
} sg_region;

/* Windows of equal length, in input order. Reused from fill to fill. */
typedef struct sg_region_batch {
  int n, cap;               /* regions held; most it can hold */
  int64_t length;           /* of every window in this batch */
  int64_t flank;            /* sg_source_opts.flank */
  sg_region *region;        /* [n] */
  uint8_t *codes;           /* [n][length], contiguous: what sg_input.codes takes */
  uint8_t *flanks;          /* [n][2][flank]: codes left of the window (window's own direction),
                               then right of it; NULL without flank */
  char *text;               /* [n][length]: letters, upper case, IUPAC kept; NULL unless
                               sg_source_opts.keep_text */
  void *own;                /* private */
} sg_region_batch;

/* An empty batch for up to `cap` >= 1 regions; freed with sg_region_batch_free (NULL is fine). */
SG_API sg_status sg_region_batch_new(int cap, sg_region_batch **ret_batch, sg_err *err);
SG_API void sg_region_batch_free(sg_region_batch *batch);

/* What to read. Exactly one of: `windows`; or `genome` with `bed`, or with `intervals`; or `rows`.
 * Strings are borrowed until sg_source_open returns. */
typedef struct sg_source_opts {
  size_t size;              /* sizeof(sg_source_opts) of the caller */
  const char *windows;      /* FASTA whose records are the regions; "-": standard input */
  const char *genome;       /* FASTA of the genome */
  const char *fai;          /* its index, when it does not stand beside it; NULL: GENOME.fai where
                               it exists */
  const char *bed;          /* BED3 to BED12 or narrowPeak, also compressed; "-": standard input */
  const char *const *intervals;  /* texts "chr:beg-end" (1-based, both ends included, commas
                                    allowed), "chr:beg", "chr" */
  int n_intervals;
  int64_t rows;             /* so many windows of `length` without a sequence, for what is in
                               arrays: named by their numbers from 0, without places, every code
                               that of N, none left out; default -1: windows have sequences */
  int64_t length;           /* window length L; 0: every interval's (record's) own */
  int64_t flank;            /* bases wanted on both sides of a window beside it (N where there are
                               none); default 0 */
  sg_edge edge;             /* default: drop */
  const char *alphabet;     /* default "ACGT" */
  sg_n_base n_base;         /* default: zero */
  bool keep_text;           /* fill sg_region_batch.text */
  bool no_strand;           /* read every window on the forward strand */
  int shard, shards;        /* piece `shard` (from 1) of `shards`; default 1 of 1 */
  const sg_log *log;        /* notices (chromosome names matched, index made, regions dropped);
                               NULL: none */
} sg_source_opts;

SG_API sg_source_opts sg_source_opts_default(void);

/* Whether a record's name says where it lies, as "NAME::CHR:BEG-END(STRAND)" does and no name of a
 * chromosome: what tells a FASTA of windows from a genome by its first line. A source believes it
 * where the record has that many bases. */
SG_API bool sg_name_says_place(const char *name);

typedef struct sg_source sg_source;

/* Opens and checks the whole input. Errors name file and line: SG_ENOTFOUND (file; chromosomes, all
 * of them in one message), SG_EIO, SG_EFORMAT, SG_ESHAPE (interval past the end of its chromosome,
 * empty interval without L; a window over the edge under SG_EDGE_FAIL), SG_EINVAL, SG_ENOMEM. */
SG_API sg_status sg_source_open(const sg_source_opts *opts, sg_source **ret_source, sg_err *err);
SG_API void sg_source_close(sg_source *source);                        /* NULL is fine */

/* Replaces the content of `batch` by the next windows: up to batch->cap, all of one length (a
 * change of length ends a batch early). batch->n == 0: the input is finished. Dropped regions never
 * appear. */
SG_API sg_status sg_source_fill(sg_source *source, sg_region_batch *batch, sg_err *err);

/* The tables that the codes were made with. */
SG_API const sg_alphabet *sg_source_alphabet(const sg_source *source);
/* Records in the whole input, all shards and dropped ones included; -1: unknown (windows from
 * standard input without sharding). */
SG_API int64_t sg_source_total(const sg_source *source);
/* Records of this shard: [*ret_begin, *ret_end) of the total; end -1 when unknown. */
SG_API void sg_source_range(const sg_source *source, int64_t *ret_begin, int64_t *ret_end);
/* Length of the longest window that will come (for windows with L == 0 read from standard input: of
 * those that came). */
SG_API int64_t sg_source_longest(const sg_source *source);

/* The chromosomes of the genome in the order of its file, under the names that regions carry
 * (sg_region.chrom): where a BED says chr20 of what the FASTA calls 20, it is chr20 here; where the
 * input has both spellings, both stand here, one after the other. Chromosomes without a region have
 * the FASTA's names. 0: unknown, for the source reads windows, whose chromosomes have no lengths
 * even where their places are known. */
SG_API int sg_source_chroms(const sg_source *source);
/* Number i of them, 0 <= i < sg_source_chroms; the name belongs to the source. false: there is no
 * such number. */
SG_API bool sg_source_chrom(const sg_source *source, int i, const char **ret_name,
                            int64_t *ret_length);

/* What happened so far. */
typedef struct sg_source_counts {
  int64_t read;             /* records of this shard */
  int64_t given;            /* regions handed out */
  int64_t dropped_edge;     /* left out: over the end of the chromosome or record */
  int64_t dropped_n;        /* left out: ambiguous bases under SG_N_DROP */
  int64_t padded;           /* filled up with N */
  int64_t many_n;           /* handed out with more than 10 % N */
} sg_source_counts;

SG_API sg_source_counts sg_source_count(const sg_source *source);

/* ---- Lines of BED -------------------------------------------------------------------------- */

/* One line of BED3 to BED12 or narrowPeak. */
typedef struct sg_bed_row {
  const char *chrom;        /* in the line */
  const char *name;         /* column 4, in the line; NULL: none, or "." */
  int64_t start, end;       /* 0 <= start <= end */
  int64_t summit;           /* offset from start (narrowPeak's column 10); -1: none */
  double score;             /* column 5; NaN: none, or no number */
  char strand;              /* column 6: '+', '-' or '.' */
} sg_bed_row;

/* Reads one line, which it cuts into pieces. *ret_row = false: blank, comment, `track` or
 * `browser`. Errors say what is wrong with the line, without naming it: SG_EFORMAT. */
SG_API sg_status sg_bed_parse(char *line, sg_bed_row *row, bool *ret_row, sg_err *err);

/* ---- Shards -------------------------------------------------------------------------------------
 *
 * Shard i of n holds the records [(i-1) T / n, i T / n) of T (rounded down): pieces are contiguous,
 * so that putting outputs together is concatenation, whatever the number of rows of a region. A
 * text output written under --shard starts with one line more than the whole would,
 *
 *     ##seqgloss-shard 2/7 records 100-200 of 700 header 3 run 0123456789abcdef
 *
 * (header: the number of header lines that follow; run: any word that must agree between pieces),
 * and ends with SG_SHARD_END, also with --no-provenance and in formats without comments: pieces are
 * not for reading. sg_merge takes both away; what remains is byte for byte the unsharded file.
 */
typedef struct sg_shard {
  int shard, shards;              /* i of n, from 1 */
  int64_t begin, end, total;      /* records [begin, end) of total */
  int header;                     /* header lines that follow */
  char run[65];                   /* digest of what was run; letters and digits only */
} sg_shard;

/* Parses "i/n", 1 <= i <= n <= 1,000,000. Errors: SG_EINVAL. */
SG_API sg_status sg_shard_parse(const char *text, int *ret_shard, int *ret_shards, sg_err *err);
/* The shard that `source` reads, ready for `header` and `run`. */
SG_API sg_shard sg_source_shard(const sg_source *source, int header, const char *run);
/* Writes the line (with newline) to text[size]; returns its length, or -1 when it does not fit (256
 * is enough). */
SG_API int sg_shard_line(const sg_shard *shard, char *text, size_t size);
/* Reads such a line (newline or not); false when it is none. */
SG_API bool sg_shard_read(const char *line, sg_shard *ret_shard);

/* Puts n text outputs (plain or compressed, in any order) together into `out` ("-": standard
 * output; .gz, .bgz: bgzip). Refuses, naming the file: a file that is no piece, a missing or
 * doubled piece, pieces of different runs, headers that differ, a piece that was cut off. Constant
 * memory. */
SG_API sg_status sg_merge(const char *const *paths, int n, const char *out, sg_err *err);

#ifdef __cplusplus
}
#endif
#endif
