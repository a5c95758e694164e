/* model/op.h: what the toolkit knows about a layer type. One const sg_op per file in src/ops/.
 *
 * Contents
 *   1. sg_slab, sg_call   what forward and vjp receive
 *   2. sg_node            a node of a plan, as configure and infer fill it
 *   3. sg_interval        reach and need
 *   4. sg_sample          random valid nodes for the laws
 *   5. sg_op              the table itself
 *   6. helpers for op files
 *
 * Files that include this header are compiled twice (base/real.h). Data pointers are void here and
 * `real *` in the op files.
 */
#ifndef SG_MODEL_OP_H
#define SG_MODEL_OP_H

#include "base/real.h"
#include "base/rng.h"
#include "model/attr.h"
#include "model/graph.h"

/* Families that attribution methods reason about: one rule per family and method. A family belongs
 * to a node, not to an op: a product with a constant is LINEAR, of two activations PRODUCT. */
typedef enum sg_family {
  SG_LINEAR,       /* y = A(W) x + b, jointly linear in all activations */
  SG_ELEMENTWISE,  /* y[i] = f(x[i]) */
  SG_SELECT,       /* y[i] = x[s(i)], s depends on x */
  SG_PRODUCT,      /* bilinear in two activations (or a quotient, power of them) */
  SG_COUPLED,      /* softmax, layer norm: every output depends nonlinearly on several inputs */
  SG_GATE          /* comparisons, where: piecewise, the gradient passes the chosen branch only */
} sg_family;

/* ---- 1. What forward and vjp receive --------------------------------------------------------- */

#define SG_MAX_SYMBOLS 16

/* The alphabet of coded input: column s of the one-hot matrix is col[s][C]. */
typedef struct sg_symbols {
  int n, channels;                                     /* symbols, columns of the model's input */
  float col[SG_MAX_SYMBOLS][SG_MAX_SYMBOLS];           /* [n][channels] */
} sg_symbols;

/* n items of a tensor, or one window of each item along its position axis.
 *
 * Whole tensor: axis = 0, start = NULL. Window: shape.d[axis] is the common width, item i holds
 * positions start[i] .. start[i] + width of the `full` ones. Memory is dense, in the order of
 * sg_strides(&shape). A constant has shape.batched = false and is shared by all items. Positions
 * outside an input window read as ZERO: in VALUE calls the engine has seen to it that the window
 * covers what `need` says (clipped to the tensor), in DELTA calls zero is what is meant. Positions
 * outside the tensor itself are the op's padding, as in a whole call. */
typedef struct sg_slab {
  void *data;                   /* real *; NULL when absent, or when given as codes */
  const uint8_t *codes;         /* [n][width]; only for nodes with SG_NODE_CODES, input 0 */
  const sg_symbols *symbols;
  sg_shape shape;
  int axis;
  int64_t full;
  const int64_t *start;
} sg_slab;

enum {
  SG_CALL_DELTA = 1,   /* LINEAR nodes: inputs are differences; drop biases and constant padding */
};

typedef struct sg_node sg_node;

typedef struct sg_call {
  const sg_node *node;
  const void *kernels;          /* const SG_REAL(sg_kernels) *, see kernels/kernels.h */
  const void *prep;             /* what prepare made, or NULL: then compute from the weights as they
                                 * are given in `in` */
  int64_t n;                    /* items */
  unsigned flags;
  sg_arena *tmp;                /* scratch of this thread, reset by the caller after the call */
  const sg_slab *in;            /* [node->n_in] */
  const sg_slab *out;           /* [node->n_out]; forward writes every element of data (windows
                                 * included) */
} sg_call;

/* ---- 2. Nodes -------------------------------------------------------------------------------- */

typedef struct sg_arg {
  int value;                    /* value id in the plan; SG_NONE: left out */
  sg_shape shape;               /* full shape; batched: d[0] is the plan's stand-in for N (see
                                 * sg_node.batch) */
  sg_dtype dtype;
  const sg_tensor *tensor;      /* constants: the data, row-major; NULL for activations */
} sg_arg;

