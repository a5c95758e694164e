/* base/num.c: numbers from text, strictly, and back to the shortest text; independent of the
 * locale.
 *
 * 1. Reading   2. Shortest digits of a float   3. Shortest digits of a double   4. Layout
 *
 * The locale only changes the decimal point, so no decimal point is ever shown to the C library:
 * "12.5e3" is read as "125e2", and of what it prints only digits and exponent are used.
 *
 * References: Steele and White 1990 (PLDI) for what "shortest" means; Gay 1990 for when one double
 * operation is exact.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seqgloss/io.h"

/* ---- 1. Reading ---------------------------------------------------------------------------- */

enum { NUMBER_MAX = 128 };

static sg_status bad_number(const char *what, const char *text, const char *wanted, sg_err *err)
{
  return sg_fail(err, SG_EINVAL, "%s: '%.60s' is not %s", what, text, wanted);
}

/* Digits to an unsigned value; false on anything else and on overflow. */
static bool read_digits(const char *text, uint64_t *ret_value)
{
  uint64_t v = 0;

  if (!*text) return false;
  for (; *text; text++) {
    unsigned d = (unsigned)(unsigned char)*text - '0';
    if (d > 9 || v > (UINT64_MAX - d) / 10) return false;
    v = v * 10 + d;
  }
  *ret_value = v;
  return true;
}

sg_status sg_parse_i64(const char *what, const char *text, int64_t lo, int64_t hi,
                       int64_t *ret_value, sg_err *err)
{
  bool negative = text[0] == '-';
  uint64_t magnitude, limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
  int64_t v;

  if (!read_digits(text + (negative || text[0] == '+'), &magnitude))
    return bad_number(what, text, "a whole number", err);
  if (magnitude > limit) return bad_number(what, text, "within range", err);
  v = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
  if (v < lo || v > hi)
    return sg_fail(err, SG_EINVAL, "%s: %s is not between %" PRId64 " and %" PRId64, what, text,
                   lo, hi);
  *ret_value = v;
  return SG_OK;
}

/* Checks [+-]digits[.digits][e[+-]digits] and copies it without the point: `digits` ends before the
 * exponent, which is returned apart, lowered by the number of places after the point. */
static bool take_decimal(const char *text, char digits[NUMBER_MAX], long *ret_exponent)
{
  size_t n = 0;
  long places = 0, exponent = 0;
  bool point = false, any = false;

  if (*text == '+' || *text == '-') digits[n++] = *text++;
  for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
    if (*text == '.') {
      point = true;
      continue;
    }
    if (n + 1 >= NUMBER_MAX - 16) return false;
    digits[n++] = *text;
    any = true;
    if (point) places++;
  }
  digits[n] = '\0';
  if (!any) return false;
  if (*text == 'e' || *text == 'E') {
    int64_t e;
    if (sg_parse_i64("", text + 1, -100000, 100000, &e, NULL)) return false;
    exponent = (long)e;
  } else if (*text) {
    return false;
  }
  *ret_exponent = exponent - places;
  return true;
}

/* nan, inf, -inf; true when `text` is one of them. */
static bool take_special(const char *text, double *ret_value)
{
  if (!strcmp(text, "nan")) *ret_value = NAN;
  else if (!strcmp(text, "inf")) *ret_value = INFINITY;
  else if (!strcmp(text, "-inf")) *ret_value = -INFINITY;
  else return false;
  return true;
}

sg_status sg_parse_f64(const char *what, const char *text, double lo, double hi, double *ret_value,
                       sg_err *err)
{
  char digits[NUMBER_MAX];
  size_t n;
  long exponent;
  double v;
  char a[SG_NUMBER_TEXT], b[SG_NUMBER_TEXT];

  if (isinf(lo) && isinf(hi) && take_special(text, ret_value)) return SG_OK;
  if (!take_decimal(text, digits, &exponent)) return bad_number(what, text, "a number", err);
  n = strlen(digits);
  snprintf(digits + n, NUMBER_MAX - n, "e%ld", exponent);
  v = strtod(digits, NULL);
  if (isinf(v)) return bad_number(what, text, "within the range of a double", err);
  if (!(v >= lo && v <= hi)) {
    sg_format_f64(a, lo);
    sg_format_f64(b, hi);
    return sg_fail(err, SG_EINVAL, "%s: %s is not between %s and %s", what, text, a, b);
  }
  *ret_value = v;
  return SG_OK;
}

/* ---- 2. Shortest digits of a float ----------------------------------------------------------- */

/* Powers of ten that a double holds exactly. */
static const double exact_power[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* x * 10^k, |k| <= 22: one rounding, since the power is exact. */
static double scale(double x, int k)
{
  return k >= 0 ? x * exact_power[k] : x / exact_power[-k];
}

/* Whether the decimal d * 10^k reads back as the float v. The product is the double next to the
 * decimal; it settles which float is nearest unless it fell on a midpoint of two floats, where it
 * could stand for either side: then the answer is no, and one more digit is taken. */
static bool reads_back(uint64_t d, int k, float v)
{
  double x;
  uint64_t bits;

  if (k < -22 || k > 22) return false;
  x = scale((double)d, k);
  memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x1fffffff) == 0x10000000) return false;
  return (float)x == v;
}

/* A decimal: digits[n], value d.ddd * 10^exponent. */
typedef struct decimal {
  char digits[20];
  int n, exponent;
} decimal;

