/* import/import.h: readers of network files, one entry point per container.
 *
 * A reader receives a model whose graph is new and empty and fills
 *   m->graph    inputs, nodes in topological order, constants, outputs
 *   m->format   "Keras 2.15.0 HDF5", "ONNX opset 13 (pytorch 2.13.0)"; in m->graph->mem
 * and nothing else: sg_model_load (load.c) makes the model, takes the digest, reads the sidecar,
 * looks for the DNA input, and frees everything when a reader fails. Messages of readers do not
 * name the file: sg_model_load puts the path in front.
 *
 * The contents decide which reader is asked, never the name. A build without a library has the
 * reader all the same: it fails with SG_EUNSUPPORTED and names the package to install and rebuild
 * with.
 */
#ifndef SG_IMPORT_IMPORT_H
#define SG_IMPORT_IMPORT_H

#include "model/model.h"

/* Keras HDF5 holding architecture and weights. */
sg_status sg_import_keras_h5(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err);
/* Keras 2.12+ and 3: a zip of config.json, metadata.json and model.weights.h5. */
sg_status sg_import_keras_zip(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err);
/* Keras architecture as JSON; the weights are in the HDF5 file o->weights (refused without). */
sg_status sg_import_keras_json(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err);
/* ONNX, protobuf encoded. */
sg_status sg_import_onnx(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err);

#endif
