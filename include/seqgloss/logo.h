/* seqgloss/logo.h: sequence logos, as SVG and PNG.
 *
 * A picture is a column of panels over common positions: a panel has, for each of its columns, four
 * heights in the order A, C, G, T, h[width][4]. Letters of positive height are stacked upwards from
 * the axis, the largest on top; letters of negative height hang below it, head down, the largest at
 * the bottom (Schneider and Stephens 1990; Shrikumar et al. 2017). What heights mean is the
 * caller's: probabilities, bits (sg_motif_heights), contributions.
 *
 * A logo is one panel. Two motifs aligned are two panels whose `offset` differ. A region with its
 * scores is two panels: the sequence with all heights 1, and scores at the bases that are there.
 *
 * SVG goes into files and, without change, into HTML: the text takes the colour of what surrounds
 * it (currentColor), the letters' colours have a contrast of 3:1 and more on white and on dark
 * pages. Letters are four paths, no font, that are defined once and used; a page with many logos
 * may hold the definitions once (sg_logo_defs). What comes from data is escaped.
 */
#ifndef SEQGLOSS_LOGO_H
#define SEQGLOSS_LOGO_H

#include "seqgloss/io.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SG_LOGO_WIDTH_MAX = 100000 };

/* Columns [from, to) of a panel, 0 <= from < to <= width, that a line above the letters spans. */
typedef struct sg_logo_span {
  int from, to;
  const char *label;           /* beside the line; NULL: none */
} sg_logo_span;

/* All borrowed for the call. Zeros are a good start: sg_logo_panel p = { .h = h, .width = w }. */
typedef struct sg_logo_panel {
  const double *h;             /* [width][4], finite */
  int width;                   /* columns, 1 .. SG_LOGO_WIDTH_MAX */
  int offset;                  /* column of the picture where the first one stands, >= 0 */
  double lo, hi;               /* range of the axis, lo <= 0 <= hi; lo == hi: what the heights need,
                                  to a round number; letters beyond it are shortened to it */
  double height;               /* of the range, in pixels; 0: 80 */
  const char *title;           /* a line above; NULL: none */
  const char *axis;            /* what the heights are ("bits"); NULL: no axis is drawn */
  const unsigned char *mark;   /* [width] not 0: the column is marked by a band, and letters of
                                  unmarked ones are pale; NULL: no marks */
  const sg_logo_span *span;    /* [n_span] each in a row of its own, below the title */
  int n_span;                  /* at most 100 */
} sg_logo_panel;

typedef struct sg_logo {
  size_t size;                 /* sizeof(sg_logo) of the caller */
  const sg_logo_panel *panel;
  int n_panel;
  double column;               /* width of a column in pixels, 1 .. 100 */
  bool numbers;                /* a line of positions below */
  int64_t first;               /* number of the first column of the picture */
  int step;                    /* +1, or -1: numbers fall (the other strand) */
  const char *place;           /* what the numbers count ("chr20"), below; NULL: nothing */
  const char *label;           /* what a screen reader says; NULL: "sequence logo" */
  const char *prefix;          /* of the ids of the letters' definitions: PREFIXA ... PREFIXT, a
                                  name of letters, digits, '-', '_' */
  bool defs;                   /* the picture holds the definitions; false: the page does */
  bool page;                   /* a white ground and dark text, whatever surrounds it (PNG always):
                                  for files; false: for HTML */
} sg_logo;

/* Columns of 14 pixels, numbers from 1, prefix "sg-", with definitions, for HTML. */
SG_API sg_logo sg_logo_default(void);

/* The picture as one <svg> element, well-formed XML by itself, without prolog. *ret_svg is freed by
 * free(). Equal arguments give equal bytes. SG_EINVAL: panels missing, a width, offset, range or
 * height out of range (message says which), heights that are not finite; SG_ENOMEM. O(letters). */
SG_API sg_status sg_logo_svg(const sg_logo *logo, char **ret_svg, sg_err *err);
/* The same appended to an output; a file needs nothing else. */
SG_API sg_status sg_logo_write(const sg_logo *logo, sg_output *output, sg_err *err);
/* The definitions alone, an <svg> element that takes no room: once a page, before pictures with
 * `defs` false and the same prefix. *ret_svg is freed by free(). */
SG_API sg_status sg_logo_defs(const char *prefix, char **ret_svg, sg_err *err);
/* As PNG, `scale` pixels a pixel (0.1 .. 20). SG_EUNSUPPORTED: built without cairo (the message
 * names the package); else as sg_logo_svg. Bytes depend on cairo and the fonts of the machine. */
SG_API sg_status sg_logo_png(const sg_logo *logo, double scale, sg_output *output, sg_err *err);
/* Whether sg_logo_png can work in this build: SG_OK, or SG_EUNSUPPORTED with that message. */
SG_API sg_status sg_logo_png_check(sg_err *err);

#ifdef __cplusplus
}
#endif
#endif
