/* golden/golden.c: what the tests against stored numbers share.
 *
 * Contents
 *   1. TAP
 *   2. text tensors
 *   3. errors
 *   4. one evaluation
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "golden/golden.h"

/* ---- 1. TAP ---------------------------------------------------------------------------------- */

static int tests, failures;

bool golden_ok(bool good, const char *what, const char *fmt, ...)
{
  va_list ap;

  printf("%sok %d - %s ", good ? "" : "not ", ++tests, what);
  va_start(ap, fmt);
  vprintf(fmt, ap);
  va_end(ap);
  printf("\n");
  fflush(stdout);
  if (!good) failures++;
  return good;
}

void golden_skip(const char *what, const char *why)
{
  printf("ok %d - %s # SKIP %s\n", ++tests, what, why);
}

int golden_end(void)
{
  printf("1..%d\n", tests);
  return failures ? 1 : 0;
}

const char *golden_source(void)
{
  const char *s = getenv("SEQGLOSS_SRC");
  return s ? s : ".";
}

const char *golden_shared(void)
{
  const char *s = getenv("SEQGLOSS_SHARED");
  struct stat st;

  return s && *s && stat(s, &st) == 0 && S_ISDIR(st.st_mode) ? s : NULL;
}

char *golden_path(const char *dir, const char *name)
{
  size_t n = strlen(dir) + strlen(name) + 2;
  char *s = malloc(n);

  if (!s) abort();
  snprintf(s, n, "%s/%s", dir, name);
  return s;
}

bool golden_exists(const char *path)
{
  struct stat st;
  return stat(path, &st) == 0;
}

/* ---- 2. Text tensors ------------------------------------------------------------------------- */

/* All of a file as text, or NULL. */
static char *read_text(const char *path)
{
  FILE *f = fopen(path, "rb");
  char *s = NULL;
  long n = -1;

  if (f && fseek(f, 0, SEEK_END) == 0) n = ftell(f);
  if (n >= 0 && (s = malloc((size_t)n + 1)) != NULL) {
    rewind(f);
    s[fread(s, 1, (size_t)n, f)] = 0;
  }
  if (f) fclose(f);
  return s;
}

static char *next_line(char *p)
{
  p = strchr(p, '\n');
  return p ? p + 1 : NULL;
}

/* The header of a block: name, dtype, axes. */
static bool read_header(const char *p, golden_tensor *t)
{
  char dtype[32];
  int used = 0;

  if (sscanf(p, "tensor %127s %31s %d%n", t->name, dtype, &t->nd, &used) != 3) return false;
  if (t->nd < 0 || t->nd > 8) return false;
  t->n = 1;
  for (int i = 0; i < t->nd; i++) {
    char *end;
    t->dims[i] = strtoll(p + used, &end, 10);
    used = (int)(end - p);
    t->n *= t->dims[i];
  }
  return t->n >= 0 && t->n < 1 << 28;
}

static bool read_values(char **p, golden_tensor *t)
{
  t->v = calloc((size_t)t->n + 1, sizeof(*t->v));
  if (!t->v) return false;
  for (int64_t i = 0; i < t->n; i++) {
    char *end;
    t->v[i] = strtod(*p, &end);
    if (end == *p) return false;
    *p = end;
  }
  return true;
}

bool golden_read(const char *path, golden_text *text)
{
  char *all = read_text(path), *p = all;
  bool good = all != NULL;

  *text = (golden_text){ NULL, 0 };
  while (good && p) {
    if (strncmp(p, "tensor ", 7) == 0) {
      golden_tensor *more = realloc(text->t, (size_t)(text->n + 1) * sizeof(*more));
      if (!more) abort();
      text->t = more;
      more += text->n++;
      *more = (golden_tensor){ .nd = 0 };
      good = read_header(p, more);
      p = next_line(p);
      good = good && p && read_values(&p, more);
    }
    if (p) p = next_line(p);
  }
  free(all);
  return good;
}

