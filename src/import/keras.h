/* import/keras.h: what the files of the Keras reader share.
 *
 * Contents
 *   1. sg_h5        an HDF5 file, open for reading          (keras_h5.c)
 *   2. JSON         look-ups in configurations              (keras_json.c)
 *   3. sg_kmodel    the architecture as a graph of calls    (keras_config.c)
 *   4. weights      every layer's arrays                    (keras_weights.c)
 *   5. sg_kt, sg_kx one call of one layer being translated  (keras_call.c)
 *   6. building blocks of the translators
 *   7. the translators, one file per kind of layer          (keras_layers.c has the table)
 *   8. running the calls in order                           (keras_graph.c)
 *
 * Keras speaks of axes in its own order, batch first and usually channels last (N L C, N H W C);
 * the graph speaks ONNX (N C L, N C H W). A tensor under translation (sg_kt) carries its Keras
 * shape and how its axes map to those of the graph's value, so that every layer can ask for the map
 * it needs.
 */
#ifndef SG_IMPORT_KERAS_H
#define SG_IMPORT_KERAS_H

#include <jansson.h>

#include "import/import.h"

#define SG_KERAS_LAYERS 20000     /* layers in one file, nested ones included */
#define SG_KERAS_DEPTH 16         /* models within models */
#define SG_KERAS_WEIGHTS 16       /* arrays of one layer */
#define SG_KERAS_ELEMENTS ((int64_t) 1 << 28)   /* numbers in one array */

/* ---- 1. HDF5 --------------------------------------------------------------------------------- */

typedef struct sg_h5 sg_h5;

sg_status sg_h5_open(const char *path, sg_h5 **ret, sg_err *err);
/* From memory; the bytes are copied. */
sg_status sg_h5_open_image(const void *bytes, size_t n, sg_h5 **ret, sg_err *err);
void sg_h5_close(sg_h5 *h);                     /* NULL is fine */
/* True when `path` names an object that is reached through hard links only. */
bool sg_h5_has(const sg_h5 *h, const char *path);
/* Scalar attributes of the object `path`. A missing one gives *ret = NULL, or leaves *ret as it
 * is. */
sg_status sg_h5_text(const sg_h5 *h, const char *path, const char *name, sg_arena *mem,
                     const char **ret, sg_err *err);
sg_status sg_h5_int(const sg_h5 *h, const char *path, const char *name, int64_t *ret, sg_err *err);
/* A list of strings, also one split into name0, name1, ... A missing one gives *ret = NULL. An
 * empty array of any type is an empty list. */
sg_status sg_h5_texts(const sg_h5 *h, const char *path, const char *name, sg_arena *mem,
                      const char ***ret, int *ret_n, sg_err *err);
/* A dataset of numbers in `mem`: float64 stays SG_DOUBLE, everything else becomes SG_F32. */
sg_status sg_h5_array(const sg_h5 *h, const char *path, sg_arena *mem, const sg_tensor **ret,
                      sg_err *err);

/* ---- 2. JSON --------------------------------------------------------------------------------- */

/* Parses `n` bytes; `what` names them in messages. The caller owns *ret (json_decref). */
sg_status sg_kj_parse(const char *text, size_t n, const char *what, json_t **ret, sg_err *err);
/* The first of the '|'-separated keys that is there and not null; NULL. */
const json_t *sg_kj_get(const json_t *o, const char *keys);
const char *sg_kj_text(const json_t *o, const char *keys, const char *def);
bool sg_kj_bool(const json_t *o, const char *keys, bool def);
/* True when the value is a number (then *ret is set). */
bool sg_kj_number(const json_t *o, const char *keys, double *ret);
/* One to `max` integers: a number or a list. Returns how many, 0 when absent, -1 when malformed. */
int sg_kj_ints(const json_t *v, int64_t *ret, int max);

/* ---- 3. The architecture --------------------------------------------------------------------- */

