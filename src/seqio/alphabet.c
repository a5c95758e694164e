/* seqio/alphabet.c: letters and codes, reverse complement, one-hot arrays. */
#include <ctype.h>
#include <string.h>

#include "seqgloss/seq.h"

#define IUPAC "ACGTUNRYSWKMBDHV"
#define IUPAC_COMPLEMENT "TGCAANYRSWMKVHDB"

/* ---- Alphabet ---------------------------------------------------------------------- */

static sg_status take_letters(sg_alphabet *a, const char *letters, sg_err *err)
{
  size_t n = strlen(letters);
  if (n < 4 || n > SG_ALPHABET_MAX)
    return sg_fail(err, SG_EINVAL, "alphabet '%.40s': %zu letters (4 to %d are possible)", letters,
                   n, SG_ALPHABET_MAX);
  a->n = (int) n;
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char) toupper((unsigned char) letters[i]);
    if (c == 'U') c = 'T';
    if (c < 'A' || c > 'Z')
      return sg_fail(err, SG_EINVAL, "alphabet '%s': only letters are possible", letters);
    if (memchr(a->letters, c, i))
      return sg_fail(err, SG_EINVAL, "alphabet '%s': '%c' stands twice", letters, c);
    a->letters[i] = (char) c;
  }
  return SG_OK;
}

/* Both cases of letter c. */
static void set_code(sg_alphabet *a, char c, uint8_t code)
{
  a->code[(unsigned char) c] = code;
  a->code[(unsigned char) tolower((unsigned char) c)] = code;
}

sg_status sg_alphabet_init(sg_alphabet *ret_alphabet, const char *letters, sg_n_base n_base,
                           sg_err *err)
{
  sg_alphabet a = {.n_base = n_base == SG_N_DEFAULT ? SG_N_ZERO : n_base};
  sg_status s = take_letters(&a, letters ? letters : "ACGT", err);
  if (s) return s;
  memset(a.code, SG_CODE_INVALID, sizeof a.code);
  const char *own = strchr(a.letters, 'N');
  a.unknown = own ? (uint8_t) (own - a.letters)
                  : n_base == SG_N_QUARTER ? SG_CODE_N_QUARTER : SG_CODE_N_ZERO;
  for (const char *p = IUPAC; *p; p++) set_code(&a, *p, a.unknown);
  for (int i = 0; i < a.n; i++) set_code(&a, a.letters[i], (uint8_t) i);
  for (int i = 0; i < 16; i++) a.complement[i] = (uint8_t) i;
  for (int i = 0; i < 4; i++) {
    const char *at = strchr(a.letters, "ACGT"[i]), *to = strchr(a.letters, "TGCA"[i]);
    if (!at || !to)
      return sg_fail(err, SG_EINVAL, "alphabet '%s' lacks one of A, C, G, T", a.letters);
    a.base[i] = (uint8_t) (at - a.letters);
    a.complement[a.base[i]] = (uint8_t) (to - a.letters);
  }
  set_code(&a, 'U', a.base[3]);
  *ret_alphabet = a;
  return SG_OK;
}

int64_t sg_encode(const sg_alphabet *alphabet, const char *text, int64_t length, uint8_t *codes)
{
  int64_t bad = -1;
  for (int64_t i = length - 1; i >= 0; i--) {
    codes[i] = alphabet->code[(unsigned char) text[i]];
    if (codes[i] == SG_CODE_INVALID) bad = i;
  }
  return bad;
}

void sg_decode(const sg_alphabet *alphabet, const uint8_t *codes, int64_t length, char *text)
{
  for (int64_t i = 0; i < length; i++)
    text[i] = codes[i] < alphabet->n ? alphabet->letters[codes[i]] : 'N';
}

/* ---- Reverse complement ------------------------------------------------------------ */

void sg_revcomp_codes(const sg_alphabet *alphabet, uint8_t *codes, int64_t length)
{
  for (int64_t i = 0, j = length - 1; i <= j; i++, j--) {
    uint8_t a = codes[i], b = codes[j];
    codes[i] = b < 16 ? alphabet->complement[b] : b;
    codes[j] = a < 16 ? alphabet->complement[a] : a;
  }
}

static char complement(char c)
{
  const char *at = c ? strchr(IUPAC, toupper((unsigned char) c)) : NULL;
  if (!at) return c;
  char to = IUPAC_COMPLEMENT[at - IUPAC];
  return islower((unsigned char) c) ? (char) tolower((unsigned char) to) : to;
}

void sg_revcomp_text(char *text, int64_t length)
{
  for (int64_t i = 0, j = length - 1; i <= j; i++, j--) {
    char a = text[i];
    text[i] = complement(text[j]);
    text[j] = complement(a);
  }
}

/* ---- One-hot ----------------------------------------------------------------------- */

sg_onehot_strides sg_onehot_ncl(const sg_alphabet *alphabet, int64_t length)
{
  return (sg_onehot_strides){alphabet->n * length, length, 1};
}

sg_onehot_strides sg_onehot_nlc(const sg_alphabet *alphabet, int64_t length)
{
  return (sg_onehot_strides){alphabet->n * length, 1, alphabet->n};
}

void sg_onehot(const sg_alphabet *alphabet, const uint8_t *codes, int64_t n, int64_t length,
               sg_onehot_strides strides, float *dst)
{
  for (int64_t i = 0; i < n; i++)
    for (int64_t l = 0; l < length; l++) {
      float *to = dst + i * strides.item + l * strides.position;
      uint8_t code = codes[i * length + l];
      for (int c = 0; c < alphabet->n; c++) to[c * strides.channel] = c == code;
      for (int b = 0; b < 4 && code == SG_CODE_N_QUARTER; b++)
        to[alphabet->base[b] * strides.channel] = 0.25f;
    }
}