void golden_release(golden_text *text)
{
  for (int i = 0; i < text->n; i++) free(text->t[i].v);
  free(text->t);
  *text = (golden_text){ NULL, 0 };
}

const golden_tensor *golden_find(const golden_text *text, const char *kind, const char *name, int i)
{
  size_t n = strlen(kind);
  int seen = 0;

  for (int k = 0; name && k < text->n; k++) {
    const char *s = text->t[k].name;
    if (strncmp(s, kind, n) == 0 && s[n] == ':' && strcmp(s + n + 1, name) == 0) return &text->t[k];
  }
  for (int k = 0; k < text->n; k++) {
    const char *s = text->t[k].name;
    if (strncmp(s, kind, n) == 0 && (s[n] == ':' || s[n] == 0) && seen++ == i) return &text->t[k];
  }
  return NULL;
}

/* ---- 3. Errors ------------------------------------------------------------------------------- */

double golden_error(const float *got, const double *want, int64_t n)
{
  double worst = 0, scale = 1;

  for (int64_t i = 0; i < n; i++) {
    double w = want[i], d = fabs((double)got[i] - w);
    if ((isnan(w) && isnan(got[i])) || (float)w == got[i]) d = 0;
    if (isnan(d)) return NAN;
    if (d > worst) worst = d;
    if (isfinite(w) && fabs(w) > scale) scale = fabs(w);
  }
  return worst / scale;
}

bool golden_clear(const sg_err *err)
{
  size_t n = strlen(err->text);
  return err->code != SG_OK && err->code != SG_EINTERNAL && n >= 8 && !strpbrk(err->text, "\n\r");
}

/* ---- 4. One evaluation ----------------------------------------------------------------------- */

bool golden_load(golden_net *net, const char *path, const sg_model_opts *opts, int64_t length,
                 int n)
{
  sg_plan_opts po = sg_plan_opts_default();
  sg_status st;

  *net = (golden_net){ .n = n };
  st = sg_model_load(path, sg_ops(), opts, &net->model, &net->err);
  po.length = length;
  po.backward = true;
  if (!st) st = sg_plan_new(net->model, sg_ops(), &po, &net->plan, &net->err);
  net->refused = st != SG_OK;
  if (!st) st = sg_exec_new(net->plan, n, SG_EXEC_TRACE, &net->exec, &net->err);
  return st == SG_OK;
}

void golden_unload(golden_net *net)
{
  sg_exec_free(net->exec);
  sg_plan_free(net->plan);
  sg_model_free(net->model);
  *net = (golden_net){ .n = 0 };
}

bool golden_forward(golden_net *net, const float *const *x)
{
  int k = sg_plan_inputs(net->plan);
  sg_input *in = calloc((size_t)k + 1, sizeof(*in));
  sg_status st;

  if (!in) abort();
  for (int i = 0; i < k; i++) in[i].data = x[i];
  st = sg_exec_forward(net->exec, net->n, in, &net->err);
  free(in);
  return st == SG_OK;
}

int64_t golden_units_in(const golden_net *net, int k)
{
  sg_io_info info;
  return sg_plan_input(net->plan, k, &info) == SG_OK ? info.units : -1;
}

int64_t golden_units_out(const golden_net *net, int o)
{
  sg_io_info info;
  return sg_plan_output_info(net->plan, o, &info) == SG_OK ? info.units : -1;
}

float *golden_output(golden_net *net, int output, bool logit, int64_t *ret_count)
{
  int64_t count = golden_units_out(net, output) * net->n;
  float *y = calloc((size_t)(count > 0 ? count : 0) + 1, sizeof(*y));

  if (!y) abort();
  *ret_count = count;
  if (sg_exec_output(net->exec, output, logit, y, &net->err) == SG_OK) return y;
  free(y);
  return NULL;
}

float *golden_floats(const golden_tensor *t)
{
  float *x = malloc(((size_t)t->n + 1) * sizeof(*x));

  if (!x) abort();
  for (int64_t i = 0; i < t->n; i++) x[i] = (float)t->v[i];
  return x;
}
