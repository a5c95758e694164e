/* report/logodraw.h: a logo as strokes: what is drawn is decided once (logo.c), how is a canvas's
 * business (logosvg.c, logopng.c).
 *
 * Pixels, x to the right, y down.
 */
#ifndef SG_REPORT_LOGODRAW_H
#define SG_REPORT_LOGODRAW_H

#include "seqgloss/logo.h"

/* ---- Letters --------------------------------------------------------------------------------- */

enum { SG_GLYPH_BOX = 100 };     /* letters fill a square of that size */

/* M x y, L x y, C x1 y1 x2 y2 x y, Z; as in SVG. */
typedef struct sg_glyph_step {
  char op;
  double at[6];
} sg_glyph_step;

typedef struct sg_glyph {
  char letter;
  unsigned rgb;                  /* 0xRRGGBB */
  int n;
  const sg_glyph_step *step;     /* [n] */
} sg_glyph;

extern const sg_glyph sg_glyphs[4];    /* A, C, G, T */
/* Numbers that belong to a step: 2, 6 or 0. */
int sg_glyph_numbers(char op);

/* ---- Canvas ---------------------------------------------------------------------------------- */

typedef struct sg_box { double x, y, w, h; } sg_box;

typedef enum sg_anchor { SG_ANCHOR_START = 0, SG_ANCHOR_MIDDLE, SG_ANCHOR_END } sg_anchor;

enum { SG_LOGO_FONT = 11 };      /* size of the text in pixels */

typedef struct sg_canvas sg_canvas;
struct sg_canvas {
  /* A letter that fills the box; `down`: head down. */
  void (*letter)(sg_canvas *canvas, int base, sg_box box, bool down, bool pale);
  /* A band behind letters; `solid`: its edge. */
  void (*band)(sg_canvas *canvas, sg_box box, bool solid);
  void (*line)(sg_canvas *canvas, double x1, double y1, double x2, double y2);
  /* Data: not yet escaped. `upright`: read from below, turned by a quarter about x, y. */
  void (*text)(sg_canvas *canvas, double x, double y, sg_anchor anchor, bool upright,
               const char *text);
};

/* Colours beside those of letters. */
enum { SG_INK_TEXT = 0x222222, SG_INK_GROUND = 0xffffff, SG_INK_BAND = 0xe6b800 };
/* Faint, so that letters keep 3:1 to it on dark pages too. */
#define SG_BAND_OPACITY 0.12
#define SG_PALE_OPACITY 0.3

/* Whether it can be drawn; its size; drawing. */
sg_status sg_logo_check(const sg_logo *logo, sg_err *err);
void sg_logo_extent(const sg_logo *logo, double *ret_w, double *ret_h);
void sg_logo_draw(const sg_logo *logo, sg_canvas *canvas);

#endif
