/* fuzz/mutate_json.h: mutations that keep a text JSON, so that they get past the parser. */
#ifndef FUZZ_MUTATE_JSON_H
#define FUZZ_MUTATE_JSON_H

#include <stddef.h>
#include <stdint.h>

/* A pseudo-random number below n (n > 0); *state is any seed. */
uint32_t fuzz_below(uint32_t *state, uint32_t n);
/* Changes 1 to 4 places of the JSON text of n bytes; the result, with a final zero and of *ret_n
 * bytes, is the caller's. NULL: the text is no JSON. */
char *fuzz_mutate_json(const char *text, size_t n, uint32_t *state, size_t *ret_n);

#endif
