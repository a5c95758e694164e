/* kernels/internal.h: what the kernels' files share: packed panels, look-up tables. */
#ifndef SG_KERNELS_INTERNAL_H
#define SG_KERNELS_INTERNAL_H

#include "kernels/kernels.h"

/* Columns of a packed panel: panel j holds columns 32 j .. 32 j + 31 as [K][32], zeros beyond N. */
#define SG_PANEL 32

size_t SG_REAL(sg_pack_bytes)(int64_t K, int64_t N);
void SG_REAL(sg_pack)(int64_t K, int64_t N, const real *B, int64_t k_stride, int64_t n_stride,
                      real *packed);

/* Filters of a block of the look-up table: one row of a block is one cache line of floats. */
#define SG_BLOCK 16

/* The head of a look-up table; rows[blocks][groups][entries][SG_BLOCK] follow, 64-byte aligned
 * when the table is. */
typedef struct SG_REAL(sg_table) {
  int64_t taps, dilation, F;
  int64_t group, groups;          /* taps in a group; number of groups */
  int64_t blocks, entries;        /* blocks of filters; rows of a group */
  int64_t symbols;                /* the zero column included: it is the last */
  uint8_t symbol[SG_LOOKUP_CODES];/* code -> symbol */
  uint16_t rank[7 * 7 * 7];       /* symbols of a group -> its row, those of the first four symbols
                                   * first */
} SG_REAL(sg_table);

static inline const real *SG_REAL(sg_table_rows)(const SG_REAL(sg_table) *t)
{
  return (const real *)((const char *)t + (sizeof *t + 63) / 64 * 64);
}

size_t SG_REAL(sg_lookup_bytes)(const SG_REAL(sg_lookup_def) *def);
void SG_REAL(sg_lookup_prepare)(const SG_REAL(sg_lookup_def) *def, void *table);
size_t SG_REAL(sg_lookup_scratch)(const void *table, int64_t P, int64_t stride);
/* Items that lookup takes at a time: a block's rows are fetched into cache once for them all. */
enum { SG_LOOKUP_ITEMS = 8 };

/* For each position q of item `item` that a group can start at, counted from tap 0 of output 0: the
 * offset (in reals) of its row within the group. offset[] has room for sg_lookup_pitch. */
void SG_REAL(sg_lookup_offsets)(const SG_REAL(sg_lookup) *l, int64_t item, uint16_t *offset);
/* uint16 between the offsets of two items in tmp. */
int64_t SG_REAL(sg_lookup_pitch)(const void *table, int64_t P, int64_t stride);

#if !SG_IS_F64
extern const sg_kernels_f32 sg_kernels_baseline;
#ifdef HAVE_AVX2
extern const sg_kernels_f32 sg_kernels_avx2;
#endif
#ifdef HAVE_AVX512
extern const sg_kernels_f32 sg_kernels_avx512;
#endif
#endif

#endif
