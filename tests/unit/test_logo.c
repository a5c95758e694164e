/* tests/unit/test_logo.c: pictures: geometry worked out by hand, laws of stacks, escaping,
    refusals,
 * PNG.
 *
 * 1. Reading a picture again   2. Geometry   3. Laws   4. Text   5. Refusals   6. PNG
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_CAIRO
#include <cairo.h>
#endif

#include "base/rng.h"
#include "report/logodraw.h"
#include "scratch.h"
#include "seqgloss/logo.h"

/* ---- 1. Reading a picture again -------------------------------------------------------------- */

static char *svg_of(const sg_logo *logo)
{
  char *text = NULL;
  sg_err err = { SG_OK, "" };

  ck_assert_msg(!sg_logo_svg(logo, &text, &err), "%s", err.text);
  ck_assert_ptr_nonnull(text);
  return text;
}

/* One letter as it stands in the text. */
typedef struct placed { char letter; double x, y, sx, sy; bool pale; } placed;

/* Letters in the order of the text, at most `most`. */
static int letters_of(const char *text, placed *letter, int most)
{
  int n = 0;

  while ((text = strstr(text, "<use ")) != NULL) {
    placed *p = &letter[n++];
    ck_assert_int_le(n, most);
    ck_assert_int_eq(sscanf(text, "<use xlink:href=\"#sg-%c\" transform=\"translate(%lf %lf)"
                                  "scale(%lf %lf)", &p->letter, &p->x, &p->y, &p->sx, &p->sy), 5);
    p->pale = strstr(text, "opacity") && strstr(text, "opacity") < strstr(text, "/>");
    text++;
  }
  return n;
}

static int count(const char *text, const char *word)
{
  int n = 0;

  for (; (text = strstr(text, word)) != NULL; text++) n++;
  return n;
}

static sg_logo one_panel(sg_logo_panel *panel, const double *h, int width)
{
  sg_logo logo = sg_logo_default();

  *panel = (sg_logo_panel){ .h = h, .width = width, .height = 100 };
  logo.panel = panel;
  logo.n_panel = 1;
  return logo;
}

static void near(double got, double want)
{
  ck_assert_msg(fabs(got - want) <= 0.0101, "%g, not %g", got, want);
}

/* ---- 2. Geometry ----------------------------------------------------------------------------- */

/* Range 0 .. 2 over 100 pixels: A of 1 from 0, T of 0.5 below it in the stack; a column of 10
 * pixels, the letter 9.2 of it. */
START_TEST(stack_upwards)
{
  static const double h[8] = { 1, 0, 0, 0.5, 0, 2, 0, 0 };
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, 2);
  placed p[8];
  char *text;

  panel.hi = 2;
  logo.column = 10;
  logo.numbers = false;
  text = svg_of(&logo);
  ck_assert_int_eq(letters_of(text, p, 8), 3);
  ck_assert_int_eq(p[0].letter, 'T');
  near(p[0].x, 4.4), near(p[0].y, 4 + 75), near(p[0].sx * 100, 9.2), near(p[0].sy * 100, 25);
  ck_assert_int_eq(p[1].letter, 'A');
  near(p[1].x, 4.4), near(p[1].y, 4 + 25), near(p[1].sy * 100, 50);
  ck_assert_int_eq(p[2].letter, 'C');
  near(p[2].x, 14.4), near(p[2].y, 4), near(p[2].sy * 100, 100);
  ck_assert_ptr_nonnull(strstr(text, "width=\"28\" height=\"108\" viewBox=\"0 0 28 108\""));
  free(text);
}
END_TEST

/* Letters below the axis hang head down: placed by their lower edge,
    scaled by a negative number. */
