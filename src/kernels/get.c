/* kernels/get.c: which table of kernels this CPU runs. */
#include <stdlib.h>
#include <string.h>

#include "kernels/internal.h"

#if SG_IS_F64

sg_status SG_REAL(sg_kernels_get)(const char *isa, const SG_REAL(sg_kernels) **ret, sg_err *err)
{
  (void)isa;
  (void)err;
  *ret = &SG_REAL(sg_kernels_ref);
  return SG_OK;
}

#else

typedef struct choice {
  const char *name;
  const sg_kernels_f32 *table;  /* NULL: not in this build */
  bool runs;                    /* on this CPU */
} choice;

enum { N_CHOICES = 3 };

/* Best first. */
static void list_choices(choice c[N_CHOICES])
{
  c[0] = (choice){ "avx512", NULL, false };
  c[1] = (choice){ "avx2", NULL, false };
  c[2] = (choice){ "baseline", &sg_kernels_baseline, true };
#ifdef HAVE_AVX2
  __builtin_cpu_init();
  c[1].table = &sg_kernels_avx2;
  c[1].runs = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
#ifdef HAVE_AVX512
  c[0].table = &sg_kernels_avx512;
  c[0].runs = c[1].runs && __builtin_cpu_supports("avx512f") &&
              __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl");
#endif
}

sg_status sg_kernels_get_f32(const char *isa, const sg_kernels_f32 **ret, sg_err *err)
{
  choice c[N_CHOICES];
  const char *from = "";
  list_choices(c);
  *ret = NULL;
  if (!isa) {
    isa = getenv("SEQGLOSS_ISA");
    from = "SEQGLOSS_ISA: ";
  }
  bool any = !isa || !*isa;
  for (int i = 0; i < N_CHOICES; i++) {
    if (any ? !c[i].runs : strcmp(isa, c[i].name) != 0) continue;
    if (c[i].runs) {
      *ret = c[i].table;
      return SG_OK;
    }
    return sg_fail(err, SG_EUNSUPPORTED,
                   "%s%s kernels asked for, but %s; leave it out, or take one of a"
                   " lower kind (avx512 > avx2 > baseline)", from, isa,
                   c[i].table ? "this CPU cannot run them" : "this build does not have them");
  }
  return sg_fail(err, SG_EINVAL, "%sunknown instruction set '%s' (known: avx512, avx2, baseline)",
                 from, isa);
}

#endif
