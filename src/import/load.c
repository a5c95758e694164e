/* import/load.c: sg_model_load: which reader, and what all networks have in common.
 *
 * Contents
 *   1. the kind of a file, by its contents
 *   2. the digest
 *   3. options and sidecar
 *   4. sg_model_load
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "import/import.h"
#include "import/sidecar.h"
#include "import/slurp.h"

/* ---- 1. The kind of a file ------------------------------------------------------------------- */

typedef sg_status (*reader)(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err);

static bool is_hdf5(const uint8_t *head, size_t n)
{
  static const uint8_t magic[8] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };

  return n >= sizeof(magic) && memcmp(head, magic, sizeof(magic)) == 0;
}

/* First byte of a JSON text: after a byte order mark and white space. */
static int first_character(const uint8_t *head, size_t n)
{
  size_t i = n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  while (i < n && isspace(head[i])) i++;
  return i < n ? head[i] : 0;
}

/* HDF5 may begin after a user block of 512 bytes or a power of two times that. */
static bool hdf5_behind_block(const char *path, uint64_t size)
{
  uint8_t head[8];

  for (uint64_t at = 512; at <= 1u << 20 && at + sizeof(head) <= size; at *= 2)
    if (sg_slurp_part(path, at, sizeof(head), head, NULL) == SG_OK && is_hdf5(head, sizeof(head)))
      return true;
  return false;
}

/* The reader for a file. What is nothing else is left to the ONNX reader, which has no magic number
 * to go by and says so when it is not ONNX either. */
static sg_status choose(const char *path, reader *ret, sg_err *err)
{
  uint8_t head[512];
  uint64_t size = 0;
  size_t n;
  sg_status st = sg_slurp_size(path, &size, err);

  if (st) return st;
  if (size == 0) return sg_fail(err, SG_EFORMAT, "the file is empty");
  n = size < sizeof(head) ? (size_t)size : sizeof(head);
  st = sg_slurp_part(path, 0, n, head, err);
  if (st) return st;
  if (is_hdf5(head, n) || hdf5_behind_block(path, size)) *ret = sg_import_keras_h5;
  else if (n >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0))
    *ret = sg_import_keras_zip;
  else if (first_character(head, n) == '{' || first_character(head,
      n) == '"') *ret = sg_import_keras_json;
  else *ret = sg_import_onnx;
  return SG_OK;
}

/* ---- 2. The digest --------------------------------------------------------------------------- */

static sg_status hash_file(sg_sha256 *sha, const char *path, sg_err *err)
{
  uint8_t buf[16384];
  FILE *f = fopen(path, "rb");
  size_t n;
  bool failed;

  if (!f) return sg_fail(err, SG_EIO, "%s: %s", path, strerror(errno));
  while ((n = fread(buf, 1, sizeof(buf), f)) > 0) sg_sha256_update(sha, buf, n);
  failed = ferror(f);
  fclose(f);
  return failed ? sg_fail(err, SG_EIO, "%s: cannot be read", path) : SG_OK;
}

/* Of the model file, with the weights file behind it where there is one. */
static sg_status take_digest(sg_model *m, const char *path, const char *weights, sg_err *err)
{
  sg_sha256 sha;
  sg_status st;

  sg_sha256_init(&sha);
  st = hash_file(&sha, path, err);
  if (!st && weights) st = hash_file(&sha, weights, err);
  if (!st) sg_sha256_hex(&sha, m->digest);
  return st;
}

/* ---- 3. Options and sidecar ------------------------------------------------------------------ */

/* What is said by the caller, else by the sidecar, else the default. */
static sg_status apply(sg_model *m, const sg_model_opts *o, const sg_sidecar *sc, sg_err *err)
{
  const char *alphabet = o->alphabet ? o->alphabet : sc->alphabet ? sc->alphabet : "ACGT";
  int64_t length = o->length ? o->length : sc->length;
  sg_status st = sg_alphabet_check(alphabet, err);

  if (st) return st;
  if (o->length < 0) return sg_fail(err, SG_EINVAL, "the length is negative");
  memcpy(m->alphabet, alphabet, strlen(alphabet) + 1);
  m->n_base = o->n_base ? o->n_base : sc->n_base ? sc->n_base : SG_N_ZERO;
  st = sg_model_find_dna(m, o->dna_input ? o->dna_input : sc->dna_input,
                         o->layout ? o->layout : sc->layout, err);
  if (st) return st;
  if (m->length && length && m->length != length)
    return sg_fail(err, SG_EINVAL, "the network takes sequences of %lld, not of %lld",
                   (long long)m->length, (long long)length);
  if (!m->length) m->length = length;
  return SG_OK;
}

/* ---- 4. sg_model_load ------------------------------------------------------------------------ */

/* Everything but the sidecar; messages get the path in front. */
static sg_status read_model(const char *path, sg_model *m, const sg_model_opts *o, sg_err *err)
{
  reader read = NULL;
  sg_status st = choose(path, &read, err);

  if (!st) st = sg_graph_new(&m->graph, err);
  if (!st) st = read(path, m, o, err);
  if (st) sg_fail_prefix(err, "%s: ", path);
  return st;
}

sg_status sg_model_load(const char *path, const sg_registry *ops, const sg_model_opts *opts,
                        sg_model **ret_model, sg_err *err)
{
  sg_model_opts o = opts ? *opts : sg_model_opts_default();
  sg_sidecar sc = { .path = NULL };
  sg_model *m = NULL;
  sg_err own;
  sg_status st;

  (void)ops;                            /* what the layers are is for the plan to find out */
  if (!err) err = &own;                 /* readers add to messages */
  if (ret_model) *ret_model = NULL;
  if (!path || !ret_model || (opts && opts->size != sizeof(o)) || (o.bind && (!o.bind_data ||
      !o.bind_count)))
    return sg_fail(err, SG_EINVAL, "sg_model_load: an argument is missing or of another version");
  m = calloc(1, sizeof(*m));
  if (!m) return sg_fail(err, SG_ENOMEM, "out of memory");
  m->dna = (sg_dna){ -1, -1, -1 };
  st = read_model(path, m, &o, err);
  if (!st) st = take_digest(m, path, o.weights, err);
  if (!st) st = sg_sidecar_read(o.sidecar, path, &sc, err);
  if (!st) {
    st = apply(m, &o, &sc, err);
    if (st) sg_fail_prefix(err, "%s: ", path);
  }
  if (!st) st = sg_sidecar_targets(&sc, m, err);
  if (!st && o.permute) sg_model_permute(m, o.permute);
  sg_sidecar_release(&sc);
  if (st) sg_model_free(m);
  else *ret_model = m;
  return st;
}