START_TEST(stack_downwards)
{
  static const double h[4] = { -0.5, 0.25, -1, 0 };
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, 1);
  placed p[4];
  char *text;

  panel.lo = -2;
  panel.hi = 2;
  logo.numbers = false;
  text = svg_of(&logo);
  ck_assert_int_eq(letters_of(text, p, 4), 3);
  ck_assert_int_eq(p[0].letter, 'C');
  near(p[0].y, 4 + 50 - 6.25), near(p[0].sy * 100, 6.25);
  ck_assert_int_eq(p[1].letter, 'A');
  near(p[1].y, 4 + 50 + 12.5), near(p[1].sy * 100, -12.5);
  ck_assert_int_eq(p[2].letter, 'G');
  near(p[2].y, 4 + 50 + 37.5), near(p[2].sy * 100, -25);
  free(text);
}
END_TEST

/* Two panels, the second three columns to the right: equal letters stand three columns apart. */
START_TEST(aligned_pair)
{
  static const double h[8] = { 1, 0, 0, 0, 0, 0, 0, 1 };
  sg_logo_panel panel[2] = { { .h = h, .width = 2, .axis = "bits" },
                             { .h = h, .width = 2, .offset = 3 } };
  sg_logo logo = sg_logo_default();
  placed p[8];
  char *text;

  logo.panel = panel;
  logo.n_panel = 2;
  text = svg_of(&logo);
  ck_assert_int_eq(letters_of(text, p, 8), 4);
  near(p[2].x - p[0].x, 3 * 14), near(p[3].x - p[1].x, 3 * 14);
  ck_assert_double_gt(p[2].y, p[0].y + 80);
  ck_assert_int_eq(count(text, ">bits<"), 1);
  free(text);
}
END_TEST

START_TEST(axes)
{
  static const struct { double up, down; const char *has[3], *lacks; } cases[] = {
    { 2, 0, { ">0<", ">0.5<", ">2<" }, ">2.5<" },
    { 0.93, -0.52, { ">0.5<", ">-0.5<", ">1<" }, ">-1<" },
    { 1e-9, 0, { ">0<", ">5e-10<", ">1e-09<" }, "nan" },
    { 3e6, -1e6, { ">-1000000<", ">3000000<", ">0<" }, "e+" },
    { 0, 0, { ">0<", ">1<", ">0.5<" }, "nan" },
    { 1e-320, 0, { ">0<", ">1<", ">0.5<" }, "nan" }
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double h[4] = { cases[i].up, 0, cases[i].down, 0 };
    sg_logo_panel panel;
    sg_logo logo = one_panel(&panel, h, 1);
    char *text;
    panel.axis = "height";
    logo.numbers = false;
    text = svg_of(&logo);
    for (int k = 0; k < 3; k++)
      ck_assert_msg(strstr(text, cases[i].has[k]) != NULL, "%zu: no %s in %s", i, cases[i].has[k],
                    text);
    ck_assert_msg(!strstr(text, cases[i].lacks), "%zu: %s", i, cases[i].lacks);
    free(text);
  }
}
END_TEST

START_TEST(numbers)
{
  double *h = calloc(4 * 300, sizeof *h);
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, 300);
  char *text;

  logo.first = 297448;
  logo.place = "chr20";
  text = svg_of(&logo);
  ck_assert_ptr_nonnull(strstr(text, ">297450<"));
  ck_assert_ptr_nonnull(strstr(text, ">297455<"));
  ck_assert_ptr_null(strstr(text, ">297448<"));
  ck_assert_ptr_nonnull(strstr(text, ">chr20<"));
  ck_assert_int_eq(count(text, "text-anchor=\"middle\""), 60);
  free(text);
  logo.step = -1;
  text = svg_of(&logo);
  ck_assert_ptr_nonnull(strstr(text, ">297150<"));
  ck_assert_ptr_null(strstr(text, ">297450<"));
  free(text);
  panel.width = 6;
  logo.first = -2;
  logo.step = 1;
  text = svg_of(&logo);
  for (int i = -2; i <= 3; i++) {
    char want[16];
    snprintf(want, sizeof want, ">%d<", i);
    ck_assert_msg(i % 2 || strstr(text, want) != NULL, "no %s", want);
  }
  free(text);
  free(h);
}
END_TEST