enum {
  /* Set by configure or infer: forward can read input 0 as codes (a sum over look-up tables). The
   * plan clears it before prepare on every node that does not read the sequence. */
  SG_NODE_CODES = 1,
  /* Set by the plan on ops whose table says fuses_relu: forward ends in max(y, 0). */
  SG_NODE_RELU = 2,
  /* Set by configure or infer: the op's `update` serves this node. */
  SG_NODE_UPDATE = 4,
  /* And its `update_max`. */
  SG_NODE_UPDATE_MAX = 8,
  /* What attribution methods ask of a node beside its family. LINEAR: every output element is one
   * input element times a number, plus one (moves, batch norm, a product with a constant). */
  SG_NODE_CARRY = 16,
  /* LINEAR: the constant float inputs are W and b of y = W x + b, as forward and vjp read them. */
  SG_NODE_WEIGHTS = 32,
  /* Every output element is a function of the elements of the inputs that broadcast to its
   * place. */
  SG_NODE_BROADCAST = 64,
  /* SELECT, and GATE with `lines`: the smallest is selected, not the greatest. */
  SG_NODE_LEAST = 128,
  /* GATE with `lines`: of equal elements the last is selected, not the first. */
  SG_NODE_LAST = 256,
};

struct sg_node {
  const struct sg_op *op;
  const sg_node_def *def;       /* name, attributes, opset; const */
  sg_arena *mem;                /* for conf and whatever configure keeps; freed with the plan */
  int64_t batch;                /* the number that stands for N in shapes while they are inferred */
  int n_in, n_out;
  sg_arg *in, *out;             /* out[].shape and .dtype are infer's to fill; .batched too */
  sg_family family;             /* configure */
  unsigned flags;
  void *conf;                   /* configure: parsed attributes, in mem */
};

/* ---- 3. Intervals ---------------------------------------------------------------------------- */

/* Positions lo <= p < hi along a logical axis of a tensor. */
typedef struct sg_interval { int axis; int64_t lo, hi; } sg_interval;

/* ---- 4. Samples ------------------------------------------------------------------------------ */

/* What an op's `sample` fills: a random, valid and small node of its kind. Every call should vary
 * attributes, ranks and optional inputs, so that a few hundred calls cover the op. */
typedef struct sg_sample_in {
  sg_shape shape;               /* batched: d[0] is ignored */
  bool absent;                  /* an optional input left out */
  double lo, hi;                /* range of random values; lo == hi == 0: standard normal */
  const int64_t *ints;          /* int64 constant with these row-major values (shape.batched =
                                 * false); copied by the caller's arena */
  bool boolean;                 /* values 0 or 1 */
} sg_sample_in;

typedef struct sg_sample {
  sg_rng *rng;
  sg_arena *mem;
  sg_attrs *attrs;              /* set attributes here */
  int opset;                    /* default SG_OPSET_OWN; may be changed */
  int n_in, n_out;              /* default 1, 1 */
  sg_sample_in in[8];
  double kink;                  /* finite differences: inputs this close to a kink are redrawn by
                                 * the op's own choice; 0: smooth */
} sg_sample;

/* ---- 5. The table ---------------------------------------------------------------------------- */

/* Layers that gather positions (global pools, reductions, a dense layer behind a flatten): their
 * outputs from windows of changes and from what is kept of a base. */
typedef struct sg_collect {
  bool rows;                    /* multiplies changed rows of weights (what `info` calls it) */
  /* Whether it can be done when input 0, and no other, changes along `axis`. */
  bool (*can)(const sg_node *node, int axis);
  /* Bytes kept of a base. */
  size_t (*bytes)(const sg_node *node);
  /* Input 0 of the base (one item, whole) changed at positions lo .. hi: brings `state` up to date
   * and writes the base's output, with the bits of forward. */
  sg_status (*base)(const sg_call *base, int64_t lo, int64_t hi, void *state);
  /* c->in[0]: windows of c->n items that cover what differs from the base; c->out[0]: whole. What
   * an item gives does not depend on how much wider its window is than need be. */
  sg_status (*eval)(const sg_call *c, const sg_call *base, const void *state);
  /* (optional) Maxima over all positions: the greatest of the base before lo and from hi on, one
   * number a channel. false: not of all positions. */
  bool (*sides)(const sg_node *node, const void *state, int64_t lo, int64_t hi,
                const void **ret_before, const void **ret_behind);
} sg_collect;

