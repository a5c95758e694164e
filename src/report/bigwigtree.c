/* report/bigwigtree.c: the bytes of a bigWig, compressed blocks, and its two trees.
 *
 * 1. Bytes   2. Blocks   3. The index of blocks   4. The tree of chromosomes
 *
 * Both trees are written in one go, root first. All nodes of a level but the last are full, so
 * where a child lies follows from its number.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "report/bigwig.h"
#include "report/trackwriter.h"

enum { LEVELS = 9, FANOUT = SG_BW_FANOUT };   /* 256^8 blocks: more than there can be */

/* ---- 1. Bytes -------------------------------------------------------------------------------- */

static unsigned char *put(unsigned char *p, uint64_t value, int bytes)
{
  for (int i = 0; i < bytes; i++) *p++ = (unsigned char)(value >> (8 * i));
  return p;
}

unsigned char *sg_bw_u16(unsigned char *p, unsigned value) { return put(p, value, 2); }

unsigned char *sg_bw_u32(unsigned char *p, uint32_t value) { return put(p, value, 4); }

unsigned char *sg_bw_u64(unsigned char *p, uint64_t value) { return put(p, value, 8); }

unsigned char *sg_bw_f32(unsigned char *p, float value)
{
  uint32_t bits;

  memcpy(&bits, &value, sizeof bits);
  return put(p, bits, 4);
}

unsigned char *sg_bw_f64(unsigned char *p, double value)
{
  uint64_t bits;

  memcpy(&bits, &value, sizeof bits);
  return put(p, bits, 8);
}

/* ---- 2. Blocks ------------------------------------------------------------------------------- */

sg_status sg_bw_put_block(sg_disk *out, sg_disk *blocks, const unsigned char *bytes, size_t n,
                          sg_bwblock block, sg_err *err)
{
  unsigned char packed[SG_BW_BLOCK + 1024];    /* compressBound asks for 24 more */
  uLongf size = sizeof packed;
  int code = compress(packed, &size, bytes, n);
  sg_status status;

  if (code == Z_MEM_ERROR) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (code != Z_OK) return sg_fail(err, SG_EINTERNAL, "zlib could not compress a block: %d", code);
  block.offset = sg_disk_size(out);
  block.size = size;
  status = sg_disk_append(out, packed, size, err);
  return status ? status : sg_disk_append(blocks, &block, sizeof block, err);
}

/* ---- 3. The index of blocks -------------------------------------------------------------------
 *
 * An R-tree; since blocks are in order and do not overlap, it is a B-tree by place, and a node
 * reaches from the begin of its first block to the end of its last. */

enum { INDEX_HEAD = 48, NODE_HEAD = 4, LEAF_ITEM = 32, INNER_ITEM = 24 };

/* Level 0: leaves. */
typedef struct shape {
  uint64_t n[LEVELS];          /* nodes */
  uint64_t at[LEVELS];         /* place of the first node */
  int levels;
} shape;

/* Items in node i of a level above `below` items. */
static uint64_t items_of(uint64_t below, uint64_t i)
{
  return below - i * FANOUT < FANOUT ? below - i * FANOUT : FANOUT;
}

/* A tree of n items: one node at least. */
static void count_nodes(shape *s, uint64_t n)
{
  s->levels = 0;
  do {
    n = n ? (n - 1) / FANOUT + 1 : 1;
    s->n[s->levels++] = n;
  } while (n > 1);
}

static sg_status read_block(sg_disk *blocks, uint64_t i, sg_bwblock *ret_block, sg_err *err)
{
  return sg_disk_read(blocks, i * sizeof *ret_block, ret_block, sizeof *ret_block, err);
}

/* From where to where items [first, last] reach. */
static sg_status span_of(sg_disk *blocks, uint64_t first, uint64_t last, sg_bwblock *ret_span,
                         sg_err *err)
{
  sg_bwblock end;
  sg_status status = read_block(blocks, first, ret_span, err);

  if (!status) status = read_block(blocks, last, &end, err);
  if (status) return status;
  ret_span->chrom1 = end.chrom1;
  ret_span->end = end.end;
  return SG_OK;
}

