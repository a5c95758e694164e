/* import/pymarshal.c: reading Python's marshal format.
 *
 * A value is a type byte, whose highest bit asks to remember the value for later references, and
 * what belongs to it, little-endian. Code objects have changed their fields three times; nothing in
 * the bytes tells the version, but only the right layout makes every field the type it must be and
 * ends at the last byte, so they are tried in turn.
 */
#include <stdlib.h>
#include <string.h>

#include "import/pymarshal.h"

#define MAX_DEPTH 32
#define MAX_REFS 4096
#define MAX_ITEMS 65536

typedef struct reader {
  const uint8_t *p, *end;
  sg_arena *mem;
  sg_py_layout layout;
  const sg_py **ref;      /* values to be referred to; Python 2: interned strings */
  size_t n_ref;
  int depth;
  size_t n_item;          /* items made so far, all containers together */
} reader;

static const sg_py *read_value(reader *r);

/* ---- Bytes ----------------------------------------------------------------------------------- */

static bool take(reader *r, size_t n, const uint8_t **ret)
{
  if ((size_t) (r->end - r->p) < n) return false;
  *ret = r->p;
  r->p += n;
  return true;
}

static bool take_i32(reader *r, int64_t *ret)
{
  const uint8_t *b;
  if (!take(r, 4, &b)) return false;
  uint32_t u = b[0] | (uint32_t) b[1] << 8 | (uint32_t) b[2] << 16 | (uint32_t) b[3] << 24;
  *ret = (int32_t) u;
  return true;
}

static sg_py *new_value(reader *r, sg_py_kind kind)
{
  sg_py *v = sg_arena_calloc(r->mem, 1, sizeof *v);
  if (v) v->kind = kind;
  return v;
}

/* ---- References ------------------------------------------------------------------------------ */

/* A place in the list, filled once the value is there (its contents may refer to earlier ones). */
static bool reserve(reader *r, size_t *at)
{
  if (r->n_ref == MAX_REFS) return false;
  *at = r->n_ref;
  r->ref[r->n_ref++] = NULL;
  return true;
}

static const sg_py *refer(reader *r)
{
  int64_t i;
  if (!take_i32(r, &i) || i < 0 || (size_t) i >= r->n_ref) return NULL;
  return r->ref[i];   /* NULL: refers to what contains it, which no function of ours does */
}

/* ---- Plain values ---------------------------------------------------------------------------- */

static const sg_py *read_text(reader *r, int64_t n)
{
  const uint8_t *b;
  if (n < 0 || !take(r, (size_t) n, &b)) return NULL;
  sg_py *v = new_value(r, SG_PY_TEXT);
  char *s = v ? sg_arena_alloc(r->mem, (size_t) n + 1, 1) : NULL;
  if (!s) return NULL;
  memcpy(s, b, (size_t) n);
  s[n] = 0;
  v->s = s;
  v->n = (size_t) n;
  return v;
}

/* Text with a length of four bytes, or of one. */
static const sg_py *read_long_text(reader *r)
{
  int64_t n;
  return take_i32(r, &n) ? read_text(r, n) : NULL;
}

static const sg_py *read_short_text(reader *r)
{
  const uint8_t *b;
  return take(r, 1, &b) ? read_text(r, *b) : NULL;
}

/* Eight bytes of an IEEE double. */
static const sg_py *read_float(reader *r)
{
  const uint8_t *b;
  uint64_t u = 0;
  if (!take(r, 8, &b)) return NULL;
  for (int i = 0; i < 8; i++) u |= (uint64_t) b[i] << (8 * i);
  sg_py *v = new_value(r, SG_PY_FLOAT);
  if (v) memcpy(&v->f, &u, sizeof u);
  return v;
}

static const sg_py *read_int(reader *r)
{
  int64_t i;
  if (!take_i32(r, &i)) return NULL;
  sg_py *v = new_value(r, SG_PY_INT);
  if (v) v->i = i;
  return v;
}

static const sg_py *constant(reader *r, sg_py_kind kind, int64_t i)
{
  sg_py *v = new_value(r, kind);
  if (v) v->i = i;
  return v;
}

/* Skips what a value of no use here consists of. */
static const sg_py *skip(reader *r, size_t n)
{
  const uint8_t *b;
  return take(r, n, &b) ? new_value(r, SG_PY_OTHER) : NULL;
}

/* Large integers: a count (negative for a negative one) of two-byte digits. */
static const sg_py *skip_long(reader *r)
{
  int64_t n;
  if (!take_i32(r, &n)) return NULL;
  n = n < 0 ? -n : n;
  return n > MAX_ITEMS ? NULL : skip(r, (size_t) n * 2);
}

/* ---- Containers ------------------------------------------------------------------------------ */

static const sg_py *read_items(reader *r, sg_py_kind kind, int64_t n)
{
  /* Every item takes a byte at least. */
  if (n < 0 || n > r->end - r->p || (size_t) n > MAX_ITEMS - r->n_item) return NULL;
  r->n_item += (size_t) n;
  sg_py *v = new_value(r, kind);
  if (v) v->item = sg_arena_calloc(r->mem, (size_t) n + 1, sizeof *v->item);
  if (!v || !v->item) return NULL;
  for (int64_t i = 0; i < n; i++)
    if (!(v->item[v->n++] = read_value(r))) return NULL;
  return v;
}

