/* import/keras_h5.c: reading HDF5 without trusting it.
 *
 * Contents
 *   1. opening, closing, the library's error printing
 *   2. paths: hard links only
 *   3. attributes: strings of fixed and variable length, integers, split lists
 *   4. datasets of numbers
 *
 * A file may say anything: sizes are checked before memory is taken, links that leave the file
 * (external, soft) and storage outside it are refused, every return value is looked at.
 */
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/keras.h"

#define MAX_NAMES 100000               /* strings in one attribute */
#define MAX_TEXT ((size_t) 64 << 20)   /* bytes of one attribute */
#define MAX_PATH 4096
#define MAX_RATIO 1100                 /* deflate reaches 1032: more is no honest compression */

struct sg_h5 { hid_t file; };

/* ---- 1. Opening ------------------------------------------------------------------------------ */

/* The library prints a stack of its own on every failure: silenced around each call from outside,
 * and given back, for the process may use HDF5 for other things as well. */
typedef struct quiet { H5E_auto2_t fn; void *data; } quiet;

static quiet hush(void)
{
  quiet q = {NULL, NULL};
  /* Before the library's first use: its exit handler crashes on a file that it could not write. */
  H5dont_atexit();
  H5Eget_auto2(H5E_DEFAULT, &q.fn, &q.data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  return q;
}

static void unhush(quiet q) { H5Eset_auto2(H5E_DEFAULT, q.fn, q.data); }

static sg_status wrap(hid_t file, sg_h5 **ret, sg_err *err)
{
  if (file < 0) return sg_fail(err, SG_EFORMAT, "not a readable HDF5 file (damaged or truncated)");
  sg_h5 *h = malloc(sizeof *h);
  if (!h) {
    H5Fclose(file);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  h->file = file;
  *ret = h;
  return SG_OK;
}

sg_status sg_h5_open(const char *path, sg_h5 **ret, sg_err *err)
{
  quiet q = hush();
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  unhush(q);
  return wrap(file, ret, err);
}

sg_status sg_h5_open_image(const void *bytes, size_t n, sg_h5 **ret, sg_err *err)
{
  quiet q = hush();
  hid_t file = -1, access = H5Pcreate(H5P_FILE_ACCESS);
  void *copy = malloc(n ? n : 1);   /* the interface takes no const */
  if (copy) memcpy(copy, bytes, n);
  if (copy && n && access >= 0 && H5Pset_fapl_core(access, (size_t) 1 << 16, false) >= 0
      && H5Pset_file_image(access, copy, n) >= 0)
    file = H5Fopen("seqgloss-image", H5F_ACC_RDONLY, access);
  if (access >= 0) H5Pclose(access);
  free(copy);
  unhush(q);
  return wrap(file, ret, err);
}

void sg_h5_close(sg_h5 *h)
{
  if (!h) return;
  quiet q = hush();
  H5Fclose(h->file);
  unhush(q);
  free(h);
}

/* ---- 2. Paths -------------------------------------------------------------------------------- */

/* True when every link on the way is a hard one: nothing leads out of the file. */
static bool reachable(hid_t file, const char *path)
{
  char part[MAX_PATH];
  size_t n = strlen(path);
  if (n >= sizeof part) return false;
  for (size_t i = 0; i <= n; i++) {
    if (i < n && path[i] != '/') continue;
    memcpy(part, path, i);
    part[i] = 0;
    if (i == 0 || part[i - 1] == '/') continue;   /* the root, or a doubled slash */
    if (H5Lexists(file, part, H5P_DEFAULT) <= 0) return false;
    H5L_info_t info;
    if (H5Lget_info(file, part, &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_HARD) return false;
  }
  return true;
}

bool sg_h5_has(const sg_h5 *h, const char *path)
{
  quiet q = hush();
  bool has = reachable(h->file, path);
  unhush(q);
  return has;
}

/* ---- 3. Attributes --------------------------------------------------------------------------- */

/* An attribute, opened. */
typedef struct attribute { hid_t id, type, space; int64_t n; } attribute;

static void attribute_close(attribute *a)
{
  if (a->space >= 0) H5Sclose(a->space);
  if (a->type >= 0) H5Tclose(a->type);
  if (a->id >= 0) H5Aclose(a->id);
}

/* *found = false when there is none; then nothing is open. */
static sg_status attribute_open(hid_t file, const char *path, const char *name, attribute *a,
                                bool *found, sg_err *err)
{
  *a = (attribute){-1, -1, -1, 0};
  *found = false;
  if (!reachable(file, path)) return sg_fail(err, SG_EFORMAT, "no group '%s'", path);
  htri_t exists = H5Aexists_by_name(file, path, name, H5P_DEFAULT);
  if (exists == 0) return SG_OK;
  if (exists > 0) a->id = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
  if (a->id >= 0) a->type = H5Aget_type(a->id);
  if (a->id >= 0) a->space = H5Aget_space(a->id);
  a->n = a->space >= 0 ? (int64_t) H5Sget_simple_extent_npoints(a->space) : -1;
  if (a->type < 0 || a->space < 0 || a->n < 0) {
    attribute_close(a);
    return sg_fail(err, SG_EFORMAT, "attribute '%s' of '%s' cannot be read", name, path);
  }
  *found = true;
  return SG_OK;
}

/* Strings of variable length: the library allocates each. */
static sg_status read_variable(const attribute *a, sg_arena *mem, const char **list, sg_err *err)
{
  char **raw = calloc((size_t) a->n + 1, sizeof *raw);
  if (!raw) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status st = SG_OK;
  if (H5Aread(a->id, a->type, raw) < 0)
    st = sg_fail(err, SG_EFORMAT, "damaged text in an attribute");
  for (int64_t i = 0; !st && i < a->n; i++) {
    list[i] = sg_arena_strdup(mem, raw[i] ? raw[i] : "");
    if (!list[i]) st = sg_fail(err, SG_ENOMEM, "out of memory");
  }
  for (int64_t i = 0; i < a->n; i++)
    if (raw[i]) H5free_memory(raw[i]);
  free(raw);
  return st;
}

/* Strings of a fixed size, padded with zeros or blanks. */
static sg_status read_fixed(const attribute *a, sg_arena *mem, const char **list, sg_err *err)
{
  size_t size = H5Tget_size(a->type);
  if (size == 0 || (a->n > 0 && size > MAX_TEXT / (size_t) a->n))
    return sg_fail(err, SG_EFORMAT, "an attribute of absurd size");
  char *raw = calloc((size_t) a->n + 1, size);
  if (!raw) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status st = SG_OK;
  if (H5Aread(a->id, a->type, raw) < 0)
    st = sg_fail(err, SG_EFORMAT, "damaged text in an attribute");
  bool blanks = H5Tget_strpad(a->type) == H5T_STR_SPACEPAD;
  for (int64_t i = 0; !st && i < a->n; i++) {
    const char *s = raw + (size_t) i * size;
    size_t n = strnlen(s, size);
    while (blanks && n > 0 && s[n - 1] == ' ') n--;
    char *copy = sg_arena_alloc(mem, n + 1, 1);
    if (!copy) {
      st = sg_fail(err, SG_ENOMEM, "out of memory");
      break;
    }
    memcpy(copy, s, n);
    copy[n] = 0;
    list[i] = copy;
  }
  free(raw);
  return st;
}

/* The strings of one attribute; *ret = NULL when there is none. */
static sg_status texts(hid_t file, const char *path, const char *name, sg_arena *mem,
                       const char ***ret, int *ret_n, sg_err *err)
{
  attribute a;
  bool found;
  *ret = NULL;
  *ret_n = 0;
  sg_status st = attribute_open(file, path, name, &a, &found, err);
  if (st || !found) return st;
  if (a.n > MAX_NAMES)
    st = sg_fail(err, SG_EFORMAT, "attribute '%s' of '%s' lists %lld names", name, path,
                 (long long) a.n);
  else if (a.n > 0 && H5Tget_class(a.type) != H5T_STRING)
    st = sg_fail(err, SG_EFORMAT, "attribute '%s' of '%s' is not text", name, path);
  const char **list = st ? NULL : sg_arena_calloc(mem, (size_t) a.n + 1, sizeof *list);
  if (!st && !list) st = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!st && a.n > 0)
    st = H5Tis_variable_str(a.type) > 0 ? read_variable(&a, mem, list, err)
                                        : read_fixed(&a, mem, list, err);
  if (!st) *ret = list;
  if (!st) *ret_n = (int) a.n;
  attribute_close(&a);
  return st;
}

sg_status sg_h5_text(const sg_h5 *h, const char *path, const char *name, sg_arena *mem,
                     const char **ret, sg_err *err)
{
  const char **list;
  int n;
  *ret = NULL;
  quiet q = hush();
  sg_status st = texts(h->file, path, name, mem, &list, &n, err);
  unhush(q);
  if (!st && list && n == 1) *ret = list[0];
  if (!st && list && n != 1)
    return sg_fail(err, SG_EFORMAT, "attribute '%s' is a list, not one text", name);
  return st;
}

sg_status sg_h5_int(const sg_h5 *h, const char *path, const char *name, int64_t *ret, sg_err *err)
{
  quiet q = hush();
  attribute a;
  bool found;
  long long v = 0;
  sg_status st = attribute_open(h->file, path, name, &a, &found, err);
  if (!st && found) {
    if (a.n != 1 || H5Tget_class(a.type) != H5T_INTEGER || H5Aread(a.id, H5T_NATIVE_LLONG, &v) < 0)
      st = sg_fail(err, SG_EFORMAT, "attribute '%s' of '%s' is not a whole number", name, path);
    else
      *ret = v;
    attribute_close(&a);
  }
  unhush(q);
  return st;
}

/* Lists beyond HDF5's 64 KiB an attribute are split into name0, name1, ... */
static sg_status split_texts(hid_t file, const char *path, const char *name, sg_arena *mem,
                             const char ***ret, int *ret_n, sg_err *err)
{
  const char **all = NULL;
  int n = 0;
  for (int part = 0;; part++) {
    char buf[64];
    snprintf(buf, sizeof buf, "%s%d", name, part);
    const char **list;
    int more;
    sg_status st = texts(file, path, buf, mem, &list, &more, err);
    if (st) return st;
    if (!list) break;
    if (n + more > MAX_NAMES) return sg_fail(err, SG_EFORMAT, "'%s' lists too many names", path);
    const char **longer = sg_arena_calloc(mem, (size_t) (n + more) + 1, sizeof *longer);
    if (!longer) return sg_fail(err, SG_ENOMEM, "out of memory");
    if (n) memcpy(longer, all, (size_t) n * sizeof *all);
    if (more) memcpy(longer + n, list, (size_t) more * sizeof *list);
    all = longer;
    n += more;
    if (more == 0) break;
  }
  *ret = all;
  *ret_n = n;
  return SG_OK;
}

sg_status sg_h5_texts(const sg_h5 *h, const char *path, const char *name, sg_arena *mem,
                      const char ***ret, int *ret_n, sg_err *err)
{
  quiet q = hush();
  sg_status st = texts(h->file, path, name, mem, ret, ret_n, err);
  if (!st && !*ret) st = split_texts(h->file, path, name, mem, ret, ret_n, err);
  unhush(q);
  return st;
}

/* ---- 4. Datasets ----------------------------------------------------------------------------- */

/* A dataset, opened and measured. */
typedef struct dataset { hid_t id, type, space; int nd; int64_t d[SG_MAX_RANK], n; } dataset;

static void dataset_close(dataset *s)
{
  if (s->space >= 0) H5Sclose(s->space);
  if (s->type >= 0) H5Tclose(s->type);
  if (s->id >= 0) H5Dclose(s->id);
}

/* Shape, and a size that memory and the file can bear. */
static sg_status measure(dataset *s, const char *path, sg_err *err)
{
  hsize_t d[H5S_MAX_RANK];
  if (H5Sget_simple_extent_type(s->space) == H5S_NULL)
    return sg_fail(err, SG_EFORMAT, "dataset '%s' is empty", path);
  s->nd = H5Sget_simple_extent_ndims(s->space);
  if (s->nd < 0 || s->nd > SG_MAX_RANK || H5Sget_simple_extent_dims(s->space, d, NULL) < 0)
    return sg_fail(err, SG_EFORMAT, "dataset '%s' has %d axes", path, s->nd);
  s->n = 1;
  for (int i = 0; i < s->nd; i++) {
    if (d[i] == 0 || d[i] > (hsize_t) (SG_KERAS_ELEMENTS / s->n))
      return sg_fail(err, SG_EFORMAT, "dataset '%s' has an absurd size", path);
    s->d[i] = (int64_t) d[i];
    s->n *= s->d[i];
  }
  hsize_t stored = H5Dget_storage_size(s->id);
  if ((hsize_t) s->n > stored * MAX_RATIO)
    return sg_fail(err, SG_EFORMAT, "dataset '%s' declares more numbers than it holds", path);
  return SG_OK;
}

/* Data in other files are not followed. */
static bool stored_inside(hid_t set)
{
  hid_t plist = H5Dget_create_plist(set);
  if (plist < 0) return false;
  H5D_layout_t layout = H5Pget_layout(plist);
  bool inside = layout != H5D_LAYOUT_ERROR && layout != H5D_VIRTUAL
                && H5Pget_external_count(plist) == 0;
  H5Pclose(plist);
  return inside;
}

static sg_status dataset_open(hid_t file, const char *path, dataset *s, sg_err *err)
{
  *s = (dataset){.id = -1, .type = -1, .space = -1};
  if (!reachable(file, path)) return sg_fail(err, SG_EFORMAT, "no dataset '%s'", path);
  s->id = H5Dopen2(file, path, H5P_DEFAULT);
  if (s->id >= 0) s->type = H5Dget_type(s->id);
  if (s->id >= 0) s->space = H5Dget_space(s->id);
  if (s->type < 0 || s->space < 0)
    return sg_fail(err, SG_EFORMAT, "'%s' is not a readable dataset", path);
  if (!stored_inside(s->id))
    return sg_fail(err, SG_EUNSUPPORTED, "dataset '%s' keeps its data in other files", path);
  return measure(s, path, err);
}

/* bfloat16 is kept as two opaque bytes: the upper half of a float32, little-endian. */
static sg_status read_bfloat16(const dataset *s, const char *path, float *out, sg_err *err)
{
  unsigned char *raw = malloc((size_t) s->n * 2);
  if (!raw) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status st = SG_OK;
  if (H5Dread(s->id, s->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) < 0)
    st = sg_fail(err, SG_EFORMAT, "dataset '%s' cannot be read", path);
  for (int64_t i = 0; !st && i < s->n; i++) {
    uint32_t bits = (uint32_t) raw[2 * i] << 16 | (uint32_t) raw[2 * i + 1] << 24;
    memcpy(&out[i], &bits, sizeof bits);
  }
  free(raw);
  return st;
}

static sg_status fill(const dataset *s, const char *path, sg_tensor *t, sg_err *err)
{
  H5T_class_t kind = H5Tget_class(s->type);
  if (kind == H5T_OPAQUE && H5Tget_size(s->type) == 2)
    return read_bfloat16(s, path, t->data.f, err);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER)
    return sg_fail(err, SG_EUNSUPPORTED, "dataset '%s' does not hold numbers", path);
  hid_t as = t->dtype == SG_DOUBLE ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
  if (H5Dread(s->id, as, H5S_ALL, H5S_ALL, H5P_DEFAULT, t->data.p) < 0)
    return sg_fail(err, SG_EFORMAT, "dataset '%s' cannot be read (damaged, or a filter is missing)",
                   path);
  return SG_OK;
}

sg_status sg_h5_array(const sg_h5 *h, const char *path, sg_arena *mem, const sg_tensor **ret,
                      sg_err *err)
{
  quiet q = hush();
  dataset s;
  sg_status st = dataset_open(h->file, path, &s, err);
  sg_tensor *t = NULL;
  if (!st) {
    bool wide = H5Tget_class(s.type) == H5T_FLOAT && H5Tget_size(s.type) > 4;
    t = sg_tensor_new(mem, wide ? SG_DOUBLE : SG_F32, s.nd, s.d);
    if (!t) st = sg_fail(err, SG_ENOMEM, "out of memory for dataset '%s'", path);
  }
  if (!st) st = fill(&s, path, t, err);
  dataset_close(&s);
  unhush(q);
  if (!st) *ret = t;
  return st;
}
