/* cli/report_rest.c: the page of a report, from the pairs of motifs to its provenance.
 *
 *   1. Motifs together
 *   2. Regions without a motif
 *   3. Negative control
 *   4. Methods
 *   5. Provenance
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/motifdb.h"
#include "cli/report.h"
#include "cli/report_words.h"

/* ---- 1. Motifs together ---- */

static void put_pair(const sg_report *r, const sg_pair_count *p, sg_html *html)
{
  char text[6][SG_CELL];
  snprintf(text[0], SG_CELL, "%" PRId64, p->regions);
  if (isnan(p->expected)) text[1][0] = 0;
  else snprintf(text[1], SG_CELL, "%.1f", p->expected);
  sg_cell(text[2], p->spacing);
  snprintf(text[3], SG_CELL, "%" PRId64, p->same);
  snprintf(text[4], SG_CELL, "%" PRId64, p->other);
  const char *const cells[] = { r->kept->motif[p->a].id, r->kept->motif[p->b].id, text[0], text[1],
                                text[2], text[3], text[4] };
  sg_html_table_row(html, cells);
}

static void put_pairs(const sg_report *r, sg_html *html)
{
  static const sg_html_column columns[] = {
    { "motif", NULL, SG_HTML_WORDS }, { "and", NULL, SG_HTML_WORDS },
    { "regions", "with sites of both; of one motif: with two sites", SG_HTML_NUMBER },
    { "by chance", "regions to expect with both, did each motif fall independently of the other "
      "into the regions that hold a motif: n1 n2 / N for motifs in n1 and n2 of N regions; empty "
      "for a motif with itself", SG_HTML_NUMBER },
    { "spacing", "median distance of the middles of the nearest two sites, in bases",
      SG_HTML_NUMBER },
    { "same strand", "regions whose nearest two sites lie on one strand", SG_HTML_NUMBER },
    { "other strand", "regions whose nearest two sites lie on opposite strands", SG_HTML_NUMBER },
  };
  sg_pair_count *pairs = NULL;
  sg_err err;
  int n = 0;
  if (sg_count_pairs(r, &pairs, &n, &err)) sg_html_error(html, &err);
  sg_html_heading(html, 2, "pairs", "Motifs together in a region");
  if (!n) {
    sg_html_para(html, NULL, "No region holds two sites.");
  } else {
    sg_html_table_begin(html, "pair-table", "Pairs of sites in one region.", columns, 7, n > 50);
    for (int i = 0; i < n; i++) put_pair(r, &pairs[i], html);
    sg_html_table_end(html);
    sg_html_legend(html, columns, 7);
  }
  free(pairs);
}

/* ---- 2. Regions without a motif ---- */

static void put_lost(const sg_report *r, sg_html *html)
{
  enum { SHOWN = 5000 };
  static const sg_html_column columns[] = {
    { "region", NULL, SG_HTML_WORDS }, { "place", "1-based, as genome browsers read it",
      SG_HTML_SEQUENCE }, { "prediction", NULL, SG_HTML_NUMBER }
  };
  sg_html_heading(html, 2, "unexplained", "Regions without a motif");
  if (!r->n_lost) {
    sg_html_para(html, NULL, !r->n_region ? "No region has a subset, so none holds a motif."
                 : r->files.lost ? "Every region that passes tau holds a motif."
                 : "The list of unexplained regions is not there.");
    return;
  }
  sg_html_para(html, NULL, "%" PRId64 " regions pass tau and hold none of the motifs: their "
               "subsets are noise, or too few of a kind.%s", r->n_lost, r->n_lost > SHOWN ?
               " The first 5,000 are shown; all of them are in the BED file." : "");
  sg_html_table_begin(html, "lost-table", NULL, columns, 3, true);
  for (int64_t i = 0; i < r->n_lost && i < SHOWN; i++) {
    char place[SG_CELL], f[SG_CELL];
    const sg_lost *lost = &r->lost[i];
    const char *const cells[] = { lost->name, sg_cell_place(place, lost->chrom, lost->start,
                                                            lost->end), sg_cell(f, lost->f) };
    sg_html_table_row(html, cells);
  }
  sg_html_table_end(html);
}

/* ---- 3. Negative control ---- */

static void put_control(const sg_report *r, sg_html *html)
{
  static const sg_html_column columns[] = {
    { "control", NULL, SG_HTML_WORDS }, { "regions", NULL, SG_HTML_NUMBER },
    { "with subsets", "regions that pass tau and have one", SG_HTML_NUMBER },
    { "subsets", NULL, SG_HTML_NUMBER },
    { "motifs", NULL, SG_HTML_NUMBER }, { "largest", "sites of the largest motif",
      SG_HTML_NUMBER },
    { "pattern", "consensus of the largest motif", SG_HTML_SEQUENCE },
    { "resembles", "the matrix nearest to it", SG_HTML_WORDS },
    { "E_run", "as near ones to expect by chance in the whole control", SG_HTML_NUMBER }
  };
  if (!r->control) return;
  sg_html_heading(html, 2, "control", "Negative control");
  sg_html_para(html, NULL, "The same search where there is nothing to find: in regions whose bases "
               "were shuffled (dinucleotides kept) under the same tau, and in the regions by the "
               "network with its weights in random order, at tau of the same share of regions. "
               "A motif that comes up here as well is no evidence.");
  sg_html_table_begin(html, "control-table", NULL, columns, 9, false);
  for (int i = 0; i < r->n_control; i++) {
    const sg_control *c = &r->control[i];
    sg_html_table_row(html, (const char *const *)c->cell);
  }
  sg_html_table_end(html);
  sg_html_legend(html, columns, 9);
}

