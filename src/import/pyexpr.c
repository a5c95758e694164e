/* import/pyexpr.c: the byte code of a function that is one expression, turned back into it.
 *
 * Contents
 *   1. operations and their numbers in every version
 *   2. decoding: instructions of one or three bytes (to 3.5), of two (3.6 on), with caches (3.11
 *                on)
 *   3. a stack of expressions
 *   4. one operation after the other
 *   5. expressions as text
 *
 * Nothing is executed: a stack of expressions stands where the interpreter has one of values.
 * Jumps, assignments and whatever else is not in the table end it. Which version wrote the code is
 * told by the layout of the code object and, from 3.11 on, by the number of the operation RESUME.
 */
#include <stdio.h>
#include <string.h>

#include "import/pymarshal.h"

#define MAX_CODE 4096
#define MAX_STACK 128

/* ---- 1. Operations --------------------------------------------------------------------------- */

typedef enum op {
  LOAD_CONST, LOAD_FAST, LOAD_GLOBAL, LOAD_DEREF, LOAD_ATTR, LOAD_METHOD, BUILD_TUPLE, BUILD_LIST,
  BUILD_SLICE, SUBSCR, BINARY_OP, ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATIVE, RETURN_VALUE,
  CALL_FUNCTION, CALL_KEYWORDS, CALL_METHOD, CALL, KW_NAMES, PUSH_NULL, LIST_EXTEND, IGNORED
} op;

enum { BEFORE_311, AT_311, AT_313, N_ERA };

/* Numbers in the three eras; -1: not there. */
static const struct { op op; short number[N_ERA]; } numbers[] = {
  {LOAD_CONST, {100, 100, 83}}, {LOAD_FAST, {124, 124, 85}}, {LOAD_GLOBAL, {116, 116, 91}},
  {LOAD_DEREF, {136, 137, 84}}, {LOAD_ATTR, {106, 106, 82}}, {LOAD_METHOD, {160, 160, -1}},
  {BUILD_TUPLE, {102, 102, 52}}, {BUILD_LIST, {103, 103, 47}}, {BUILD_SLICE, {133, 133, 50}},
  {SUBSCR, {25, 25, 5}}, {BINARY_OP, {-1, 122, 45}}, {ADD, {23, -1, -1}},
  {SUBTRACT, {24, -1, -1}}, {MULTIPLY, {20, -1, -1}}, {DIVIDE, {27, -1, -1}},
  {DIVIDE, {21, -1, -1}}, {POWER, {19, -1, -1}}, {NEGATIVE, {11, 11, 42}},
  {RETURN_VALUE, {83, 83, 36}}, {CALL_FUNCTION, {131, -1, -1}}, {CALL_KEYWORDS, {141, -1, 57}},
  {CALL_METHOD, {161, -1, -1}}, {CALL, {-1, 171, 53}}, {KW_NAMES, {-1, 172, -1}},
  {PUSH_NULL, {-1, 2, 34}}, {LIST_EXTEND, {162, 162, 81}},
  {IGNORED, {-1, 0, 0}},       /* CACHE */
  {IGNORED, {-1, 151, 149}},   /* RESUME */
  {IGNORED, {-1, 149, 62}},    /* COPY_FREE_VARS */
  {IGNORED, {-1, 166, -1}},    /* PRECALL, 3.11 only */
};

/* ---- 2. Decoding ----------------------------------------------------------------------------- */

typedef struct machine {
  const sg_pycode *code;
  sg_arena *mem;
  int era;
  bool wide;                    /* instructions of two bytes; else one, or three with an argument */
  bool old_call;                /* to 3.5: CALL_FUNCTION counts names in its upper byte */
  bool marked_attr;             /* from 3.12: the lowest bit of LOAD_ATTR marks a method */
  const sg_px *stack[MAX_STACK];
  int n;
  const sg_py *keys;            /* KW_NAMES of the call to come */
} machine;

static bool find_op(int era, unsigned number, op *ret)
{
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (numbers[i].number[era] == (int) number) {
      *ret = numbers[i].op;
      return true;
    }
  return false;
}

