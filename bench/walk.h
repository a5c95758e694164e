/* bench/walk.h: mutagenesis and backward selection of one sequence over one session, timed.
 *
 * Both exist whole and by proportion. By proportion only some edits, or some steps of a selection,
 * are evaluated and their times scaled up, for networks whose whole job would take hours. What is
 * timed lies in runs of neighbouring positions, as it does in the whole job, since an engine may
 * handle neighbours together.
 */
#ifndef BENCH_WALK_H
#define BENCH_WALK_H

#include "seqgloss/delta.h"

/* A job: which edits or steps are evaluated. */
typedef struct walk_job {
  bool sis;
  int64_t most;               /* edits of one call at most; fewer than all: by proportion */
  bool whole;                 /* sis: every step from the whole sequence to nothing */
} walk_job;

/* One thread's session and room. */
typedef struct walk {
  sg_delta *delta;
  int64_t length, units;
  const uint8_t *codes;       /* [L] the sequence; borrowed */
  uint8_t *masked;            /* [L] the sequence with some positions masked */
  int64_t *left;              /* [L] positions that are not masked yet, ascending */
  int64_t n_left;
  uint8_t *symbol;            /* [3L] what the edits write */
  sg_edit *edit;              /* [3L] */
  double *value;              /* [3L][units] */
  int64_t evaluated;          /* edits of the last job */
  double seconds;             /* of the last job, scaled up to the whole of it */
} walk;

double walk_now(void);
/* Room for a session of `plan`; walk_release in every case. */
sg_status walk_init(walk *w, const sg_delta_plan *plan, int64_t length, const uint8_t *codes,
                    sg_err *err);
void walk_release(walk *w);
/* Makes codes[L] the session's base. */
sg_status walk_base(walk *w, const uint8_t *codes, sg_err *err);
/* Fills w->edit with substitutions: 3 of each of some positions, `most` edits at the most, in order
 * 3 * position + k, k = 0..2: the base k + 1 further in the alphabet. Returns how many. */
int64_t walk_substitutions(walk *w, int64_t most);
/* Fills w->edit with the masking of each position left, `most` at the most. Returns how many. */
int64_t walk_maskings(walk *w, int64_t most);
/* All positions are left. */
void walk_restart(walk *w);
/* Masks the position that edit[i] masks: the base moves on. */
sg_status walk_mask(walk *w, const sg_edit *edit, sg_err *err);
/* Edit of w->edit[0..n-1] whose first unit is largest; the first of equal ones. */
int64_t walk_best(const walk *w, int64_t n);
/* Does the job once; leaves its time in w->seconds. */
sg_status walk_run(walk *w, const walk_job *job, sg_err *err);

#endif
