/* tests/golden/run_models.c: published networks, and the six networks of the attribution folder,
 * against numbers of others.
 *
 * Contents
 *   1. sequences as one-hot columns
 *   2. tal_gata: three dialects, 800 predictions
 *   3. tal1: gradients of the logit by its authors
 *   4. dragonn, deepbind: they load and see their motif
 *   5. attribution networks: logits, outputs, gradients
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden/golden.h"

/* ---- 1. Sequences ------------------------------------------------------------------ */

typedef struct fasta { char **seq; int n; } fasta;

static fasta read_fasta(const char *path)
{
  fasta f = {0};
  FILE *in = fopen(path, "r");
  char line[4096];
  while (in && fgets(line, sizeof line, in)) {
    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] == '>') {
      f.seq = realloc(f.seq, (size_t) (f.n + 1) * sizeof *f.seq);
      f.seq[f.n++] = calloc(1, 1);
    } else if (f.n) {
      char **s = &f.seq[f.n - 1];
      size_t have = strlen(*s), more = strlen(line);
      *s = realloc(*s, have + more + 1);
      memcpy(*s + have, line, more + 1);
    }
  }
  if (in) fclose(in);
  return f;
}

static void free_fasta(fasta *f)
{
  for (int i = 0; i < f->n; i++) free(f->seq[i]);
  free(f->seq);
}

/* Codes of n sequences of length L. */
static uint8_t *codes_of(const fasta *f, int64_t L)
{
  uint8_t *c = malloc((size_t) (f->n * L) + 1);
  for (int i = 0; i < f->n; i++)
    for (int64_t l = 0; l < L; l++) {
      const char *at = strchr("ACGT", toupper((unsigned char) f->seq[i][l]));
      c[i * L + l] = at && *at ? (uint8_t) (at - "ACGT") : SG_CODE_N_ZERO;
    }
  return c;
}

/* Numbers of one line of a table from column `from` on, into v[most]. Returns how many. */
static int numbers(char *line, int from, double *v, int most)
{
  int column = 0, n = 0;
  for (char *p = line; *p && n < most; column++) {
    if (column >= from) v[n++] = strtod(p, NULL);
    p += strcspn(p, "\t\n");
    if (*p) p++;
  }
  return n;
}

/* ---- 2. tal_gata ------------------------------------------------------------------- */

static double gata_error(const char *dir, const fasta *f, const double *want, char *why)
{
  static const char *const names[] = {"keras1_tf", "keras1_theano", "keras2_conv1d"};
  double worst = 0;
  for (int k = 0; k < 3; k++) {
    char json[600], weights[600];
    sg_model_opts o = sg_model_opts_default();
    golden_net net;
    snprintf(json, sizeof json, "%s/models/tal_gata/%s.json", dir, names[k]);
    snprintf(weights, sizeof weights, "%s/models/tal_gata/%s.weights.h5", dir, names[k]);
    o.weights = weights;
    if (!golden_load(&net, json, &o, 0, f->n)) {
      snprintf(why, 900, "%s: %.800s", names[k], net.err.text);
      golden_unload(&net);
      return NAN;
    }
    uint8_t *c = codes_of(f, 200);
    sg_input in = {.codes = c};
    float *y = malloc((size_t) f->n * 3 * sizeof *y);
    if (sg_exec_forward(net.exec, f->n, &in, &net.err) ||
        sg_exec_output(net.exec, 0, false, y, &net.err))
      snprintf(why, 900, "%s: %.800s", names[k], net.err.text);
    double e = golden_error(y, want, f->n * 3);
    if (!(e <= worst)) worst = e;
    free(c);
    free(y);
    golden_unload(&net);
  }
  return worst;
}

static void tal_gata(const char *dir)
{
  char path[600], line[4096], why[1000] = "";
  snprintf(path, sizeof path, "%s/expected/talgata_test800.fa", dir);
  fasta f = read_fasta(path);
  snprintf(path, sizeof path, "%s/expected/talgata_test800_pred.tsv", dir);
  FILE *in = fopen(path, "r");
  double *want = malloc((size_t) f.n * 3 * sizeof *want + 8);
  int rows = 0;
  while (in && rows < f.n && fgets(line, sizeof line, in))
    if (line[0] != '#') rows += numbers(line, 4, want + 3 * rows, 3) == 3;
  if (in) fclose(in);
  double e = rows == 800 && f.n == 800 ? gata_error(dir, &f, want, why) : NAN;
  golden_ok(e <= 1e-5, "tal_gata: 800 predictions from three dialects", " error %.2g %s", e, why);
  free(want);
  free_fasta(&f);
}

/* ---- 3. tal1 ----------------------------------------------------------------------- */

