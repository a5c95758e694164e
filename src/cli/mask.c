/* cli/mask.c: what a hidden position looks like to a network (--mask). */
#include <inttypes.h>
#include <string.h>

#include "cli/mask.h"
#include "seqgloss/io.h"

/* The numbers of one line, after those that came before; lines that begin with # are skipped. */
static sg_status read_line(const sg_lines *lines, char *text, double four[4], int *n, sg_err *err)
{
  static const char *const blank = " \t,";
  if (*text == '#') return SG_OK;
  for (text += strspn(text, blank); *text; text += strspn(text, blank)) {
    size_t length = strcspn(text, blank);
    bool last = !text[length];
    double extra;
    text[length] = 0;
    sg_status status = sg_parse_f64("a frequency", text, 0, 1, *n < 4 ? &four[*n] : &extra, err);
    if (status) {
      sg_fail_prefix(err, "%s:%" PRId64 ": ", sg_lines_name(lines), sg_lines_number(lines));
      return SG_EFORMAT;
    }
    (*n)++;
    text += length + !last;
  }
  return SG_OK;
}

static sg_status read_file(const char *path, double four[4], sg_err *err)
{
  sg_lines *lines;
  char *text;
  int n = 0;
  sg_status status = sg_lines_open(path, &lines, err);
  if (status) return status;
  do {
    status = sg_lines_next(lines, &text, NULL, err);
    if (!status && text) status = read_line(lines, text, four, &n, err);
  } while (!status && text);
  sg_lines_close(lines);
  if (!status && n != 4)
    status = sg_fail(err, SG_EFORMAT, "%s: %d numbers; a mask has four, for A, C, G and T", path,
                     n);
  return status;
}

sg_status sg_mask_read(const char *spec, const sg_alphabet *alphabet, float mask[SG_ALPHABET_MAX],
                       sg_err *err)
{
  double four[4] = { 0, 0, 0, 0 };
  sg_status status = SG_OK;
  if (!strcmp(spec, "quarter")) for (int k = 0; k < 4; k++) four[k] = 0.25;
  else if (strcmp(spec, "zero")) status = read_file(spec, four, err);
  memset(mask, 0, SG_ALPHABET_MAX * sizeof *mask);
  for (int k = 0; k < 4; k++) mask[alphabet->base[k]] = (float)four[k];
  return status;
}
