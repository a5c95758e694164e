/* report/logo.c: where everything in a logo stands: panels, stacks, axes, numbers.
 *
 *      46 px    columns of logo->column px
 *     .-------+---------------------------.
 *     |       | title                     |  15 px a title
 *     |       |    |-----| label          |  15 px a span
 *     | axis  | stacks                    |  panel->height
 *     |       | title                     |  the next panel 8 px below
 *     | axis  |      stacks               |    shifted by its offset
 *     |       |  1  2  3  numbers         |
 *     |       | place                     |
 *     '-------+---------------------------'
 *
 * Without an axis the left margin is what the first number needs. Text is taken to be 7 px a letter
 * wide: its true width is known to whoever shows the picture, not here.
 *
 * 1. Checks   2. Axes   3. Layout   4. Panels   5. Numbers
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/logodraw.h"

sg_logo sg_logo_default(void)
{
  return (sg_logo){ .size = sizeof(sg_logo), .column = 14, .numbers = true, .first = 1, .step = 1,
                    .prefix = "sg-", .defs = true };
}

/* ---- 1. Checks ------------------------------------------------------------------------------- */

static const double most = 1e15;       /* of a height: sums and their digits stay exact enough */

static bool between(double v, double lo, double hi) { return v >= lo && v <= hi; }

static const char *check_spans(const sg_logo_panel *p)
{
  if (p->n_span < 0 || p->n_span > 100 || (p->n_span && !p->span)) return "too many spans, or none";
  for (int i = 0; i < p->n_span; i++)
    if (p->span[i].from < 0 || p->span[i].from >= p->span[i].to || p->span[i].to > p->width)
      return "a span lies outside of it";
  return NULL;
}

static sg_status check_panel(const sg_logo_panel *p, int number, sg_err *err)
{
  const char *what = NULL;

  if (!p->h) what = "heights are missing";
  else if (p->width < 1 || p->width > SG_LOGO_WIDTH_MAX) what = "its width is out of range";
  else if (p->offset < 0 || p->offset > SG_LOGO_WIDTH_MAX) what = "its offset is out of range";
  else if (!between(p->lo, -most, 0) || !between(p->hi, 0, most)) what = "its axis must hold 0";
  else if (!between(p->height, 0, 10000)) what = "its height is not between 0 and 10000 pixels";
  else what = check_spans(p);
  if (what) return sg_fail(err, SG_EINVAL, "panel %d of a logo: %s", number + 1, what);
  for (int64_t i = 0; i < (int64_t)p->width * 4; i++)
    if (!(fabs(p->h[i]) <= most))
      return sg_fail(err, SG_EINVAL, "panel %d of a logo: the heights of column %d are not finite",
                     number + 1, (int)(i / 4) + 1);
  return SG_OK;
}

static bool is_name(const char *text)
{
  return text && *text && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_") == strlen(text);
}

sg_status sg_logo_check(const sg_logo *logo, sg_err *err)
{
  sg_status status = SG_OK;

  if (logo->size != sizeof *logo || !logo->panel || logo->n_panel < 1 || logo->n_panel > 1000)
    return sg_fail(err, SG_EINVAL, "a logo needs 1 to 1000 panels, and its size set");
  if (!between(logo->column, 1, 100))
    return sg_fail(err, SG_EINVAL, "columns of a logo are 1 to 100 pixels wide");
  if (!is_name(logo->prefix))
    return sg_fail(err, SG_EINVAL, "the prefix of a logo's ids is no name");
  if ((logo->step != 1 && logo->step != -1) || logo->first < -(INT64_C(1) << 48) ||
      logo->first > INT64_C(1) << 48)
    return sg_fail(err, SG_EINVAL, "the numbers of a logo are out of range");
  for (int i = 0; i < logo->n_panel && !status; i++)
    status = check_panel(&logo->panel[i], i, err);
  return status;
}

/* ---- 2. Axes --------------------------------------------------------------------------------- */

