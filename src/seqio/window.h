/* seqio/window.h: where a window lies. */
#ifndef SG_SEQIO_WINDOW_H
#define SG_SEQIO_WINDOW_H

#include <stdint.h>

/* The window of length L for the interval [start, end) with its summit's offset (-1: none): centred
 * on c = start + summit, or (start + end) / 2 rounded down, as [c - L/2, c - L/2 + L), L/2 rounded
 * down; L == 0: the interval itself. May lie over the ends of the chromosome. */
static inline void sg_window_place(int64_t start, int64_t end, int64_t summit, int64_t L,
                                   int64_t *ret_begin, int64_t *ret_end)
{
  int64_t centre = summit >= 0 ? start + summit : (start + end) / 2;

  *ret_begin = L > 0 ? centre - L / 2 : start;
  *ret_end = L > 0 ? *ret_begin + L : end;
}

#endif