/* Gradients [20][500][4] of the logit, position-major. */
static double tal1_error(const char *dir, const fasta *f, const double *want, char *why)
{
  char json[600], weights[600];
  sg_model_opts o = sg_model_opts_default();
  sg_plan_opts po = sg_plan_opts_default();
  sg_model *m = NULL;
  sg_plan *p = NULL;
  sg_exec *x = NULL;
  sg_err err = {0};
  double e = NAN;
  snprintf(json, sizeof json, "%s/models/tal1/arch.json", dir);
  snprintf(weights, sizeof weights, "%s/models/tal1/weights.hdf5", dir);
  o.weights = weights;
  po.backward = true;
  uint8_t *c = codes_of(f, 500);
  float *g = calloc((size_t) f->n * 2000, sizeof *g), seed[20];
  const float *seeds[1] = {seed};
  float *grads[1] = {g};
  const bool logit[1] = {true};
  sg_input in = {.codes = c};
  for (int i = 0; i < 20; i++) seed[i] = 1;
  if (sg_model_load(json, sg_ops(), &o, &m, &err) || sg_plan_new(m, sg_ops(), &po, &p, &err) ||
      sg_exec_new(p, 20, SG_EXEC_TRACE, &x, &err) || sg_exec_forward(x, 20, &in, &err) ||
      sg_exec_backward(x, seeds, logit, grads, &err))
    snprintf(why, 900, "%.800s", err.text);
  else e = golden_error(g, want, 20 * 2000);
  sg_exec_free(x);
  sg_plan_free(p);
  sg_model_free(m);
  free(c);
  free(g);
  return e;
}

static void tal1(const char *dir)
{
  static char line[1 << 17];
  char path[600], why[1000] = "";
  snprintf(path, sizeof path, "%s/models/tal1/example.fa", dir);
  fasta f = read_fasta(path);
  snprintf(path, sizeof path, "%s/expected/tal1_logit_gradients.tsv", dir);
  FILE *in = fopen(path, "r");
  double *want = malloc(20 * 2000 * sizeof *want);
  int rows = 0;
  while (in && rows < 20 && fgets(line, sizeof line, in))
    if (line[0] != '#') rows += numbers(line, 0, want + 2000 * rows, 2000) == 2000;
  if (in) fclose(in);
  double e = rows == 20 && f.n == 20 ? tal1_error(dir, &f, want, why) : NAN;
  golden_ok(e <= 1e-5, "tal1: 20 x 500 x 4 logit gradients", " error %.2g %s", e, why);
  free(want);
  free_fasta(&f);
}

/* ---- 4. dragonn, deepbind ---------------------------------------------------------- */

/* Mean output over n random sequences of length L with `motif` planted at the centre (NULL:
 * nothing). */
static double planted(golden_net *net, int64_t L, int n, const char *motif)
{
  uint8_t *c = malloc((size_t) (n * L));
  float *y = malloc((size_t) n * sizeof *y);
  double sum = 0;
  unsigned state = 12345;
  for (int64_t i = 0; i < n * L; i++) {
    state = state * 1664525u + 1013904223u;
    c[i] = (uint8_t) (state >> 30);
  }
  for (int i = 0; motif && i < n; i++)
    for (size_t k = 0; k < strlen(motif); k++)
      c[i * L + L / 2 - (int64_t) strlen(motif) / 2 + (int64_t) k] =
        (uint8_t) (strchr("ACGT", motif[k]) - "ACGT");
  sg_input in = {.codes = c};
  if (sg_exec_forward(net->exec, n, &in, &net->err) ||
      sg_exec_output(net->exec, 0, false, y, &net->err))
    sum = NAN;
  for (int i = 0; i < n; i++) sum += (double) y[i] / n;
  free(c);
  free(y);
  return sum;
}

static void deepbind(const char *dir)
{
  static const char *const names[] = {"CTCF_ChIP.D00328.018", "GATA3_ChIP.D00410.009",
                                      "JUND_ChIP.D00776.005", "MAFF_ChIP.D00501.004",
                                      "MAFK_ChIP.D00503.014"};
  static const char *const motifs[] = {"CCACCAGGGGGCGCT", "AGATAAGATAA", "TGATGTCATCA",
                                       "TGCTGACTCAGCA", "TGCTGACTCAGCA"};
  for (int k = 0; k < 5; k++) {
    char path[600], what[200];
    golden_net net;
    snprintf(path, sizeof path, "%s/models/deepbind/%s.h5", dir, names[k]);
    snprintf(what, sizeof what, "deepbind %s sees %s", names[k], motifs[k]);
    bool ok = golden_load(&net, path, NULL, 0, 20);
    double with = ok ? planted(&net, 101, 20, motifs[k]) : NAN;
    double without = ok ? planted(&net, 101, 20, NULL) : NAN;
    bool strong = k < 3 ? with > without : with > 0.99;
    golden_ok(strong && without < with, what, " %.4f with, %.4f without it %s", with, without,
              net.err.text);
    golden_unload(&net);
  }
}

