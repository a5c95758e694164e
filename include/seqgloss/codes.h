/* seqgloss/codes.h: the one-byte codes that stand for bases between the reader and the networks.
 *
 * A window of length L travels as uint8 s[L]. Values 0 .. C-1 are the columns of the model's
 * alphabet ("ACGT": A = 0, C = 1, G = 2, T = 3); the values below stand for what is not one base.
 * No symbol of this header belongs to one module: the reader writes codes, the engine reads them.
 */
#ifndef SEQGLOSS_CODES_H
#define SEQGLOSS_CODES_H

/* How an ambiguous base (N and every IUPAC code) is shown to the network: all-zero column, 0.25 for
 * each of A, C, G, T, or the whole region is dropped and counted. DEFAULT: the model's sidecar,
 * else zero. */
typedef enum sg_n_base { SG_N_DEFAULT = 0, SG_N_ZERO, SG_N_QUARTER, SG_N_DROP } sg_n_base;

/* Symbols that are not a letter of the alphabet: an ambiguous base under either policy, a position
 * outside of any sequence, and a masked position whose column the caller gives
 * (seqgloss/delta.h). */
enum { SG_CODE_N_ZERO = 12, SG_CODE_N_QUARTER = 13, SG_CODE_PAD = 14, SG_CODE_MASK = 15 };

/* An alphabet has at most this many letters. */
enum { SG_ALPHABET_MAX = 12 };

#endif
