/* report/arrayread.c: arrays from .npy, .npz and .tsv files, row by row.
 *
 *   1. Bytes: a plain file or one inside an .npz
 *   2. The header of .npy (NumPy Enhancement Proposal 1, versions 1.0 to 3.0)
 *   3. Tables of numbers as text
 *   4. Rows
 *
 * Nothing is held but one row: an array may be larger than memory.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/arrayread.h"
#include "report/zipread.h"
#include "seqgloss/io.h"

struct sg_array {
  char *path;
  FILE *file;                  /* .npy */
  sg_zipread *zip;             /* .npz */
  sg_lines *lines;             /* .tsv */
  int64_t rows, at;            /* at: the next row of the file */
  int nd;
  int64_t dims[SG_FIELD_DIMS];
  int64_t units;
  bool texts;                  /* rows may be texts */
  char kind;                   /* 'f', 'i', 'u', 'b'; 'S': text */
  int bytes;                   /* of one number */
  bool swap;                   /* the other byte order */
  unsigned char *raw;          /* one row as it lies in the file */
};

/* ---- 1. Bytes ---- */

static bool ends_with(const char *text, const char *end)
{
  size_t n = strlen(text), m = strlen(end);
  return n > m && !strcmp(text + n - m, end);
}

static sg_status take(sg_array *a, void *dst, size_t n, sg_err *err)
{
  if (a->zip) return sg_zipread_data(a->zip, dst, n, err);
  if (fread(dst, 1, n, a->file) == n) return SG_OK;
  if (ferror(a->file)) return sg_fail(err, SG_EIO, "%s: cannot read: %s", a->path, strerror(errno));
  return sg_fail(err, SG_EFORMAT, "%s: the file ends early (truncated?)", a->path);
}

/* All arrays of an archive, for a message. */
static void list_keys(const sg_zipread *zip, char *text, size_t size)
{
  size_t n = 0;
  text[0] = 0;
  for (int i = 0; i < sg_zipread_count(zip) && n + 1 < size; i++) {
    const char *name = sg_zipread_name(zip, i);
    int length = (int)strlen(name) - (ends_with(name, ".npy") ? 4 : 0);
    int wrote = snprintf(text + n, size - n, "%s%.*s", i ? ", " : "", length, name);
    n += wrote > 0 ? (size_t)wrote : 0;
  }
}

static sg_status open_npz(sg_array *a, const char *key, sg_err *err)
{
  char name[512], keys[400];
  sg_status status = sg_zipread_open(a->path, &a->zip, err);
  if (status) return status;
  int i = sg_zipread_count(a->zip) == 1 && !key ? 0 : -1;
  if (i < 0) {
    snprintf(name, sizeof name, "%s.npy", key ? key : "arr_0");
    i = sg_zipread_find(a->zip, name);
  }
  if (i >= 0) return sg_zipread_begin(a->zip, i, err);
  list_keys(a->zip, keys, sizeof keys);
  return sg_fail(err, SG_ENOTFOUND, "%s: has no array %s; it has %s", a->path,
                 key ? key : "arr_0", keys);
}

/* ---- 2. The header of .npy ---- */

/* The text after 'key': of the header's dictionary, or NULL. */
static const char *dict_value(const char *dict, const char *key)
{
  char quoted[32];
  snprintf(quoted, sizeof quoted, "'%s'", key);
  const char *p = strstr(dict, quoted);
  if (!p) return NULL;
  p += strlen(quoted);
  p += strspn(p, " ");
  if (*p != ':') return NULL;
  p++;
  return p + strspn(p, " ");
}

static sg_status parse_descr(sg_array *a, const char *text, sg_err *err)
{
  static const char real_kinds[] = "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1";
  char name[4] = { 0 };
  int width;
  if (a->texts && text && sscanf(text, "'|S%d'", &width) == 1 && width > 0 && width < 1 << 20) {
    a->kind = 'S';
    a->bytes = width;
    return SG_OK;
  }
  if (text && *text == '\'' && strcspn(text + 1, "'") == 3) {
    memcpy(name, text + 2, 2);
    if (strlen(name) == 2 && name[1] != ' ' && strstr(real_kinds, name)) {
      a->kind = name[0];
      a->bytes = name[1] - '0';
      a->swap = a->bytes > 1 && text[1] == '>';
      return SG_OK;
    }
  }
  int n = text ? (int)strcspn(text, ",}") : 0;
  return sg_fail(err, SG_EUNSUPPORTED, "%s: dtype %.*s is %s", a->path, n ? n < 24 ? n : 24 : 6,
                 n ? text : "(none)", a->texts ? "neither numbers nor bytes; save texts as "
                 "x.astype('S')" : "no array of real numbers; save it as float32");
}

