/* cli/options.c: parse a command line by option tables.
 *
 *   1. Tables: how many options, find one by name
 *   2. Values: check kind and range
 *   3. Words: long and short options, operands
 *   4. Access by name
 *   5. The canonical command of provenance
 *
 * GNU habits: options and operands may be mixed, "--name=value" and "--name value", "-n5" and "-n
 * 5", flags may be put together ("-vv"), "--" ends the options. Long names are not abbreviated: a
 * later version may add one that shares the beginning.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/options.h"
#include "seqgloss/io.h"

/* ---- 1. Tables ---- */

static int count_defs(const sg_cmd *cmd)
{
  int n = 0;
  for (const sg_opt_group *const *g = cmd->groups; *g; g++)
    for (const sg_opt_def *d = (*g)->defs; d->name; d++) n++;
  return n;
}

static sg_opt_value *find_long(const sg_opts *opts, const char *name, size_t length)
{
  for (int i = 0; i < opts->n_value; i++) {
    const char *have = opts->value[i].def->name;
    if (strlen(have) == length && !memcmp(have, name, length)) return &opts->value[i];
  }
  return NULL;
}

static sg_opt_value *find_short(const sg_opts *opts, char letter)
{
  for (int i = 0; i < opts->n_value; i++)
    if (opts->value[i].def->letter == letter) return &opts->value[i];
  return NULL;
}

int sg_word_distance(const char *a, const char *b)
{
  enum { LONGEST = 40 };
  int row[LONGEST + 1];
  size_t na = strlen(a), nb = strlen(b);
  if (na > LONGEST || nb > LONGEST) return LONGEST;
  for (size_t j = 0; j <= nb; j++) row[j] = (int)j;
  for (size_t i = 1; i <= na; i++) {       /* row i of the table of prefixes, kept in place */
    int diagonal = row[0];
    row[0] = (int)i;
    for (size_t j = 1; j <= nb; j++) {
      int above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);
      if (above + 1 < best) best = above + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      diagonal = above;
      row[j] = best;
    }
  }
  return row[nb];
}

int sg_word_near(const char *word)
{
  return strlen(word) > 3 ? 2 : 1;
}

/* The known name that is nearest to a mistyped one, or NULL when none is near. */
static const char *nearest(const sg_opts *opts, const char *name)
{
  const char *best = NULL;
  int least = sg_word_near(name) + 1;
  for (int i = 0; i < opts->n_value; i++) {
    const sg_opt_def *d = opts->value[i].def;
    int distance = sg_word_distance(name, d->name);
    if (distance < least && !(d->flags & SG_OPT_HIDDEN)) {
      least = distance;
      best = d->name;
    }
  }
  return best;
}

/* ---- 2. Values ---- */

static sg_status out_of_range(const sg_opt_def *d, const char *text, sg_err *err)
{
  if (isinf(d->max))
    return sg_fail(err, SG_EINVAL, "--%s: '%s' is out of range; give a number from %.10g", d->name,
                   text,
                   d->min);
  return sg_fail(err, SG_EINVAL, "--%s: '%s' is out of range; give a number from %.10g to %.10g",
                 d->name,
                 text, d->min, d->max);
}

static sg_status set_number(sg_opt_value *v, const char *text, sg_err *err)
{
  const sg_opt_def *d = v->def;
  char *end = NULL;
  bool whole = d->kind == SG_OPT_INT;
  errno = 0;
  if (whole) {
    v->whole = strtoll(text, &end, 10);
    v->real = (double)v->whole;
  } else {
    bool good = !sg_parse_f64(d->name, text, -INFINITY, INFINITY, &v->real, NULL);
    end = (char *)text + (good ? strlen(text) : 0);
  }
  if (end == text || *end || strchr(" \t", *text))
    return sg_fail(err, SG_EINVAL, "--%s: '%s' is no %s", d->name, text, whole ? "whole number" :
                   "number");
  if ((errno == ERANGE && (whole || isinf(v->real))) || isnan(v->real)) return out_of_range(d, text,
      err);
  if (d->max > d->min && (v->real < d->min || v->real > d->max)) return out_of_range(d, text, err);
  return SG_OK;
}

/* Index of `text` among words separated by '|', or -1. */
static int choice_index(const char *choices, const char *text)
{
  size_t length = strlen(text);
  int i = 0;
  for (const char *p = choices; *p; i++) {
    size_t n = strcspn(p, "|");
    if (n == length && !memcmp(p, text, n)) return i;
    p += n + (p[n] == '|');
  }
  return -1;
}