START_TEST(marks)
{
  static const double h[16] = { 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0 };
  static const unsigned char mark[4] = { 0, 1, 7, 0 };
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, 4);
  placed p[4];
  char *text;

  panel.mark = mark;
  text = svg_of(&logo);
  ck_assert_int_eq(letters_of(text, p, 4), 4);
  for (int i = 0; i < 4; i++) ck_assert_int_eq(p[i].pale, !mark[i]);
  ck_assert_int_eq(count(text, "<rect"), 2);
  ck_assert_ptr_nonnull(strstr(text, "width=\"28\" height=\"100\" fill=\"#e6b800\" fill-opacity="));
  ck_assert_ptr_nonnull(strstr(text, "y=\"104\" width=\"28\" height=\"2\" fill=\"#e6b800\"/>"));
  free(text);
}
END_TEST

/* Each span has a row between title and letters; a label that would run out of the picture stands
 * before its line. Columns are 14 px, from x = 46 with an axis. */
START_TEST(spans)
{
  static const sg_logo_span span[2] = { { 1, 3, "a<b" }, { 8, 10, "long label" } };
  double h[40] = { 0 };
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, 10);
  char *text, *none;

  none = svg_of(&logo);
  panel.span = span;
  panel.n_span = 2;
  text = svg_of(&logo);
  char *tall = strstr(text, " height=\""), *flat = strstr(none, " height=\"");
  ck_assert_int_eq(strtol(tall + 9, NULL, 10) - strtol(flat + 9, NULL, 10), 30);
  ck_assert_int_eq(count(text, "<path stroke") - count(none, "<path stroke"), 6);
  ck_assert_ptr_nonnull(strstr(text, ">a&lt;b</text>"));
  char *label = strstr(text, ">long label<");
  ck_assert_ptr_nonnull(label);
  while (*label != '<') label--;
  ck_assert_ptr_nonnull(strstr(label, "text-anchor=\"end\""));
  ck_assert_ptr_null(strstr(none, "long label"));
  free(none);
  free(text);
}
END_TEST

/* ---- 3. Laws --------------------------------------------------------------------------------- */

static void random_heights(sg_rng *rng, double *h, int width)
{
  for (int i = 0; i < 4 * width; i++)
    h[i] = sg_rng_below(rng, 4) ? (sg_rng_unit(rng) - 0.3) * 3 : 0;
}

/* In each column letters touch each other from the axis on and fill as many pixels as the heights
 * say; three that are too small to be drawn may lie between. */
START_TEST(stacks_are_whole)
{
  enum { WIDTH = 40 };
  double h[4 * WIDTH] = { 0 };
  placed p[4 * WIDTH];
  sg_rng rng;
  sg_rng_seed(&rng, 7);
  for (int round = 0; round < 20; round++) {
    sg_logo_panel panel;
    sg_logo logo = one_panel(&panel, h, WIDTH);
    random_heights(&rng, h, WIDTH);
    panel.lo = -10;
    panel.hi = 10;
    panel.height = 1000;
    char *text = svg_of(&logo);
    int n = letters_of(text, p, 4 * WIDTH);
    double up = 0, down = 0;
    for (int i = 0; i < n; i++) {
      int column = (int)((p[i].x - 4) / 14), base = (int)(strchr("ACGT", p[i].letter) - "ACGT");
      double height = p[i].sy * 100, *stack = height < 0 ? &down : &up;
      if (i == 0 || column != (int)((p[i - 1].x - 4) / 14)) up = down = 0;
      near(height, h[column * 4 + base] * 50);
      ck_assert_double_le(fabs(p[i].y - (504 - *stack - height)), 0.17);
      *stack += height;
    }
    int drawn = 0;
    for (int i = 0; i < 4 * WIDTH; i++) drawn += fabs(h[i]) * 50 >= 0.05;
    ck_assert_int_eq(n, drawn);
    free(text);
  }
}
END_TEST