/* RESUME comes first, or second behind COPY_FREE_VARS. */
static bool begins_with(const sg_py *code, unsigned number)
{
  const unsigned char *b = (const unsigned char *) code->s;
  return (code->n >= 2 && b[0] == number && b[1] == 0)
         || (code->n >= 4 && b[2] == number && b[3] == 0);
}

/* Python 3.11 calls through PRECALL (166) and finds methods by LOAD_METHOD (160), 3.12 does not. */
static bool is_311(const sg_py *code)
{
  for (size_t i = 0; i + 1 < code->n; i += 2) {
    unsigned char b = (unsigned char) code->s[i];
    if (b == 160 || b == 166) return true;
  }
  return false;
}

/* ---- 3. The stack ---------------------------------------------------------------------------- */

static sg_px *new_px(machine *m, sg_px_kind kind, int n)
{
  sg_px *e = sg_arena_calloc(m->mem, 1, sizeof *e);
  if (e) e->item = sg_arena_calloc(m->mem, (size_t) n + 1, sizeof *e->item);
  if (!e || !e->item) return NULL;
  e->kind = kind;
  e->n = n;
  return e;
}

static bool push(machine *m, const sg_px *e)
{
  if (!e || m->n == MAX_STACK) return false;
  m->stack[m->n++] = e;
  return true;
}

/* The upper n expressions become the items of a new one of that kind. */
static sg_px *gather(machine *m, sg_px_kind kind, int n)
{
  if (n < 0 || n > m->n) return NULL;
  sg_px *e = new_px(m, kind, n);
  if (!e) return NULL;
  m->n -= n;
  for (int i = 0; i < n; i++) {
    e->item[i] = m->stack[m->n + i];
    if (e->item[i]->kind == SG_PX_NULL && kind != SG_PX_CALL) return NULL;
  }
  return e;
}

static bool push_binary(machine *m, char c)
{
  sg_px *e = gather(m, SG_PX_BINARY, 2);
  if (e) e->op = c;
  return push(m, e);
}

static bool push_const(machine *m, const sg_py *v)
{
  sg_px *e = new_px(m, SG_PX_CONST, 0);
  if (e) e->v = v;
  return push(m, e);
}

static const char *name_at(const sg_py *names, unsigned i)
{
  return i < names->n ? names->item[i]->s : NULL;
}

static bool push_name(machine *m, const char *s)
{
  sg_px *e = s ? new_px(m, SG_PX_NAME, 0) : NULL;
  if (e) e->s = s;
  return push(m, e);
}

static bool push_attr(machine *m, const char *s)
{
  sg_px *e = s ? gather(m, SG_PX_ATTR, 1) : NULL;
  if (e) e->s = s;
  return push(m, e);
}

static bool push_null(machine *m) { return push(m, new_px(m, SG_PX_NULL, 0)); }

/* ---- 4. Operations --------------------------------------------------------------------------- */

static bool load_fast(machine *m, unsigned i)
{
  sg_px *e = i < (unsigned) m->code->argc ? new_px(m, SG_PX_ARG, 0) : NULL;
  if (e) e->i = i;
  return push(m, e);
}

/* Number of the free variable that slot i holds: behind the cells, or among all variables. */
static int64_t free_index(const machine *m, unsigned i)
{
  const sg_pycode *c = m->code;
  if (c->layout != SG_PY_311)
    return i >= c->cell->n && i - c->cell->n < c->free->n ? (int64_t) (i - c->cell->n) : -1;
  enum { FREE = 0x80 };
  int64_t n = 0;
  for (unsigned j = 0; j < i && j < c->kinds->n;
       j++) n += ((unsigned char) c->kinds->s[j] & FREE) != 0;
  return i < c->kinds->n && (unsigned char) c->kinds->s[i] & FREE ? n : -1;
}

static bool load_deref(machine *m, unsigned i)
{
  int64_t k = free_index(m, i);
  sg_px *e = k < 0 ? NULL : new_px(m, SG_PX_FREE, 0);
  if (e) e->i = k;
  return push(m, e);
}

