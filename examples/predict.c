/* examples/predict.c: the shortest way from a model file and a sequence to numbers, with the
 * installed library.
 *
 *   cc predict.c $(pkg-config --cflags --libs seqgloss) -o predict
 *   ./predict model.h5 ACGTTGCA...
 *
 * A model is loaded once, a plan fixes the input length, and an exec is the scratch of one thread.
 * Every call says what went wrong through sg_err; nothing is printed and nothing is kept by the
 * library itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seqgloss/engine.h>
#include <seqgloss/model.h>
#include <seqgloss/seq.h>

/* The sequence as the codes of the model's alphabet, for a plan of its length. */
static sg_status encode(const sg_model *model, const char *sequence, uint8_t *codes, sg_err *err) {
  sg_alphabet alphabet;
  sg_status status = sg_alphabet_init(&alphabet, sg_model_alphabet(model), sg_model_n_base(model),
                                      err);
  if (status) return status;
  int64_t bad = sg_encode(&alphabet, sequence, (int64_t)strlen(sequence), codes);
  if (bad >= 0) return sg_fail(err, SG_EINVAL, "'%c' is no letter of DNA", sequence[bad]);
  return SG_OK;
}

/* Evaluates one sequence and prints every output, one unit a line. */
static sg_status predict(const sg_model *model, const char *sequence, sg_err *err) {
  sg_plan_opts opts = sg_plan_opts_default();
  sg_plan *plan = NULL;
  sg_exec *exec = NULL;
  uint8_t *codes = malloc(strlen(sequence) + 1);
  float *y = NULL;
  sg_status status = codes ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");

  /* The networks of data/ fix their length; those that leave it open take the sequence's. */
  if (sg_model_length(model) == 0) opts.length = (int64_t)strlen(sequence);
  if (!status) status = sg_plan_new(model, sg_ops(), &opts, &plan, err);
  if (!status && sg_plan_length(plan) != (int64_t)strlen(sequence))
    status = sg_fail(err, SG_ESHAPE, "the model reads %lld bases, the sequence has %zu",
                     (long long)sg_plan_length(plan), strlen(sequence));
  if (!status) status = encode(model, sequence, codes, err);
  if (!status) status = sg_exec_new(plan, 1, 0, &exec, err);
  sg_input input = { .codes = codes };
  if (!status) status = sg_exec_forward(exec, 1, &input, err);

  for (int o = 0; !status && o < sg_plan_outputs(plan); o++) {
    sg_io_info info;
    status = sg_plan_output_info(plan, o, &info);
    if (status) break;
    free(y);
    y = malloc((size_t)info.units * sizeof *y);
    status = y ? sg_exec_output(exec, o, false, y, err) : sg_fail(err, SG_ENOMEM, "out of memory");
    for (int64_t u = 0; !status && u < info.units; u++)
      printf("%s[%lld]\t%.7g\n", info.name, (long long)u, (double)y[u]);
  }
  free(y);
  free(codes);
  sg_exec_free(exec);
  sg_plan_free(plan);
  return status;
}

int main(int argc, char **argv) {
  sg_err err = { 0 };
  sg_model *model = NULL;
  if (argc != 3) {
    fprintf(stderr, "usage: predict MODEL SEQUENCE\n");
    return 2;
  }
  sg_model_opts opts = sg_model_opts_default();
  sg_status status = sg_model_load(argv[1], sg_ops(), &opts, &model, &err);
  if (!status) status = predict(model, argv[2], &err);
  if (status) fprintf(stderr, "predict: %s\n", err.text);
  sg_model_free(model);
  return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
