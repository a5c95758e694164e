/* seqio/places.c: "chr14:77423023-77423223(-)" and its kin. */
#include "seqio/places.h"

#include <stdio.h>
#include <string.h>

#include "seqgloss/io.h"
#include "seqgloss/region.h"

enum { DIGITS = 32 };

static const int64_t most = INT64_C(1) << 40;

bool sg_name_alias(const char *name, char *alias, size_t size)
{
  bool has = !strncmp(name, "chr", 3) && name[3];
  int n = snprintf(alias, size, "%s%s", has ? "" : "chr", has ? name + 3 : name);

  return n > 0 && (size_t)n < size;
}

/* The number in text[0 .. n), commas left out; false when it is none. */
static bool take_number(const char *text, size_t n, bool commas, int64_t *ret_value)
{
  char digits[DIGITS];
  size_t k = 0;

  for (size_t i = 0; i < n; i++) {
    if (commas && text[i] == ',' && i > 0) continue;
    if (text[i] < '0' || text[i] > '9' || k + 1 >= DIGITS) return false;
    digits[k++] = text[i];
  }
  digits[k] = '\0';
  return !sg_parse_i64("", digits, 0, most, ret_value, NULL);
}

/* Cuts "(+)", "(-)", "(.)" or "/rc" off the end. */
static size_t take_strand(const char *name, size_t n, char *strand)
{
  *strand = '.';
  if (n > 3 && name[n - 3] == '(' && name[n - 1] == ')' && strchr("+-.", name[n - 2])) {
    *strand = name[n - 2];
    return n - 3;
  }
  if (n > 3 && !strncmp(name + n - 3, "/rc", 3)) {
    *strand = '-';
    return n - 3;
  }
  return n;
}

/* Last place of c in text[0 .. n), or n. */
static size_t find_last(const char *text, size_t n, char c)
{
  for (size_t i = n; i-- > 0;)
    if (text[i] == c) return i;
  return n;
}

/* Finds the last colon of a name and the numbers behind it. */
static bool take_place(const char *name, char *strand, size_t *ret_colon, int64_t *ret_a,
                       int64_t *ret_b)
{
  size_t n = take_strand(name, strlen(name), strand), colon = find_last(name, n, ':'), dash;

  *ret_colon = colon;
  if (colon == n || colon == 0) return false;
  dash = colon + 1 + strcspn(name + colon + 1, "-");
  return dash < n && take_number(name + colon + 1, dash - colon - 1, false, ret_a)
         && take_number(name + dash + 1, n - dash - 1, false, ret_b) && *ret_a <= *ret_b;
}

bool sg_name_says_place(const char *name)
{
  size_t colon;
  int64_t a, b;
  char strand;

  return take_place(name, &strand, &colon, &a, &b);
}

bool sg_name_place(const char *name, int64_t length, sg_named_place *place)
{
  size_t colon;
  int64_t a, b;
  const char *label = NULL;

  if (!take_place(name, &place->strand, &colon, &a, &b)) return false;
  if (b - a != length && (b - a + 1 != length || a < 1)) return false;
  for (const char *p = strstr(name, "::"); p && p < name + colon; p = strstr(p + 1,
      "::")) label = p;
  place->label = label ? (size_t)(label - name) : 0;
  place->chrom = label ? place->label + 2 : 0;
  place->chrom_length = colon > place->chrom ? colon - place->chrom : 0;
  place->start = b - a == length ? a : a - 1;
  place->end = b;
  return place->chrom_length > 0;
}

static sg_status bad_interval(const char *text, const char *why, sg_err *err)
{
  return sg_fail(err, SG_EINVAL, "region '%.200s': %s", text, why);
}

sg_status sg_interval_parse(const char *text, bool whole, size_t *ret_chrom_length,
                            int64_t *ret_start,
                            int64_t *ret_end, sg_err *err)
{
  size_t n = strlen(text), colon = find_last(text, n, ':'), dash;

  *ret_start = 0;
  *ret_end = -1;
  *ret_chrom_length = n;
  if (whole || colon == n)
    return n ? SG_OK : bad_interval(text, "a chromosome is needed", err);
  if (colon == 0) return bad_interval(text, "the chromosome is missing before ':'", err);
  *ret_chrom_length = colon;
  dash = colon + 1 + strcspn(text + colon + 1, "-");
  if (!take_number(text + colon + 1, dash - colon - 1, true, ret_start) ||
      (dash + 1 < n && !take_number(text + dash + 1, n - dash - 1, true, ret_end)))
    return bad_interval(text, "write it as chr:begin-end, for example chr20:1,001-1,200", err);
  if (*ret_start == 0) return bad_interval(text, "positions count from 1 here", err);
  (*ret_start)--;
  if (*ret_end >= 0 && *ret_end <= *ret_start)
    return bad_interval(text, "the end is before the begin", err);
  return SG_OK;
}
