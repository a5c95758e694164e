/* cli/mask.h: what a hidden position looks like to a network (--mask). */
#ifndef SG_CLI_MASK_H
#define SG_CLI_MASK_H

#include "seqgloss/seq.h"

/* "quarter" (0.25 for each of A, C, G, T), "zero", or a file of four frequencies A C G T, as the
 * column of one position in the alphabet's order. Errors name the file: SG_ENOTFOUND, SG_EIO,
 * SG_EFORMAT. */
sg_status sg_mask_read(const char *spec, const sg_alphabet *alphabet, float mask[SG_ALPHABET_MAX],
                       sg_err *err);

#endif
