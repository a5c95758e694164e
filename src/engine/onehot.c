/* engine/onehot.c: rows of numbers for the DNA input, read as the codes that they stand for.
 *
 * What the network gets for a code is a column of sg_exec_symbols. A row whose columns are all of
 * that kind is therefore the same input as its codes, and computed from them the results are the
 * same, bit for bit.
 */
#include <string.h>

#include "engine/exec.h"

void sg_exec_columns(const sg_plan *plan, sg_columns *ret_given, sg_columns *ret_held)
{
  const sg_shape *s = &plan->value[plan->input_value[plan->dna]].shape;
  int64_t st[SG_MAX_RANK], row[SG_MAX_RANK];
  int pos = plan->axes.pos_axis, base = plan->axes.base_axis;
  sg_strides(s, st);
  row[s->nd - 1] = 1;
  for (int a = s->nd - 2; a >= 0; a--) row[a] = row[a + 1] * s->d[a + 1];
  *ret_held = (sg_columns){ s->d[base], s->d[pos], st[base], st[pos] };
  *ret_given = *ret_held;
  if (plan->input_last[plan->dna]) return;
  ret_given->base = row[base];
  ret_given->pos = row[pos];
}

bool sg_symbol_of(const sg_symbols *symbols, const double *column, int64_t step, uint8_t *ret_code)
{
  static const uint8_t others[] = { SG_CODE_N_ZERO, SG_CODE_N_QUARTER };
  int C = symbols->channels;
  for (int k = 0; k < C + 2; k++) {
    uint8_t code = k < C ? (uint8_t) k : others[k - C];
    int c = 0;
    while (c < C && column[c * step] == (double) symbols->col[code][c]) c++;
    *ret_code = code;
    if (c == C) return true;
  }
  *ret_code = SG_CODE_N_ZERO;
  return false;
}

static bool has_dna(const sg_plan *plan)
{
  return plan->dna >= 0 && plan->input_value[plan->dna] >= 0;
}

bool sg_plan_codes(const sg_plan *plan, const float *row, uint8_t *codes, int64_t *ret_at)
{
  sg_columns at, held;
  sg_symbols symbols;
  bool all = true;
  *ret_at = 0;
  if (!has_dna(plan)) return false;
  sg_exec_columns(plan, &at, &held);
  sg_exec_symbols(plan, &symbols);
  for (int64_t l = 0; l < at.L; l++) {
    double column[SG_ALPHABET_MAX];
    for (int64_t c = 0; c < at.C; c++) column[c] = (double) row[c * at.base + l * at.pos];
    bool is = sg_symbol_of(&symbols, column, 1, &codes[l]);
    if (!is && all) *ret_at = l;
    all = all && is;
  }
  return all;
}

void sg_plan_bases(const sg_plan *plan, const float *row, float *dst)
{
  sg_columns at, held;
  if (!has_dna(plan)) return;
  sg_exec_columns(plan, &at, &held);
  for (int k = 0; k < 4; k++) {
    const char *letters = plan->model->alphabet;
    int64_t c = strchr(letters, "ACGT"[k]) - letters;
    for (int64_t l = 0; l < at.L; l++) dst[k * at.L + l] = row[c * at.base + l * at.pos];
  }
}
