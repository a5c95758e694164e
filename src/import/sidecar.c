/* import/sidecar.c: what a person says about a network beside it: MODEL.seqgloss.json.
 *
 * Contents
 *   1. small texts: alphabets, N bases
 *   2. finding the file
 *   3. places: line and column of a key, which the JSON library does not keep
 *   4. keys
 *   5. targets
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

#include "import/sidecar.h"
#include "import/slurp.h"

#define MAX_SIDECAR ((size_t)16 << 20)
#define MAX_LENGTH ((int64_t)1 << 31)

/* ---- 1. Small texts -------------------------------------------------------------------------- */

sg_n_base sg_n_base_of(const char *text)
{
  if (strcmp(text, "zero") == 0) return SG_N_ZERO;
  if (strcmp(text, "quarter") == 0) return SG_N_QUARTER;
  return strcmp(text, "drop") == 0 ? SG_N_DROP : SG_N_DEFAULT;
}

sg_status sg_alphabet_check(const char *alphabet, sg_err *err)
{
  size_t n = strlen(alphabet);

  for (size_t i = 0; i < n; i++) {
    if (!isupper((unsigned char)alphabet[i]) || strchr(alphabet + i + 1, alphabet[i])) n = 0;
  }
  if (n >= 2 && n <= 12) return SG_OK;
  return sg_fail(err, SG_EINVAL, "the alphabet '%.40s' is not 2 to 12 different capital letters, "
                 "like ACGT", alphabet);
}

/* ---- 2. Finding the file --------------------------------------------------------------------- */

/* `n` characters of the model's path and the suffix; NULL: memory is short. */
static char *beside(const char *model_path, size_t n)
{
  static const char suffix[] = ".seqgloss.json";
  char *s = malloc(n + sizeof(suffix));

  if (s) snprintf(s, n + sizeof(suffix), "%.*s%s", (int)n, model_path, suffix);
  return s;
}

/* Length of the path without its last extension. */
static size_t stem_length(const char *path)
{
  const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');

  return dot && (!slash || dot > slash + 1) && dot > path ? (size_t)(dot - path) : strlen(path);
}

/* sc->path: the sidecar that exists, or NULL. */
static sg_status find(const char *path, const char *model_path, sg_sidecar *sc, sg_err *err)
{
  size_t n[2] = { strlen(model_path), stem_length(model_path) };

  if (path && !*path) return SG_OK;
  if (path) {
    sc->path = strdup(path);
    return sc->path ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  }
  for (int i = 0; i < 2; i++) {
    char *s = beside(model_path, n[i]);
    if (!s) return sg_fail(err, SG_ENOMEM, "out of memory");
    if (access(s, F_OK) == 0) {
      sc->path = s;
      return SG_OK;
    }
    free(s);
  }
  return SG_OK;
}

void sg_sidecar_release(sg_sidecar *sc)
{
#ifdef HAVE_JANSSON
  json_decref(sc->json);
#endif
  free(sc->path);
  free(sc->alphabet);
  free(sc->dna_input);
  free(sc->layout);
  *sc = (sg_sidecar){ .path = NULL };
}

#ifndef HAVE_JANSSON

sg_status sg_sidecar_read(const char *path, const char *model_path, sg_sidecar *sc, sg_err *err)
{
  sg_status st;

  *sc = (sg_sidecar){ .path = NULL };
  st = find(path, model_path, sc, err);
  if (st || !sc->path) return st;
  return sg_fail(err, SG_EUNSUPPORTED, "%s: this build cannot read JSON: install libjansson-dev, "
                 "then configure and build again", sc->path);
}

sg_status sg_sidecar_parse(const char *data, size_t size, sg_sidecar *sc, sg_err *err)
{
  (void)data, (void)size, (void)sc;
  return sg_fail(err, SG_EUNSUPPORTED, "this build cannot read JSON");
}

sg_status sg_sidecar_targets(const sg_sidecar *sc, sg_model *m, sg_err *err)
{
  (void)sc;
  (void)m;
  (void)err;
  return SG_OK;
}

#else

/* ---- 3. Places ------------------------------------------------------------------------------- */

typedef struct place { int line, column; } place;

/* The byte after a string that begins at p (its opening quote). */
static const char *skip_string(const char *p, const char *end)
{
  for (p++; p < end && *p != '"'; p++)
    if (*p == '\\') p++;
  return p < end ? p + 1 : end;
}

/* Where the outermost object has the key: of valid JSON, so that brackets and quotes pair up. A key
 * written with escapes is not found: then the place is the file's beginning. */
static place place_of(const char *data, size_t size, const char *key)
{
  const char *end = data + size, *line_start = data;
  place at = { 1, 1 };
  int depth = 0, line = 1;

  for (const char *p = data; p < end;) {
    if (*p == '"') {
      const char *q = skip_string(p, end), *r = q;
      while (r < end && isspace((unsigned char)*r)) r++;
      if (depth == 1 && r < end && *r == ':' && (size_t)(q - p) == strlen(key) + 2 &&
          strncmp(p + 1, key, strlen(key)) == 0)
        return (place){ line, (int)(p - line_start) + 1 };
      p = q;
      continue;
    }
    if (*p == '{' || *p == '[') depth++;
    else if (*p == '}' || *p == ']') depth--;
    else if (*p == '\n') {
      line++;
      line_start = p + 1;
    }
    p++;
  }
  return at;
}

/* ---- 4. Keys --------------------------------------------------------------------------------- */

