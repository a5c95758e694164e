/* cli/picks.c: which outputs of which networks are written, and under which names.
 *
 *   1. Matching a --target with outputs and units
 *   2. Names of arrays and columns
 *   3. The list
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/console.h"
#include "cli/picks.h"

/* ---- 1. Matching ---- */

static bool parse_index(const char *text, int64_t below, int64_t *ret_index)
{
  char *end;
  if (!*text || text[strspn(text, "0123456789")]) return false;
  long long value = strtoll(text, &end, 10);
  if (value >= below) return false;
  *ret_index = value;
  return true;
}

/* Does text[0 .. n-1] name output `o`, by name or index? */
static bool is_output(const sg_net *net, int o, const char *name, const char *text, size_t n)
{
  char index[16];
  (void)net;
  snprintf(index, sizeof index, "%d", o);
  return (strlen(name) == n && !strncmp(name, text, n))
         || (strlen(index) == n && !strncmp(index, text, n));
}

static bool find_unit(const sg_net *net, int o, int64_t units, const char *text, int64_t *ret_unit)
{
  for (int64_t u = 0; u < units; u++) {
    const char *name = sg_model_target_name(net->model, o, u);
    if (name && !strcmp(name, text)) {
      *ret_unit = u;
      return true;
    }
  }
  return false;
}

/* -1: all units of output o, >= 0: one of them, -2: not meant. */
static int64_t match(const sg_net *net, int o, const sg_io_info *info, const char *target)
{
  const char *colon = strrchr(target, ':');
  int64_t unit;
  if (!strcmp(target, "all") || is_output(net, o, info->name, target, strlen(target))) return -1;
  if (find_unit(net, o, info->units, target, &unit)) return unit;
  if (!colon || !is_output(net, o, info->name, target, (size_t)(colon - target))) return -2;
  if (!strcmp(colon + 1, "all")) return -1;
  if (find_unit(net, o, info->units, colon + 1, &unit)) return unit;
  return parse_index(colon + 1, info->units, &unit) ? unit : -2;
}

/* printf to text + n, where there is room; the length that it then has. */
static size_t append(char *text, size_t size, size_t n, const char *fmt, ...)
{
  va_list args;
  if (n + 1 >= size) return n;
  va_start(args, fmt);
  int wrote = vsnprintf(text + n, size - n, fmt, args);
  va_end(args);
  return wrote > 0 ? n + (size_t)wrote : n;
}

/* "bound (6 units: MAFK, CTCF ...)", or their numbers where they have no names. */
static size_t tell_output(const sg_net *net, int o, char *text, size_t size, size_t n)
{
  enum { MOST = 20 };
  sg_io_info info;
  if (sg_plan_output_info(net->plan, o, &info)) return n;
  n = append(text, size, n, "%s%s", n ? ", " : "", info.name);
  if (info.units < 2 && !sg_model_target_name(net->model, o, 0)) return n;
  n = append(text, size, n, " (%" PRId64 " unit%s: ", info.units, info.units == 1 ? "" : "s");
  if (!sg_model_target_name(net->model, o, 0))
    return append(text, size, n, "%s:0 to %s:%" PRId64 ")", info.name, info.name, info.units - 1);
  for (int64_t u = 0; u < info.units && u < MOST; u++) {
    const char *name = sg_model_target_name(net->model, o, u);
    n = append(text, size, n, "%s%s", u ? ", " : "", name ? name : "?");
  }
  return append(text, size, n, "%s)", info.units > MOST ? " ..." : "");
}

void sg_picks_tell(const sg_nets *nets, char *text, size_t size)
{
  size_t n = 0;
  text[0] = '\0';
  for (int k = 0; k < nets->n; k++)
    for (int o = 0; o < sg_plan_outputs(nets->net[k].plan); o++)
      n = tell_output(&nets->net[k], o, text, size, n);
}

/* The unit whose name is nearest to a mistyped one, or NULL; whether some output has units without
 * names. */
static const char *near_unit(const sg_net *net, const char *target, bool *nameless)
{
  const char *best = NULL;
  int least = sg_word_near(target) + 1;
  sg_io_info info;
  for (int o = 0; o < sg_plan_outputs(net->plan); o++) {
    if (sg_plan_output_info(net->plan, o, &info)) continue;
    *nameless |= info.units > 1 && !sg_model_target_name(net->model, o, 0);
    for (int64_t u = 0; u < info.units; u++) {
      const char *name = sg_model_target_name(net->model, o, u);
      int d = name ? sg_word_distance(target, name) : least;
      if (d >= least || (size_t)d >= strlen(name)) continue;
      least = d;
      best = name;
    }
  }
  return best;
}

