/* cli/agree.h: files of scores read region by region, side by side. */
#ifndef SG_CLI_AGREE_H
#define SG_CLI_AGREE_H

#include "seqgloss/report.h"
#include "seqgloss/tsv.h"

/* What a file can say of a window: a number for each of the four bases, or one a position. */
enum { SG_AGREE_BASES = 1, SG_AGREE_POSITIONS = 2 };

/* One file of scores: .npz, .h5 or .tsv as seqgloss attribute and ism write them, or an .npz whose
 * array arr_0 is [N][4][L] or [N][L]. */
typedef struct sg_agree_file {
  const char *path;            /* borrowed */
  char *name;                  /* of the method; owned */
  sg_table_reader *table;
  int field[2];                /* of bases, of positions; -1: none */
  bool summed;                 /* that of positions is [4][length], of which one is not 0 */
  sg_tsv *tsv;
  int column[8];               /* region, chrom, start, end, strand, position, base, first score */
  const char *const *cells;    /* the row that the next window begins with; NULL: the end */
  unsigned has;                /* SG_AGREE_... */
  char model[256], target[256];   /* of its provenance; "": unknown */
  /* the window that was read */
  char *region, *chrom;
  int64_t start, end, length;
  char strand;
  float *bases, *positions;    /* [4][length], [length] */
  int64_t room;
} sg_agree_file;

/* Opens path (borrowed); takes over `name`. The file is released in every case. */
sg_status sg_agree_file_open(const char *path, char *name, sg_agree_file *file, sg_err *err);
/* The next window; *ret_more false: there is none. */
sg_status sg_agree_file_next(sg_agree_file *file, bool *ret_more, sg_err *err);
void sg_agree_file_release(sg_agree_file *file);

#endif
