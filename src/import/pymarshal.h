/* import/pymarshal.h: Python's marshal format, read and never executed; byte code as an expression.
 *
 * Keras keeps the function of a Lambda layer as a marshalled code object of the Python that saved
 * the model. sg_py_read turns those bytes into values; sg_py_expr turns the code of a function that
 * is a single expression into that expression.
 */
#ifndef SG_IMPORT_PYMARSHAL_H
#define SG_IMPORT_PYMARSHAL_H

#include "seqgloss/base.h"
#include "base/arena.h"

typedef enum sg_py_kind {
  SG_PY_NONE, SG_PY_BOOL, SG_PY_INT, SG_PY_FLOAT, SG_PY_TEXT, SG_PY_TUPLE, SG_PY_LIST, SG_PY_SLICE,
  SG_PY_ELLIPSIS, SG_PY_CODE, SG_PY_OTHER
} sg_py_kind;

typedef struct sg_pycode sg_pycode;

typedef struct sg_py {
  sg_py_kind kind;
  int64_t i;                    /* BOOL, INT */
  double f;                     /* FLOAT */
  const char *s;                /* TEXT: n bytes, then a zero */
  size_t n;                     /* TEXT, TUPLE, LIST, SLICE (3): their length */
  const struct sg_py **item;
  const sg_pycode *code;
} sg_py;

/* How a version lays out code objects. */
typedef enum sg_py_layout { SG_PY_27, SG_PY_30, SG_PY_38, SG_PY_311 } sg_py_layout;

struct sg_pycode {
  sg_py_layout layout;
  int64_t argc;
  const sg_py *code, *consts, *names;
  const sg_py *vars;            /* names of local variables; 3.11: of all, cells and free ones
                                 * too */
  const sg_py *kinds;           /* 3.11: what each of vars is; NULL before */
  const sg_py *free, *cell;     /* before 3.11; NULL since */
};

/* Reads one code object, which must fill the bytes exactly. Everything lives in mem. SG_EFORMAT. */
sg_status sg_py_read(const uint8_t *bytes, size_t n, sg_arena *mem, const sg_pycode **ret,
                     sg_err *err);

/* ---- Expressions ----------------------------------------------------------------------------- */

typedef enum sg_px_kind {
  SG_PX_ARG,      /* argument i of the function */
  SG_PX_FREE,     /* free variable i: a value of its closure */
  SG_PX_CONST,    /* v */
  SG_PX_NAME,     /* a global: s */
  SG_PX_ATTR,     /* item[0].s */
  SG_PX_CALL,     /* item[0](item[1], ...); the last n_key of them have the names `key` */
  SG_PX_INDEX,    /* item[0][item[1]] */
  SG_PX_LIST,     /* a tuple or list */
  SG_PX_SLICE,    /* item[0] : item[1] : item[2] */
  SG_PX_BINARY,   /* item[0] op item[1]; op is + - * / or ^ (power) */
  SG_PX_NEGATE,   /* -item[0] */
  SG_PX_NULL      /* the interpreter's own mark on the stack */
} sg_px_kind;

typedef struct sg_px {
  sg_px_kind kind;
  int64_t i;
  char op;
  const char *s;
  const sg_py *v;
  int n, n_key;
  const struct sg_px **item;
  const sg_py *key;
} sg_px;

/* The expression that the function returns. SG_EUNSUPPORTED when it is more than an expression, or
 * of a Python that is not known. */
sg_status sg_py_expr(const sg_pycode *code, sg_arena *mem, const sg_px **ret, sg_err *err);
/* The expression as Python would write it, cut to `size`; returns buf. Argument 0 is called x. */
char *sg_px_text(const sg_px *e, char *buf, size_t size);

#endif