static sg_status text_value(const json_t *v, char **ret, sg_err *err)
{
  if (!json_is_string(v) || !*json_string_value(v))
    return sg_fail(err, SG_EFORMAT, "this must be a text in quotes");
  *ret = strdup(json_string_value(v));
  return *ret ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

static bool names_only(const json_t *list)
{
  size_t i;
  json_t *v;

  if (!json_is_array(list)) return false;
  json_array_foreach((json_t *)list, i, v) if (!json_is_string(v)) return false;
  return true;
}

static sg_status check_targets(json_t *v, sg_err *err)
{
  bool good = names_only(v);
  const char *output;
  json_t *list;

  if (json_is_object(v)) {
    good = true;
    json_object_foreach(v, output, list) good = good && names_only(list);
  }
  return good ? SG_OK
              : sg_fail(err, SG_EFORMAT,
                        "\"targets\" must be a list of names, or an object of such "
                        "lists by output");
}

static sg_status take_key(sg_sidecar *sc, const char *key, json_t *v, sg_err *err)
{
  char *text = NULL;
  sg_status st;

  if (strcmp(key, "dna_input") == 0) return text_value(v, &sc->dna_input, err);
  if (strcmp(key, "layout") == 0) return text_value(v, &sc->layout, err);
  if (strcmp(key, "targets") == 0) return check_targets(v, err);
  if (strcmp(key, "alphabet") == 0) {
    st = text_value(v, &sc->alphabet, err);
    return st ? st : sg_alphabet_check(sc->alphabet, err);
  }
  if (strcmp(key, "n_base") == 0) {
    st = text_value(v, &text, err);
    if (!st && (sc->n_base = sg_n_base_of(text)) == SG_N_DEFAULT)
      st = sg_fail(err, SG_EFORMAT, "\"n_base\" is \"zero\", \"quarter\" or \"drop\"");
    free(text);
    return st;
  }
  if (strcmp(key, "length") == 0) {
    sc->length = json_is_integer(v) ? json_integer_value(v) : 0;
    return sc->length > 0 && sc->length < MAX_LENGTH
               ? SG_OK : sg_fail(err, SG_EFORMAT, "\"length\" must be a positive whole number");
  }
  return sg_fail(err, SG_EFORMAT, "unknown key \"%.60s\" (known: alphabet, n_base, dna_input, "
                 "layout, length, targets)", key);
}

sg_status sg_sidecar_parse(const char *data, size_t size, sg_sidecar *sc, sg_err *err)
{
  json_error_t e;
  json_t *root = json_loadb(data, size, JSON_REJECT_DUPLICATES, &e);
  const char *key;
  json_t *v;

  if (!root) return sg_fail(err, SG_EFORMAT, "%d:%d: not valid JSON: %s", e.line, e.column, e.text);
  sc->json = root;
  if (!json_is_object(root))
    return sg_fail(err, SG_EFORMAT, "1:1: not a JSON object {\"key\": value, ...}");
  json_object_foreach(root, key, v) {
    sg_status st = take_key(sc, key, v, err);
    if (st) {
      place at = place_of(data, size, key);
      sg_fail_prefix(err, "%d:%d: ", at.line, at.column);
      return st;
    }
  }
  return SG_OK;
}

sg_status sg_sidecar_read(const char *path, const char *model_path, sg_sidecar *sc, sg_err *err)
{
  uint8_t *data = NULL;
  size_t size = 0;
  sg_status st;
  bool read = false;

  *sc = (sg_sidecar){ .path = NULL };
  st = find(path, model_path, sc, err);
  if (st || !sc->path) return st;
  st = sg_slurp(sc->path, MAX_SIDECAR, &data, &size, err);
  if (!st) {
    read = true;
    st = sg_sidecar_parse((const char *)data, size, sc, err);
  }
  if (st) sg_fail_prefix(err, read ? "%s:" : "%s: ", sc->path);
  free(data);
  return st;
}

/* ---- 5. Targets ------------------------------------------------------------------------------ */

static sg_status take_names(sg_model *m, int output, const json_t *list, sg_err *err)
{
  size_t n = json_array_size(list);
  char **name = sg_arena_calloc(m->graph->mem, n + 1, sizeof(*name));

  if (!name) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (size_t i = 0; i < n; i++) {
    name[i] = sg_arena_strdup(m->graph->mem, json_string_value(json_array_get(list, i)));
    if (!name[i]) return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  m->target[output] = name;
  m->n_target[output] = (int)n;
  return SG_OK;
}

static sg_status take_outputs(const sg_sidecar *sc, sg_model *m, json_t *targets, sg_err *err)
{
  const char *output;
  json_t *list;

  json_object_foreach(targets, output, list) {
    int o = 0;
    sg_status st;
    while (o < m->graph->n_output && strcmp(m->graph->output[o].name, output) != 0) o++;
    if (o == m->graph->n_output)
      return sg_fail(err, SG_ENOTFOUND, "%s: \"targets\" names the output '%.100s', which the "
                     "network does not have (its first is '%.100s')", sc->path, output,
                     o ? m->graph->output[0].name : "none");
    st = take_names(m, o, list, err);
    if (st) return st;
  }
  return SG_OK;
}

sg_status sg_sidecar_targets(const sg_sidecar *sc, sg_model *m, sg_err *err)
{
  json_t *targets = sc->json ? json_object_get(sc->json, "targets") : NULL;
  size_t n = (size_t)m->graph->n_output + 1;

  if (!targets) return SG_OK;
  m->target = sg_arena_calloc(m->graph->mem, n, sizeof(*m->target));
  m->n_target = sg_arena_calloc(m->graph->mem, n, sizeof(*m->n_target));
  if (!m->target || !m->n_target) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (json_is_object(targets)) return take_outputs(sc, m, targets, err);
  if (m->graph->n_output != 1)
    return sg_fail(err, SG_EINVAL, "%s: the network has %d outputs: write \"targets\" as an object "
                   "of lists by output", sc->path, m->graph->n_output);
  return take_names(m, 0, targets, err);
}

#endif