static const sg_py *read_sequence(reader *r, sg_py_kind kind)
{
  int64_t n;
  return take_i32(r, &n) ? read_items(r, kind, n) : NULL;
}

static const sg_py *read_small_tuple(reader *r)
{
  const uint8_t *b;
  return take(r, 1, &b) ? read_items(r, SG_PY_TUPLE, *b) : NULL;
}

static bool is_names(const sg_py *v)
{
  if (!v || v->kind != SG_PY_TUPLE) return false;
  for (size_t i = 0; i < v->n; i++)
    if (v->item[i]->kind != SG_PY_TEXT) return false;
  return true;
}

static bool is_text(const sg_py *v) { return v && v->kind == SG_PY_TEXT; }

/* The fields between the constants and the file name. */
static bool read_variables(reader *r, sg_pycode *c)
{
  if (!is_names(c->names = read_value(r))) return false;
  if (!is_names(c->vars = read_value(r))) return false;
  if (r->layout == SG_PY_311) return is_text(c->kinds = read_value(r)) && c->kinds->n == c->vars->n;
  return is_names(c->free = read_value(r)) && is_names(c->cell = read_value(r));
}

/* File name, name, (qualified name,) first line, line table (, exception table). */
static bool read_tail(const sg_pycode *c, reader *r)
{
  int64_t line;
  bool new = c->layout == SG_PY_311;
  if (!is_text(read_value(r)) || !is_text(read_value(r))) return false;
  if (new && !is_text(read_value(r))) return false;
  if (!take_i32(r, &line) || !is_text(read_value(r))) return false;
  return !new || is_text(read_value(r));
}

static const sg_py *read_code(reader *r)
{
  static const int counts[] = {[SG_PY_27] = 4, [SG_PY_30] = 5, [SG_PY_38] = 6, [SG_PY_311] = 5};
  sg_pycode *c = sg_arena_calloc(r->mem, 1, sizeof *c);
  sg_py *v = new_value(r, SG_PY_CODE);
  int64_t skipped;
  if (!c || !v || !take_i32(r, &c->argc)) return NULL;
  for (int i = 1; i < counts[r->layout]; i++)
    if (!take_i32(r, &skipped)) return NULL;
  c->layout = r->layout;
  v->code = c;
  if (!is_text(c->code = read_value(r))) return NULL;
  c->consts = read_value(r);
  if (!c->consts || c->consts->kind != SG_PY_TUPLE) return NULL;
  return read_variables(r, c) && read_tail(c, r) ? v : NULL;
}

/* ---- Any value ------------------------------------------------------------------------------- */

static const sg_py *read_typed(reader *r, char type)
{
  switch (type) {
  case 'N': return constant(r, SG_PY_NONE, 0);
  case 'T': return constant(r, SG_PY_BOOL, 1);
  case 'F': return constant(r, SG_PY_BOOL, 0);
  case '.': return constant(r, SG_PY_ELLIPSIS, 0);
  case 'S': return constant(r, SG_PY_OTHER, 0);
  case 'i': return read_int(r);
  case 'I': return skip(r, 8);
  case 'l': return skip_long(r);
  case 'g': return read_float(r);
  case 'y': return skip(r, 16);
  case 's': case 'u': case 'a': case 'A': case 't': return read_long_text(r);
  case 'z': case 'Z': return read_short_text(r);
  case '(': return read_sequence(r, SG_PY_TUPLE);
  case ')': return read_small_tuple(r);
  case '[': return read_sequence(r, SG_PY_LIST);
  case '<': case '>': return read_sequence(r, SG_PY_OTHER);
  case ':': return read_items(r, SG_PY_SLICE, 3);
  case 'c': return read_code(r);
  default: return NULL;   /* dictionaries, complex text ...: nothing that a short function needs */
  }
}

static const sg_py *read_value(reader *r)
{
  const uint8_t *b;
  size_t at = 0;
  if (!take(r, 1, &b)) return NULL;
  char type = (char) (*b & 0x7f);
  bool remember = *b & 0x80 || (r->layout == SG_PY_27 && type == 't');
  if (type == 'r' || (r->layout == SG_PY_27 && type == 'R')) return refer(r);
  if (remember && !reserve(r, &at)) return NULL;
  if (++r->depth > MAX_DEPTH) return NULL;
  const sg_py *v = read_typed(r, type);
  r->depth--;
  if (remember) r->ref[at] = v;
  return v;
}

sg_status sg_py_read(const uint8_t *bytes, size_t n, sg_arena *mem, const sg_pycode **ret,
                     sg_err *err)
{
  static const sg_py_layout order[] = {SG_PY_311, SG_PY_38, SG_PY_30, SG_PY_27};
  const sg_py **ref = malloc(MAX_REFS * sizeof *ref);
  if (!ref) return sg_fail(err, SG_ENOMEM, "out of memory");
  const sg_py *v = NULL;
  for (size_t i = 0; !v && i < sizeof order / sizeof *order; i++) {
    reader r = {.p = bytes, .end = bytes + n, .mem = mem, .layout = order[i], .ref = ref};
    v = read_value(&r);
    if (v && (v->kind != SG_PY_CODE || r.p != r.end)) v = NULL;
  }
  free(ref);
  if (!v) return sg_fail(err, SG_EFORMAT, "no byte code of a known version of Python");
  *ret = v->code;
  return SG_OK;
}
