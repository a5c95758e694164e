/* import/absent.c: what the readers say that this build lacks a library for. */
#include "import/import.h"

#define KERAS_READERS 1

#if !defined(HAVE_PROTOBUF_C) || !defined(HAVE_HDF5) || !defined(HAVE_JANSSON) || \
    !defined(HAVE_LIBZIP) || !KERAS_READERS
static sg_status absent(const char *what, const char *package, sg_err *err)
{
  return sg_fail(err, SG_EUNSUPPORTED, "this build cannot read %s: install %s, then configure and "
                 "build again", what, package);
}
#endif

#ifndef HAVE_PROTOBUF_C
sg_status sg_import_onnx(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err)
{
  (void)path, (void)m, (void)o;
  return absent("ONNX", "libprotobuf-c-dev and protobuf-c-compiler", err);
}
#endif

#if !defined(HAVE_HDF5) || !defined(HAVE_JANSSON) || !KERAS_READERS
sg_status sg_import_keras_h5(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err)
{
  (void)path, (void)m, (void)o;
  return absent("Keras HDF5", "libhdf5-dev and libjansson-dev", err);
}

sg_status sg_import_keras_json(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err)
{
  (void)path, (void)m, (void)o;
  return absent("Keras JSON", "libhdf5-dev and libjansson-dev", err);
}
#endif

#if !defined(HAVE_HDF5) || !defined(HAVE_JANSSON) || !defined(HAVE_LIBZIP) || !KERAS_READERS
sg_status sg_import_keras_zip(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err)
{
  (void)path, (void)m, (void)o;
  return absent(".keras files", "libzip-dev, libhdf5-dev and libjansson-dev", err);
}
#endif