static unsigned char *put_span(unsigned char *p, const sg_bwblock *span)
{
  p = sg_bw_u32(p, span->chrom0);
  p = sg_bw_u32(p, span->start);
  p = sg_bw_u32(p, span->chrom1);
  return sg_bw_u32(p, span->end);
}

static sg_status put_leaf(sg_disk *out, sg_disk *blocks, uint64_t n, uint64_t i, uint64_t shift,
                          sg_err *err)
{
  unsigned char bytes[NODE_HEAD + FANOUT * LEAF_ITEM] = { 1 }, *p = bytes + 2;
  uint64_t items = items_of(n, i);
  sg_bwblock block;
  sg_status status = SG_OK;

  p = sg_bw_u16(p, (unsigned)items);
  for (uint64_t j = 0; j < items && !status; j++) {
    status = read_block(blocks, i * FANOUT + j, &block, err);
    if (status) break;
    p = put_span(p, &block);
    p = sg_bw_u64(p, block.offset + shift);
    p = sg_bw_u64(p, block.size);
  }
  return status ? status : sg_disk_append(out, bytes, (size_t)(p - bytes), err);
}

/* Node i of a level above leaves: its children, from where to where they reach and where they
 * lie. */
static sg_status put_inner(sg_disk *out, sg_disk *blocks, const shape *s, int level, uint64_t i,
                           uint64_t n, sg_err *err)
{
  unsigned char bytes[NODE_HEAD + FANOUT * INNER_ITEM] = { 0 }, *p = bytes + 2;
  uint64_t items = items_of(s->n[level - 1], i), reach = 1;
  uint64_t size = NODE_HEAD + FANOUT * (uint64_t)(level > 1 ? INNER_ITEM : LEAF_ITEM);
  sg_bwblock span;
  sg_status status = SG_OK;

  for (int l = 0; l < level; l++) reach *= FANOUT;
  p = sg_bw_u16(p, (unsigned)items);
  for (uint64_t j = 0; j < items && !status; j++) {
    uint64_t child = i * FANOUT + j, end = (child + 1) * reach;
    status = span_of(blocks, child * reach, (end < n ? end : n) - 1, &span, err);
    if (status) break;
    p = put_span(p, &span);
    p = sg_bw_u64(p, s->at[level - 1] + child * size);
  }
  return status ? status : sg_disk_append(out, bytes, (size_t)(p - bytes), err);
}

static sg_status put_index_head(sg_disk *out, sg_disk *blocks, uint64_t n, sg_err *err)
{
  unsigned char bytes[INDEX_HEAD], *p = bytes;
  sg_bwblock span = { 0 };
  sg_status status = n ? span_of(blocks, 0, n - 1, &span, err) : SG_OK;

  if (status) return status;
  p = sg_bw_u32(p, 0x2468ace0);
  p = sg_bw_u32(p, FANOUT);
  p = sg_bw_u64(p, n);
  p = put_span(p, &span);
  p = sg_bw_u64(p, sg_disk_size(out));         /* where the data end */
  p = sg_bw_u32(p, SG_BW_SLOT);
  sg_bw_u32(p, 0);
  return sg_disk_append(out, bytes, sizeof bytes, err);
}

sg_status sg_bw_put_index(sg_disk *out, sg_disk *blocks, uint64_t shift, sg_err *err)
{
  uint64_t n = sg_disk_size(blocks) / sizeof(sg_bwblock);
  shape s;
  sg_status status = put_index_head(out, blocks, n, err);

  count_nodes(&s, n);
  s.at[s.levels - 1] = sg_disk_size(out);
  for (int l = s.levels - 1; l > 0; l--)
    s.at[l - 1] = s.at[l] + s.n[l] * NODE_HEAD + s.n[l - 1] * INNER_ITEM;
  for (int l = s.levels - 1; l > 0; l--)
    for (uint64_t i = 0; i < s.n[l] && !status; i++)
      status = put_inner(out, blocks, &s, l, i, n, err);
  for (uint64_t i = 0; i < s.n[0] && !status; i++)
    status = put_leaf(out, blocks, n, i, shift, err);
  return status;
}

