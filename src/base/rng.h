/* base/rng.h: the library's random numbers: xoshiro256** seeded by splitmix64 (Blackman and Vigna
 * 2018). Explicit state, no globals. */
#ifndef SG_BASE_RNG_H
#define SG_BASE_RNG_H

#include <stdint.h>

typedef struct sg_rng { uint64_t s[4]; } sg_rng;

void sg_rng_seed(sg_rng *rng, uint64_t seed);
/* A generator for item `index` of a run with `seed`: independent of the order in which items are
 * visited. */
void sg_rng_seed_item(sg_rng *rng, uint64_t seed, uint64_t index);
uint64_t sg_rng_u64(sg_rng *rng);
/* Uniform integer in [0, n), without bias; n >= 1. */
uint64_t sg_rng_below(sg_rng *rng, uint64_t n);
/* Uniform in [0, 1) with 53 bits. */
double sg_rng_unit(sg_rng *rng);
/* Standard normal (polar method). */
double sg_rng_normal(sg_rng *rng);

#endif