/* An axis from lo to hi with a tick at every multiple of mantissa x 10^exponent. */
typedef struct axis {
  double lo, hi;
  int mantissa, exponent;
} axis;

static double tick(const axis *a, double k)
{
  return a->exponent < 0 ? k * a->mantissa / pow(10, -a->exponent)
                         : k * a->mantissa * pow(10, a->exponent);
}

/* The smallest of 1, 2, 5 times a power of ten that is at least `least`. */
static void choose_step(double least, axis *a)
{
  static const int mantissas[] = { 1, 2, 5 };

  a->exponent = (int)floor(log10(least)) - 1;
  for (;; a->exponent++)
    for (int i = 0; i < 3; i++) {
      a->mantissa = mantissas[i];
      if (tick(a, 1) >= least * (1 - 1e-9)) return;
    }
}

static void stacks(const double *h, double *up, double *down)
{
  *up = *down = 0;
  for (int a = 0; a < 4; a++) *(h[a] > 0 ? up : down) += h[a];
}

/* Range of the panel, about four ticks of it. What the heights need is rounded outwards to half
 * ticks; a part in a million may be left over, as rounding errors are. */
static axis axis_of(const sg_logo_panel *p)
{
  axis a = { .lo = p->lo, .hi = p->hi };
  double up, down;

  if (!(p->lo < p->hi)) {
    for (int i = 0; i < p->width; i++) {
      stacks(p->h + (int64_t)i * 4, &up, &down);
      a.hi = fmax(a.hi, up);
      a.lo = fmin(a.lo, down);
    }
  }
  if (!(a.hi - a.lo > 1e-30)) a.hi = 1;
  choose_step((a.hi - a.lo) / 4, &a);
  if (!(p->lo < p->hi)) {
    a.hi = tick(&a, ceil(2 * a.hi / tick(&a, 1) - 1e-6) / 2);
    a.lo = tick(&a, floor(2 * a.lo / tick(&a, 1) + 1e-6) / 2);
  }
  return a;
}

/* ---- 3. Layout ------------------------------------------------------------------------------- */

/* In pixels. */
static const double left_axis = 46, margin = 4, gap = 8, line_height = 15, digit = 7;
static const double above_numbers = 4;
static const double usual_height = 80;

static double height_of(const sg_logo_panel *p) { return p->height > 0 ? p->height : usual_height; }

static int columns(const sg_logo *logo)
{
  int n = 0;

  for (int i = 0; i < logo->n_panel; i++) {
    const sg_logo_panel *p = &logo->panel[i];
    if (p->offset + p->width > n) n = p->offset + p->width;
  }
  return n;
}

static int64_t last_number(const sg_logo *logo)
{
  return logo->first + (int64_t)logo->step * (columns(logo) - 1);
}

static double text_width(const char *text) { return text ? digit * (double)strlen(text) : 0; }

static double number_width(int64_t number)
{
  char text[32];

  snprintf(text, sizeof text, "%" PRId64, number);
  return text_width(text);
}

/* What a number in the middle of a column needs beside it. */
static double overhang(const sg_logo *logo, int64_t number)
{
  return logo->numbers ? fmax(margin, (number_width(number) - logo->column) / 2 + 1) : margin;
}

/* The name of the axis, the widest number beside its ticks, the tick. */
static double axis_width(const sg_logo_panel *p)
{
  axis a = axis_of(p);
  double unit = tick(&a, 1), widest = 0;

  for (double k = ceil(a.lo / unit - 1e-6); k <= floor(a.hi / unit + 1e-6); k++) {
    char text[SG_NUMBER_TEXT];
    sg_format_f64(text, k == 0 ? 0 : tick(&a, k));
    widest = fmax(widest, text_width(text));
  }
  return fmax(left_axis, SG_LOGO_FONT + 4 + widest + 8);
}

