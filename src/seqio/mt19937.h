/* seqio/mt19937.h: the Mersenne twister as numpy's RandomState(seed) runs it (Matsumoto and
 * Nishimura 1998). For reproducing references that others drew; new random numbers come from
 * base/rng.h. */
#ifndef SG_SEQIO_MT19937_H
#define SG_SEQIO_MT19937_H

#include <stdint.h>

typedef struct sg_mt19937 { uint32_t s[624]; int at; } sg_mt19937;

void sg_mt19937_seed(sg_mt19937 *mt, uint32_t seed);
uint32_t sg_mt19937_u32(sg_mt19937 *mt);
/* Uniform in [0, max] by masking and rejection: what RandomState.permutation draws. */
uint32_t sg_mt19937_upto(sg_mt19937 *mt, uint32_t max);

#endif
