/* golden/run_delta.c: edits of a base against full evaluation, on every network that reads DNA:
 * those of the source's tests and data, and of the shared data where it is there.
 */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "golden/editlab.h"
#include "golden/golden.h"

enum { OPEN_LENGTH = 160 };

static void check_file(const char *path)
{
  sg_model *model = NULL;
  sg_model_opts mo = sg_model_opts_default();
  sg_err err;
  if (sg_model_load(path, sg_ops(), &mo, &model, &err)) return;
  bool dna = false, four = strlen(sg_model_alphabet(model)) == 4;
  for (int i = 0; i < sg_model_inputs(model); i++) {
    sg_io_info info;
    dna |= !sg_model_input(model, i, &info) && info.dna;
  }
  if (dna && four) {
    sg_plan_opts po = sg_plan_opts_default();
    if (!sg_model_length(model)) po.length = OPEN_LENGTH;
    const char *slash = strrchr(path, '/');
    while (slash > path && slash[-1] != '/') slash--;
    editlab_check(slash, model, &po, SG_RC_NONE);
    po.float64 = true;
    editlab_check(slash, model, &po, SG_RC_NONE);
    po.float64 = false;
    if (strstr(path, "mafk") || strstr(path, "zeng")) editlab_check(slash, model, &po, SG_RC_MAX);
  }
  sg_model_free(model);
}

static bool ends_with(const char *path, const char *end)
{
  size_t n = strlen(path), m = strlen(end);
  return n > m && !strcmp(path + n - m, end);
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *where)
{
  (void) st, (void) where;
  if (kind == FTW_F && (ends_with(path, ".onnx") || ends_with(path, ".h5") ||
                        ends_with(path, ".keras")) && !strstr(path, "weights"))
    check_file(path);
  return 0;
}

static void walk(const char *top, const char *folder)
{
  char *path = top ? golden_path(top, folder) : NULL;
  if (path && golden_exists(path)) nftw(path, visit, 16, FTW_PHYS);
  else golden_skip(folder, "is not there");
  free(path);
}

int main(void)
{
  static const char *const own[] = { "data", "tests/golden/keras", "tests/golden/onnx" };
  static const char *const shared[] = { "data/golden/attribution", "data/golden/keras",
                                        "data/golden/onnx", "data/models/deepbind" };
  const char *one = getenv("SEQGLOSS_MODEL");      /* for a look at a single one */
  if (one) check_file(one);
  for (int i = 0; i < 3 && !one; i++) walk(golden_source(), own[i]);
  for (int i = 0; i < 4 && !one; i++) walk(golden_shared(), shared[i]);
  return golden_end();
}
