/* import/onnx_rewrite.h: idioms of exporters that merge the batch axis, rewritten so that they do
 * not. */
#ifndef SG_IMPORT_ONNX_REWRITE_H
#define SG_IMPORT_ONNX_REWRITE_H

#include "import/import.h"

/* Changes nodes of `g` in place. Fails only with SG_ENOMEM. */
sg_status sg_onnx_rewrite(sg_graph *g, sg_err *err);

#endif
