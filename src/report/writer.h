/* report/writer.h: what a format has to offer, and what a table keeps. */
#ifndef SG_REPORT_WRITER_H
#define SG_REPORT_WRITER_H

#include "seqgloss/io.h"
#include "seqgloss/report.h"

/* One format: a file that ends in a table of these. */
typedef struct sg_writer {
  sg_status (*begin)(sg_table *table, sg_err *err);
  sg_status (*row)(sg_table *table, const sg_row *row, sg_err *err);
  sg_status (*finish)(sg_table *table, sg_err *err);   /* completes and names the file */
  void (*drop)(sg_table *table);       /* frees `state`; removes what was not finished */
} sg_writer;

struct sg_table {
  const sg_writer *writer;
  sg_table_opts opts;
  sg_output *output;           /* owned; NULL after the commit */
  void *state;                 /* the format's own */
};

extern const sg_writer sg_writer_tsv, sg_writer_json, sg_writer_npz;
/* NULL functions when built without HDF5. */
extern const sg_writer sg_writer_hdf5;

/* Numbers in one row of a field. */
int64_t sg_field_units(const sg_field *field);
/* Writes PATH.provenance.json from opts->facts, where there are any. */
sg_status sg_provenance_write(const sg_table_opts *opts, sg_err *err);

/* The five identity columns as arrays of a binary table, under "coords/". */
enum { SG_COORD_REGION = 0, SG_COORD_CHROM, SG_COORD_START, SG_COORD_END, SG_COORD_STRAND,
       SG_COORDS };
extern const char *const sg_coord_name[SG_COORDS];

#endif