/* Output `tensor` of call `call` of layer `layer` of the same model. */
typedef struct sg_kref { int layer, call, tensor; } sg_kref;

/* One call of a layer. */
typedef struct sg_kcall {
  sg_kref *ref; int n_ref;        /* its tensors, in order */
  const json_t *args, *kwargs;    /* everything as written, for raw operations */
} sg_kcall;

typedef struct sg_kmodel sg_kmodel;

typedef struct sg_klayer {
  const char *name;
  const char *type;               /* class, without a package prefix */
  const char *source;             /* "layer 'conv1d_3' (Conv1D)" */
  const json_t *config;           /* never NULL */
  bool raw;                       /* an operation of Keras 3 (keras.src.ops...), no layer */
  bool custom;                    /* registered by a package that is not Keras */
  sg_kmodel *model;               /* a nested model, or NULL */
  bool input;                     /* an InputLayer, or what stands for one */
  bool implied;                   /* made up: the file has no such layer */
  int nd;                         /* input layers: their shape, batch included; 0: unknown */
  int64_t d[SG_MAX_RANK];
  sg_dtype dtype;
  sg_kcall *call; int n_call;
  const sg_tensor *weight[SG_KERAS_WEIGHTS]; int n_weight;   /* in Keras' order */
  struct { const char *tag; int value; } made[SG_KERAS_WEIGHTS]; int n_made;   /* constants */
} sg_klayer;

struct sg_kmodel {
  const char *name;
  sg_klayer *layer; int n_layer;
  sg_kref *in, *out; int n_in, n_out;
};

/* One import. */
typedef struct sg_keras {
  sg_graph *graph;
  sg_arena *tmp;                  /* what dies with the import: architecture, raw weights */
  int version;                    /* major version of Keras: 0 .. 3 */
  bool theano;                    /* kernels are true convolutions: to be flipped */
  bool backend_known;             /* the file says which backend wrote it */
  bool channels_first;            /* some layer says so: inputs are N C ... */
  int n_layer, n_run;             /* layers, calls of models so far, for SG_KERAS_LAYERS */
  sg_kmodel *model;
} sg_keras;

/* Reads the architecture {"class_name": ..., "config": ...} (Keras 0.x: {"layers": ...}) into
 * k->model; the JSON must outlive it. SG_EFORMAT, SG_EUNSUPPORTED. */
sg_status sg_keras_config(sg_keras *k, const json_t *root, sg_err *err);
/* Reads the calls of m's layers, and m's inputs and outputs (keras_calls.c). */
sg_status sg_keras_calls(sg_keras *k, sg_kmodel *m, const json_t *config, const json_t *layers,
                         sg_err *err);
/* The same for a chain of layers. */
sg_status sg_keras_chain(sg_keras *k, sg_kmodel *m, sg_err *err);

/* ---- 4. Weights ------------------------------------------------------------------------------ */

/* Finds the arrays of every layer of k->model below the group `root` ("/", "model_weights"); the
 * layout (legacy, newer, numbered) is told by what is there. */
sg_status sg_keras_weights(sg_keras *k, const sg_h5 *h, const char *root, sg_err *err);
/* The legacy layout of Keras 1 and later (keras_legacy.c). */
sg_status sg_keras_legacy(sg_keras *k, const sg_h5 *h, const char *root, sg_err *err);
/* "Conv1DTranspose" -> "conv1d_transpose", as Keras 3 names groups. buf[size]; false: too long. */
bool sg_keras_snake(const char *type, char *buf, size_t size);
/* Reads one array and appends it to the layer's. */
sg_status sg_keras_append(sg_keras *k, const sg_h5 *h, const char *path, sg_klayer *layer,
                          sg_err *err);

/* ---- 5. A call under translation ------------------------------------------------------------- */

#define SG_KDIM_ANY (-1)