/* Equal arguments, equal bytes; with and without definitions the drawing is the same. */
START_TEST(bytes)
{
  enum { WIDTH = 30 };
  double h[4 * WIDTH] = { 0 };
  sg_rng rng;
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, WIDTH);
  char *a, *b, *defs;
  sg_rng_seed(&rng, 8);
  random_heights(&rng, h, WIDTH);
  a = svg_of(&logo);
  b = svg_of(&logo);
  ck_assert_str_eq(a, b);
  free(b);
  logo.defs = false;
  b = svg_of(&logo);
  ck_assert_ptr_null(strstr(b, "<path id="));
  ck_assert_str_eq(strstr(a, "<use"), strstr(b, "<use"));
  free(b);
  ck_assert_int_eq(sg_logo_defs("x_1-", &defs, NULL), SG_OK);
  for (int i = 0; i < 4; i++) {
    char id[32];
    snprintf(id, sizeof id, "<path id=\"x_1-%c\"", "ACGT"[i]);
    ck_assert_ptr_nonnull(strstr(defs, id));
  }
  free(defs);
  logo.prefix = "x_1-";
  b = svg_of(&logo);
  ck_assert_int_eq(count(b, "href=\"#x_1-"), count(a, "<use"));
  free(a);
  free(b);
}
END_TEST

/* Each letter fills its square, touches all four sides and stays within. */
START_TEST(glyphs_fill_their_box)
{
  for (int g = 0; g < 4; g++) {
    double lo[2] = { 1e9, 1e9 }, hi[2] = { -1e9, -1e9 };
    ck_assert_int_eq(sg_glyphs[g].letter, "ACGT"[g]);
    ck_assert_int_eq(sg_glyphs[g].step[0].op, 'M');
    ck_assert_int_eq(sg_glyphs[g].step[sg_glyphs[g].n - 1].op, 'Z');
    for (int i = 0; i < sg_glyphs[g].n; i++)
      for (int k = 0; k < sg_glyph_numbers(sg_glyphs[g].step[i].op); k++) {
        lo[k % 2] = fmin(lo[k % 2], sg_glyphs[g].step[i].at[k]);
        hi[k % 2] = fmax(hi[k % 2], sg_glyphs[g].step[i].at[k]);
      }
    for (int k = 0; k < 2; k++) {
      ck_assert_double_eq(lo[k], 0);
      ck_assert_double_eq(hi[k], SG_GLYPH_BOX);
    }
  }
}
END_TEST

