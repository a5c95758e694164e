/* report/logosvg.c: logos as SVG text.
 *
 *     <svg xmlns=... width height viewBox font-family="sans-serif" fill="currentColor" role="img">
 *     <defs><path id="sg-A" fill="#1a9641" d="M0 100L38 0..."/> ... </defs>
 *     <use xlink:href="#sg-A" transform="translate(46.56 4)scale(0.1288 1)"/>       a letter
 *     <path stroke="currentColor" d="M46 104L60 104"/>                              an axis
 *     <text x="38" y="57.85" text-anchor="end">0.5</text>
 *     </svg>
 *
 * Letters are defined once as paths and placed by <use> with a shift and a scale; their colours are
 * in the definitions. Everything else is drawn in currentColor. xlink:href rather than SVG 2's
 * href, because every program that shows SVG knows it; HTML's parser does, too.
 */
#include <stdlib.h>
#include <string.h>

#include "report/logodraw.h"
#include "report/logotext.h"

typedef struct svg {
  sg_canvas canvas;            /* first: methods get its address */
  sg_logotext text;
  const char *prefix;
} svg;

/* ---- Pieces of elements ---------------------------------------------------------------------- */

static void put_number(svg *s, const char *before, double value)
{
  sg_logotext_puts(&s->text, before);
  sg_logotext_number(&s->text, value, 2);
}

static void put_colour(sg_logotext *text, unsigned rgb)
{
  static const char digits[] = "0123456789abcdef";
  char colour[8] = "#";

  for (int i = 0; i < 6; i++) colour[1 + i] = digits[rgb >> (20 - 4 * i) & 15];
  sg_logotext_puts(text, colour);
}

static void put_definition(sg_logotext *text, const char *prefix, const sg_glyph *glyph)
{
  char letter[2] = { glyph->letter, '\0' };

  sg_logotext_puts(text, "<path id=\"");
  sg_logotext_puts(text, prefix);
  sg_logotext_puts(text, letter);
  sg_logotext_puts(text, "\" fill=\"");
  put_colour(text, glyph->rgb);
  sg_logotext_puts(text, "\" fill-rule=\"evenodd\" d=\"");
  for (int i = 0; i < glyph->n; i++) {
    char op[2] = { glyph->step[i].op, '\0' };
    sg_logotext_puts(text, op);
    for (int k = 0; k < sg_glyph_numbers(op[0]); k++) {
      if (k) sg_logotext_puts(text, " ");
      sg_logotext_number(text, glyph->step[i].at[k], 2);
    }
  }
  sg_logotext_puts(text, "\"/>");
}

static void put_definitions(sg_logotext *text, const char *prefix)
{
  sg_logotext_puts(text, "<defs>");
  for (int a = 0; a < 4; a++) put_definition(text, prefix, &sg_glyphs[a]);
  sg_logotext_puts(text, "</defs>\n");
}

/* ---- The canvas ------------------------------------------------------------------------------ */

static void svg_letter(sg_canvas *canvas, int base, sg_box box, bool down, bool pale)
{
  svg *s = (svg *)canvas;
  char letter[2] = { sg_glyphs[base].letter, '\0' };
  double scale = box.h / SG_GLYPH_BOX;

  sg_logotext_puts(&s->text, "<use xlink:href=\"#");
  sg_logotext_puts(&s->text, s->prefix);
  sg_logotext_puts(&s->text, letter);
  put_number(s, "\" transform=\"translate(", box.x);
  put_number(s, " ", down ? box.y + box.h : box.y);
  sg_logotext_puts(&s->text, ")scale(");
  sg_logotext_number(&s->text, box.w / SG_GLYPH_BOX, 4);
  sg_logotext_puts(&s->text, " ");
  sg_logotext_number(&s->text, down ? -scale : scale, 4);
  sg_logotext_puts(&s->text, pale ? ")\" opacity=\"" : ")\"/>\n");
  if (!pale) return;
  sg_logotext_number(&s->text, SG_PALE_OPACITY, 2);
  sg_logotext_puts(&s->text, "\"/>\n");
}

static void svg_band(sg_canvas *canvas, sg_box box, bool solid)
{
  svg *s = (svg *)canvas;

  put_number(s, "<rect x=\"", box.x);
  put_number(s, "\" y=\"", box.y);
  put_number(s, "\" width=\"", box.w);
  put_number(s, "\" height=\"", box.h);
  sg_logotext_puts(&s->text, "\" fill=\"");
  put_colour(&s->text, SG_INK_BAND);
  if (!solid) put_number(s, "\" fill-opacity=\"", SG_BAND_OPACITY);
  sg_logotext_puts(&s->text, "\"/>\n");
}