static sg_status no_target(const sg_nets *nets, const char *target, sg_err *err)
{
  char text[600];
  bool nameless = false;
  const char *near = near_unit(&nets->net[0], target, &nameless);
  sg_picks_tell(nets, text, sizeof text);
  return sg_fail(err, SG_ENOTFOUND, "--target %s: no such output or unit; %s%s%sthere are: %s%s",
                 target, near ? "did you mean " : "", near ? near : "", near ? "? " : "", text,
                 nameless ? "; \"targets\" in MODEL.seqgloss.json gives units names" : "");
}

/* ---- 2. Names ---- */

static char *join(const char *a, const char *b, const char *c, const char *d)
{
  size_t size = strlen(a) + strlen(b) + strlen(c) + strlen(d) + 1;
  char *text = malloc(size);
  if (text) snprintf(text, size, "%s%s%s%s", a, b, c, d);
  return text;
}

/* TSV columns: the unit's name from the sidecar, else OUTPUT:UNIT, else OUTPUT where there is but
 * one. NULL where memory is short. */
static char *column_name(const sg_nets *nets, const sg_pick *p, const sg_io_info *info, int64_t i)
{
  char number[32] = "";
  const sg_net *net = &nets->net[p->net];
  int64_t u = p->unit ? p->unit[i] : i;
  const char *unit = sg_model_target_name(net->model, p->output, u);
  const char *end = p->logit ? ".logit" : "";
  char *prefix = nets->n > 1 ? join(net->label, "/", "", "") : join("", "", "", "");
  if (!unit && info->units > 1) snprintf(number, sizeof number, ":%" PRId64, u);
  char *name = prefix ? join(prefix, unit ? unit : info->name, number, end) : NULL;
  free(prefix);
  return name;
}

