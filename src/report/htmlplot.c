/* report/htmlplot.c: bars over an axis, as SVG within a page.
 *
 * Drawn in a box of 640 x 220 units that scales with the page; colours and letters come from the
 * page's style, so that a figure is right on light and dark screens. Coordinates are rounded to
 * hundredths: equal data give equal bytes.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/page.h"

/* The box, and the part of it where the bars stand. */
enum { WIDTH = 640, HEIGHT = 220, LEFT = 52, RIGHT = 628, TOP = 26, BOTTOM = 176 };

/* 1, 2 or 5 times a power of ten: the smallest step that divides `span` into at most n parts. */
static double nice_step(double span, int n)
{
  double raw = span / n, power = pow(10, floor(log10(raw))), part = raw / power;
  double step = part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10;
  return step * power;
}

static double x_of(const sg_html_bars *b, double x)
{
  return LEFT + (RIGHT - LEFT) * ((x - b->x0) / (b->x1 - b->x0));
}

static double y_of(double y, double top) { return BOTTOM - (BOTTOM - TOP) * (y / top); }

static double highest(const sg_html_bars *b)
{
  double top = 0;
  for (int i = 0; i < b->n; i++)
    if (b->y[i] > top) top = b->y[i];
  return top > 0 ? top : 1;
}

static bool sound(const sg_html_bars *b)
{
  if (b->n < 1 || b->n > 1000 || !isfinite(b->x0) || !isfinite(b->x1) || !(b->x0 < b->x1))
    return false;
  for (int i = 0; i < b->n; i++)
    if (!isfinite(b->y[i]) || b->y[i] < 0) return false;
  return true;
}

/* Numbers of an axis, without what rounding leaves of a step: 0.3, not 0.30000000000000004. */
static void put_number(sg_html *html, double value, double step)
{
  sg_html_textf(html, "%.6g", fabs(value) < step * 1e-9 ? 0 : value);
}

static void put_axes(sg_html *html, const sg_html_bars *b, double top)
{
  double sy = nice_step(top, 4), sx = nice_step(b->x1 - b->x0, 8);
  for (double y = 0; y <= top * (1 + 1e-9); y += sy) {
    double at = y_of(y, top);
    sg_html_put(html, "<path class=\"line\" d=\"M%d %.2fH%d\"/>"
                "<text class=\"end\" x=\"%d\" y=\"%.2f\">", LEFT, at, RIGHT, LEFT - 6, at + 4);
    put_number(html, y, sy);
    sg_html_markup(html, "</text>\n");
  }
  for (double x = ceil(b->x0 / sx - 1e-9) * sx; x <= b->x1 + sx * 1e-9; x += sx) {
    sg_html_put(html, "<text class=\"mid\" x=\"%.2f\" y=\"%d\">", x_of(b, x), BOTTOM + 16);
    put_number(html, x, sx);
    sg_html_markup(html, "</text>\n");
  }
}

static void put_bars(sg_html *html, const sg_html_bars *b, double top)
{
  double wide = (double)(RIGHT - LEFT) / b->n, gap = wide > 4 ? 1 : wide * 0.15;
  double step = (b->x1 - b->x0) / b->n;
  for (int i = 0; i < b->n; i++) {
    double at = y_of(b->y[i], top);
    bool stands_out = b->x0 + step * i >= b->from - step * 1e-6;
    if (b->y[i] <= 0) continue;
    sg_html_put(html, "<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>\n",
                stands_out ? "bar high" : "bar", LEFT + wide * i + gap / 2, at, wide - gap,
                BOTTOM - at);
  }
}

/* Labels go to the side where there is room, and neighbours to lines of their own. */
static void put_marks(sg_html *html, const sg_html_bars *b)
{
  for (int i = 0; i < b->n_marks; i++) {
    double x = b->marks[i].x;
    if (!isfinite(x) || x < b->x0 || x > b->x1) continue;
    double at = x_of(b, x);
    bool right = at > (LEFT + RIGHT) / 2;
    sg_html_put(html, "<path class=\"mark\" d=\"M%.2f %dV%d\"/><text class=\"%s tag\" x=\"%.2f\" "
                "y=\"%d\">", at, 4 + 14 * (i % 2), BOTTOM, right ? "end" : "start",
                right ? at - 4 : at + 4, 13 + 14 * (i % 2));
    sg_html_text(html, b->marks[i].label);
    sg_html_markup(html, "</text>\n");
  }
}

static void put_labels(sg_html *html, const sg_html_bars *b)
{
  sg_html_put(html, "<text class=\"mid\" x=\"%d\" y=\"%d\">", (LEFT + RIGHT) / 2, HEIGHT - 8);
  sg_html_text(html, b->x_label);
  sg_html_put(html, "</text><text class=\"mid\" transform=\"translate(12 %d) rotate(-90)\">",
              (TOP + BOTTOM) / 2);
  sg_html_text(html, b->y_label);
  sg_html_markup(html, "</text>\n");
}

void sg_html_plot(sg_html *html, const sg_html_bars *bars)
{
  if (!html->err.code && !sound(bars))
    sg_fail(&html->err, SG_EINVAL, "%s: a plot needs 1 to 1000 finite bars over an interval",
            bars->title);
  if (html->err.code) return;
  double top = highest(bars);
  sg_html_markup(html, "<div class=\"scroll\">");
  sg_html_put(html, "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\"><title>", WIDTH,
              HEIGHT);
  sg_html_text(html, bars->title);
  sg_html_markup(html, "</title>\n");
  put_axes(html, bars, top);
  put_bars(html, bars, top);
  put_marks(html, bars);
  put_labels(html, bars);
  sg_html_markup(html, "</svg></div>\n");
}
