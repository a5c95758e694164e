/* cli/seqinput.h: the sequence options of a command, checked, as options of a source. */
#ifndef SG_CLI_SEQINPUT_H
#define SG_CLI_SEQINPUT_H

#include "cli/options.h"
#include "seqgloss/region.h"

/* Fills *ret_opts from -f -b -R --fai --edge --shard and the operand. *ret_any: sequences are
 * given at all. SG_EINVAL: a combination that says nothing or too much (usage). */
sg_status sg_seqinput_read(const sg_opts *opts, sg_source_opts *ret_opts, bool *ret_any,
                           sg_err *err);
/* Says how many regions were left out or padded. */
void sg_seqinput_report(const sg_source *source);

#endif