static sg_status set_value(sg_opt_value *v, const char *text, sg_err *err)
{
  const sg_opt_def *d = v->def;
  if (d->kind == SG_OPT_INT || d->kind == SG_OPT_REAL) {
    sg_status status = set_number(v, text, err);
    if (status) return status;
  } else if (d->kind == SG_OPT_CHOICE && choice_index(d->arg, text) < 0) {
    return sg_fail(err, SG_EINVAL, "--%s: '%s' is none of %s", d->name, text, d->arg);
  } else if (!*text && d->kind != SG_OPT_TEXT) {
    return sg_fail(err, SG_EINVAL, "--%s: the name of a file is empty", d->name);
  }
  if (d->kind == SG_OPT_OUTFILE && v->given && !(d->flags & SG_OPT_MANY))
    return sg_fail(err, SG_EINVAL, "--%s is given twice, but there is one output", d->name);
  if (d->flags & SG_OPT_MANY) {
    const char **more = realloc(v->many, ((size_t)v->given + 1) * sizeof *more);
    if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
    v->many = more;
    v->many[v->given] = text;
  }
  v->text = text;
  v->given++;
  return SG_OK;
}

/* ---- 3. Words ---- */

typedef struct words {
  int argc, at;            /* at: the word that is being read */
  char **argv;
} words;

/* Takes the argument of an option: what is attached, else the next word. */
static sg_status take_argument(sg_opt_value *v, const char *attached, words *w, sg_err *err)
{
  if (attached) return set_value(v, attached, err);
  if (w->at + 1 >= w->argc)
    return sg_fail(err, SG_EINVAL, "--%s needs an argument: %s", v->def->name,
                   sg_opt_argument(v->def));
  return set_value(v, w->argv[++w->at], err);
}

static sg_status parse_long(sg_opts *opts, words *w, sg_err *err)
{
  const char *name = w->argv[w->at] + 2, *equals = strchr(name, '=');
  size_t length = equals ? (size_t)(equals - name) : strlen(name);
  sg_opt_value *v = find_long(opts, name, length);
  if (!v) {
    char word[48];
    snprintf(word, sizeof word, "%.*s", length > 40 ? 40 : (int)length, name);
    const char *near = nearest(opts, word);
    if (near) return sg_fail(err, SG_EINVAL, "unknown option --%s; did you mean --%s?", word, near);
    return sg_fail(err, SG_EINVAL, "unknown option --%s; see 'seqgloss %s --help'", word,
                   opts->cmd->name);
  }
  if (v->def->kind != SG_OPT_FLAG) return take_argument(v, equals ? equals + 1 : NULL, w, err);
  if (equals) return sg_fail(err, SG_EINVAL, "--%s takes no argument", v->def->name);
  v->given++;
  return SG_OK;
}

static sg_status parse_short(sg_opts *opts, words *w, sg_err *err)
{
  for (const char *p = w->argv[w->at] + 1; *p; p++) {
    sg_opt_value *v = find_short(opts, *p);
    if (!v)
      return sg_fail(err, SG_EINVAL, "unknown option -%c; see 'seqgloss %s --help'", *p,
                     opts->cmd->name);
    if (v->def->kind != SG_OPT_FLAG) return take_argument(v, p[1] ? p + 1 : NULL, w, err);
    v->given++;
  }
  return SG_OK;
}

static sg_status parse_words(sg_opts *opts, words *w, sg_err *err)
{
  bool only_operands = false;
  for (w->at = 0; w->at < w->argc; w->at++) {
    const char *word = w->argv[w->at];
    sg_status status = SG_OK;
    if (only_operands || word[0] != '-' || !word[1]) opts->operand[opts->n_operand++] = word;
    else if (!strcmp(word, "--")) only_operands = true;
    else if (word[1] == '-') status = parse_long(opts, w, err);
    else status = parse_short(opts, w, err);
    if (status) return status;
  }
  return SG_OK;
}

/* Whether `path` is the regular file that `info` is of, links followed: workflow managers stage
 * inputs as links, through which an output would replace the original. */
static bool is_same(const char *path, const struct stat *info)
{
  struct stat other;
  return path && !stat(path, &other) && S_ISREG(other.st_mode) && other.st_dev == info->st_dev
         && other.st_ino == info->st_ino;
}

static bool is_read(const sg_opts *opts, const struct stat *info)
{
  bool found = false;
  for (int i = 0; i < opts->n_value && !found; i++) {
    const sg_opt_value *v = &opts->value[i];
    if (v->def->kind != SG_OPT_INFILE || !v->given) continue;
    if (v->def->flags & SG_OPT_MANY)
      for (int k = 0; k < v->given && !found; k++) found = is_same(v->many[k], info);
    else found = is_same(v->text, info);
  }
  for (int i = 0; i < opts->n_operand && !found; i++) found = is_same(opts->operand[i], info);
  return found;
}

