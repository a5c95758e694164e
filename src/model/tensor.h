/* model/tensor.h: shapes, the one law of memory order, and constant tensors.
 *
 * Contents
 *   1. sg_shape   logical axes as ONNX has them: N C L, N C H W
 *   2. strides    where element (i0, i1, ...) lies in memory
 *   3. sg_tensor  a constant: weight, index list, folded value
 *
 * The law of memory order. Activations (batched values) of rank >= 3 lie channels last: logical
 * [N][C][L] is in memory [N][L][C], [N][C][H][W] is [N][H][W][C], so that a position's channels,
 * and a window of positions, are contiguous. Activations of rank <= 2 and all constants lie
 * row-major as written. Code that walks elements asks sg_strides and is then right for both.
 */
#ifndef SG_MODEL_TENSOR_H
#define SG_MODEL_TENSOR_H

#include "seqgloss/base.h"
#include "base/arena.h"

#define SG_MAX_RANK 8

typedef enum sg_dtype { SG_F32 = 1, SG_DOUBLE = 2, SG_I64 = 3, SG_BOOL = 4, SG_TEXT = 5 } sg_dtype;

/* 1. Shapes. d[0] of a batched value is the number of items. */
typedef struct sg_shape {
  int nd;                  /* number of axes, 0 (a scalar) to SG_MAX_RANK */
  bool batched;            /* axis 0 is the batch; false for constants */
  int64_t d[SG_MAX_RANK];
} sg_shape;

/* Product of all axes (1 for a scalar). Shapes inside a plan never overflow: sg_shape_check has
 * seen them. */
int64_t sg_shape_count(const sg_shape *s);
/* Elements of one item of a batched value: the product of axes 1..; of everything when not
 * batched. */
int64_t sg_shape_item(const sg_shape *s);
/* Fails with SG_ESHAPE on a negative axis, a rank above SG_MAX_RANK, or a product above 2^28 (of
 * one item, for a batched value). */
sg_status sg_shape_check(const sg_shape *s, sg_err *err);
bool sg_shape_equal(const sg_shape *a, const sg_shape *b);
/* "N x 4 x 101" (the batch is written N), into `buf`; returns buf. */
char *sg_shape_text(const sg_shape *s, char *buf, size_t size);
/* -1 counts from the end; returns -1 when axis is not in [-nd, nd). */
int sg_axis(const sg_shape *s, int64_t axis);

/* 2. Element strides of each logical axis under the law of memory order. st[0] is the item's size
 * for a batched value. */
void sg_strides(const sg_shape *s, int64_t st[SG_MAX_RANK]);
/* The axes in memory order, slowest first: order[0] = 0, then 2.., then 1 for channels-last
 * values. */
void sg_memory_order(const sg_shape *s, int order[SG_MAX_RANK]);
/* True when the row-major and the memory order of `s` give the same sequence of elements. */
bool sg_is_row_major(const sg_shape *s);

/* 3. A constant tensor, row-major. */
typedef struct sg_tensor {
  sg_dtype dtype;          /* SG_F32: f, SG_DOUBLE: d (kept for float64 models and folding), SG_I64
                            * and SG_BOOL: i; SG_TEXT: no data */
  sg_shape shape;          /* batched is false */
  union { float *f; double *d; int64_t *i; void *p; } data;
} sg_tensor;

/* A zeroed tensor in `mem`; NULL when memory is short. */
sg_tensor *sg_tensor_new(sg_arena *mem, sg_dtype dtype, int nd, const int64_t *dims);
/* Element i (row-major) as a double or an integer, whatever the dtype. */
double sg_tensor_f64(const sg_tensor *t, int64_t i);
int64_t sg_tensor_i64(const sg_tensor *t, int64_t i);
/* integers are set exactly up to 2^53; larger ones through data.i */
void sg_tensor_set(sg_tensor *t, int64_t i, double value);
size_t sg_dtype_size(sg_dtype dtype);
const char *sg_dtype_name(sg_dtype dtype);

#endif
