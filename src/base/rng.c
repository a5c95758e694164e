/* base/rng.c: xoshiro256** 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2018), seeded by splitmix64. */
#include <math.h>

#include "base/rng.h"

static uint64_t splitmix(uint64_t *s)
{
  uint64_t z = (*s += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

void sg_rng_seed(sg_rng *rng, uint64_t seed)
{
  for (int i = 0; i < 4; i++) rng->s[i] = splitmix(&seed);
}

void sg_rng_seed_item(sg_rng *rng, uint64_t seed, uint64_t index)
{
  uint64_t a = seed, b = index;
  sg_rng_seed(rng, splitmix(&a) ^ (splitmix(&b) * 0x2545f4914f6cdd1dull));
}

static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t sg_rng_u64(sg_rng *rng)
{
  uint64_t *s = rng->s, out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 45);
  return out;
}

/* Values below 2^64 mod n would be favoured: they are drawn again. */
uint64_t sg_rng_below(sg_rng *rng, uint64_t n)
{
  uint64_t limit = -n % n, x;
  do x = sg_rng_u64(rng);
  while (x < limit);
  return x % n;
}

double sg_rng_unit(sg_rng *rng) { return (double) (sg_rng_u64(rng) >> 11) * 0x1p-53; }

/* Marsaglia's polar method; the second value is not kept, so that the state is the four words
 * alone. */
double sg_rng_normal(sg_rng *rng)
{
  double u, v, s;
  do {
    u = 2 * sg_rng_unit(rng) - 1;
    v = 2 * sg_rng_unit(rng) - 1;
    s = u * u + v * v;
  } while (s >= 1 || s == 0);
  return u * sqrt(-2 * log(s) / s);
}
