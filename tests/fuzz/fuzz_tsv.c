/* tests/fuzz/fuzz_tsv.c: any bytes as a table; every cell as text and as both kinds of numbers. */
#include <math.h>

#include "feed.h"
#include "seqgloss/tsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_cells(const sg_tsv *tsv, const char *const *cells)
{
  int64_t whole;
  double real;
  for (int i = 0; i < sg_tsv_columns(tsv); i++) {
    if (!cells[i] || strchr(cells[i], '\t') || strchr(cells[i], '\n')) abort();
    if (!sg_tsv_i64(tsv, i, -5, 5, 7, &whole, NULL) && whole != 7 && (whole < -5 || whole > 5))
      abort();
    if (!sg_tsv_f64(tsv, i, 0, 1, &real, NULL) && !isnan(real) && !(real >= 0 && real <= 1))
      abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char path[64];
  const char *const *cells = NULL;
  sg_tsv *tsv = NULL;
  sg_err err = { 0 };
  int fd = feed_open("fuzz.tsv", data, size, path);
  if (fd < 0) return 0;
  sg_status status = sg_tsv_open(path, &tsv, &err);
  for (int i = 0; !status && i < sg_tsv_columns(tsv); i++)
    if (sg_tsv_column(tsv, sg_tsv_title(tsv, i)) != i) abort();
  while (!status && !(status = sg_tsv_next(tsv, &cells, &err)) && cells) read_cells(tsv, cells);
  if (status && !err.text[0]) abort();
  sg_tsv_close(tsv);
  close(fd);
  return 0;
}