static bool load_global(machine *m, unsigned i)
{
  if (m->era == BEFORE_311) return push_name(m, name_at(m->code->names, i));
  bool null = i & 1;
  if (null && m->era == AT_311 && !push_null(m)) return false;
  if (!push_name(m, name_at(m->code->names, i >> 1))) return false;
  return !null || m->era == AT_311 || push_null(m);
}

/* What is called may lie above or below the interpreter's null. */
static bool load_method(machine *m, const char *s)
{
  if (m->era == BEFORE_311) return push_attr(m, s);
  if (!push_attr(m, s) || !push_null(m)) return false;
  return true;
}

static bool load_attr(machine *m, unsigned i)
{
  if (!m->marked_attr) return push_attr(m, name_at(m->code->names, i));
  const char *s = name_at(m->code->names, i >> 1);
  return i & 1 ? load_method(m, s) : push_attr(m, s);
}

/* item[0] called with the other n; the last of them named by `keys`. */
static bool finish_call(machine *m, int n, const sg_py *keys)
{
  int n_key = keys ? (int) keys->n : 0;
  if (n < n_key || n + 1 > m->n) return false;
  if (keys && keys->kind != SG_PY_TUPLE) return false;
  for (int i = 0; i < n_key; i++)
    if (keys->item[i]->kind != SG_PY_TEXT) return false;
  for (int i = m->n - n; i < m->n; i++)
    if (m->stack[i]->kind == SG_PX_NULL) return false;
  if (m->era != BEFORE_311) {   /* the null, above or below the function */
    int at = m->n - n - 1;
    if (at < 1) return false;
    int null = m->stack[at]->kind == SG_PX_NULL ? at : at - 1;
    if (m->stack[null]->kind != SG_PX_NULL) return false;
    memmove(&m->stack[null], &m->stack[null + 1],
            (size_t) (m->n - null - 1) * sizeof *m->stack);
    m->n--;
  }
  sg_px *e = gather(m, SG_PX_CALL, n + 1);
  if (!e || e->item[0]->kind == SG_PX_NULL) return false;
  e->n_key = n_key;
  e->key = keys;
  return push(m, e);
}

/* To 3.5: positional arguments, then pairs of name and value. */
static bool old_call(machine *m, unsigned arg)
{
  int n_pos = (int) (arg & 255), n_key = (int) (arg >> 8 & 255);
  int from = m->n - 2 * n_key;
  sg_py *keys = sg_arena_calloc(m->mem, 1, sizeof *keys);
  if (keys) keys->item = sg_arena_calloc(m->mem, (size_t) n_key + 1, sizeof *keys->item);
  if (from < 0 || !keys || !keys->item) return false;
  keys->kind = SG_PY_TUPLE;
  for (int i = 0; i < n_key; i++) {
    const sg_px *k = m->stack[from + 2 * i];
    if (k->kind != SG_PX_CONST) return false;
    keys->item[keys->n++] = k->v;
    m->stack[from + i] = m->stack[from + 2 * i + 1];
  }
  m->n = from + n_key;
  return finish_call(m, n_pos + n_key, keys);
}

/* The names are a constant tuple on top. */
static bool keyword_call(machine *m, unsigned arg)
{
  if (m->n < 1 || m->old_call || m->stack[m->n - 1]->kind != SG_PX_CONST) return false;
  const sg_py *keys = m->stack[--m->n]->v;
  return keys->kind == SG_PY_TUPLE && finish_call(m, (int) arg, keys);
}

static bool binary_op(machine *m, unsigned arg)
{
  switch (arg) {
  case 0: return push_binary(m, '+');
  case 5: return push_binary(m, '*');
  case 8: return push_binary(m, '^');
  case 10: return push_binary(m, '-');
  case 11: return push_binary(m, '/');
  default: return false;
  }
}