/* A tensor: Keras' shape d[nd] (d[0] is the batch; SG_KDIM_ANY: not known) and the graph's value.
 * cf: the value's axes are Keras' own ones; else Keras' last axis is the value's axis 1 and those
 * between follow. The two are the same for nd <= 2. */
typedef struct sg_kt { int value, nd; int64_t d[SG_MAX_RANK]; bool cf; } sg_kt;

typedef struct sg_kx {
  sg_keras *k;
  sg_klayer *layer;
  const sg_kcall *call;
  const char *type;               /* class being translated (the inner one of a wrapper) */
  const json_t *cfg;
  const char *label;              /* unique name of this call */
  int n_in;
  const sg_kt *in;
  sg_kt out;                      /* what the translator makes */
  int n_op;                       /* nodes made so far */
  int depth;                      /* wrappers around it */
} sg_kx;

typedef sg_status (*sg_ktranslate)(sg_kx *x, sg_err *err);

/* "layer 'name' (Class): <text>" with SG_EUNSUPPORTED, SG_ESHAPE, SG_EFORMAT. */
sg_status sg_kx_refuse(const sg_kx *x, sg_err *err, const char *fmt, ...) SG_PRINTF(3, 4);
sg_status sg_kx_misfit(const sg_kx *x, sg_err *err, const char *fmt, ...) SG_PRINTF(3, 4);
sg_status sg_kx_bad(const sg_kx *x, sg_err *err, const char *fmt, ...) SG_PRINTF(3, 4);
/* "10 x 4 x ?" without the batch. */
const char *sg_kt_text(const sg_kt *t, char *buf, size_t size);

/* ---- 6. Building blocks ---------------------------------------------------------------------- */

/* A node with one output. The first is called like the layer, further ones label/op. */
sg_status sg_kx_op(sg_kx *x, const char *op, int n_in, const int *in, sg_node_def **ret_node,
                   int *ret_value, sg_err *err);
/* One input, one output, on t in place; ret_node nullable. */
sg_status sg_kx_unary(sg_kx *x, const char *op, sg_kt *t, sg_node_def **ret_node, sg_err *err);
sg_status sg_kx_attr_int(sg_node_def *n, const char *name, int64_t v, sg_err *err);
sg_status sg_kx_attr_ints(sg_node_def *n, const char *name, const int64_t *v, int64_t count,
                          sg_err *err);
sg_status sg_kx_attr_float(sg_node_def *n, const char *name, double v, sg_err *err);
sg_status sg_kx_attr_text(sg_node_def *n, const char *name, const char *v, sg_err *err);
/* An int64 constant vector; a float32 scalar; a float32 vector. */
sg_status sg_kx_ints(sg_kx *x, const int64_t *v, int64_t n, int *ret_value, sg_err *err);
sg_status sg_kx_scalar(sg_kx *x, double v, int *ret_value, sg_err *err);
sg_status sg_kx_floats(sg_kx *x, const double *v, int64_t n, int *ret_value, sg_err *err);
/* The constant of this layer known as `tag`: shared by all calls of the layer. *t is made once: the
 * axes of `from` permuted (out axis i = in axis perm[i]; reversed where flip has bit i), then given
 * the shape d[nd]. */
typedef struct sg_kpack {
  const char *tag;
  const sg_tensor *from;
  int perm[SG_MAX_RANK];
  unsigned flip;
  int nd;
  int64_t d[SG_MAX_RANK];
} sg_kpack;
sg_status sg_kx_pack(sg_kx *x, const sg_kpack *p, int *ret_value, sg_err *err);
/* The same for a vector as it is (bias, gamma ...), of n elements. */
sg_status sg_kx_vector(sg_kx *x, const char *tag, const sg_tensor *from, int64_t n, int *ret_value,
                       sg_err *err);