/* Published: positive windows score above negative ones. */
static void dragonn(const char *dir)
{
  char path[600], weights[600];
  sg_model_opts o = sg_model_opts_default();
  golden_net net;
  double mean[2] = {NAN, NAN};
  snprintf(path, sizeof path, "%s/models/dragonn/in_vivo_ctcf_balanced_arch.arch.json", dir);
  snprintf(weights, sizeof weights, "%s/models/dragonn/in_vivo_ctcf_balanced_model.weights.hd5",
           dir);
  o.weights = weights;
  bool ok = golden_load(&net, path, &o, 0, 96);
  for (int k = 0; ok && k < 2; k++) {
    snprintf(path, sizeof path, "%s/models/dragonn/ctcf_%s_head.fa", dir, k ? "pos" : "neg");
    fasta f = read_fasta(path);
    int n = f.n > 96 ? 96 : f.n;
    uint8_t *c = codes_of(&f, 1000);
    float y[96];
    sg_input in = {.codes = c};
    if (!sg_exec_forward(net.exec, n, &in, &net.err) &&
        !sg_exec_output(net.exec, 0, false, y, &net.err))
      for (int i = 0; i < n; i++) mean[k] = (i ? mean[k] : 0) + (double) y[i] / n;
    free(c);
    free_fasta(&f);
  }
  golden_ok(mean[1] > mean[0] + 0.3, "dragonn: CTCF windows above others",
            " mean %.3f against %.3f %s", mean[1], mean[0], net.err.text);
  golden_unload(&net);
}

/* ---- 5. Attribution networks ------------------------------------------------------- */

static void attribution_file(const char *dir, const char *net_name, const char *file)
{
  char path[700], what[200];
  golden_text x, p, g;
  golden_net net;
  snprintf(what, sizeof what, "attribution/%s/%s: gradients of the logits", net_name, file);
  snprintf(path, sizeof path, "%s/golden/attribution/%s/inputs.txt", dir, net_name);
  bool ok = golden_read(path, &x);
  snprintf(path, sizeof path, "%s/golden/attribution/%s/predictions.txt", dir, net_name);
  ok = golden_read(path, &p) && ok;
  snprintf(path, sizeof path, "%s/golden/attribution/%s/gradient.txt", dir, net_name);
  ok = golden_read(path, &g) && ok;
  snprintf(path, sizeof path, "%s/golden/attribution/%s/%s", dir, net_name, file);
  if (!ok || !golden_load(&net, path, NULL, 0, 3)) {
    golden_ok(false, what, " %s", ok ? net.err.text : "data unreadable");
    return;
  }
  const golden_tensor *in = golden_find(&x, "input", "x", 0);
  const golden_tensor *want = golden_find(&g, "gradient", "0", 0);
  bool counts = strcmp(net_name, "bpnetmini") == 0;
  int out = counts ? 1 : 0;
  int64_t L = in->dims[2], units = golden_units_out(&net, out), item = 4 * L;
  uint8_t *c = malloc((size_t) (3 * L));
  for (int i = 0; i < 3; i++)
    for (int64_t l = 0; l < L; l++) {
      c[i * L + l] = SG_CODE_N_ZERO;
      for (uint8_t b = 0; b < 4; b++)
        if (in->v[(i * 4 + b) * L + l] > 0.5) c[i * L + l] = b;
    }
  sg_io_info info;
  sg_plan_output_info(net.plan, out, &info);
  bool logit[2] = {!counts && info.has_logit, counts && info.has_logit};
  float *seed = calloc((size_t) (3 * units), sizeof *seed), *got = calloc(3, (size_t) item * 4);
  for (int i = 0; i < 3; i++) seed[i * units] = 1;
  const float *seeds[2] = {counts ? NULL : seed, counts ? seed : NULL};
  float *grads[1] = {got};
  sg_input input = {.codes = c};
  double e = NAN;
  if (!sg_exec_forward(net.exec, 3, &input, &net.err) &&
      !sg_exec_backward(net.exec, seeds, logit, grads, &net.err)) {
    sg_io_info dna;
    sg_plan_input(net.plan, 0, &dna);
    e = 0;
    for (int i = 0; i < 3 && e <= 1e-4; i++) {
      char name[16];
      snprintf(name, sizeof name, "%d", i);
      const golden_tensor *t = golden_find(&g, "gradient", name, i);
      float *one = malloc((size_t) item * 4);
      for (int64_t j = 0; j < item; j++) {
        int64_t b = j / L, l = j % L;
        one[j] = dna.dims[0] == 4 ? got[i * item + j] : got[i * item + l * 4 + b];
      }
      double d = t ? golden_error(one, t->v, item) : NAN;
      if (!(d <= e)) e = d;
      free(one);
    }
  }
  golden_ok(want && e <= 2e-5, what, " error %.2g %s", e, net.err.text);
  free(c);
  free(seed);
  free(got);
  golden_unload(&net);
  golden_release(&x);
  golden_release(&p);
  golden_release(&g);
}

int main(void)
{
  static const char *const nets[] = {"zengmini", "deepstarrmini", "bassetmini", "bpnetmini",
                                     "smooth", "elugelu"};
  const char *shared = golden_shared();
  if (!shared) {
    golden_skip("published networks", "no shared data: set SEQGLOSS_SHARED");
    return golden_end();
  }
  char *dir = golden_path(shared, "data");
  tal_gata(dir);
  tal1(dir);
  deepbind(dir);
  dragonn(dir);
  for (int i = 0; i < 6; i++) {
    attribution_file(dir, nets[i], "model.onnx");
    attribution_file(dir, nets[i], "model.h5");
  }
  free(dir);
  return golden_end();
}
