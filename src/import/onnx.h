/* import/onnx.h: the parts of the ONNX reader, shared by its files only.
 *
 * onnx.c         the file: read, check, decode; operator sets, inputs, outputs
 * onnx_wire.c    is this a well-formed encoding? asked before the decoder sees it
 * onnx_tensor.c  tensors, beside the file too
 * onnx_attr.c    attributes
 * onnx_graph.c   nodes, in the scopes of functions and branches
 * onnx_rewrite.c idioms of exporters that merge the batch axis
 */
#ifndef SG_IMPORT_ONNX_H
#define SG_IMPORT_ONNX_H

#include "import/import.h"
#include "import/names.h"
#include "import/onnx.pb-c.h"

/* Operator sets that are understood. Older ones differ in the meaning of attributes (broadcasting);
 * newer ones are not known. */
#define SG_ONNX_OPSET_MIN 7
#define SG_ONNX_OPSET_MAX 23

/* One reading of a file. */
typedef struct sg_onnx {
  sg_graph *g;
  const sg_model_opts *opts;
  const char *dir;                      /* folder of the file, where external data may lie; NULL:
                                         * not known */
  const SgOnnx__Model *model;
  const SgOnnx__Tensor **pending;       /* [cap_pending] by value id: tensors not yet decoded,
                                         * because nothing has read them */
  int cap_pending;
  int depth;                            /* branches and functions that we are inside of */
  long nodes;                           /* nodes seen, those of functions once per call */
} sg_onnx;

/* Names in sight of a node. A function's scope has no parent, a branch's has. */
typedef struct sg_onnx_scope {
  const struct sg_onnx_scope *parent;
  sg_names *names;                      /* value name -> value id */
  const char *prefix;                   /* put before names of nodes and values: "" for the main
                                         * graph */
  SgOnnx__Opset **opset;                /* that of the model, or of the function */
  size_t n_opset;
  const SgOnnx__Node *call;             /* a function's: whose attributes its nodes may refer to;
                                         * else NULL */
  const SgOnnx__Function *function;
  const struct sg_onnx_scope *caller;   /* a function's: where `call` stands */
} sg_onnx_scope;

/* ---- onnx.c ---- */
/* Reads the file data[size], which it frees, into m; `dir` for external data. err is not NULL. */
sg_status sg_onnx_read(uint8_t *data, size_t size, const char *dir, sg_model *m,
                       const sg_model_opts *o, sg_err *err);

/* ---- onnx_wire.c ---- */
/* Fails unless data[size] is a well-formed encoding of `desc`: fields inside their parents, no
 * groups, not more messages than memory can be expected to hold. What passes can be decoded without
 * surprises. */
sg_status sg_onnx_wire_check(const ProtobufCMessageDescriptor *desc, const uint8_t *data,
                             size_t size, sg_err *err);

/* ---- onnx_tensor.c ---- */
/* The tensor `t` as a constant in `mem`. float16 and bfloat16 become float; all integers int64;
 * text has no data. `dir` is the folder for external data or NULL. Sizes are checked against the
 * bytes that are there before anything is allocated. */
sg_status sg_onnx_tensor(const SgOnnx__Tensor *t, const char *dir, sg_arena *mem,
                         const sg_tensor **ret, sg_err *err);
/* Our dtype for an ONNX element type; 0: none. *ret_name (nullable) is its name. */
sg_dtype sg_onnx_dtype(int32_t type, const char **ret_name);

/* ---- onnx_attr.c ---- */
/* The attributes of `node` into `attrs`; references to the caller's attributes are resolved through
 * the scope. */
sg_status sg_onnx_attrs(const sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                        sg_attrs *attrs, sg_err *err);
/* The attribute `name` of node, references resolved; NULL: not given. */
const SgOnnx__Attribute *sg_onnx_attr(const sg_onnx_scope *s, const SgOnnx__Node *node,
                                      const char *name);
/* The value of a node without inputs (Constant): *ret NULL when it has none that can be held
 * (text). */
sg_status sg_onnx_constant(const sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                           const sg_tensor **ret, sg_err *err);

/* ---- onnx_graph.c ---- */
/* Adds initialisers (decoded when first read), then nodes. */
sg_status sg_onnx_add_initializers(sg_onnx *x, const sg_onnx_scope *s, SgOnnx__Tensor **t, size_t n,
                                   sg_err *err);
sg_status sg_onnx_add_nodes(sg_onnx *x, const sg_onnx_scope *s, SgOnnx__Node **node, size_t n,
                            sg_err *err);
/* Value id of `name`, its tensor decoded (SG_NONE: an argument that a call left out); SG_EFORMAT
 * when nothing has defined it. `who` reads it. */
sg_status sg_onnx_resolve(sg_onnx *x, const sg_onnx_scope *s, const char *name, const char *who,
                          int *ret_id, sg_err *err);
/* Gives `name` the value id; refused when the scope has it already. */
sg_status sg_onnx_define(const sg_onnx_scope *s, const char *name, int id, const char *who,
                         sg_err *err);

#endif