/* WCAG 2.1: relative luminance of sRGB, and contrast (L1 + 0.05) / (L2 + 0.05). */
static double luminance(unsigned rgb)
{
  static const double weight[3] = { 0.2126, 0.7152, 0.0722 };
  double sum = 0;

  for (int i = 0; i < 3; i++) {
    double c = (rgb >> (16 - 8 * i) & 255) / 255.0;
    sum += weight[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}

/* A band over a ground. */
static unsigned over(unsigned ground)
{
  unsigned rgb = 0;

  for (int i = 0; i < 3; i++) {
    double g = ground >> (8 * i) & 255, b = (unsigned)SG_INK_BAND >> (8 * i) & 255;
    rgb |= (unsigned)(g + SG_BAND_OPACITY * (b - g) + 0.5) << (8 * i);
  }
  return rgb;
}

START_TEST(contrast)
{
  for (int g = 0; g < 4; g++) {
    double l = luminance(sg_glyphs[g].rgb) + 0.05;
    ck_assert_double_ge((luminance(0xffffff) + 0.05) / l, 3);
    ck_assert_double_ge(l / (luminance(0x222222) + 0.05), 3);
    ck_assert_double_ge(l / (luminance(0) + 0.05), 3);
    ck_assert_double_ge(l / (luminance(over(0x1e1e1e)) + 0.05), 2.95);
    ck_assert_double_ge((luminance(over(0xffffff)) + 0.05) / l, 2.95);
  }
}
END_TEST

/* ---- 4. Text --------------------------------------------------------------------------------- */

START_TEST(escaping)
{
  static const double h[4] = { 1, 0, 0, 0 };
  static const char nasty[] = "</text><script>\"'&\x01\xff\xc3\xa4";
  static const char clean[] = "&lt;/text&gt;&lt;script&gt;&quot;&#39;&amp;"
                              "\xef\xbf\xbd\xef\xbf\xbd\xc3\xa4";
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, 1);
  char *text;

  panel.title = panel.axis = logo.place = logo.label = nasty;
  text = svg_of(&logo);
  ck_assert_int_eq(count(text, clean), 4);
  ck_assert_ptr_null(strstr(text, "<script"));
  ck_assert_ptr_null(strchr(text, '\xff'));
  ck_assert_int_eq(count(text, "<text "), count(text, "</text>"));
  free(text);
}
END_TEST

START_TEST(pages)
{
  static const double h[4] = { 1, 0, 0, 0 };
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, 1);
  char *text = svg_of(&logo);
  ck_assert_ptr_null(strstr(text, "#fff"));
  ck_assert_ptr_nonnull(strstr(text, "fill=\"currentColor\""));
  ck_assert_ptr_nonnull(strstr(text, "aria-label=\"sequence logo\""));
  free(text);
  logo.page = true;
  text = svg_of(&logo);
  ck_assert_ptr_nonnull(strstr(text, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"));
  ck_assert_ptr_nonnull(strstr(text, " color=\"#222222\""));
  free(text);
}
END_TEST

/* ---- 5. Refusals ----------------------------------------------------------------------------- */

START_TEST(refusals)
{
  double h[8] = { 1, 0, 0, 0, 1, 0, 0, 0 };
  sg_logo_panel good, bad;
  sg_logo logo = one_panel(&good, h, 2), broken;
  sg_err err;
  char *text;

#define REFUSED(change, words) do {                                             \
    broken = logo; bad = good; broken.panel = &bad; change;                     \
    ck_assert_int_eq(sg_logo_svg(&broken, &text, &err), SG_EINVAL);             \
    ck_assert_ptr_null(text);                                                   \
    ck_assert_msg(strstr(err.text, words) != NULL, "%s", err.text);             \
  } while (0)
  REFUSED(broken.size = 8, "size");
  REFUSED(broken.panel = NULL, "panels");
  REFUSED(broken.n_panel = 0, "panels");
  REFUSED(broken.column = 0.5, "columns");
  REFUSED(broken.column = NAN, "columns");
  REFUSED(broken.prefix = "a\"b", "prefix");
  REFUSED(broken.prefix = "", "prefix");
  REFUSED(broken.prefix = NULL, "prefix");
  REFUSED(broken.step = 2, "numbers");
  REFUSED(broken.first = INT64_MAX, "numbers");
  REFUSED(bad.h = NULL, "heights are missing");
  REFUSED(bad.width = 0, "width");
  REFUSED(bad.width = SG_LOGO_WIDTH_MAX + 1, "width");
  REFUSED(bad.offset = -1, "offset");
  static const sg_logo_span wrong[] = { { -1, 1, NULL }, { 1, 1, NULL }, { 1, 3, NULL } };
  for (int i = 0; i < 3; i++) REFUSED(bad.span = &wrong[i]; bad.n_span = 1, "span");
  REFUSED(bad.n_span = 1, "spans");
  REFUSED(bad.n_span = -1, "spans");
  REFUSED(bad.lo = 1, "hold 0");
  REFUSED(bad.hi = NAN, "hold 0");
  REFUSED(bad.hi = -1, "hold 0");
  REFUSED(bad.height = -1, "height");
  REFUSED(h[5] = NAN, "column 2");
  REFUSED(h[5] = -INFINITY, "column 2");
  h[5] = 0;
  REFUSED(h[3] = 1e16, "column 1");
#undef REFUSED
  h[3] = 0;
  ck_assert_int_eq(sg_logo_defs("<", &text, &err), SG_EINVAL);
  text = svg_of(&logo);
  free(text);
}
END_TEST

/* ---- 6. PNG ---------------------------------------------------------------------------------- */

#ifdef HAVE_CAIRO

/* Colour of a pixel, 0xRRGGBB. */
static unsigned pixel(cairo_surface_t *image, int x, int y)
{
  const unsigned char *row = cairo_image_surface_get_data(image)
                             + (size_t)y * (size_t)cairo_image_surface_get_stride(image);
  uint32_t value;

  memcpy(&value, row + 4 * x, 4);
  return value & 0xffffff;
}

/* One T that fills its column: its bar, its stem, and the ground beside the stem. */
START_TEST(png_pixels)
{
  static const double h[4] = { 0, 0, 0, 1 };
  char path[SCRATCH_PATH];
  int fd = scratch_open("logo", path);
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, 1);
  sg_output *output;
  sg_err err = { SG_OK, "" };
  cairo_surface_t *image;

  ck_assert_int_ge(fd, 0);
  close(fd);
  panel.hi = 1;
  logo.column = 100;
  logo.numbers = false;
  ck_assert_msg(!sg_output_open(path, 0, &output, &err), "%s", err.text);
  ck_assert_msg(!sg_logo_png(&logo, 2, output, &err), "%s", err.text);
  ck_assert_msg(!sg_output_commit(output, &err), "%s", err.text);
  image = cairo_image_surface_create_from_png(path);
  ck_assert_int_eq(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
  ck_assert_int_eq(cairo_image_surface_get_width(image), 2 * 108);
  ck_assert_int_eq(cairo_image_surface_get_height(image), 2 * 108);
  ck_assert_uint_eq(pixel(image, 108, 2 * 4 + 10), sg_glyphs[3].rgb);
  ck_assert_uint_eq(pixel(image, 108, 2 * 4 + 180), sg_glyphs[3].rgb);
  ck_assert_uint_eq(pixel(image, 40, 2 * 4 + 10), sg_glyphs[3].rgb);
  ck_assert_uint_eq(pixel(image, 40, 2 * 4 + 100), 0xffffff);
  ck_assert_uint_eq(pixel(image, 1, 1), 0xffffff);
  cairo_surface_destroy(image);
  unlink(path);
}
END_TEST

START_TEST(png_refusals)
{
  double *h = calloc(4 * 3000, sizeof *h);
  char path[SCRATCH_PATH];
  int fd = scratch_open("logo", path);
  sg_logo_panel panel;
  sg_logo logo = one_panel(&panel, h, 3000);
  sg_output *output;
  sg_err err;

  ck_assert_int_ge(fd, 0);
  close(fd);
  ck_assert_int_eq(sg_output_open(path, 0, &output, &err), SG_OK);
  ck_assert_int_eq(sg_logo_png(&logo, 2, output, &err), SG_EINVAL);
  ck_assert_ptr_nonnull(strstr(err.text, "too large"));
  ck_assert_int_eq(sg_logo_png(&logo, 0, output, &err), SG_EINVAL);
  ck_assert_int_eq(sg_logo_png(&logo, NAN, output, &err), SG_EINVAL);
  panel.width = 0;
  ck_assert_int_eq(sg_logo_png(&logo, 1, output, &err), SG_EINVAL);
  sg_output_discard(output);
  unlink(path);
  free(h);
}
END_TEST

#else

START_TEST(png_pixels)
{
  sg_err err;
  ck_assert_int_eq(sg_logo_png_check(&err), SG_EUNSUPPORTED);
  ck_assert_ptr_nonnull(strstr(err.text, "libcairo2-dev"));
}
END_TEST

#endif

int main(void)
{
  Suite *s = suite_create("logo");
  TCase *t = tcase_create("pictures");
  tcase_add_test(t, stack_upwards);
  tcase_add_test(t, stack_downwards);
  tcase_add_test(t, aligned_pair);
  tcase_add_test(t, axes);
  tcase_add_test(t, numbers);
  tcase_add_test(t, marks);
  tcase_add_test(t, spans);
  tcase_add_test(t, stacks_are_whole);
  tcase_add_test(t, bytes);
  tcase_add_test(t, glyphs_fill_their_box);
  tcase_add_test(t, contrast);
  tcase_add_test(t, escaping);
  tcase_add_test(t, pages);
  tcase_add_test(t, refusals);
  tcase_add_test(t, png_pixels);
#ifdef HAVE_CAIRO
  tcase_add_test(t, png_refusals);
#endif
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? 1 : 0;
}
