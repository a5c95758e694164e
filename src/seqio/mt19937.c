/* seqio/mt19937.c: MT19937 with the one-integer initialisation of 2002. */
#include "seqio/mt19937.h"

#define N 624
#define M 397

void sg_mt19937_seed(sg_mt19937 *mt, uint32_t seed)
{
  for (int i = 0; i < N; i++) {
    mt->s[i] = seed;
    seed = 1812433253u * (seed ^ (seed >> 30)) + (uint32_t) i + 1;
  }
  mt->at = N;
}

static void refill(sg_mt19937 *mt)
{
  uint32_t *s = mt->s;
  for (int i = 0; i < N; i++) {
    uint32_t y = (s[i] & 0x80000000u) | (s[(i + 1) % N] & 0x7fffffffu);
    s[i] = s[(i + M) % N] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
  }
  mt->at = 0;
}

uint32_t sg_mt19937_u32(sg_mt19937 *mt)
{
  if (mt->at == N) refill(mt);
  uint32_t y = mt->s[mt->at++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

uint32_t sg_mt19937_upto(sg_mt19937 *mt, uint32_t max)
{
  uint32_t mask = max, v;
  if (max == 0) return 0;
  for (int k = 1; k < 32; k *= 2) mask |= mask >> k;
  do v = sg_mt19937_u32(mt) & mask;
  while (v > max);
  return v;
}