static sg_status bad_header(const sg_array *a, sg_err *err)
{
  return sg_fail(err, SG_EFORMAT, "%s: damaged .npy header", a->path);
}

static sg_status parse_shape(sg_array *a, const char *text, sg_err *err)
{
  int n = 0;
  if (!text || *text != '(') return bad_header(a, err);
  for (text++; *text != ')'; n++) {
    char *end;
    errno = 0;
    long long dim = strtoll(text, &end, 10);
    if (end == text || errno || dim < 0 || dim > INT64_C(1) << 40) return bad_header(a, err);
    if (n > SG_FIELD_DIMS)
      return sg_fail(err, SG_EUNSUPPORTED, "%s: more than %d axes", a->path, SG_FIELD_DIMS + 1);
    if (!n) a->rows = dim;
    else a->dims[n - 1] = dim;
    text = end + strspn(end, " L");
    if (*text == ',') text += 1 + strspn(text + 1, " ");
    else if (*text != ')') return bad_header(a, err);
  }
  if (!n) return sg_fail(err, SG_ESHAPE, "%s: a single number, no array of rows", a->path);
  a->nd = n - 1;
  a->units = 1;
  for (int i = 0; i < a->nd; i++) {
    if (a->dims[i] && a->units > (INT64_C(1) << 34) / a->dims[i])
      return sg_fail(err, SG_ESHAPE, "%s: a row of more than 2^34 numbers", a->path);
    a->units *= a->dims[i];
  }
  return SG_OK;
}

static sg_status parse_dict(sg_array *a, const char *dict, sg_err *err)
{
  const char *fortran = dict_value(dict, "fortran_order");
  sg_status status = parse_descr(a, dict_value(dict, "descr"), err);
  if (!status) status = parse_shape(a, dict_value(dict, "shape"), err);
  if (status) return status;
  if (!fortran) return bad_header(a, err);
  if (!strncmp(fortran, "True", 4) && a->nd)
    return sg_fail(err, SG_EUNSUPPORTED, "%s: Fortran order; save numpy.ascontiguousarray(x)",
                   a->path);
  return SG_OK;
}

/* What the header promises must be there: a cut file is found out before anything is computed, and
 * a false header asks for no memory. Devices and pipes have no length. */
static sg_status check_length(const sg_array *a, sg_err *err)
{
  uint64_t row = (uint64_t)a->units * (uint64_t)a->bytes, left;
  struct stat st;
  if (a->zip) {
    left = sg_zipread_left(a->zip);
  } else {
    off_t at = ftello(a->file);
    if (at < 0 || fstat(fileno(a->file), &st) || !S_ISREG(st.st_mode)) return SG_OK;
    left = st.st_size > at ? (uint64_t)(st.st_size - at) : 0;
  }
  if (!a->rows || row <= left / (uint64_t)a->rows) return SG_OK;
  return sg_fail(err, SG_EFORMAT, "%s: the file ends early (truncated?): %" PRIu64 " bytes where "
                 "%" PRId64 " rows of %" PRIu64 " bytes should be", a->path, left, a->rows, row);
}