static void strip_zeros(decimal *dec)
{
  while (dec->n > 1 && dec->digits[dec->n - 1] == '0') dec->n--;
}

static void set_digits(decimal *dec, uint64_t d, int n)
{
  dec->n = n;
  for (int i = n - 1; i >= 0; i--, d /= 10) dec->digits[i] = (char)('0' + d % 10);
  strip_zeros(dec);
}

/* Nine digits always tell floats apart. v is scaled to s in [1e8, 1e9) with an error below 1e-7,
 * rounded to nine digits, then to eight, seven ... while the result still reads back. Rounding to
 * fewer digits never comes closer to v, so the first failure is final. False: v is too large or too
 * small for exact powers. */
static bool shortest_fast(float v, decimal *dec)
{
  int e = (int)floor(log10((double)v)), k = 8 - e;
  double s;
  uint64_t best, d;
  int n = 9, cut;

  if (k > 22 || k < -22) return false;
  s = scale((double)v, k);
  if (s < 1e8 || s >= 999999999.5) {
    e += s < 1e8 ? -1 : 1;
    k = 8 - e;
    if (k > 22 || k < -22) return false;
    s = scale((double)v, k);
  }
  best = (uint64_t)(s + 0.5);
  if (!reads_back(best, -k, v)) return false;
  for (cut = 1; cut < 9; cut++) {
    d = (uint64_t)(s / exact_power[cut] + 0.5);
    if (!reads_back(d, cut - k, v)) break;
    best = d;
    n = 9 - cut;
  }
  if (best >= (uint64_t)exact_power[n]) {     /* 9.99 rounded up to 10.0 */
    best /= 10;
    e++;
  }
  dec->exponent = e;
  set_digits(dec, best, n);
  return true;
}

/* ---- 3. Shortest digits of a double ---------------------------------------------------------- */

/* Digits and exponent of v > 0 rounded to n significant digits, by the C library. */
static void print_digits(double v, int n, decimal *dec)
{
  char text[64];
  const char *p;

  snprintf(text, sizeof text, "%.*e", n - 1, v);
  dec->n = 0;
  for (p = text; *p && *p != 'e'; p++)
    if (*p >= '0' && *p <= '9' && dec->n < 17) dec->digits[dec->n++] = *p;
  dec->exponent = *p == 'e' ? (int)strtol(p + 1, NULL, 10) : 0;
}

static double read_decimal(const decimal *dec, bool single)
{
  char text[48];

  snprintf(text, sizeof text, "%.*se%d", dec->n, dec->digits, dec->exponent - (dec->n - 1));
  return single ? (double)strtof(text, NULL) : strtod(text, NULL);
}

/* Tries every number of digits that may be needed; slow, right for all values. */
static void shortest_slow(double v, bool single, decimal *dec)
{
  int most = single ? 9 : 17;

  for (int n = single ? 1 : 15; n <= most; n++) {
    print_digits(v, n, dec);
    if (read_decimal(dec, single) == v) break;
  }
  strip_zeros(dec);
}

/* ---- 4. Layout ------------------------------------------------------------------------------- */

static int special_text(char *text, double v)
{
  const char *s = isnan(v) ? "nan" : v > 0 ? "inf" : "-inf";
  return snprintf(text, SG_NUMBER_TEXT, "%s", s);
}

/* 0.00125: zeros before the digits; 12.5: a point among them; 1200: zeros behind. */
static size_t lay_plain(char *text, const decimal *dec)
{
  size_t n = 0;
  int i;

  if (dec->exponent < 0) {
    text[n++] = '0';
    text[n++] = '.';
    for (i = -1; i > dec->exponent; i--) text[n++] = '0';
  }
  for (i = 0; i < dec->n; i++) {
    if (i > 0 && i == dec->exponent + 1) text[n++] = '.';
    text[n++] = dec->digits[i];
  }
  for (; i <= dec->exponent; i++) text[n++] = '0';
  return n;
}

static int lay_out(char *text, bool negative, const decimal *dec)
{
  size_t n = 0;

  if (negative) text[n++] = '-';
  if (dec->exponent >= -5 && dec->exponent < 15) {
    n += lay_plain(text + n, dec);
    text[n] = '\0';
    return (int)n;
  }
  text[n++] = dec->digits[0];
  if (dec->n > 1) {
    text[n++] = '.';
    memcpy(text + n, dec->digits + 1, (size_t)dec->n - 1);
    n += (size_t)dec->n - 1;
  }
  return (int)n + snprintf(text + n, SG_NUMBER_TEXT - n, "e%c%02d", dec->exponent < 0 ? '-' : '+',
                           abs(dec->exponent));
}

int sg_format_f32(char text[SG_NUMBER_TEXT], float value)
{
  decimal dec;
  float a = fabsf(value);

  if (!isfinite(value)) return special_text(text, value);
  if (a == 0) return snprintf(text, SG_NUMBER_TEXT, signbit(value) ? "-0" : "0");
  if (!shortest_fast(a, &dec)) shortest_slow(a, true, &dec);
  return lay_out(text, value < 0, &dec);
}

int sg_format_f64(char text[SG_NUMBER_TEXT], double value)
{
  decimal dec;

  if (!isfinite(value)) return special_text(text, value);
  if (value == 0) return snprintf(text, SG_NUMBER_TEXT, signbit(value) ? "-0" : "0");
  shortest_slow(fabs(value), false, &dec);
  return lay_out(text, value < 0, &dec);
}
