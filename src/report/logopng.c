/* report/logopng.c: logos as PNG, through cairo. */
#include "report/logodraw.h"
#include "report/logotext.h"

#ifndef HAVE_CAIRO

sg_status sg_logo_png_check(sg_err *err)
{
  return sg_fail(err, SG_EUNSUPPORTED, "this build writes no PNG: it needs cairo (Debian: "
                                       "libcairo2-dev); write .svg");
}

sg_status sg_logo_png(const sg_logo *logo, double scale, sg_output *output, sg_err *err)
{
  (void)logo;
  (void)scale;
  (void)output;
  return sg_logo_png_check(err);
}

#else

#include <cairo.h>
#include <math.h>
#include <stdlib.h>

enum { PIXELS_MAX = 32767 };           /* of a cairo image, either way */

typedef struct png {
  sg_canvas canvas;                    /* first: methods get its address */
  cairo_t *cr;
  bool failed;                         /* no memory for a text */
  sg_output *output;
  sg_err *err;
  sg_status status;                    /* of writing */
} png;

sg_status sg_logo_png_check(sg_err *err)
{
  (void)err;
  return SG_OK;
}

/* ---- The canvas ------------------------------------------------------------------------------ */

static void set_ink(cairo_t *cr, unsigned rgb, double opacity)
{
  cairo_set_source_rgba(cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                        (rgb & 255) / 255.0, opacity);
}

static void trace(cairo_t *cr, const sg_glyph *glyph)
{
  cairo_new_path(cr);
  for (int i = 0; i < glyph->n; i++) {
    const double *at = glyph->step[i].at;
    if (glyph->step[i].op == 'M') cairo_move_to(cr, at[0], at[1]);
    else if (glyph->step[i].op == 'L') cairo_line_to(cr, at[0], at[1]);
    else if (glyph->step[i].op == 'C')
      cairo_curve_to(cr, at[0], at[1], at[2], at[3], at[4], at[5]);
    else cairo_close_path(cr);
  }
}

static void png_letter(sg_canvas *canvas, int base, sg_box box, bool down, bool pale)
{
  cairo_t *cr = ((png *)canvas)->cr;
  double scale = box.h / SG_GLYPH_BOX;

  cairo_save(cr);
  cairo_translate(cr, box.x, down ? box.y + box.h : box.y);
  cairo_scale(cr, box.w / SG_GLYPH_BOX, down ? -scale : scale);
  trace(cr, &sg_glyphs[base]);
  cairo_restore(cr);
  set_ink(cr, sg_glyphs[base].rgb, pale ? SG_PALE_OPACITY : 1);
  cairo_fill(cr);
}

static void png_band(sg_canvas *canvas, sg_box box, bool solid)
{
  cairo_t *cr = ((png *)canvas)->cr;

  set_ink(cr, SG_INK_BAND, solid ? 1 : SG_BAND_OPACITY);
  cairo_rectangle(cr, box.x, box.y, box.w, box.h);
  cairo_fill(cr);
}

static void png_line(sg_canvas *canvas, double x1, double y1, double x2, double y2)
{
  cairo_t *cr = ((png *)canvas)->cr;

  set_ink(cr, SG_INK_TEXT, 1);
  cairo_move_to(cr, x1, y1);
  cairo_line_to(cr, x2, y2);
  cairo_stroke(cr);
}

static void png_text(sg_canvas *canvas, double x, double y, sg_anchor anchor, bool upright,
                     const char *text)
{
  png *p = (png *)canvas;
  sg_logotext clean = { 0 };
  cairo_text_extents_t extents;

  sg_logotext_data(&clean, text, false);
  if (clean.failed) p->failed = true;
  if (clean.at && !clean.failed) {
    cairo_save(p->cr);
    set_ink(p->cr, SG_INK_TEXT, 1);
    cairo_text_extents(p->cr, clean.at, &extents);
    cairo_translate(p->cr, x, y);
    if (upright) cairo_rotate(p->cr, -acos(0));
    cairo_move_to(p->cr, -extents.x_advance * anchor / 2, 0);   /* start, middle, end: 0, 1, 2 */
    cairo_show_text(p->cr, clean.at);
    cairo_restore(p->cr);
  }
  free(clean.at);
}

/* ---- Files ----------------------------------------------------------------------------------- */

static cairo_status_t append(void *closure, const unsigned char *data, unsigned n)
{
  png *p = closure;

  if (!p->status) p->status = sg_output_write(p->output, data, n, p->err);
  return p->status ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void draw(const sg_logo *logo, double scale, png *p)
{
  cairo_scale(p->cr, scale, scale);
  set_ink(p->cr, SG_INK_GROUND, 1);
  cairo_paint(p->cr);
  cairo_set_fill_rule(p->cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_set_line_width(p->cr, 1);
  cairo_select_font_face(p->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(p->cr, SG_LOGO_FONT);
  sg_logo_draw(logo, &p->canvas);
}

sg_status sg_logo_png(const sg_logo *logo, double scale, sg_output *output, sg_err *err)
{
  png p = { .canvas = { png_letter, png_band, png_line, png_text }, .output = output, .err = err };
  cairo_surface_t *surface;
  cairo_status_t failure;
  double w, h;
  sg_status status = sg_logo_check(logo, err);

  if (status) return status;
  if (!(scale >= 0.1 && scale <= 20))
    return sg_fail(err, SG_EINVAL, "the scale of a PNG must be between 0.1 and 20");
  sg_logo_extent(logo, &w, &h);
  if (w * scale > PIXELS_MAX || h * scale > PIXELS_MAX)
    return sg_fail(err, SG_EINVAL, "a PNG of %.0f x %.0f pixels is too large (%d): take narrower "
                                   "columns, a smaller scale, or SVG", w * scale, h * scale,
                   PIXELS_MAX);
  surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(w * scale),
                                       (int)ceil(h * scale));
  p.cr = cairo_create(surface);
  draw(logo, scale, &p);
  failure = cairo_status(p.cr);
  if (!failure && !p.failed) failure = cairo_surface_write_to_png_stream(surface, append, &p);
  if (p.status) status = p.status;
  else if (p.failed || failure == CAIRO_STATUS_NO_MEMORY)
    status = sg_fail(err, SG_ENOMEM, "no memory for a logo");
  else if (failure)
    status = sg_fail(err, SG_EIO, "cairo drew no PNG: %s", cairo_status_to_string(failure));
  cairo_destroy(p.cr);
  cairo_surface_destroy(surface);
  return status;
}

#endif