static sg_status name_pick(const sg_nets *nets, sg_pick *p, const sg_io_info *info, sg_err *err)
{
  enum { MOST_COLUMNS = 1 << 20 };
  const char *end = p->logit ? ".logit" : "";
  char unit[32] = "";
  bool many = nets->n > 1;
  if (p->n_unit == 1 && p->unit && p->whole > 1) snprintf(unit, sizeof unit, ":%" PRId64, *p->unit);
  char *stem = join(info->name, unit, end, "");
  p->name = stem ? join(many ? nets->net[p->net].label : "", many ? "/" : "", stem, "") : NULL;
  free(stem);
  if (!p->name) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (p->n_unit > MOST_COLUMNS || (p->outer * p->inner > 1 && p->axis > 1 &&
                                   !p->unit)) return SG_OK;
  p->columns = calloc((size_t)p->n_unit + 1, sizeof *p->columns);
  for (int64_t i = 0; p->columns && i < p->n_unit; i++) {
    p->columns[i] = column_name(nets, p, info, i);
    if (!p->columns[i]) return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  return p->columns ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* ---- 3. The list ---- */

/* Positions of a profile lie along the longest axis of an output that has several. */
static void find_axis(sg_pick *p, const sg_io_info *info)
{
  int best = -1, longer = 0;
  for (int i = 0; i < info->nd; i++) {
    longer += info->dims[i] > 1;
    if (best < 0 || info->dims[i] > info->dims[best]) best = i;
  }
  p->outer = p->axis = p->inner = 1;
  if (info->nd < 2 || !longer) {
    p->inner = info->units;
    return;
  }
  p->axis = info->dims[best];
  for (int i = 0; i < best; i++) p->outer *= info->dims[i];
  for (int i = best + 1; i < info->nd; i++) p->inner *= info->dims[i];
}

static void fill_field(const sg_pick *p, const sg_io_info *info, sg_field *field)
{
  *field = (sg_field){ .name = p->name, .columns = (const char *const *)p->columns };
  if (p->unit) {
    field->nd = 1;
    field->dims[0] = p->n_unit;
    return;
  }
  field->nd = info->nd;
  for (int i = 0; i < info->nd; i++) field->dims[i] = info->dims[i];
}

/* Appends one pick; `unit` is taken over. */
static sg_status add(const sg_nets *nets, sg_pick pick, const sg_io_info *info, sg_picks *picks,
                     sg_err *err)
{
  size_t n = (size_t)picks->n + 1;
  sg_pick *more = realloc(picks->pick, n * sizeof *more);
  if (more) picks->pick = more;
  sg_field *fields = realloc(picks->field, n * sizeof *fields);
  if (fields) picks->field = fields;
  if (!more || !fields) {
    free(pick.unit);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  find_axis(&pick, info);
  sg_pick *p = &picks->pick[picks->n];
  *p = pick;
  picks->n++;
  sg_status status = name_pick(nets, p, info, err);
  fill_field(p, info, &picks->field[picks->n - 1]);
  return status;
}

/* The chosen units of output o in the order of the targets; *ret_n 0: none, -1: all. */
static sg_status choose(const sg_net *net, int o, const sg_io_info *info,
                        const char *const *targets, int n_target,
                        int64_t **ret_unit, int64_t *ret_n, sg_err *err)
{
  int64_t *unit = calloc((size_t)n_target + 1, sizeof *unit);
  if (!unit) return sg_fail(err, SG_ENOMEM, "out of memory");
  *ret_n = n_target ? 0 : -1;
  for (int t = 0; t < n_target && *ret_n >= 0; t++) {
    int64_t m = match(net, o, info, targets[t]);
    bool seen = false;
    for (int64_t i = 0; i < *ret_n; i++) seen |= unit[i] == m;
    if (m == -1) *ret_n = -1;
    else if (m >= 0 && !seen) unit[(*ret_n)++] = m;
  }
  if (*ret_n <= 0) {
    free(unit);
    unit = NULL;
  }
  *ret_unit = unit;
  return SG_OK;
}

static sg_status add_output(const sg_nets *nets, int k, int o, const char *const *targets,
                            int n_target, bool logits,
                            sg_picks *picks, sg_err *err)
{
  sg_io_info info;
  sg_pick p = { .net = k, .output = o };
  sg_status status = sg_plan_output_info(nets->net[k].plan, o, &info);
  if (status) return sg_fail(err, status, "%s: output %d", nets->net[k].path, o);
  for (int pass = 0; pass < (logits && info.has_logit ? 2 : 1) && !status; pass++) {
    status = choose(&nets->net[k], o, &info, targets, n_target, &p.unit, &p.n_unit, err);
    if (status || !p.n_unit) return status;
    if (p.n_unit < 0) p.n_unit = info.units;
    p.whole = info.units;
    p.logit = pass == 1;
    status = add(nets, p, &info, picks, err);
  }
  return status;
}

/* Every target must mean something in some network. */
static sg_status check_targets(const sg_nets *nets, const char *const *targets, int n_target,
                               sg_err *err)
{
  for (int t = 0; t < n_target; t++) {
    bool meant = false;
    for (int k = 0; k < nets->n; k++) {
      for (int o = 0; o < sg_plan_outputs(nets->net[k].plan); o++) {
        sg_io_info info;
        if (!sg_plan_output_info(nets->net[k].plan, o, &info))
          meant |= match(&nets->net[k], o, &info, targets[t]) != -2;
      }
    }
    if (!meant) return no_target(nets, targets[t], err);
  }
  return SG_OK;
}

sg_status sg_picks_make(const sg_nets *nets, const char *const *targets, int n_target, bool logits,
                        sg_picks *ret_picks, sg_err *err)
{
  sg_picks picks = { 0 };
  bool some_logit = false;
  sg_status status = check_targets(nets, targets, n_target, err);
  for (int k = 0; k < nets->n && !status; k++)
    for (int o = 0; o < sg_plan_outputs(nets->net[k].plan) && !status; o++)
      status = add_output(nets, k, o, targets, n_target, logits, &picks, err);
  for (int i = 0; i < picks.n; i++) some_logit |= picks.pick[i].logit;
  if (!status && logits && !some_logit)
    status = sg_fail(err, SG_EINVAL, "--logits: no chosen output ends in a sigmoid or softmax");
  if (status) sg_picks_free(&picks);
  *ret_picks = picks;
  return status;
}

void sg_picks_say(const sg_picks *picks, const char *const *targets, int n_target)
{
  enum { MOST = 20 };
  char text[600];
  int64_t units = 0;
  size_t n = 0;
  text[0] = '\0';
  for (int i = 0; i < picks->n; i++) {
    const sg_pick *p = &picks->pick[i];
    for (int64_t u = 0; u < p->n_unit; u++, units++)
      if (units < MOST && p->columns)
        n = append(text, sizeof text, n, "%s%s", units ? ", " : "", p->columns[u]);
  }
  if (units <= n_target) return;
  for (int t = 0; t < n_target; t++)
    sg_note("-t %s: %" PRId64 " outputs are explained, each for itself: %s%s", targets[t], units,
            text, units > MOST ? " ..." : "");
}

void sg_picks_free(sg_picks *picks)
{
  for (int i = 0; i < picks->n; i++) {
    sg_pick *p = &picks->pick[i];
    for (int64_t u = 0; p->columns && u < p->n_unit; u++) free(p->columns[u]);
    free(p->columns);
    free(p->name);
    free(p->unit);
  }
  free(picks->pick);
  free(picks->field);
  *picks = (sg_picks){ 0 };
}