/* [] extended by a constant tuple: how long lists of constants are made. */
static bool list_extend(machine *m, unsigned arg)
{
  if (arg != 1 || m->n < 2) return false;
  const sg_px *top = m->stack[m->n - 1], *under = m->stack[m->n - 2];
  if (under->kind != SG_PX_LIST || under->n != 0 || top->kind != SG_PX_CONST) return false;
  m->n -= 2;
  return push(m, top);
}

static bool build_slice(machine *m, unsigned arg)
{
  static const sg_py none = {.kind = SG_PY_NONE};
  if (arg == 2 && !push_const(m, &none)) return false;
  return (arg == 2 || arg == 3) && push(m, gather(m, SG_PX_SLICE, 3));
}

static bool step(machine *m, op o, unsigned arg)
{
  const sg_pycode *c = m->code;
  const sg_py *keys = m->keys;
  switch (o) {
  case LOAD_CONST: return arg < c->consts->n && push_const(m, c->consts->item[arg]);
  case LOAD_FAST: return load_fast(m, arg);
  case LOAD_GLOBAL: return load_global(m, arg);
  case LOAD_DEREF: return load_deref(m, arg);
  case LOAD_ATTR: return load_attr(m, arg);
  case LOAD_METHOD: return load_method(m, name_at(c->names, arg));
  case BUILD_TUPLE: case BUILD_LIST: return push(m, gather(m, SG_PX_LIST, (int) arg));
  case BUILD_SLICE: return build_slice(m, arg);
  case SUBSCR: return push(m, gather(m, SG_PX_INDEX, 2));
  case BINARY_OP: return binary_op(m, arg);
  case ADD: return push_binary(m, '+');
  case SUBTRACT: return push_binary(m, '-');
  case MULTIPLY: return push_binary(m, '*');
  case DIVIDE: return push_binary(m, '/');
  case POWER: return push_binary(m, '^');
  case NEGATIVE: return push(m, gather(m, SG_PX_NEGATE, 1));
  case CALL_FUNCTION: return m->old_call ? old_call(m, arg) : finish_call(m, (int) arg, NULL);
  case CALL_KEYWORDS: return keyword_call(m, arg);
  case CALL_METHOD: return finish_call(m, (int) arg, NULL);
  case CALL: m->keys = NULL; return finish_call(m, (int) arg, keys);
  case KW_NAMES: m->keys = arg < c->consts->n ? c->consts->item[arg] : NULL; return m->keys != NULL;
  case PUSH_NULL: return push_null(m);
  case LIST_EXTEND: return list_extend(m, arg);
  case IGNORED: return true;
  case RETURN_VALUE: return false;   /* the caller's */
  }
  return false;
}

/* Runs to the return, which must be the last instruction; NULL when anything is out of the way. */
static const sg_px *run(machine *m)
{
  const unsigned char *b = (const unsigned char *) m->code->code->s;
  size_t n = m->code->code->n, i = 0;
  m->n = 0;
  while (i < n) {
    op o;
    unsigned number = b[i], arg = 0;
    bool has_arg = m->wide || number >= 90;
    size_t size = m->wide ? 2 : has_arg ? 3 : 1;
    if (i + size > n) return NULL;
    if (has_arg) arg = m->wide ? b[i + 1] : b[i + 1] | (unsigned) b[i + 2] << 8;
    i += size;
    if (!find_op(m->era, number, &o)) return NULL;
    if (o == RETURN_VALUE)
      return i == n && m->n == 1 && m->stack[0]->kind != SG_PX_NULL ? m->stack[0] : NULL;
    if (!step(m, o, arg)) return NULL;
  }
  return NULL;
}

sg_status sg_py_expr(const sg_pycode *code, sg_arena *mem, const sg_px **ret, sg_err *err)
{
  machine m = {.code = code, .mem = mem, .wide = code->layout != SG_PY_27};
  *ret = NULL;
  if (code->code->n <= MAX_CODE) {
    if (code->layout == SG_PY_311) {
      bool old = begins_with(code->code, 151);
      m.era = old ? AT_311 : AT_313;
      m.marked_attr = !old || !is_311(code->code);
    }
    m.old_call = code->layout == SG_PY_27;
    *ret = run(&m);
    if (!*ret && code->layout == SG_PY_30) {   /* 3.0 to 3.5 */
      m.wide = false;
      m.old_call = true;
      *ret = run(&m);
    }
  }
  if (*ret) return SG_OK;
  return sg_fail(err, SG_EUNSUPPORTED, "its byte code is more than one plain expression");
}

