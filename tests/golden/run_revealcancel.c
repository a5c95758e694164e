/* golden/run_revealcancel.c: DeepLIFT's three rules against numbers of an implementation that
 * shares nothing with ours (tests/golden/revealcancel/make_revealcancel.py, in float64).
 *
 * Sequences with four references each, with N, among whose references they are themselves, of one
 * letter. Compared are f(x), mean f(r), contributions and all four rows of the hypothetical scores;
 * and the law hyp_i - hyp_j = m_i - m_j of the mean multipliers m, at every position.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden/golden.h"
#include "seqgloss/attribute.h"

enum { L = 24, REFS_MOST = 4, SEQUENCES = 7 };

static const char *const rules[] = { "genomics", "rescale", "revealcancel" };

typedef struct found { float hyp[4 * L], con[4 * L]; sg_explain_score score; } found;

typedef struct lab { sg_model *model; sg_plan *plan[2]; golden_text want; sg_err err; } lab;

static bool lab_open(lab *b, const char *dir)
{
  char *net = golden_path(dir, "net.onnx"), *text = golden_path(dir, "expected.txt");
  sg_model_opts o = sg_model_opts_default();
  bool good = golden_read(text, &b->want) && !sg_model_load(net, sg_ops(), &o, &b->model, &b->err);
  for (int k = 0; good && k < 2; k++) {
    sg_plan_opts po = sg_plan_opts_default();
    po.backward = true;
    po.float64 = po.no_simplify = k == 1;
    good = !sg_plan_new(b->model, sg_ops(), &po, &b->plan[k], &b->err);
  }
  free(net);
  free(text);
  return good;
}

static void lab_close(lab *b)
{
  for (int k = 0; k < 2; k++) sg_plan_free(b->plan[k]);
  sg_model_free(b->model);
  golden_release(&b->want);
}

static const golden_tensor *expected(const lab *b, const char *what, const char *rule, int i)
{
  char kind[64], name[16], full[96];
  snprintf(kind, sizeof kind, "%s%s%s", what, *rule ? "_" : "", rule);
  snprintf(name, sizeof name, "%d", i);
  snprintf(full, sizeof full, "%s:%s", kind, name);
  const golden_tensor *t = golden_find(&b->want, kind, name, i);
  return t && !strcmp(t->name, full) ? t : NULL;
}

/* One-hot [4][L] as codes. */
static void encode(const double *v, uint8_t *codes)
{
  memset(codes, SG_CODE_N_ZERO, L);
  for (int c = 0; c < 4 * L; c++) if (v[c] > 0.5) codes[c % L] = (uint8_t)(c / L);
}

static bool explain(lab *b, int k, int rule, int i, found *f)
{
  sg_explain_plan *plan = NULL;
  sg_explain *s = NULL;
  sg_explain_target target = { .output = 0 };
  sg_explain_opts o = sg_explain_opts_default();
  uint8_t x[L], refs[REFS_MOST * L];
  sg_input in = { .codes = x };
  const golden_tensor *xs = expected(b, "x", "", i), *rs = expected(b, "references", "", i);
  if (!xs || !rs || rs->dims[0] > REFS_MOST) return false;
  sg_explain_item item = { .inputs = &in, .n_references = (int)rs->dims[0],
                           .reference_codes = refs };
  encode(xs->v, x);
  for (int j = 0; j < item.n_references; j++) encode(rs->v + j * 4 * L, refs + j * L);
  o.rule = (sg_deeplift_rule)rule;
  o.targets = &target;
  o.n_targets = 1;
  *f = (found){ .score = { .hypothetical = f->hyp, .contribution = f->con } };
  bool good = !sg_explain_plan_new(b->plan[k], "deeplift", &o, &plan, &b->err)
              && !sg_explain_new(plan, &s, &b->err)
              && !sg_explain_run(s, &item, &f->score, &b->err);
  sg_explain_free(s);
  sg_explain_plan_free(plan);
  return good;
}

static double worst(double a, double b) { return b <= a ? a : b; }

/* hyp_a - hyp_b and m_a - m_b, for all pairs of bases. */
static double pairs(const float *hyp, const double *m)
{
  double e = 0;
  for (int l = 0; l < L; l++)
    for (int a = 0; a < 4; a++)
      for (int b = 0; b < a; b++) {
        double got = (double)hyp[a * L + l] - (double)hyp[b * L + l];
        e = worst(e, fabs(got - (m[a * L + l] - m[b * L + l])));
      }
  return e;
}

static double errors(lab *b, int k, int rule, double *ret_law)
{
  double e = 0;
  *ret_law = 0;
  for (int i = 0; i < SEQUENCES; i++) {
    found f;
    const golden_tensor *h = expected(b, "hypothetical", rules[rule], i);
    const golden_tensor *c = expected(b, "contribution", rules[rule], i);
    const golden_tensor *v = expected(b, "value", rules[rule], i);
    const golden_tensor *m = expected(b, "multipliers", rules[rule], i);
    if (!h || !c || !v || !m || !explain(b, k, rule, i, &f)) return NAN;
    e = worst(e, golden_error(f.hyp, h->v, 4 * L));
    e = worst(e, golden_error(f.con, c->v, 4 * L));
    e = worst(e, fabs(f.score.value - v->v[0]));
    e = worst(e, fabs(f.score.reference - v->v[1]));
    *ret_law = worst(*ret_law, pairs(f.hyp, m->v));
  }
  return e;
}

/* How far the rules are from each other: that the comparison can tell them apart. */
static double apart(const lab *b, int one, int other)
{
  double most = 0;
  for (int i = 0; i < SEQUENCES; i++) {
    const golden_tensor *p = expected(b, "hypothetical", rules[one], i);
    const golden_tensor *q = expected(b, "hypothetical", rules[other], i);
    for (int c = 0; p && q && c < 4 * L; c++) most = fmax(most, fabs(p->v[c] - q->v[c]));
  }
  return most;
}

int main(void)
{
  char *dir = golden_path(golden_source(), "tests/golden/revealcancel");
  lab b = { .model = NULL };
  if (lab_open(&b, dir)) {
    for (int rule = 0; rule < 3; rule++) {
      double law[2], e[2], other = apart(&b, rule, (rule + 1) % 3);
      for (int k = 0; k < 2; k++) e[k] = errors(&b, k, rule, &law[k]);
      golden_ok(e[0] <= 1e-5 && e[1] <= 1e-7, rules[rule], " error %.2g, in double %.2g %s", e[0],
                e[1], b.err.text);
      golden_ok(law[0] <= 1e-5 && law[1] <= 5e-7, "differences of hypothetical scores",
                " are those of the multipliers within %.2g, in double %.2g", law[0], law[1]);
      golden_ok(other > 1e-2, "rules differ", " by %.2g", other);
    }
  } else {
    golden_ok(false, "net.onnx and expected.txt", " %s", b.err.text);
  }
  lab_close(&b);
  free(dir);
  return golden_end();
}
