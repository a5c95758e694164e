/* report/piece.h: a table or a piece of one, read back row by row. */
#ifndef SG_REPORT_PIECE_H
#define SG_REPORT_PIECE_H

#include "seqgloss/report.h"

typedef struct sg_piece sg_piece;

/* One format's reader. Names of fields live as long as the piece. */
typedef struct sg_piece_reader {
  /* Opens the file and reads the mark of the piece, where there is one. */
  sg_status (*open)(const char *path, sg_piece **ret_piece, sg_err *err);
  void (*close)(sg_piece *piece);
  const char *(*shard)(const sg_piece *piece);         /* its mark; "": the whole */
  int (*fields)(const sg_piece *piece, const sg_field **ret_fields);
  int64_t (*rows)(const sg_piece *piece);
  /* The next row; everything it points at is valid until the next call. */
  sg_status (*row)(sg_piece *piece, sg_row *ret_row, sg_err *err);
} sg_piece_reader;

extern const sg_piece_reader sg_piece_npz;
extern const sg_piece_reader sg_piece_hdf5;    /* NULL functions without HDF5 */

#endif
