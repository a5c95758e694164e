/* cluster/order.c: members in an order that says nothing of where they stood in the table.
 *
 * Sums of fractions depend on the order of their terms in the last digit. Everything that is summed
 * over members is summed in this order, so that tables with the same rows give the same bytes.
 */
#include <string.h>

#include "cluster/assembly.h"

/* Compared by what they are, never by where they stood in the table. */
static int compare(const sg_assembly *a, int64_t i, int64_t j)
{
  const sg_member *x = &a->out->member[i], *y = &a->out->member[j];
  const sg_subset_row *r = &a->subsets->row[x->row], *s = &a->subsets->row[y->row];
  int d = strcmp(r->chrom, s->chrom);
  int64_t at = r->first + x->begin, other = s->first + y->begin;
  if (!d) d = (at > other) - (at < other);
  if (!d) d = strcmp(r->region, s->region);
  if (!d) d = strcmp(r->target, s->target);
  if (!d) d = (r->rank > s->rank) - (r->rank < s->rank);
  if (!d) d = (x->number > y->number) - (x->number < y->number);
  if (!d) d = (x->column > y->column) - (x->column < y->column);
  if (!d) d = (x->length > y->length) - (x->length < y->length);
  for (int c = 0; c < x->length && !d; c++)
    d = sg_assembly_kept(a, i, x->column + c) - sg_assembly_kept(a, j, y->column + c);
  return d;
}

/* Bottom-up merge sort, for the comparison needs the assembly. */
void sg_assembly_sort(const sg_assembly *a, int64_t *list, int64_t n, int64_t *work)
{
  for (int64_t width = 1; width < n; width *= 2) {
    for (int64_t from = 0; from < n; from += 2 * width) {
      int64_t mid = from + width < n ? from + width : n;
      int64_t end = from + 2 * width < n ? from + 2 * width : n, i = from, j = mid, to = from;
      while (i < mid && j < end)
        work[to++] = compare(a, list[j], list[i]) < 0 ? list[j++] : list[i++];
      while (i < mid) work[to++] = list[i++];
      while (j < end) work[to++] = list[j++];
    }
    memcpy(list, work, (size_t)n * sizeof *list);
  }
}
