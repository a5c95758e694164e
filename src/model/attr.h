/* model/attr.h: named attributes of a node, spelled as ONNX spells them. */
#ifndef SG_MODEL_ATTR_H
#define SG_MODEL_ATTR_H

#include "model/tensor.h"

typedef enum sg_attr_kind { SG_ATTR_INT, SG_ATTR_FLOAT, SG_ATTR_STRING, SG_ATTR_INTS,
                            SG_ATTR_FLOATS, SG_ATTR_TENSOR, SG_ATTR_OTHER } sg_attr_kind;

typedef struct sg_attr {
  const char *name;
  sg_attr_kind kind;       /* OTHER: graphs, sparse tensors ...: present, cannot be read; ops refuse
                            * it by name */
  int64_t n;               /* elements of INTS, FLOATS */
  union { int64_t i; double f; const char *s; const int64_t *ints; const double *floats;
          const sg_tensor *tensor; } v;
  struct sg_attr *next;
} sg_attr;

/* A list of attributes that lives in `mem`. */
typedef struct sg_attrs { sg_attr *first; sg_arena *mem; } sg_attrs;

const sg_attr *sg_attr_find(const sg_attrs *a, const char *name);   /* NULL: not given */
/* Setters copy what they are given; SG_ENOMEM is their only failure. A name set twice keeps the
 * later value. */
sg_status sg_attr_set_int(sg_attrs *a, const char *name, int64_t value);
sg_status sg_attr_set_float(sg_attrs *a, const char *name, double value);
sg_status sg_attr_set_string(sg_attrs *a, const char *name, const char *value);
sg_status sg_attr_set_ints(sg_attrs *a, const char *name, const int64_t *values, int64_t n);
sg_status sg_attr_set_floats(sg_attrs *a, const char *name, const double *values, int64_t n);
/* borrowed */
sg_status sg_attr_set_tensor(sg_attrs *a, const char *name, const sg_tensor *tensor);
sg_status sg_attr_set_other(sg_attrs *a, const char *name);

#endif