static sg_status read_header(sg_array *a, sg_err *err)
{
  unsigned char head[12];
  size_t length;
  sg_status status = take(a, head, 10, err);
  if (status) return status;
  if (memcmp(head, "\x93NUMPY", 6) || head[6] < 1 || head[6] > 3)
    return sg_fail(err, SG_EFORMAT, "%s: no .npy array", a->path);
  length = head[8] + 256u * head[9];
  if (head[6] > 1) {
    status = take(a, head + 10, 2, err);
    if (status) return status;
    length += 65536u * head[10] + 16777216u * (size_t)head[11];
  }
  if (length > 1u << 20) return bad_header(a, err);
  char *dict = calloc(length + 1, 1);
  if (!dict) return sg_fail(err, SG_ENOMEM, "out of memory");
  status = take(a, dict, length, err);
  if (!status) status = parse_dict(a, dict, err);
  free(dict);
  if (!status) status = check_length(a, err);
  if (status) return status;
  a->raw = malloc((a->rows ? (size_t)a->units * (size_t)a->bytes : 0) + 1);
  return a->raw ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* ---- 3. Tables of numbers as text ---- */

static bool is_data(const char *line)
{
  return *line && *line != '#';
}

/* The next line with numbers; *ret_line NULL at the end. */
static sg_status next_data(sg_array *a, char **ret_line, sg_err *err)
{
  sg_status status;
  do status = sg_lines_next(a->lines, ret_line, NULL, err);
  while (!status && *ret_line && !is_data(*ret_line));
  return status;
}

/* Cuts one line at its tabs; dst may be NULL to check and count only. */
static sg_status parse_line(sg_array *a, char *line, float *dst, int64_t *ret_n, sg_err *err)
{
  char what[64];
  *ret_n = 0;
  snprintf(what, sizeof what, "line %" PRId64, sg_lines_number(a->lines));
  for (char *p = line; p;) {
    double value;
    char *tab = strchr(p, '\t');
    if (tab) *tab = 0;
    sg_status status = sg_parse_f64(what, p, -INFINITY, INFINITY, &value, err);
    if (status) return sg_fail_prefix(err, "%s: ", a->path), SG_EFORMAT;
    if (dst && *ret_n < a->units) dst[*ret_n] = (float)value;
    ++*ret_n;
    p = tab ? tab + 1 : NULL;
  }
  return SG_OK;
}

/* First pass: number of rows and columns. */
static sg_status measure_text(sg_array *a, sg_err *err)
{
  char *line = NULL;
  sg_status status = sg_lines_open(a->path, &a->lines, err);
  while (!status && !(status = next_data(a, &line, err)) && line) {
    int64_t n;
    status = parse_line(a, line, NULL, &n, err);
    if (!status && a->rows++ && n != a->units)
      status = sg_fail(err, SG_ESHAPE,
                       "%s:%" PRId64 ": %" PRId64 " numbers where the first row has "
                       "%" PRId64, a->path, sg_lines_number(a->lines), n, a->units);
    a->units = n;
  }
  a->nd = 1;
  a->dims[0] = a->units;
  sg_lines_close(a->lines);
  a->lines = NULL;
  return status ? status : sg_lines_open(a->path, &a->lines, err);
}

/* ---- 4. Rows ---- */

sg_status sg_array_open(const char *path, const char *key, sg_array **ret_array, sg_err *err)
{
  sg_status status = SG_OK;
  *ret_array = NULL;
  sg_array *a = calloc(1, sizeof *a);
  if (a) a->path = strdup(path);
  if (!a || !a->path) {
    status = sg_fail(err, SG_ENOMEM, "out of memory");
  } else if (ends_with(path, ".npz")) {
    status = open_npz(a, key, err);
    if (!status) status = read_header(a, err);
  } else if (ends_with(path, ".npy")) {
    a->file = fopen(path, "rb");
    if (a->file) status = read_header(a, err);
    else status = sg_fail(err, errno == ENOENT ? SG_ENOTFOUND : SG_EIO, "%s: cannot read: %s", path,
                          strerror(errno));
  } else if (ends_with(path, ".tsv") || ends_with(path, ".tsv.gz") || ends_with(path, ".txt")) {
    status = measure_text(a, err);
  } else {
    status = sg_fail(err, SG_EINVAL, "%s: arrays are read from .npy, .npz and .tsv", path);
  }
  if (status) sg_array_close(a);
  else *ret_array = a;
  return status;
}

void sg_array_close(sg_array *array)
{
  if (!array) return;
  if (array->file) fclose(array->file);
  sg_zipread_close(array->zip);
  sg_lines_close(array->lines);
  free(array->raw);
  free(array->path);
  free(array);
}

int64_t sg_array_rows(const sg_array *array)
{
  return array->rows;
}

int sg_array_nd(const sg_array *array)
{
  return array->nd;
}

const int64_t *sg_array_dims(const sg_array *array)
{
  return array->dims;
}

int64_t sg_array_units(const sg_array *array)
{
  return array->units;
}

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
static float half_to_float(uint16_t h)
{
  int exponent = h >> 10 & 31, fraction = h & 1023;
  float value;
  if (exponent == 31) value = fraction ? NAN : INFINITY;
  else if (exponent) value = ldexpf((float)(fraction | 1024), exponent - 25);
  else value = ldexpf((float)fraction, -24);
  return h & 0x8000 ? -value : value;
}

/* A little-endian whole number, its sign carried on. */
static int64_t whole(char kind, int bytes, const unsigned char *p)
{
  union { uint64_t u; int64_t i; } wide = { 0 };
  for (int i = bytes - 1; i >= 0; i--) wide.u = wide.u << 8 | p[i];
  if (kind == 'i' && bytes < 8 && wide.u >> (8 * bytes - 1)) wide.u |= ~UINT64_C(0) << (8 * bytes);
  return wide.i;
}

static float number(char kind, int bytes, const unsigned char *p)
{
  union { int64_t i; uint64_t u; double d; } wide = { .i = whole(kind, bytes, p) };
  union { uint32_t u; float f; } narrow = { 0 };
  if (kind == 'f' && bytes == 8) return (float)wide.d;
  if (kind == 'f' && bytes == 2) return half_to_float((uint16_t)wide.u);
  narrow.u = (uint32_t)wide.u;
  if (kind == 'f') return narrow.f;
  if (kind == 'u') return (float)wide.u;
  if (kind == 'b') return wide.u ? 1.0f : 0.0f;
  return (float)wide.i;
}

/* Number u of the row, little-endian. */
static void turn(const sg_array *a, int64_t u, unsigned char turned[8])
{
  const unsigned char *p = a->raw + u * a->bytes;
  for (int i = 0; i < a->bytes; i++) turned[i] = a->swap ? p[a->bytes - 1 - i] : p[i];
}

/* One row of raw bytes to floats. */
static void convert(const sg_array *a, float *dst)
{
  unsigned char turned[8];
  for (int64_t u = 0; u < a->units; u++) {
    turn(a, u, turned);
    dst[u] = number(a->kind, a->bytes, turned);
  }
}

static sg_status read_row(sg_array *a, float *dst, sg_err *err)
{
  sg_status status;
  a->at++;
  if (a->lines) {
    char *line;
    int64_t n;
    status = next_data(a, &line, err);
    if (status) return status;
    if (!line) return sg_fail(err, SG_EFORMAT, "%s: changed while it was read", a->path);
    return parse_line(a, line, dst, &n, err);
  }
  status = take(a, a->raw, (size_t)a->units * (size_t)a->bytes, err);
  if (!status && dst) convert(a, dst);
  return status;
}

sg_status sg_array_open_any(const char *path, const char *key, sg_array **ret_array, sg_err *err)
{
  sg_status status;
  *ret_array = NULL;
  sg_array *a = calloc(1, sizeof *a);
  if (a) a->path = strdup(path);
  if (!a || !a->path) {
    status = sg_fail(err, SG_ENOMEM, "out of memory");
  } else {
    a->texts = true;
    status = open_npz(a, key, err);
    if (!status) status = read_header(a, err);
  }
  if (status) sg_array_close(a);
  else *ret_array = a;
  return status;
}

sg_status sg_array_next_raw(sg_array *array, const void **ret_row, size_t *ret_bytes, sg_err *err)
{
  *ret_row = array->raw;
  *ret_bytes = (size_t)array->units * (size_t)array->bytes;
  array->at++;
  return take(array, array->raw, *ret_bytes, err);
}

bool sg_array_is_text(const sg_array *array) { return array->kind == 'S' && !array->nd; }

bool sg_array_is_whole(const sg_array *array)
{
  return (array->kind == 'i' || array->kind == 'u') && !array->nd;
}

sg_status sg_array_next_whole(sg_array *array, int64_t *ret_value, sg_err *err)
{
  unsigned char turned[8];
  array->at++;
  sg_status status = take(array, array->raw, (size_t)array->bytes, err);
  if (status) return status;
  turn(array, 0, turned);
  *ret_value = whole(array->kind, array->bytes, turned);
  return SG_OK;
}

sg_status sg_array_read(sg_array *array, int64_t first, int64_t n, float *dst, sg_err *err)
{
  sg_status status = SG_OK;
  if (first < array->at || n < 0 || first > array->rows || n > array->rows - first)
    return sg_fail(err, SG_EINVAL, "%s: rows %" PRId64 " to %" PRId64 " asked for, it has %" PRId64,
                   array->path, first, first + n, array->rows);
  while (array->at < first && !status) status = read_row(array, NULL, err);
  for (int64_t i = 0; i < n && !status; i++)
    status = read_row(array, dst + i * array->units, err);
  return status;
}