static double left_of(const sg_logo *logo)
{
  double left = overhang(logo, logo->first);

  for (int i = 0; i < logo->n_panel; i++)
    if (logo->panel[i].axis) left = fmax(left, axis_width(&logo->panel[i]));
  return left;
}

void sg_logo_extent(const sg_logo *logo, double *ret_w, double *ret_h)
{
  double left = left_of(logo), w = logo->column * columns(logo), h = margin;

  for (int i = 0; i < logo->n_panel; i++) {
    const sg_logo_panel *p = &logo->panel[i];
    h += line_height * ((p->title ? 1 : 0) + p->n_span) + height_of(p);
    if (i + 1 < logo->n_panel) h += gap;
    w = fmax(w, text_width(p->title));
  }
  if (logo->numbers) h += above_numbers + line_height;
  if (logo->place) h += line_height;
  *ret_w = ceil(left + fmax(w, text_width(logo->place)) + overhang(logo, last_number(logo)));
  *ret_h = ceil(h + margin);
}

/* ---- 4. Panels ------------------------------------------------------------------------------- */

/* Where a panel stands: column 0 of the picture at x, its axis over y .. y + height. */
typedef struct frame {
  sg_canvas *canvas;
  const sg_logo_panel *panel;
  double x, y, height, column;
  axis axis;
} frame;

static double y_of(const frame *f, double value)
{
  double v = value < f->axis.lo ? f->axis.lo : value > f->axis.hi ? f->axis.hi : value;

  return f->y + f->height * (f->axis.hi - v) / (f->axis.hi - f->axis.lo);
}

/* Bases by the size of their heights, smallest first; ties in the order A, C, G, T. */
static void sort_bases(const double *h, int order[4])
{
  for (int a = 0; a < 4; a++) {
    int i = a;
    while (i > 0 && fabs(h[order[i - 1]]) > fabs(h[a])) {
      order[i] = order[i - 1];
      i--;
    }
    order[i] = a;
  }
}

/* Letters away from the axis: those above it, then those below. Less than a twentieth of a pixel is
 * not seen and not drawn. */
static void draw_stack(const frame *f, int column)
{
  const double *h = f->panel->h + (int64_t)column * 4;
  const unsigned char *mark = f->panel->mark;
  double x = f->x + f->column * (f->panel->offset + column), up = 0, down = 0;
  int order[4];

  sort_bases(h, order);
  for (int i = 0; i < 4; i++) {
    int a = order[i];
    bool below = h[a] < 0;
    double *stack = below ? &down : &up, from = y_of(f, *stack), to;
    *stack += h[a];
    to = y_of(f, *stack);
    if (fabs(to - from) < 0.05) continue;
    f->canvas->letter(f->canvas, a, (sg_box){ x + 0.04 * f->column, fmin(from, to),
                                              0.92 * f->column, fabs(to - from) },
                      below, mark && !mark[column]);
  }
}

/* Neighbours share a band; a solid edge below says where it ends. */
static void draw_bands(const frame *f)
{
  const unsigned char *mark = f->panel->mark;
  double left = f->x + f->column * f->panel->offset;

  for (int i = 0, j; mark && i < f->panel->width; i = j) {
    for (j = i + 1; j < f->panel->width && !mark[j] == !mark[i]; j++) continue;
    if (!mark[i]) continue;
    sg_box box = { left + f->column * i, f->y, f->column * (j - i), f->height };
    f->canvas->band(f->canvas, box, false);
    box.y += box.h;
    box.h = 2;
    f->canvas->band(f->canvas, box, true);
  }
}

