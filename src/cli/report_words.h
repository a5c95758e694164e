/* cli/report_words.h: numbers as a report shows them. */
#ifndef SG_CLI_REPORT_WORDS_H
#define SG_CLI_REPORT_WORDS_H

enum { SG_CELL = 160 };

/* Three digits; NAN: nothing. Returns text. */
const char *sg_cell(char text[SG_CELL], double value);
/* A probability: "3.1e-05"; NAN: nothing. */
const char *sg_cell_p(char text[SG_CELL], double p);
/* "chr20:297,448-297,548", 1-based, both ends included, as genome browsers read it; "" where start
 * is -1. `start` and `end` are 0-based, half open. */
const char *sg_cell_place(char text[SG_CELL], const char *chrom, long long start, long long end);
/* Part of whole in per cent. */
double sg_percent(double part, double whole);

#endif