/* ---- 4. The tree of chromosomes ---------------------------------------------------------------
 *
 * A B+ tree by name. Nodes are filled up to their full size; names to that of the longest. */

typedef struct chromtree {
  const sg_track_chrom *chroms;
  const int *order;            /* by name */
  uint64_t n;
  size_t key, node;            /* bytes of a name, of a node */
  uint32_t slots;              /* room for items in a node */
  shape shape;
} chromtree;

/* Node i of a level. An item: the name, then number and length, or the place of the child whose
 * first name it is. */
static sg_status put_chrom_node(sg_disk *out, const chromtree *t, int level, uint64_t i,
                                unsigned char *bytes, sg_err *err)
{
  unsigned char *p = bytes;
  uint64_t items = items_of(level ? t->shape.n[level - 1] : t->n, i), reach = 1;

  for (int l = 0; l < level; l++) reach *= FANOUT;
  memset(bytes, 0, t->node);
  bytes[0] = level == 0;
  p = sg_bw_u16(p + 2, (unsigned)items);
  for (uint64_t j = 0; j < items; j++) {
    uint64_t child = i * FANOUT + j;
    int chrom = t->order[child * reach];
    memcpy(p, t->chroms[chrom].name, strlen(t->chroms[chrom].name));
    p += t->key;
    if (level) {
      p = sg_bw_u64(p, t->shape.at[level - 1] + child * t->node);
    } else {
      p = sg_bw_u32(p, (uint32_t)chrom);
      p = sg_bw_u32(p, (uint32_t)t->chroms[chrom].length);
    }
  }
  return sg_disk_append(out, bytes, t->node, err);
}

static sg_status put_chrom_head(sg_disk *out, const chromtree *t, sg_err *err)
{
  unsigned char bytes[32], *p = bytes;

  p = sg_bw_u32(p, 0x78ca8c91);
  p = sg_bw_u32(p, t->slots);
  p = sg_bw_u32(p, (uint32_t)t->key);
  p = sg_bw_u32(p, 8);
  p = sg_bw_u64(p, t->n);
  sg_bw_u64(p, 0);
  return sg_disk_append(out, bytes, sizeof bytes, err);
}

sg_status sg_bw_put_chroms(sg_disk *out, const sg_track_chrom *chroms, int n, sg_err *err)
{
  int *order = sg_track_order(chroms, n);
  chromtree t = { .chroms = chroms, .order = order, .n = (uint64_t)n };
  unsigned char *bytes = NULL;
  sg_status status = SG_OK;

  for (int i = 0; i < n; i++)
    if (strlen(chroms[i].name) > t.key) t.key = strlen(chroms[i].name);
  t.slots = n < FANOUT ? (uint32_t)n : FANOUT;
  t.node = NODE_HEAD + t.slots * (t.key + 8);
  bytes = malloc(t.node);
  if (!order || !bytes) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) status = put_chrom_head(out, &t, err);
  count_nodes(&t.shape, t.n);
  int top = t.shape.levels - 1;
  t.shape.at[top] = sg_disk_size(out);
  for (int l = top; l > 0; l--)
    t.shape.at[l - 1] = t.shape.at[l] + t.shape.n[l] * t.node;
  for (int l = top; l >= 0 && !status; l--)
    for (uint64_t i = 0; i < t.shape.n[l] && !status; i++)
      status = put_chrom_node(out, &t, l, i, bytes, err);
  free(bytes);
  free(order);
  return status;
}