typedef struct sg_op {
  const char *name;             /* ONNX op_type, or "seqgloss::Name" */
  const char *summary;          /* one line for `list ops` */
  int min_in, max_in;           /* numbers of inputs, optional ones included; max_in -1: any */
  int min_out, max_out;
  int since;                    /* first opset whose form of this op is read (7: from the
                                 * beginning) */
  bool smooth;                  /* false: has kinks or jumps (tests keep away from them) */
  bool fuses_relu;              /* forward obeys SG_NODE_RELU (never set on plans made for
                                 * gradients, nor in DELTA calls) */

  /* Reads attributes and constant inputs into node->conf; sets family and flags. Refuses what it
   * cannot do with sg_node_refuse. May be called again after the plan has replaced a constant input
   * (batch norm folded into a convolution). */
  sg_status (*configure)(sg_node *node, sg_err *err);
  /* Fills out[].shape, out[].dtype from in[].shape. SG_ESHAPE with a message when they do not
   * fit. */
  sg_status (*infer)(sg_node *node, sg_err *err);
  /* (optional) Constant folding for other than float data, or of shapes: Shape, Gather of integers,
   * Range ... Inputs in node->in[].tensor (an activation has tensor NULL, its shape is known).
   * Called after configure, before infer, when every input is a constant or when forward is NULL.
   * Makes out[k] in node->mem. Returns SG_EUNSUPPORTED when it must be evaluated by infer and
   * forward instead (in double, one item, slabs with shape.batched = false). */
  sg_status (*fold)(sg_node *node, const sg_tensor **out, sg_err *err);
  /* (optional) Packs weights once per plan into mem; the result is shared by all threads. */
  sg_status (*prepare)(const sg_node *node, const void *kernels, bool backward, sg_arena *mem,
                       const void **prep, sg_err *err);
  /* y = f(x). All inputs, weights included, come as arguments. */
  sg_status (*forward)(const sg_call *c);
  /* Adds the vector-Jacobian products: gin[k] += (d out / d in[k])^T gout, for every k with
   * gin[k].data != NULL (constants included: the sum over items). c->out holds the outputs of
   * forward. Whole tensors only (no windows). NULL: integer or shape op. */
  sg_status (*vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin);
  /* (optional) Of a SELECT op with one input: at[n][item of out] = place, within the input's item,
   * of the element that each output element is, to which vjp gives its gradient; -1: none. Whole
   * tensors of less than 2^31 elements. */
  sg_status (*pick)(const sg_call *c, int32_t *at);
  /* Positions of output o that can change when positions *in of input k do; need: positions of
   * input k that positions *out of output o are computed from (clipped to the tensor). Exact: no
   * smaller interval holds for all inputs. false: no interval form, all of it. */
  bool (*reach)(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out);
  bool (*need)(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in);
  /* (optional) Windows of out[0] from the base's output and from what differs: cheaper than forward
   * where an edit is narrow. c->in[0]: windows that cover what differs from the base; c->out[0]:
   * windows that cover what that reaches. base: the base, one item, whole; its out[0] is from
   * before a fused relu. Only for nodes with SG_NODE_UPDATE. */
  sg_status (*update)(const sg_call *c, const sg_call *base);
  /* (optional) The greatest per channel of the outputs that one changed position touches: what a
   * pool over all positions wants of an update. c->in[0] is codes, one position changed in each
   * item; y[n] points to an item's [channels], or to nothing: not wanted. `memo`: zeros at first,
   * update_max_bytes long, the op's own from call to call of a session. Nodes with
   * SG_NODE_UPDATE_MAX. */
  sg_status (*update_max)(const sg_call *c, const sg_call *base, void *memo, void *const *y);
  size_t (*update_max_bytes)(const sg_node *node);
  /* (GATE that is no broadcast) The output says where each line of input 0 has its greatest
   * element, and nothing else: as a number a line, or marked in the input's shape. Sets along[a] of
   * the axes of input 0 that lie within a line; the others are false. */
  void (*lines)(const sg_node *node, bool *along);
  const sg_collect *collect;    /* (optional) */
  /* Multiply-adds of one item (0: elementwise and data movement are not counted). (optional) */
  int64_t (*madds)(const sg_node *node);
  void (*sample)(sg_sample *s);
} sg_op;