static sg_status check_output(const sg_opts *opts, const char *path, sg_err *err)
{
  struct stat info;
  if (!path || stat(path, &info) || !S_ISREG(info.st_mode) || !is_read(opts, &info)) return SG_OK;
  return sg_fail(err, SG_EINVAL, "%s: is an input of this command (links are followed): name "
                 "another file", path);
}

/* Whether two outputs would be one: both standard output, or one regular file, there already or
 * not. A device takes several. */
static bool collide(const char *a, const char *b)
{
  struct stat info;
  while (!strncmp(a, "./", 2)) a += 2;
  while (!strncmp(b, "./", 2)) b += 2;
  if (!strcmp(a, b)) return !strcmp(a, "-") || stat(a, &info) || S_ISREG(info.st_mode);
  return !stat(a, &info) && is_same(b, &info);
}

/* The paths of an output; one that is not given has what is preset. */
static int paths_of(const sg_opt_value *v, const char *const **ret_paths)
{
  bool many = v->def->kind == SG_OPT_OUTFILE && (v->def->flags & SG_OPT_MANY) && v->given;
  *ret_paths = many ? v->many : &v->text;
  return many ? v->given : v->def->kind == SG_OPT_OUTFILE && v->text;
}

/* `path` is none of the outputs of value `v` and those before it, of v's own of those before k. */
static sg_status check_twice(const sg_opts *opts, const sg_opt_value *v, int k, const char *path,
                             sg_err *err)
{
  const char *const *other;
  for (const sg_opt_value *u = opts->value; u <= v; u++) {
    int n = paths_of(u, &other);
    for (int i = 0; i < (u == v ? k : n); i++)
      if (collide(other[i], path))
        return sg_fail(err, SG_EINVAL, "--%s and --%s both write to %s: give each a name of its "
                       "own", u->def->name, v->def->name,
                       strcmp(path, "-") ? path : "standard output");
  }
  return SG_OK;
}

/* No output is one of the inputs, nor another output. */
static sg_status check_outputs(const sg_opts *opts, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < opts->n_value && !status; i++) {
    const sg_opt_value *v = &opts->value[i];
    const char *const *path;
    int n = paths_of(v, &path);
    for (int k = 0; k < n && !status; k++) {
      if (v->given) status = check_output(opts, path[k], err);
      if (!status) status = check_twice(opts, v, k, path[k], err);
    }
  }
  return status;
}

sg_status sg_opts_parse(const sg_cmd *cmd, int argc, char **argv, sg_opts *ret_opts, sg_err *err)
{
  words w = { argc, 0, argv };
  sg_status status = SG_OK;
  int i = 0;
  *ret_opts = (sg_opts){ .cmd = cmd, .n_value = count_defs(cmd) };
  ret_opts->value = calloc((size_t)ret_opts->n_value + 1, sizeof *ret_opts->value);
  ret_opts->operand = calloc((size_t)argc + 1, sizeof *ret_opts->operand);
  if (!ret_opts->value || !ret_opts->operand) {
    status = sg_fail(err, SG_ENOMEM, "out of memory");
    goto done;
  }
  for (const sg_opt_group *const *g = cmd->groups; *g; g++)
    for (const sg_opt_def *d = (*g)->defs; d->name; d++) ret_opts->value[i++].def = d;
  for (i = 0; i < ret_opts->n_value; i++) {
    sg_opt_value *v = &ret_opts->value[i];
    v->text = v->def->preset;
    if (!v->text || (v->def->kind != SG_OPT_INT && v->def->kind != SG_OPT_REAL)) continue;
    status = set_number(v, v->text, err);
    if (status) goto done;
  }
  status = parse_words(ret_opts, &w, err);
  if (!status) status = check_outputs(ret_opts, err);
done:
  if (status) sg_opts_free(ret_opts);
  return status;
}

void sg_opts_free(sg_opts *opts)
{
  if (!opts) return;
  for (int i = 0; opts->value && i < opts->n_value; i++) free(opts->value[i].many);
  free(opts->value);
  free(opts->operand);
  *opts = (sg_opts){ 0 };
}

/* ---- 4. Access by name ---- */

static const sg_opt_value *must_find(const sg_opts *opts, const char *name)
{
  const sg_opt_value *v = find_long(opts, name, strlen(name));
  if (!v) {
    fprintf(stderr, "[E::%s] option --%s is in no table: please report\n", opts->cmd->name, name);
    exit(1);
  }
  return v;
}

bool sg_opt_known(const sg_opts *opts, const char *name)
{
  return find_long(opts, name, strlen(name)) != NULL;
}

bool sg_opt_given(const sg_opts *opts, const char *name)
{
  return must_find(opts, name)->given > 0;
}

