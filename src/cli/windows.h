/* cli/windows.h: the windows of a run: sequences, with rows of arrays beside them, or rows alone.
 */
#ifndef SG_CLI_WINDOWS_H
#define SG_CLI_WINDOWS_H

#include "cli/feeds.h"
#include "cli/options.h"
#include "seqgloss/region.h"

/* Sequences must be given where some input takes codes, and are too much elsewhere. `any`: they
 * are. */
sg_status sg_windows_check(const sg_feeds *feeds, bool any, sg_err *err);

/* Opens the source of a run of one network: what the sequence options say, with `flank` bases on
 * both sides, or, where the DNA comes from an array, numbered rows. again: it was open before, and
 * has said what there is to say. *ret_longest: length of the longest window. SG_ESHAPE: regions and
 * rows of arrays are not as many. */
sg_status sg_windows_open(const sg_opts *opts, const sg_nets *nets, const sg_feeds *feeds,
                          int64_t flank, bool again, sg_source **ret_source, int64_t *ret_longest,
                          sg_err *err);

/* The rows of arrays that belong to the windows of a batch: data[feeds][batch->cap][units], NULL
 * for feeds without an array. Regions that are left out have rows too. */
sg_status sg_windows_read(const sg_feeds *feeds, const sg_region_batch *batch, float *const *data,
                          sg_err *err);

/* Puts the codes of the DNA's rows into the batch (sg_plan_codes); coded[i]: window i is nothing
 * but codes. Without such an array all are. */
void sg_windows_codes(const sg_feeds *feeds, const sg_plan *plan, float *const *data,
                      sg_region_batch *batch, bool *coded);

/* Whether all rows that `source` will give are nothing but codes: SG_EINVAL names the first place
 * that is not, and `why` they must be. Says nothing without an array for the DNA, and of a pipe,
 * which is read once. */
sg_status sg_windows_check_codes(const sg_feeds *feeds, const sg_plan *plan,
                                 const sg_source *source, const char *why, sg_err *err);

#endif