static void draw_axis(const frame *f)
{
  const axis *a = &f->axis;
  double x = f->x - 3, unit = tick(a, 1);

  f->canvas->line(f->canvas, x, f->y, x, f->y + f->height);
  for (double k = ceil(a->lo / unit - 1e-6); k <= floor(a->hi / unit + 1e-6); k++) {
    char text[SG_NUMBER_TEXT];
    double y = y_of(f, tick(a, k));
    sg_format_f64(text, k == 0 ? 0 : tick(a, k));
    f->canvas->line(f->canvas, x - 3, y, x, y);
    f->canvas->text(f->canvas, x - 5, y + 0.35 * SG_LOGO_FONT, SG_ANCHOR_END, false, text);
  }
  f->canvas->text(f->canvas, SG_LOGO_FONT, f->y + f->height / 2, SG_ANCHOR_MIDDLE, true,
                  f->panel->axis);
}

static void draw_panel(const frame *f)
{
  double x = f->x + f->column * f->panel->offset, y = y_of(f, 0);

  draw_bands(f);
  for (int i = 0; i < f->panel->width; i++) draw_stack(f, i);
  f->canvas->line(f->canvas, x, y, x + f->column * f->panel->width, y);
  if (f->panel->axis) draw_axis(f);
}

/* A line with ends over its columns in a row of its own; the label stands to the right of it, to
 * the left where the picture, `right`, would end before the label does. */
static void draw_span(const frame *f, const sg_logo_span *span, double y, double right)
{
  const double end = 4, apart = 4, middle = y + line_height / 2;
  double left = f->x + f->column * f->panel->offset;
  double from = left + f->column * span->from, to = left + f->column * span->to;
  bool after = to + apart + text_width(span->label) <= right;

  f->canvas->line(f->canvas, from, middle, to, middle);
  f->canvas->line(f->canvas, from, middle - end, from, middle + end);
  f->canvas->line(f->canvas, to, middle - end, to, middle + end);
  if (!span->label) return;
  f->canvas->text(f->canvas, after ? to + apart : from - apart, middle + 0.35 * SG_LOGO_FONT,
                  after ? SG_ANCHOR_START : SG_ANCHOR_END, false, span->label);
}

/* ---- 5. Numbers ------------------------------------------------------------------------------ */

/* As many columns from number to number as leave room for the digits: 1, 2, 5, 10 ... */
static int64_t number_step(const sg_logo *logo)
{
  double widest = fmax(number_width(logo->first), number_width(last_number(logo)));
  axis a;

  choose_step(fmax(1, (widest + 4) / logo->column), &a);
  return (int64_t)fmax(1, tick(&a, 1));
}

static void draw_numbers(const sg_logo *logo, sg_canvas *canvas, double x, double y)
{
  int n = columns(logo);
  int64_t step = number_step(logo);

  for (int i = 0; i < n; i++) {
    char text[32];
    int64_t number = logo->first + (int64_t)logo->step * i;
    if (number % step) continue;
    snprintf(text, sizeof text, "%" PRId64, number);
    canvas->text(canvas, x + logo->column * (i + 0.5), y, SG_ANCHOR_MIDDLE, false, text);
  }
}

void sg_logo_draw(const sg_logo *logo, sg_canvas *canvas)
{
  double x = left_of(logo), y = margin;

  for (int i = 0; i < logo->n_panel; i++) {
    const sg_logo_panel *p = &logo->panel[i];
    frame f = { canvas, p, x, y, height_of(p), logo->column, axis_of(p) };
    if (p->title) {
      canvas->text(canvas, x, y + SG_LOGO_FONT, SG_ANCHOR_START, false, p->title);
      f.y += line_height;
    }
    for (int k = 0; k < p->n_span; k++, f.y += line_height)
      draw_span(&f, &p->span[k], f.y, x + logo->column * columns(logo));
    draw_panel(&f);
    y = f.y + f.height + (i + 1 < logo->n_panel ? gap : 0);
  }
  if (logo->numbers) {
    y += above_numbers;
    draw_numbers(logo, canvas, x, y + SG_LOGO_FONT + 1);
    y += line_height;
  }
  if (logo->place)
    canvas->text(canvas, x, y + SG_LOGO_FONT + 1, SG_ANCHOR_START, false, logo->place);
}
