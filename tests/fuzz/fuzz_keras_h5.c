/* fuzz/fuzz_keras_h5.c: Keras models in HDF5.
 *
 * The mutator keeps the file valid HDF5 and changes what is in it: the architecture's JSON, names
 * of layers and weights, shapes and types of datasets, links. Single bytes are left to the seeds'
 * damaged copies: what those break lies in libhdf5.
 */
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "import/keras.h"
#include "mutate_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char path[64];
  sg_err err;
  sg_model m = {.format = NULL};
  int fd = memfd_create("fuzz.h5", 0);
  if (fd < 0) return 0;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (write(fd, data, size) == (ssize_t) size && sg_graph_new(&m.graph, &err) == SG_OK) {
    sg_status st = sg_import_keras_h5(path, &m, NULL, &err);
    if (st && strchr(err.text, '\n')) abort();   /* a message is one line */
    sg_graph_free(m.graph);
  }
  close(fd);
  return 0;
}

/* ---- Mutations ------------------------------------------------------------------------------- */

/* An object of the file, chosen at random. */
typedef struct choice { uint32_t *state; unsigned seen; char path[512]; H5O_type_t type; } choice;

static herr_t choose(hid_t at, const char *name, const H5O_info_t *info, void *data)
{
  (void) at;
  choice *c = data;
  if (strlen(name) < sizeof c->path && fuzz_below(c->state, ++c->seen) == 0) {
    memcpy(c->path, name, strlen(name) + 1);
    c->type = info->type;
  }
  return 0;
}

/* Writes a list of texts, or one, in place of attribute `name`. */
static void put_texts(hid_t obj, const char *name, const char *const *s, hsize_t n, bool fixed)
{
  H5Adelete(obj, name);
  hid_t type = H5Tcopy(H5T_C_S1), space = n ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
  H5Tset_size(type, fixed ? 24 : H5T_VARIABLE);
  hid_t a = H5Acreate2(obj, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  char flat[8][24] = {{0}};
  for (hsize_t i = 0; fixed && i < (n ? n : 1) && i < 8; i++) snprintf(flat[i], 24, "%s", s[i]);
  if (a >= 0) H5Awrite(a, type, fixed ? (const void *) flat : (const void *) s);
  if (a >= 0) H5Aclose(a);
  H5Sclose(space);
  H5Tclose(type);
}

static void mutate_config(hid_t file, uint32_t *state)
{
  char *text = NULL;
  hid_t a = H5Aopen(file, "model_config", H5P_DEFAULT);
  hid_t type = a >= 0 ? H5Aget_type(a) : -1;
  if (type >= 0 && H5Tis_variable_str(type) > 0 && H5Aread(a, type, &text) >= 0 && text) {
    size_t n;
    char *s = fuzz_mutate_json(text, strlen(text), state, &n);
    if (s) put_texts(file, "model_config", (const char *const[]){s}, 0, false);
    free(s);
    H5free_memory(text);
  }
  if (type >= 0) H5Tclose(type);
  if (a >= 0) H5Aclose(a);
}

static void mutate_names(hid_t file, const choice *c, uint32_t *state)
{
  static const char *const names[] = {"", "/", "kernel:0", "conv1d/kernel:0", "conv1d", "a/b/c",
                                      "..", "conv1d/bias:0", "level1", "dense", "2.0", "theano"};
  static const char *const attrs[] = {"weight_names", "layer_names", "weight_names0",
                                      "weight_names1", "keras_version", "backend", "nb_layers"};
  const char *s[8];
  for (int i = 0; i < 8; i++) s[i] = names[fuzz_below(state, sizeof names / sizeof *names)];
  hid_t obj = c->type == H5O_TYPE_GROUP ? H5Gopen2(file, c->path, H5P_DEFAULT) : -1;
  if (obj < 0) return;
  const char *attr = attrs[fuzz_below(state, sizeof attrs / sizeof *attrs)];
  if (fuzz_below(state, 4) == 0) H5Adelete(obj, attr);
  else put_texts(obj, attr, s, fuzz_below(state, 8), fuzz_below(state, 2));
  H5Gclose(obj);
}

/* A dataset of another shape, type, or storage in place of the chosen one. */
static void mutate_dataset(hid_t file, const choice *c, uint32_t *state)
{
  const hid_t types[] = {H5T_IEEE_F32LE, H5T_IEEE_F64BE, H5T_STD_I8LE, H5T_STD_U64LE, H5T_C_S1,
                         H5T_NATIVE_OPAQUE};
  hsize_t d[9];
  int nd = (int) fuzz_below(state, 10);
  for (int i = 0; i < nd; i++) d[i] = fuzz_below(state, 20) ? fuzz_below(state, 8) : 1u << 20;
  H5Ldelete(file, c->path, H5P_DEFAULT);
  hid_t space = H5Screate_simple(nd, d, NULL), plist = H5Pcreate(H5P_DATASET_CREATE);
  if (fuzz_below(state, 4) == 0) H5Pset_external(plist, "/etc/hostname", 0, H5F_UNLIMITED);
  hid_t s = H5Dcreate2(file, c->path, types[fuzz_below(state, 6)], space, H5P_DEFAULT, plist,
                       H5P_DEFAULT);
  if (s >= 0) H5Dclose(s);
  H5Pclose(plist);
  H5Sclose(space);
}

static void mutate_link(hid_t file, const choice *c, uint32_t *state)
{
  H5Ldelete(file, c->path, H5P_DEFAULT);
  switch (fuzz_below(state, 4)) {
  case 0: H5Lcreate_soft("/model_weights", file, c->path, H5P_DEFAULT, H5P_DEFAULT); break;
  case 1:
    H5Lcreate_external("/etc/passwd", "/", file, c->path, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 2: H5Lcreate_hard(file, "/", file, c->path, H5P_DEFAULT, H5P_DEFAULT); break;
  default: break;
  }
}

static void mutate(hid_t file, uint32_t *state)
{
  choice c = {state, 0, "/", H5O_TYPE_GROUP};
  H5Ovisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, choose, &c);
  switch (fuzz_below(state, 6)) {
  case 0: mutate_names(file, &c, state); break;
  case 1: if (c.type == H5O_TYPE_DATASET) mutate_dataset(file, &c, state); break;
  case 2: if (strcmp(c.path, "/") != 0 && strcmp(c.path, ".") != 0) mutate_link(file, &c, state);
    break;
  default: mutate_config(file, state); break;
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
  uint32_t state = seed;
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, 1 << 14, false);
  H5Pset_file_image(access, data, size);
  hid_t file = H5Fopen("mutated", H5F_ACC_RDWR, access);
  if (file >= 0) {
    for (uint32_t k = 1 + fuzz_below(&state, 3); k > 0; k--) mutate(file, &state);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    ssize_t n = H5Fget_file_image(file, NULL, 0);
    if (n > 0 && (size_t) n <= max_size) size = (size_t) H5Fget_file_image(file, data, (size_t) n);
    H5Fclose(file);
  }
  H5Pclose(access);
  return size;
}
