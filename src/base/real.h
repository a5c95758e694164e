/* base/real.h: one source, two precisions.
 *
 * Files that compute on activations (ops, kernels' reference loops, the engine) are compiled twice:
 * as they are for float, and with -DSG_F64 for double (laws, constant folding, --verify). They say
 * `real` where the element type matters and SG_REAL(name) for every symbol with external linkage,
 * which becomes name_f32 or name_f64.
 */
#ifndef SG_BASE_REAL_H
#define SG_BASE_REAL_H

#include <math.h>

#ifdef SG_F64
typedef double real;
#define SG_REAL(name) name##_f64
#define SG_IS_F64 1
#define SG_REAL_MAX DBL_MAX
/* Mathematical functions in the precision of `real`: R_EXP(x) is exp or expf. */
#define SG_MATH(name) name
#else
typedef float real;
#define SG_REAL(name) name##_f32
#define SG_IS_F64 0
#define SG_REAL_MAX FLT_MAX
#define SG_MATH(name) name##f
#endif

#endif
