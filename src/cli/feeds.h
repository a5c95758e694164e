/* cli/feeds.h: arrays that feed inputs of networks (--input). */
#ifndef SG_CLI_FEEDS_H
#define SG_CLI_FEEDS_H

#include "cli/nets.h"

/* One input of one network. */
typedef struct sg_feed {
  int net, input;
  bool dna;                    /* takes the sequence */
  sg_array *array;             /* NULL: codes of the sequence */
  const char *path, *name;     /* of the array and the input; borrowed */
  int64_t units;               /* numbers in a row of the array */
} sg_feed;

typedef struct sg_feeds {
  sg_feed *feed;               /* by network, then by input */
  int n;
  int64_t rows;                /* of every array; -1: there is none */
  bool need_sequence;          /* some input takes codes */
} sg_feeds;

/* Opens --input [NAME=]FILE for the inputs of the networks. Every input must come from somewhere;
 * arrays must agree in rows and, as far as a network fixes them, in axes. */
sg_status sg_feeds_open(const sg_nets *nets, const char *const *specs, int n_spec,
                        sg_feeds *ret_feeds, sg_err *err);
void sg_feeds_close(sg_feeds *feeds);
/* Where the one network's DNA comes from an array; NULL: from sequences. */
const sg_feed *sg_feeds_dna(const sg_feeds *feeds);
/* Arrays are read from the front; this begins anew. */
sg_status sg_feeds_rewind(sg_feeds *feeds, sg_err *err);
/* The array of one feed once more, from its front; closed by sg_array_close. */
sg_status sg_feed_again(const sg_feed *feed, sg_array **ret_array, sg_err *err);
/* Length of the sequence that an array for the DNA input of net k implies where the network leaves
 * it open; 0: none. */
int64_t sg_feeds_length(const sg_feeds *feeds, const sg_nets *nets, int k);

#endif