/* n times the same number. */
sg_status sg_kx_filled(sg_kx *x, const char *tag, int64_t n, double v, int *ret_value, sg_err *err);
/* Checks that the layer has `n` arrays; the message names both numbers. */
sg_status sg_kx_need(const sg_kx *x, int n, sg_err *err);
/* Checks the shape of array i. SG_KDIM_ANY in d: any. */
sg_status sg_kx_shape(const sg_kx *x, int i, int nd, const int64_t *d, sg_err *err);
/* Graph axis of a Keras axis. */
int sg_kt_axis(const sg_kt *t, int axis);
/* Keras axis from a config (negative: from the end), or -1. */
int sg_kt_axis_of(const sg_kt *t, int64_t axis);
/* t with the wanted map of axes; a Transpose where that changes something. */
sg_status sg_kx_layout(sg_kx *x, sg_kt *t, bool cf, sg_err *err);
/* Checks rank: nd between lo and hi. */
sg_status sg_kx_rank(const sg_kx *x, const sg_kt *t, int lo, int hi, sg_err *err);
/* True when the config asks for channels first (data_format, dim_ordering). */
bool sg_kx_channels_first(const sg_kx *x);
/* Permutes by graph axes. */
sg_status sg_kx_transpose(sg_kx *x, sg_kt *t, const int *perm, sg_err *err);
/* Slices Keras axis `axis`; drops the axis with `drop` (then one position is taken). INT64_MIN and
 * INT64_MAX as start or stop: the end on that side. */
typedef struct sg_kslice { int64_t start, stop, step; bool drop; } sg_kslice;
sg_status sg_kx_slice(sg_kx *x, sg_kt *t, int n, const sg_kslice *s, sg_err *err);
/* ReduceMax, ReduceMean, ReduceSum, ReduceLogSumExp over a Keras axis. */
sg_status sg_kx_reduce(sg_kx *x, const char *op, sg_kt *t, int axis, bool keep, sg_err *err);
/* Two tensors that broadcast as Keras' merge layers do. */
sg_status sg_kx_binary(sg_kx *x, const char *op, const sg_kt *a, const sg_kt *b, sg_kt *out,
                       sg_err *err);
/* t (op) v, or v (op) t when `reversed`. */
sg_status sg_kx_binary_number(sg_kx *x, const char *op, sg_kt *t, double v, bool reversed,
                              sg_err *err);
/* Applies an activation: null, a name or a serialized layer. */
sg_status sg_kx_activation(sg_kx *x, const json_t *v, sg_kt *t, sg_err *err);
sg_status sg_kx_activation_name(sg_kx *x, const char *name, sg_kt *t, sg_err *err);
sg_status sg_kx_softmax(sg_kx *x, const char *op, sg_kt *t, int axis, sg_err *err);
/* Pads Keras axes 1.. by before[axis], after[axis] with `value`. */
sg_status sg_kx_pad(sg_kx *x, sg_kt *t, const int64_t *before, const int64_t *after, double value,
                    sg_err *err);

/* ---- 7. Translators -------------------------------------------------------------------------- */

/* Refuses a class that no call could translate, before weights are looked for. */
sg_status sg_keras_known(const sg_klayer *layer, sg_err *err);
/* True when layers of this class may hold weights. */
bool sg_keras_weighted(const char *type);
/* Translates by class; SG_EUNSUPPORTED with the remedy when the class is not known. */
sg_status sg_keras_translate(sg_kx *x, sg_err *err);

