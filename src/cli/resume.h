/* cli/resume.h: --resume: what it takes, what rows depend on, and numbers kept for outputs that
 * nothing can be appended to.
 *
 * Arrays, tracks and compressed tables are whole or nothing. Commands that write them keep the
 * numbers of each region in one file (cli/checkpoint.h) while they compute; then the regions are
 * read from the front once more and every output is written from there, by the same functions and
 * in the same order as in a run that keeps nothing.
 */
#ifndef SG_CLI_RESUME_H
#define SG_CLI_RESUME_H

#include "cli/checkpoint.h"
#include "cli/facts.h"
#include "seqgloss/region.h"

/* The option, for commands whose outputs are written in the end. */
extern const sg_opt_group sg_group_resume;

/* Whether outputs and regions can be found again (SG_EINVAL). */
sg_status sg_resume_check(const sg_opts *opts, const char *const *paths, int n, sg_err *err);

/* What rows depend on: version, command, networks with their sidecars, the content of all inputs,
 * the shard, and `more` (nullable). */
sg_status sg_resume_digest(const sg_opts *opts, const sg_facts *facts, const char *more,
                           char hex[65], sg_err *err);

/* The file of numbers beside -o. */
sg_status sg_resume_open(const sg_opts *opts, const sg_facts *facts,
                         sg_checkpoint **ret_checkpoint, sg_err *err);
/* Passes over the regions that are there already, and says so. */
sg_status sg_resume_skip(const sg_checkpoint *checkpoint, sg_source *source, sg_err *err);
/* What stands before the numbers of a region, written; and read: SG_EFORMAT if it is another's. */
sg_status sg_resume_put(sg_checkpoint *checkpoint, const sg_region *region, int64_t length,
                        sg_err *err);
sg_status sg_resume_take(sg_checkpoint *checkpoint, const sg_region *region, int64_t length,
                         sg_err *err);
/* `n` more regions are there; *done counts them. */
sg_status sg_resume_add(sg_checkpoint *checkpoint, int64_t n, int64_t *done, sg_err *err);
/* Where the numbers are, for a run that ends early. */
void sg_resume_say(const sg_checkpoint *checkpoint);

#endif
