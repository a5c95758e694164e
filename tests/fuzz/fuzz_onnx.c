/* tests/fuzz/fuzz_onnx.c: any bytes as an ONNX file: read, and planned for a short sequence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "import/onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read has to survive planning too: shapes and attributes are looked at there. */
static void plan(sg_model *m)
{
  sg_plan_opts po = sg_plan_opts_default();
  sg_plan *p = NULL;
  sg_err err;

  po.length = m->length ? 0 : 32;
  if (m->length <= 4096 && sg_plan_new(m, sg_ops(), &po, &p, &err) == SG_OK) sg_plan_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  sg_model_opts o = sg_model_opts_default();
  sg_model *m = calloc(1, sizeof(*m));
  uint8_t *copy = malloc(size ? size : 1);
  sg_err err;

  if (!m || !copy || sg_graph_new(&m->graph, &err)) abort();
  if (size) memcpy(copy, data, size);
  memcpy(m->alphabet, "ACGT", 5);
  if (sg_onnx_read(copy, size, ".", m, &o, &err) == SG_OK &&
      sg_model_find_dna(m, NULL, NULL, &err) == SG_OK)
    plan(m);
  sg_model_free(m);
  return 0;
}