/* The ops of one precision, in the order of the source list, ended by NULL. */
typedef struct sg_registry { const sg_op *const *f32, *const *f64; } sg_registry;

const sg_op *sg_op_find(const sg_op *const *ops, const char *op_type);

/* ---- 6. Helpers ------------------------------------------------------------------------------ */

/* Fails with SG_EUNSUPPORTED and "layer 'NAME' (OP): <text>". */
sg_status sg_node_refuse(const sg_node *node, sg_err *err, const char *fmt, ...) SG_PRINTF(3, 4);
/* The same with SG_ESHAPE. */
sg_status sg_node_misfit(const sg_node *node, sg_err *err, const char *fmt, ...) SG_PRINTF(3, 4);

/* Attributes with defaults. A wrong kind is refused: check the status. */
sg_status sg_node_int(const sg_node *node, const char *name, int64_t def, int64_t *ret,
                      sg_err *err);
sg_status sg_node_float(const sg_node *node, const char *name, double def, double *ret,
                        sg_err *err);
sg_status sg_node_string(const sg_node *node, const char *name, const char *def, const char **ret,
                         sg_err *err);
/* *ret_n = 0 and *ret = NULL when the attribute is not given. */
sg_status sg_node_ints(const sg_node *node, const char *name, const int64_t **ret, int64_t *ret_n,
                       sg_err *err);
sg_status sg_node_floats(const sg_node *node, const char *name, const double **ret, int64_t *ret_n,
                         sg_err *err);
/* Integers given as attribute `name` (older opsets) or as constant input k (newer): the first that
 * is there. A non-constant input is refused. */
sg_status sg_node_ints_or_input(const sg_node *node, const char *name, int k, const int64_t **ret,
                                int64_t *ret_n, sg_err *err);

static inline bool sg_node_has(const sg_node *node, int k)
{
  return k < node->n_in && node->in[k].value != SG_NONE;
}
static inline bool sg_node_is_const(const sg_node *node, int k)
{
  return sg_node_has(node, k) && node->in[k].tensor != NULL;
}
/* Number of inputs that are activations. */
int sg_node_activations(const sg_node *node);

/* Numpy's broadcasting of the shapes of two or more inputs; batched when any is. An input of lower
 * rank that is batched is refused when its batch axis would not meet the others' axis 0. */
sg_status sg_infer_broadcast(sg_node *node, int n, sg_err *err);
/* out[0].shape = in[0].shape, dtype likewise. The infer of elementwise ops. */
sg_status sg_infer_same(sg_node *node, sg_err *err);

/* sg_shape_check, and at most 2^25 elements: what a file of a few bytes can make us compute at
 * load. */
sg_status sg_fold_check(const sg_node *node, const sg_shape *s, sg_err *err);

/* reach/need of ops that keep positions in place (elementwise, per-position). */
bool sg_reach_same(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out);
bool sg_need_same(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in);
/* reach/need of ops without an interval form. */
bool sg_reach_all(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out);
bool sg_need_all(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in);

/* First position of item i's window (0 for whole tensors). */
static inline int64_t sg_slab_start(const sg_slab *s, int64_t i)
{
  return s->start ? s->start[i] : 0;
}
/* Elements between items: the item size, or 0 for a constant. */
static inline int64_t sg_slab_pitch(const sg_slab *s)
{
  return s->shape.batched ? sg_shape_item(&s->shape) : 0;
}

#endif
