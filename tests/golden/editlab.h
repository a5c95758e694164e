/* golden/editlab.h: random edits and commits on one network, against full evaluation. */
#ifndef GOLDEN_EDITLAB_H
#define GOLDEN_EDITLAB_H

#include "seqgloss/delta.h"

/* One line of TAP: all kinds of edits at random places agree with evaluation from scratch (2e-5, in
 * double 1e-9), give the same bits alone as in company, and after each of 50 commits the base has
 * the bits of a fresh evaluation. A network that cannot be planned is skipped. */
void editlab_check(const char *name, const sg_model *model, const sg_plan_opts *po, sg_rc rc);

#endif
