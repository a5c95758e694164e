/* cli/feeds.c: arrays that feed inputs of networks (--input). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/feeds.h"

/* Splits "[NAME=]FILE"; *ret_name "" where it is left out. A '=' behind a slash belongs to the
 * file. */
static const char *split_spec(const char *spec, char *name, size_t size)
{
  const char *equals = strchr(spec, '='), *slash = strchr(spec, '/');
  name[0] = 0;
  if (!equals || (slash && slash < equals)) return spec;
  snprintf(name, size, "%.*s", (int)(equals - spec), spec);
  return equals + 1;
}

/* An archive may have the array under the input's name. */
static sg_status open_array(const char *path, const char *name, sg_array **ret_array, sg_err *err)
{
  sg_status status = sg_array_open(path, name, ret_array, NULL);
  if (status == SG_ENOTFOUND) status = sg_array_open(path, NULL, ret_array, err);
  else if (status) status = sg_array_open(path, name, ret_array, err);
  return status;
}

/* Axes as text: "4 x 101"; ? where open. */
static void dims_text(int nd, const int64_t *dims, char *text, size_t size)
{
  size_t n = 0;
  snprintf(text, size, "one number");
  for (int i = 0; i < nd && n + 1 < size; i++) {
    char one[24] = "?";
    if (dims[i] >= 0) snprintf(one, sizeof one, "%" PRId64, dims[i]);
    int wrote = snprintf(text + n, size - n, "%s%s", i ? " x " : "", one);
    n += wrote > 0 ? (size_t)wrote : 0;
  }
}

static sg_status check_axes(const sg_array *a, const sg_io_info *info, const char *path,
                            sg_err *err)
{
  char have[128], want[128];
  bool fits = sg_array_nd(a) == info->nd;
  const int64_t *dims = sg_array_dims(a);
  for (int i = 0; fits && i < info->nd; i++) fits = info->dims[i] < 0 || info->dims[i] == dims[i];
  if (!fits && info->units > 0 && sg_array_nd(a) <= 1) fits = sg_array_units(a) == info->units;
  if (fits) return SG_OK;
  dims_text(sg_array_nd(a), dims, have, sizeof have);
  dims_text(info->nd, info->dims, want, sizeof want);
  return sg_fail(err, SG_ESHAPE, "%s: rows of %s, but input %s takes %s (in the order of axes that "
                 "the network's framework has)", path, have, info->name, want);
}

/* The spec meant for an input: by name, or the one without a name. */
static int spec_for(const char *const *specs, int n_spec, const char *input, bool sole)
{
  char name[256];
  for (int s = 0; s < n_spec; s++) {
    split_spec(specs[s], name, sizeof name);
    if (!strcmp(name, input)) return s;
  }
  for (int s = 0; s < n_spec && sole; s++) {
    split_spec(specs[s], name, sizeof name);
    if (!*name) return s;
  }
  return -1;
}

static sg_status feed_from(sg_feeds *feeds, sg_feed *f, const char *spec, const sg_io_info *info,
                           sg_err *err)
{
  char name[256];
  const char *path = split_spec(spec, name, sizeof name);
  sg_status status = open_array(path, info->name, &f->array, err);
  if (!status) status = check_axes(f->array, info, path, err);
  if (status) return status;
  int64_t rows = sg_array_rows(f->array);
  f->units = sg_array_units(f->array);
  f->path = path;
  f->name = info->name;
  if (feeds->rows >= 0 && rows != feeds->rows)
    return sg_fail(err, SG_ESHAPE, "%s: %" PRId64 " rows, but another --input has %" PRId64, path,
                   rows, feeds->rows);
  feeds->rows = rows;
  return SG_OK;
}

static sg_status open_input(const sg_nets *nets, int k, int i, const char *const *specs, int n_spec,
                            bool *used,
                            sg_feeds *feeds, sg_err *err)
{
  sg_io_info info;
  const sg_net *net = &nets->net[k];
  int n = sg_model_inputs(net->model), plain = 0;
  sg_feed *f = &feeds->feed[feeds->n];
  for (int j = 0; j < n; j++)
    if (!sg_model_input(net->model, j, &info)) plain += !info.dna;
  sg_status status = sg_model_input(net->model, i, &info);
  if (status) return sg_fail(err, status, "%s: input %d", net->path, i);
  bool sole = n == 1 || (!info.dna && plain == 1);
  *f = (sg_feed){ .net = k, .input = i, .dna = info.dna };
  feeds->n++;
  int s = spec_for(specs, n_spec, info.name, sole);
  if (s >= 0) {
    used[s] = true;
    return feed_from(feeds, f, specs[s], &info, err);
  }
  feeds->need_sequence |= info.dna;
  if (info.dna) return SG_OK;
  return sg_fail(err, SG_EINVAL, "%s: input %s takes no sequence (is it the DNA? --dna-input, "
                 "--layout); give an array: --input %s=FILE.npy", net->path, info.name, info.name);
}

sg_status sg_feeds_open(const sg_nets *nets, const char *const *specs, int n_spec,
                        sg_feeds *ret_feeds,
                        sg_err *err)
{
  sg_feeds feeds = { .rows = -1 };
  size_t n = 1;
  bool *used = calloc((size_t)n_spec + 1, sizeof *used);
  for (int k = 0; k < nets->n; k++) n += (size_t)sg_model_inputs(nets->net[k].model);
  feeds.feed = calloc(n, sizeof *feeds.feed);
  sg_status status = used && feeds.feed ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  for (int k = 0; k < nets->n && !status; k++)
    for (int i = 0; i < sg_model_inputs(nets->net[k].model) && !status; i++)
      status = open_input(nets, k, i, specs, n_spec, used, &feeds, err);
  for (int s = 0; s < n_spec && !status; s++)
    if (!used[s]) status = sg_fail(err, SG_ENOTFOUND, "--input %s: fits no input of the network; "
                                   "seqgloss info MODEL names them", specs[s]);
  free(used);
  if (status) sg_feeds_close(&feeds);
  *ret_feeds = feeds;
  return status;
}

void sg_feeds_close(sg_feeds *feeds)
{
  for (int i = 0; i < feeds->n; i++) sg_array_close(feeds->feed[i].array);
  free(feeds->feed);
  *feeds = (sg_feeds){ .rows = -1 };
}

int64_t sg_feeds_length(const sg_feeds *feeds, const sg_nets *nets, int k)
{
  for (int i = 0; i < feeds->n; i++) {
    const sg_feed *f = &feeds->feed[i];
    sg_io_info info;
    if (f->net != k || !f->dna || !f->array) continue;
    if (sg_model_input(nets->net[k].model, f->input, &info)) continue;
    for (int a = 0; a < info.nd && a < sg_array_nd(f->array); a++)
      if (info.dims[a] < 0) return sg_array_dims(f->array)[a];
  }
  return 0;
}

const sg_feed *sg_feeds_dna(const sg_feeds *feeds)
{
  for (int i = 0; i < feeds->n; i++)
    if (feeds->feed[i].dna && feeds->feed[i].array) return &feeds->feed[i];
  return NULL;
}

sg_status sg_feed_again(const sg_feed *feed, sg_array **ret_array, sg_err *err)
{
  return open_array(feed->path, feed->name, ret_array, err);
}

sg_status sg_feeds_rewind(sg_feeds *feeds, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < feeds->n && !status; i++) {
    sg_feed *f = &feeds->feed[i];
    if (!f->array) continue;
    sg_array_close(f->array);
    f->array = NULL;
    status = sg_feed_again(f, &f->array, err);
  }
  return status;
}
