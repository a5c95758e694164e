/* import/keras_layers.c: the table of layers: class names of every version of Keras, how many
 * inputs they take, and who translates them; or why they are refused and what to do instead.
 *
 * A new layer is a row here and a translator.
 */
#include <string.h>

#include "import/keras.h"

enum { WEIGHTS = 1 };

typedef struct row {
  const char *types;             /* '|'-separated */
  int min_in, max_in;            /* max_in 0: any */
  unsigned flags;
  sg_ktranslate translate;       /* NULL: refused */
  const char *remedy;            /* what a refusal says */
} row;

#define RECURRENT "recurrent layers are not supported yet; networks of convolutions are"
#define ATTENTION "attention layers are not supported yet; networks of convolutions are"
#define VOLUMES "three-dimensional layers are not supported: sequences need one or two"
#define TOKENS "integer tokens are not supported: the network must take one-hot DNA"

static const row table[] = {
  {"Conv1D|Conv2D|Convolution1D|Convolution2D|AtrousConvolution1D|AtrousConvolution2D|"
   "AtrousConv1D|AtrousConv2D", 1, 1, WEIGHTS, sg_keras_conv, NULL},
  {"DepthwiseConv1D|DepthwiseConv2D", 1, 1, WEIGHTS, sg_keras_depthwise, NULL},
  {"SeparableConv1D|SeparableConv2D|SeparableConvolution1D|SeparableConvolution2D", 1, 1, WEIGHTS,
   sg_keras_separable, NULL},
  {"Conv1DTranspose|Conv2DTranspose|Convolution1DTranspose|Convolution2DTranspose", 1, 1, WEIGHTS,
   sg_keras_transposed, NULL},
  {"LocallyConnected1D", 1, 1, WEIGHTS, sg_keras_local, NULL},
  {"Dense|TimeDistributedDense", 1, 1, WEIGHTS, sg_keras_dense, NULL},
  {"TimeDistributed", 1, 1, WEIGHTS, sg_keras_distributed, NULL},
  {"MaxPooling1D|MaxPooling2D|MaxPool1D|MaxPool2D|AveragePooling1D|AveragePooling2D|AvgPool1D|"
   "AvgPool2D", 1, 1, 0, sg_keras_pool, NULL},
  {"GlobalMaxPooling1D|GlobalMaxPooling2D|GlobalMaxPool1D|GlobalMaxPool2D|GlobalAveragePooling1D|"
   "GlobalAveragePooling2D|GlobalAvgPool1D|GlobalAvgPool2D", 1, 1, 0, sg_keras_global, NULL},
  {"BatchNormalization|BatchNormalizationV1|BatchNormalizationV2", 1, 1, WEIGHTS,
   sg_keras_batchnorm, NULL},
  {"LayerNormalization", 1, 1, WEIGHTS, sg_keras_layernorm, NULL},
  {"GroupNormalization", 1, 1, WEIGHTS, sg_keras_groupnorm, NULL},
  {"Activation", 1, 1, 0, sg_keras_act_string, NULL},
  {"PReLU", 1, 1, WEIGHTS, sg_keras_act, NULL},
  {"ReLU|LeakyReLU|ELU|ThresholdedReLU|Softmax", 1, 1, 0, sg_keras_act, NULL},
  {"Dropout|SpatialDropout1D|SpatialDropout2D|GaussianNoise|GaussianDropout|AlphaDropout|"
   "ActivityRegularization|Identity", 1, 1, 0, sg_keras_identity, NULL},
  {"Flatten", 1, 1, 0, sg_keras_flatten, NULL},
  {"Reshape", 1, 1, 0, sg_keras_reshape, NULL},
  {"Permute", 1, 1, 0, sg_keras_permute, NULL},
  {"RepeatVector", 1, 1, 0, sg_keras_repeat, NULL},
  {"ZeroPadding1D|ZeroPadding2D", 1, 1, 0, sg_keras_pad, NULL},
  {"Cropping1D|Cropping2D", 1, 1, 0, sg_keras_crop, NULL},
  {"UpSampling1D|UpSampling2D", 1, 1, 0, sg_keras_upsample, NULL},
  {"Add|Subtract|Multiply|Average|Maximum|Minimum", 1, 0, 0, sg_keras_merge, NULL},
  {"Concatenate", 1, 0, 0, sg_keras_concat, NULL},
  {"Dot", 2, 2, 0, sg_keras_dot, NULL},
  {"Merge", 1, 0, 0, sg_keras_merge_mode, NULL},
  {"TFOpLambda", 1, 0, 0, sg_keras_tf_op, NULL},
  {"SlicingOpLambda", 1, 1, 0, sg_keras_tf_slice, NULL},
  {"Lambda", 1, 1, 0, sg_keras_lambda, NULL},
  {"LSTM|GRU|SimpleRNN|RNN|Bidirectional|ConvLSTM1D|ConvLSTM2D|CuDNNLSTM|CuDNNGRU", 0, 0, WEIGHTS,
   NULL, RECURRENT},
  {"MultiHeadAttention|GroupedQueryAttention|GroupQueryAttention|Attention|AdditiveAttention", 0, 0,
   WEIGHTS, NULL, ATTENTION},
  {"Conv3D|Convolution3D|MaxPooling3D|AveragePooling3D|GlobalMaxPooling3D|GlobalAveragePooling3D|"
   "Conv3DTranspose|ZeroPadding3D|Cropping3D|UpSampling3D", 0, 0, WEIGHTS, NULL, VOLUMES},
  {"Embedding", 0, 0, WEIGHTS, NULL, TOKENS},
  {"Masking", 0, 0, 0, NULL, "masked positions are not supported: train without a mask"},
};

/* True when `type` is one of the names in a row. */
static bool listed(const char *types, const char *type)
{
  size_t n = strlen(type);
  for (const char *p = types; *p; p += strcspn(p, "|"), p += *p == '|')
    if (strcspn(p, "|") == n && memcmp(p, type, n) == 0) return true;
  return false;
}

static const row *find(const char *type)
{
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (listed(table[i].types, type)) return &table[i];
  return NULL;
}

bool sg_keras_weighted(const char *type)
{
  const row *r = find(type);
  return r && (r->flags & WEIGHTS);
}

sg_status sg_keras_known(const sg_klayer *l, sg_err *err)
{
  if (l->raw || l->input) return SG_OK;
  const row *r = l->custom ? NULL : find(l->type);
  if (!r)
    return sg_fail(err, SG_EUNSUPPORTED,
                   "%s: no layer of Keras that is known here, and its code is not in the file: "
                   "replace it by standard layers, or export the model to ONNX", l->source);
  if (!r->translate) return sg_fail(err, SG_EUNSUPPORTED, "%s: %s", l->source, r->remedy);
  return SG_OK;
}

sg_status sg_keras_translate(sg_kx *x, sg_err *err)
{
  if (x->layer->raw) return sg_keras_raw_op(x, err);
  const row *r = find(x->type);
  if (!r || !r->translate) return sg_kx_refuse(x, err, "'%s' is not supported here", x->type);
  if (x->n_in < r->min_in || (r->max_in && x->n_in > r->max_in))
    return sg_kx_misfit(x, err, "is called with %d inputs", x->n_in);
  return r->translate(x, err);
}