static void svg_line(sg_canvas *canvas, double x1, double y1, double x2, double y2)
{
  svg *s = (svg *)canvas;

  put_number(s, "<path stroke=\"currentColor\" d=\"M", x1);
  put_number(s, " ", y1);
  put_number(s, "L", x2);
  put_number(s, " ", y2);
  sg_logotext_puts(&s->text, "\"/>\n");
}

static void svg_text(sg_canvas *canvas, double x, double y, sg_anchor anchor, bool upright,
                     const char *text)
{
  static const char *const anchors[] = {
    "", " text-anchor=\"middle\"", " text-anchor=\"end\""
  };
  svg *s = (svg *)canvas;

  put_number(s, upright ? "<text transform=\"translate(" : "<text x=\"", x);
  put_number(s, upright ? " " : "\" y=\"", y);
  sg_logotext_puts(&s->text, upright ? ")rotate(-90)\"" : "\"");
  sg_logotext_puts(&s->text, anchors[anchor]);
  sg_logotext_puts(&s->text, ">");
  sg_logotext_data(&s->text, text, true);
  sg_logotext_puts(&s->text, "</text>\n");
}

/* ---- Documents ------------------------------------------------------------------------------- */

static void put_head(svg *s, const sg_logo *logo)
{
  double w, h;

  sg_logo_extent(logo, &w, &h);
  sg_logotext_puts(&s->text, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                             "xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
  put_number(s, " width=\"", w);
  put_number(s, "\" height=\"", h);
  put_number(s, "\" viewBox=\"0 0 ", w);
  put_number(s, " ", h);
  put_number(s, "\" font-family=\"sans-serif\" font-size=\"", SG_LOGO_FONT);
  sg_logotext_puts(&s->text, "\" fill=\"currentColor\"");
  if (logo->page) {
    sg_logotext_puts(&s->text, " color=\"");
    put_colour(&s->text, SG_INK_TEXT);
    sg_logotext_puts(&s->text, "\"");
  }
  sg_logotext_puts(&s->text, " role=\"img\" aria-label=\"");
  sg_logotext_data(&s->text, logo->label ? logo->label : "sequence logo", true);
  sg_logotext_puts(&s->text, "\">\n");
  if (!logo->page) return;
  sg_logotext_puts(&s->text, "<rect width=\"100%\" height=\"100%\" fill=\"");
  put_colour(&s->text, SG_INK_GROUND);
  sg_logotext_puts(&s->text, "\"/>\n");
}

static sg_status hand_over(sg_logotext *text, char **ret_svg, sg_err *err)
{
  if (text->failed) {
    free(text->at);
    return sg_fail(err, SG_ENOMEM, "no memory for a logo");
  }
  *ret_svg = text->at;
  return SG_OK;
}

sg_status sg_logo_svg(const sg_logo *logo, char **ret_svg, sg_err *err)
{
  svg s = { .canvas = { svg_letter, svg_band, svg_line, svg_text }, .prefix = logo->prefix };
  sg_status status = sg_logo_check(logo, err);

  *ret_svg = NULL;
  if (status) return status;
  put_head(&s, logo);
  if (logo->defs) put_definitions(&s.text, logo->prefix);
  sg_logo_draw(logo, &s.canvas);
  sg_logotext_puts(&s.text, "</svg>\n");
  return hand_over(&s.text, ret_svg, err);
}

sg_status sg_logo_write(const sg_logo *logo, sg_output *output, sg_err *err)
{
  char *text = NULL;
  sg_status status = sg_logo_svg(logo, &text, err);

  if (!status) status = sg_output_puts(output, text, err);
  free(text);
  return status;
}

sg_status sg_logo_defs(const char *prefix, char **ret_svg, sg_err *err)
{
  double none[4] = { 0 };
  sg_logo_panel panel = { .h = none, .width = 1 };
  sg_logo logo = sg_logo_default();
  sg_logotext text = { 0 };
  sg_status status;

  *ret_svg = NULL;
  logo.panel = &panel;
  logo.n_panel = 1;
  logo.prefix = prefix;
  if ((status = sg_logo_check(&logo, err))) return status;
  sg_logotext_puts(&text, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"0\" "
                          "style=\"position:absolute\" aria-hidden=\"true\">");
  put_definitions(&text, prefix);
  sg_logotext_puts(&text, "</svg>\n");
  return hand_over(&text, ret_svg, err);
}
