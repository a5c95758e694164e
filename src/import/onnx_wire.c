/* import/onnx_wire.c: is this a well-formed protocol-buffer encoding?
 *
 * Asked before the decoder sees a file, for three reasons: a message that says at which byte the
 * file is damaged; no length that reaches beyond its parent; and a bound on the number of messages,
 * because a message of two bytes in the file costs a hundred in memory. Depth needs no bound: no
 * message of onnx.proto contains itself.
 *
 * Encoding (protobuf.dev, "Encoding"): a message is a sequence of fields; a field is a tag, number
 * << 3 | wire type, and a value: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes; 3 and 4
 * (groups) are obsolete and never occur in ONNX.
 */
#include "import/onnx.h"

#define MAX_MESSAGES 4000000

typedef struct scan {
  const uint8_t *start;   /* of the whole encoding, to tell offsets */
  long messages;
  sg_err *err;
} scan;

/* Bytes that the varint at p takes, its value in *v; 0 when it does not end within n bytes or has
 * more than 64 bits. */
static size_t varint(const uint8_t *p, size_t n, uint64_t *v)
{
  uint64_t x = 0;

  for (size_t i = 0; i < n && i < 10; i++) {
    x |= (uint64_t)(p[i] & 0x7f) << (7 * i);
    if (!(p[i] & 0x80)) {
      *v = x;
      return i + 1;
    }
  }
  return 0;
}

static sg_status damaged(const scan *s, const uint8_t *at, const char *what)
{
  return sg_fail(s->err, SG_EFORMAT, "damaged or cut short at byte %zu: %s",
                 (size_t)(at - s->start), what);
}

/* The size of a field's value, its length prefix included in *head. */
static sg_status value_size(const scan *s, const uint8_t *p, size_t n, unsigned wire, size_t *head,
                            size_t *size)
{
  uint64_t v = 0;

  *head = 0;
  switch (wire) {
    case 0:
      *size = varint(p, n, &v);
      return *size ? SG_OK : damaged(s, p, "a number does not end");
    case 1: *size = 8; break;
    case 5: *size = 4; break;
    case 2:
      *head = varint(p, n, &v);
      if (!*head) return damaged(s, p, "a length does not end");
      if (v > n - *head) return damaged(s, p, "a field is longer than what holds it");
      *size = (size_t)v;
      return SG_OK;
    default: return damaged(s, p, "a field of unknown kind");
  }
  return *size <= n ? SG_OK : damaged(s, p, "a number does not end");
}

/* One message of n bytes. Recursion ends with the nesting of onnx.proto. */
static sg_status check_message(scan *s, const ProtobufCMessageDescriptor *desc, const uint8_t *p,
                               size_t n)
{
  const uint8_t *end = p + n;

  if (++s->messages > MAX_MESSAGES) {
    return sg_fail(s->err, SG_EUNSUPPORTED,
                   "more than %d parts: not a network of a size that is supported", MAX_MESSAGES);
  }
  while (p < end) {
    const ProtobufCFieldDescriptor *f;
    uint64_t tag = 0;
    size_t head = 0, size = 0, used = varint(p, (size_t)(end - p), &tag);
    sg_status st;

    if (!used || tag > UINT32_MAX || tag >> 3 == 0) return damaged(s, p, "not a field");
    p += used;
    st = value_size(s, p, (size_t)(end - p), (unsigned)(tag & 7), &head, &size);
    if (st) return st;
    p += head;
    f = protobuf_c_message_descriptor_get_field(desc, (unsigned)(tag >> 3));
    if (f && f->type == PROTOBUF_C_TYPE_MESSAGE && (tag & 7) == 2) {
      st = check_message(s, f->descriptor, p, size);
      if (st) return st;
    }
    p += size;
  }
  return SG_OK;
}

sg_status sg_onnx_wire_check(const ProtobufCMessageDescriptor *desc, const uint8_t *data,
                             size_t size, sg_err *err)
{
  scan s = { .start = data, .err = err };

  return check_message(&s, desc, data, size);
}