/* ---- 5. Text --------------------------------------------------------------------------------- */

typedef struct text { char *buf; size_t size, n; } text;

static void put(text *t, const char *s)
{
  while (*s && t->n + 1 < t->size) t->buf[t->n++] = *s++;
  t->buf[t->n] = 0;
}

static void put_value(text *t, const sg_py *v)
{
  char buf[64];
  switch (v->kind) {
  case SG_PY_NONE: put(t, "None"); return;
  case SG_PY_BOOL: put(t, v->i ? "True" : "False"); return;
  case SG_PY_INT: snprintf(buf, sizeof buf, "%lld", (long long) v->i); put(t, buf); return;
  case SG_PY_FLOAT: snprintf(buf, sizeof buf, "%g", v->f); put(t, buf); return;
  case SG_PY_TEXT: put(t, "'"); put(t, v->s); put(t, "'"); return;
  case SG_PY_ELLIPSIS: put(t, "..."); return;
  case SG_PY_TUPLE: case SG_PY_LIST:
    put(t, "(");
    for (size_t i = 0; i < v->n; i++) {
      if (i) put(t, ", ");
      put_value(t, v->item[i]);
    }
    put(t, ")");
    return;
  case SG_PY_SLICE: case SG_PY_CODE: case SG_PY_OTHER: put(t, "?"); return;
  }
}

static void put_expr(text *t, const sg_px *e);

static void put_items(text *t, const sg_px *e, int from)
{
  for (int i = from; i < e->n; i++) {
    if (i > from) put(t, ", ");
    if (e->kind == SG_PX_CALL && i >= e->n - e->n_key) {
      put(t, e->key->item[i - (e->n - e->n_key)]->s);
      put(t, "=");
    }
    put_expr(t, e->item[i]);
  }
}

/* A bound of a slice: nothing where it is None. */
static void put_bound(text *t, const sg_px *e)
{
  if (e->kind != SG_PX_CONST || e->v->kind != SG_PY_NONE) put_expr(t, e);
}

static void put_expr(text *t, const sg_px *e)
{
  char sign[] = {' ', e->op, ' ', 0};
  if (t->n + 1 >= t->size) return;   /* full: also the end of every long expression */
  switch (e->kind) {
  case SG_PX_ARG: put(t, e->i == 0 ? "x" : "y"); return;
  case SG_PX_FREE: put(t, "closure"); return;
  case SG_PX_CONST: put_value(t, e->v); return;
  case SG_PX_NAME: put(t, e->s); return;
  case SG_PX_ATTR: put_expr(t, e->item[0]); put(t, "."); put(t, e->s); return;
  case SG_PX_CALL: put_expr(t, e->item[0]); put(t, "("); put_items(t, e, 1); put(t, ")"); return;
  case SG_PX_INDEX: put_expr(t, e->item[0]); put(t, "["); put_expr(t, e->item[1]); put(t, "]");
  return;
  case SG_PX_LIST: put(t, "["); put_items(t, e, 0); put(t, "]"); return;
  case SG_PX_SLICE:
    put_bound(t, e->item[0]);
    put(t, ":");
    put_bound(t, e->item[1]);
    put(t, ":");
    put_bound(t, e->item[2]);
    return;
  case SG_PX_BINARY: put_expr(t, e->item[0]); put(t, sign); put_expr(t, e->item[1]); return;
  case SG_PX_NEGATE: put(t, "-"); put_expr(t, e->item[0]); return;
  case SG_PX_NULL: return;
  }
}

char *sg_px_text(const sg_px *e, char *buf, size_t size)
{
  text t = {buf, size, 0};
  put_expr(&t, e);
  return buf;
}