sg_status sg_keras_conv(sg_kx *x, sg_err *err);            /* keras_conv.c */
sg_status sg_keras_depthwise(sg_kx *x, sg_err *err);
sg_status sg_keras_separable(sg_kx *x, sg_err *err);
sg_status sg_keras_transposed(sg_kx *x, sg_err *err);      /* keras_deconv.c */
sg_status sg_keras_dense(sg_kx *x, sg_err *err);           /* keras_dense.c */
sg_status sg_keras_local(sg_kx *x, sg_err *err);
sg_status sg_keras_distributed(sg_kx *x, sg_err *err);
sg_status sg_keras_pool(sg_kx *x, sg_err *err);            /* keras_pool.c */
sg_status sg_keras_global(sg_kx *x, sg_err *err);
sg_status sg_keras_batchnorm(sg_kx *x, sg_err *err);       /* keras_norm.c */
sg_status sg_keras_layernorm(sg_kx *x, sg_err *err);
sg_status sg_keras_groupnorm(sg_kx *x, sg_err *err);
sg_status sg_keras_act(sg_kx *x, sg_err *err);             /* keras_act.c */
sg_status sg_keras_act_string(sg_kx *x, sg_err *err);
sg_status sg_keras_identity(sg_kx *x, sg_err *err);        /* keras_shape.c */
sg_status sg_keras_flatten(sg_kx *x, sg_err *err);
sg_status sg_keras_reshape(sg_kx *x, sg_err *err);
sg_status sg_keras_permute(sg_kx *x, sg_err *err);
sg_status sg_keras_repeat(sg_kx *x, sg_err *err);
sg_status sg_keras_pad(sg_kx *x, sg_err *err);             /* keras_window.c */
sg_status sg_keras_crop(sg_kx *x, sg_err *err);
sg_status sg_keras_upsample(sg_kx *x, sg_err *err);
sg_status sg_keras_merge(sg_kx *x, sg_err *err);           /* keras_merge.c */
sg_status sg_keras_merge_mode(sg_kx *x, sg_err *err);
sg_status sg_keras_concat(sg_kx *x, sg_err *err);
sg_status sg_keras_dot(sg_kx *x, sg_err *err);
sg_status sg_keras_tf_op(sg_kx *x, sg_err *err);           /* keras_op.c */
sg_status sg_keras_tf_slice(sg_kx *x, sg_err *err);
sg_status sg_keras_raw_op(sg_kx *x, sg_err *err);
sg_status sg_keras_lambda(sg_kx *x, sg_err *err);          /* keras_lambda.c */

/* A function by its last name ("reduce_max", "pad", "relu") on t, in place: what raw operations and
 * Lambdas share (keras_function.c). args: what follows the tensor; kwargs: an object or NULL. */
sg_status sg_keras_function(sg_kx *x, const char *name, sg_kt *t, const json_t *args,
                            const json_t *kwargs, sg_err *err);
/* t[index]: a list of {"start", "stop", "step"} objects, whole numbers and "..." */
sg_status sg_keras_getitem(sg_kx *x, sg_kt *t, const json_t *index, sg_err *err);
/* "Add" and its like for a name ("add", "multiply" ...); NULL. */
const char *sg_keras_binary_op(const char *name);

/* Convolution of t by parameters, shared by the dense layers (kernel 1). */
typedef struct sg_kconv {
  int nd;                         /* spatial axes */
  int64_t kernel[2], stride[2], dilation[2];
  int64_t groups;
  const char *padding;            /* "valid", "same", "causal", "full" */
} sg_kconv;
sg_status sg_kconv_read(const sg_kx *x, int nd, sg_kconv *c, sg_err *err);
/* A Conv node: w[out][in/groups][kernel...], b or SG_NONE; sets t's shape. t is laid out
 * already. */
sg_status sg_kconv_node(sg_kx *x, const sg_kconv *c, sg_kt *t, int w, int b, int64_t out,
                        sg_err *err);
/* Length of a window operation's output: SG_KDIM_ANY stays so; -1 with an error when it is < 1. */
sg_status sg_kconv_length(const sg_kx *x, const sg_kconv *c, int axis, int64_t in, int64_t *ret,
                          sg_err *err);

/* ---- 8. Running ------------------------------------------------------------------------------ */

/* Refuses classes that cannot be translated, in all models. */
sg_status sg_keras_check(const sg_kmodel *m, sg_err *err);
/* Translates all calls of k->model into k->graph: inputs, nodes, outputs. */
sg_status sg_keras_run(sg_keras *k, sg_err *err);

#endif
