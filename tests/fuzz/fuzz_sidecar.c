/* tests/fuzz/fuzz_sidecar.c: any bytes as a sidecar, for a network of two outputs. */
#include <stdint.h>
#include <stdlib.h>

#include "import/sidecar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  sg_sidecar sc = { .path = NULL };
  sg_model *m = calloc(1, sizeof(*m));
  sg_err err;

  if (!m || sg_graph_new(&m->graph, &err) ||
      sg_graph_add_output(m->graph, "y", sg_graph_add_value(m->graph, "y"), false) ||
      (size % 2 && sg_graph_add_output(m->graph, "z", 0, false)))
    abort();
  if (sg_sidecar_parse((const char *)data, size, &sc, &err) == SG_OK)
    sg_sidecar_targets(&sc, m, &err);
  sg_sidecar_release(&sc);
  sg_model_free(m);
  return 0;
}