/* ---- 4. Methods ---- */

/* The first word of a command as a shell reads it: 'in quotes', where '\\'' is a quote. */
static void take_word(const char *at, char value[SG_CELL])
{
  bool quoted = false;
  size_t n = 0;
  for (; *at && (quoted || *at != ' ') && n + 1 < SG_CELL; at++) {
    if (*at == '\'') quoted = !quoted;
    else if (*at == '\\' && !quoted && at[1]) value[n++] = *++at;
    else value[n++] = *at;
  }
  value[n] = 0;
}

/* The word behind the option in the command of sis; false: the option is not there. */
static bool option_of(const sg_report *r, const char *option, char value[SG_CELL])
{
  char wanted[64];
  snprintf(wanted, sizeof wanted, " --%s ", option);
  for (int i = 0; i < r->n_said; i++) {
    const char *at = strstr(r->said[i].value, wanted);
    if (strcmp(r->said[i].key, "command") || !at) continue;
    take_word(at + strlen(wanted), value);
    return true;
  }
  return false;
}

static const char *rule_of(const sg_report *r)
{
  char value[SG_CELL];
  if (option_of(r, "threshold-null", value))
    return "a quantile of the predictions for dinucleotide-shuffled regions";
  return option_of(r, "threshold-quantile", value) ? "a quantile of the predictions for the regions"
                                                   : "given";
}

static void tell_mask(const sg_report *r, char text[2 * SG_CELL])
{
  char value[SG_CELL];
  if (!option_of(r, "mask", value)) snprintf(text, SG_CELL, "0.25 of each base");
  else if (!strcmp(value, "zero")) snprintf(text, SG_CELL, "zeros");
  else snprintf(text, 2 * SG_CELL, "the four numbers of %s", value);
}

static void put_comparison(const sg_report *r, sg_html *html)
{
  const char *name = r->opts ? sg_opt_text(r->opts, "motifs") : "";
  if (!r->db) return;
  sg_html_para(html, NULL, "Matrices of kept bases were compared with %d matrices of %s%s by "
               "Tomtom's statistics [2]; E is the p-value times the number of matrices, E_run "
               "times the number of motifs as well, q the false discovery rate.", r->db->n,
               sg_motifdb_is_set(name) ? "JASPAR 2026 [3], " : "", sg_basename(name));
}

static void put_methods(const sg_report *r, sg_html *html)
{
  char mask[2 * SG_CELL];
  bool jaspar = r->db && r->opts && sg_motifdb_is_set(sg_opt_text(r->opts, "motifs"));
  tell_mask(r, mask);
  sg_html_heading(html, 2, "methods", "Methods");
  sg_html_para(html, NULL, "Predictions of the network %s were computed with Seqgloss %s. For each "
               "region with an output of %s tau = %.6g (%s), sufficient input subsets were found "
               "by backward selection, masked bases being shown to the network as %s [1]. Subsets "
               "were cut at long masked stretches and clustered as gapped strings%s%s.", r->model,
               sg_version(), r->below ? "at most" : "at least", r->tau, rule_of(r), mask,
               r->published ? " by Levenshtein distance and DBSCAN, as in [1]"
               : ", without regard to strand, by a mixture of position-specific columns",
               r->genomic && !r->published ? "; clusters were refined by the bases of the genome "
               "under their members" : "");
  put_comparison(r, html);
  sg_html_markup(html, "<ol>\n"
                 "<li>Carter B, Mueller J, Jain S, Gifford D. What made you do this? Understanding "
                 "black-box decisions with sufficient input subsets. AISTATS 2019, PMLR 89:567-576."
                 "</li>\n");
  if (r->db)
    sg_html_markup(html, "<li>Gupta S, Stamatoyannopoulos JA, Bailey TL, Noble WS. Quantifying "
                   "similarity between motifs. Genome Biology 2007, 8:R24.</li>\n");
  if (jaspar)
    sg_html_markup(html, "<li>Rauluseviciute I et al. JASPAR: the open-access database of "
                   "transcription factor binding profiles. Nucleic Acids Research; 2026 release, "
                   "CC BY 4.0.</li>\n");
  sg_html_markup(html, "</ol>\n");
  if (r->db)
    sg_html_para(html, "note", "Matrices of one family share a pattern: resemblance does not tell "
                 "which member binds.");
}

/* ---- 5. Provenance ---- */

static void put_provenance(const sg_report *r, sg_html *html)
{
  sg_html_heading(html, 2, "provenance", "Provenance");
  sg_html_markup(html, "<dl class=\"facts\">\n");
  for (int i = 0; i < r->n_said; i++) {
    sg_html_markup(html, "<dt>");
    sg_html_text(html, r->said[i].key);
    sg_html_markup(html, "</dt><dd>");
    sg_html_text(html, r->said[i].value);
    sg_html_markup(html, "</dd>\n");
  }
  sg_html_markup(html, "</dl>\n");
}

void sg_report_rest(const sg_report *report, sg_html *html)
{
  put_pairs(report, html);
  put_lost(report, html);
  put_control(report, html);
  put_methods(report, html);
  put_provenance(report, html);
}
