/* seqgloss/seq.h: letters and codes: alphabets, reverse complement, one-hot arrays, shuffles.
 *
 * Nothing here reads files. Codes are those of seqgloss/codes.h. Lower case (soft mask) is the
 * base; U is T; N and the IUPAC codes are one symbol, "N", that is encoded as the policy says. An
 * alphabet that has N as a letter of its own ("ACGTN") gives N and every IUPAC code that column,
 * whatever the policy.
 */
#ifndef SEQGLOSS_SEQ_H
#define SEQGLOSS_SEQ_H

#include "seqgloss/base.h"
#include "seqgloss/codes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Alphabet ------------------------------------------------------------------------------- */

/* Code of a character that is no letter of a nucleotide sequence. */
enum { SG_CODE_INVALID = 255 };

/* Tables of one alphabet and N policy. Plain data: copy it, share it between threads. */
typedef struct sg_alphabet {
  int n;                                 /* letters = columns of a one-hot array */
  char letters[SG_ALPHABET_MAX + 1];     /* upper case, as given */
  uint8_t code[256];                     /* character -> code, or SG_CODE_INVALID */
  uint8_t complement[16];                /* code -> code of the complementary base; itself where
                                            there is none */
  uint8_t base[4];                       /* codes of A, C, G, T */
  uint8_t unknown;                       /* code of N */
  sg_n_base n_base;                      /* SG_N_ZERO, SG_N_QUARTER or SG_N_DROP (encodes as zero)
                                            */
} sg_alphabet;

/* Fills *ret_alphabet. `letters`: 4 to SG_ALPHABET_MAX different letters, among them A, C, G and T
 * (or U), upper or lower case; NULL: "ACGT". SG_N_DEFAULT counts as zero. Errors: SG_EINVAL. */
SG_API sg_status sg_alphabet_init(sg_alphabet *ret_alphabet, const char *letters,
                                  sg_n_base n_base, sg_err *err);

/* text[length] -> codes[length]. Returns the index of the first character that is no nucleotide
 * letter (its code and those of others like it are SG_CODE_INVALID), or -1 when all are. O(length).
 */
SG_API int64_t sg_encode(const sg_alphabet *alphabet, const char *text, int64_t length,
                         uint8_t *codes);
/* codes[length] -> text[length], upper case, N for what is no letter; no final zero is written. */
SG_API void sg_decode(const sg_alphabet *alphabet, const uint8_t *codes, int64_t length,
                      char *text);
/* Reverse complement in place, of codes or of text (IUPAC letters are complemented, case is kept).
 */
SG_API void sg_revcomp_codes(const sg_alphabet *alphabet, uint8_t *codes, int64_t length);
SG_API void sg_revcomp_text(char *text, int64_t length);

/* Where element (item, channel, position) of a one-hot array stands, in floats: [N][C][L] has item
 * = C*L, channel = L, position = 1; [N][L][C] has item = L*C, channel = 1, position = C. */
typedef struct sg_onehot_strides { int64_t item, channel, position; } sg_onehot_strides;

SG_API sg_onehot_strides sg_onehot_ncl(const sg_alphabet *alphabet, int64_t length);
SG_API sg_onehot_strides sg_onehot_nlc(const sg_alphabet *alphabet, int64_t length);
/* codes[n][length] -> dst, C = alphabet->n channels: 1 at the base, zeros for SG_CODE_N_ZERO and
 * SG_CODE_PAD, 0.25 in the columns of A, C, G, T for SG_CODE_N_QUARTER. Every element is written.
 * O(n C length). */
SG_API void sg_onehot(const sg_alphabet *alphabet, const uint8_t *codes, int64_t n,
                      int64_t length, sg_onehot_strides strides, float *dst);

/* ---- Dinucleotide shuffles ------------------------------------------------------------------ */

/* UNIFORM: uniform over all sequences with the same dinucleotide counts and ends (Altschul and
 * Erickson 1985, Mol Biol Evol 2:526): a random arborescence towards the last letter (Wilson 1996,
 * loop-erased walks), all other edges permuted. LEGACY: the successor list of each base but its
 * last entry permuted in order A, C, G, T, again for every further shuffle, with the stream of
 * numpy's RandomState(seed + item): the references that tangermeme draws for sequence `item` of a
 * call, bit for bit. Not uniform. */
typedef enum sg_shuffle_kind { SG_SHUFFLE_UNIFORM = 0, SG_SHUFFLE_LEGACY } sg_shuffle_kind;

typedef struct sg_shuffle_opts {
  size_t size;              /* sizeof(sg_shuffle_opts) of the caller */
  sg_shuffle_kind kind;     /* default: uniform */
  uint64_t seed;            /* default 1; legacy: below 2^32 */
  uint8_t symbol[4];        /* what A, C, G and T look like in the data: default codes 0..3;
                               sg_alphabet.base; or the characters "ACGT" */
} sg_shuffle_opts;

SG_API sg_shuffle_opts sg_shuffle_opts_default(void);

/* Scratch of one thread. */
typedef struct sg_shuffler sg_shuffler;
SG_API sg_status sg_shuffler_new(const sg_shuffle_opts *opts, sg_shuffler **ret_shuffler,
                                 sg_err *err);
SG_API void sg_shuffler_free(sg_shuffler *shuffler);                 /* NULL is fine */

/* s[length] -> dst[n][length]: n shuffles of one sequence. `item` numbers the sequence in its run
 * (sg_region.index): the result depends on (seed, item, shuffle number) only, not on what was
 * shuffled before. Bytes that are none of the four symbols
 * stay where they are, and each run between them is shuffled alone. *ret_single (nullable): the
 * sequence has only one possible shuffle, itself. O(n length). Errors: SG_ENOMEM, SG_EINVAL (length
 * or n < 0). */
SG_API sg_status sg_shuffle(sg_shuffler *shuffler, const uint8_t *s, int64_t length,
                            uint64_t item, int n, uint8_t *dst,
                            bool *ret_single, sg_err *err);

#ifdef __cplusplus
}
#endif
#endif