int sg_opt_count(const sg_opts *opts, const char *name)
{
  return must_find(opts, name)->given;
}

const char *sg_opt_text(const sg_opts *opts, const char *name)
{
  return must_find(opts, name)->text;
}

int64_t sg_opt_int(const sg_opts *opts, const char *name)
{
  return must_find(opts, name)->whole;
}

double sg_opt_real(const sg_opts *opts, const char *name)
{
  return must_find(opts, name)->real;
}

const char *const *
sg_opt_many(const sg_opts *opts, const char *name, int *ret_n)
{
  const sg_opt_value *v = must_find(opts, name);
  *ret_n = v->given;
  return v->many;
}

int sg_opt_choice(const sg_opts *opts, const char *name)
{
  const sg_opt_value *v = must_find(opts, name);
  return v->text ? choice_index(v->def->arg, v->text) : -1;
}

const char *sg_opt_argument(const sg_opt_def *def)
{
  switch (def->kind) {
  case SG_OPT_FLAG: return NULL;
  case SG_OPT_INT: return def->arg ? def->arg : "INT";
  case SG_OPT_REAL: return def->arg ? def->arg : "NUM";
  case SG_OPT_CHOICE: return def->arg;
  case SG_OPT_TEXT: return def->arg ? def->arg : "TEXT";
  case SG_OPT_INFILE:
  case SG_OPT_OUTFILE: return def->arg ? def->arg : "FILE";
  }
  return "ARG";
}

const char *sg_basename(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* ---- 5. The canonical command ---- */

typedef struct text {
  char *at;
  size_t length, room;
  bool short_of_memory;
} text;

static void append(text *t, const char *s)
{
  size_t n = strlen(s);
  if (t->short_of_memory) return;
  if (t->length + n + 1 > t->room) {
    size_t room = 2 * (t->length + n + 1);
    char *more = realloc(t->at, room);
    if (!more) {
      t->short_of_memory = true;
      return;
    }
    t->at = more;
    t->room = room;
  }
  memcpy(t->at + t->length, s, n + 1);
  t->length += n;
}

/* Appends a word so that a shell would read it back; control characters (they would break a header
 * line) become '?'. */
static void append_word(text *t, const char *word)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789@%+=:,./-_";
  bool quote = !*word || word[strspn(word, plain)];
  append(t, " ");
  if (quote) append(t, "'");
  for (const char *p = word; *p; p++) {
    char one[2] = { (unsigned char)*p < ' ' ? '?' : *p, 0 };
    append(t, *p == '\'' ? "'\\''" : one);
  }
  if (quote) append(t, "'");
}

/* An argument without the folders of its file; "NAME=dir/file" keeps its NAME. */
static void append_argument(text *t, const sg_opt_def *d, const char *value)
{
  const char *equals = strchr(value, '='), *slash = strchr(value, '/');
  if (d->kind != SG_OPT_INFILE && d->kind != SG_OPT_OUTFILE) {
    append_word(t, value);
  } else if (equals && (!slash || equals < slash) && (d->flags & SG_OPT_MANY)) {
    text word = { 0 };
    char name[256];
    snprintf(name, sizeof name, "%.*s=", (int)(equals - value < 200 ? equals - value : 200), value);
    append(&word, name);
    append(&word, sg_basename(equals + 1));
    if (word.short_of_memory) t->short_of_memory = true;
    else append_word(t, word.at);
    free(word.at);
  } else {
    append_word(t, sg_basename(value));
  }
}

static void append_option(text *t, const sg_opt_value *v)
{
  const sg_opt_def *d = v->def;
  char name[64];
  if (!v->given || (d->flags & SG_OPT_NEUTRAL)) return;
  if (d->kind != SG_OPT_FLAG && !(d->flags & SG_OPT_MANY) && d->preset && !strcmp(d->preset,
      v->text)) return;
  snprintf(name, sizeof name, "--%s", d->name);
  for (int i = 0; i < (d->flags & SG_OPT_MANY ? v->given : 1); i++) {
    append_word(t, name);
    if (d->kind != SG_OPT_FLAG) append_argument(t, d, d->flags & SG_OPT_MANY ? v->many[i] :
                                                v->text);
  }
}

char *sg_opts_canonical(const sg_opts *opts)
{
  text t = { 0 };
  append(&t, "seqgloss ");
  append(&t, opts->cmd->name);
  for (int i = 0; i < opts->n_value; i++) append_option(&t, &opts->value[i]);
  for (int i = 0; i < opts->n_operand; i++) append_word(&t, sg_basename(opts->operand[i]));
  if (!t.short_of_memory) return t.at;
  free(t.at);
  return NULL;
}
