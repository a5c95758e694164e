/* tests/unit/test_model.c: memory order, constants, attributes, graphs, where the sequence
 * enters. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/op.h"

static sg_shape shape(bool batched, int nd, const int64_t *d)
{
  sg_shape s = {.nd = nd, .batched = batched};
  for (int i = 0; i < nd; i++) s.d[i] = d[i];
  return s;
}
#define SHAPE(batched, ...)                                                                        \
  shape(batched, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

START_TEST(activations_are_channels_last)
{
  int64_t st[SG_MAX_RANK];
  sg_shape s = SHAPE(true, 2, 4, 10);
  sg_strides(&s, st);
  ck_assert(st[0] == 40 && st[1] == 1 && st[2] == 4);
  s = SHAPE(true, 2, 3, 5, 7);
  sg_strides(&s, st);
  ck_assert(st[0] == 105 && st[1] == 1 && st[2] == 21 && st[3] == 3);
  s = SHAPE(true, 2, 6);
  sg_strides(&s, st);
  ck_assert(st[0] == 6 && st[1] == 1);
  s = SHAPE(false, 2, 4, 10);
  sg_strides(&s, st);
  ck_assert(st[0] == 40 && st[1] == 10 && st[2] == 1);
}
END_TEST

START_TEST(row_major_knows_axes_of_one)
{
  sg_shape s = SHAPE(true, 2, 4, 10);
  ck_assert(!sg_is_row_major(&s));
  s = SHAPE(true, 2, 4, 1);
  ck_assert(sg_is_row_major(&s));
  s = SHAPE(true, 2, 1, 10);
  ck_assert(sg_is_row_major(&s));
  s = SHAPE(false, 2, 4, 10);
  ck_assert(sg_is_row_major(&s));
}
END_TEST

START_TEST(shapes_are_checked)
{
  sg_shape s = SHAPE(false, 1 << 20, 1 << 20, 1 << 20);
  sg_err e;
  ck_assert_int_eq(sg_shape_check(&s, &e), SG_ESHAPE);
  s = SHAPE(false, 3, -1);
  ck_assert_int_eq(sg_shape_check(&s, &e), SG_ESHAPE);
  s.nd = SG_MAX_RANK + 1;
  ck_assert_int_eq(sg_shape_check(&s, &e), SG_ESHAPE);
  s = SHAPE(false, 0, 5);
  ck_assert_int_eq(sg_shape_check(&s, &e), SG_OK);
  ck_assert_int_eq(sg_axis(&s, -1), 1);
  ck_assert_int_eq(sg_axis(&s, 2), -1);
  ck_assert_int_eq(sg_axis(&s, -3), -1);
}
END_TEST

START_TEST(tensors_convert)
{
  sg_arena *mem = sg_arena_new();
  int64_t n = 3;
  sg_tensor *t = sg_tensor_new(mem, SG_I64, 1, &n);
  t->data.i[0] = INT64_MAX;
  sg_tensor_set(t, 1, -7);
  ck_assert(sg_tensor_i64(t, 0) == INT64_MAX && sg_tensor_f64(t, 1) == -7);
  t = sg_tensor_new(mem, SG_F32, 1, &n);
  t->data.f[0] = 1e30f;
  t->data.f[1] = -2.75f;
  t->data.f[2] = 0.0f / (float) (n - 3);
  ck_assert(sg_tensor_i64(t, 0) == INT64_MAX && sg_tensor_i64(t, 1) == -2);
  ck_assert_int_eq(sg_tensor_i64(t, 2), 0);
  n = -1;
  ck_assert_ptr_null(sg_tensor_new(mem, SG_F32, 1, &n));
  sg_arena_free(mem);
}
END_TEST

START_TEST(attributes_replace)
{
  sg_arena *mem = sg_arena_new();
  sg_attrs a = {NULL, mem};
  sg_node_def d = {.op_type = "Conv", .name = "c", .attrs = {NULL, mem}};
  int64_t two[] = {2, 3}, v;
  sg_err e;
  sg_attr_set_int(&a, "x", 1);
  sg_attr_set_int(&a, "x", 2);
  ck_assert_int_eq(sg_attr_find(&a, "x")->v.i, 2);
  ck_assert_ptr_null(sg_attr_find(&a, "y"));
  sg_attr_set_ints(&a, "x", two, 2);
  ck_assert_int_eq(sg_attr_find(&a, "x")->v.ints[1], 3);
  d.attrs = a;
  sg_node n = {.def = &d};
  ck_assert_int_eq(sg_node_int(&n, "x", 5, &v, &e), SG_EUNSUPPORTED);
  ck_assert_ptr_nonnull(strstr(e.text, "'c' (Conv)"));
  ck_assert_int_eq(sg_node_int(&n, "y", 5, &v, &e), SG_OK);
  ck_assert_int_eq(v, 5);
  sg_arena_free(mem);
}
END_TEST

/* A model with inputs of the given dims; letters ACGT. */
static sg_model *model(int n, const int nd[], const int64_t dims[][4], bool last)
{
  sg_model *m = calloc(1, sizeof *m);
  ck_assert_int_eq(sg_graph_new(&m->graph, NULL), SG_OK);
  memcpy(m->alphabet, "ACGT", 5);
  for (int i = 0; i < n; i++) {
    char name[8] = {'i', (char) ('0' + i)};
    sg_graph_add_input(m->graph, name, nd[i], dims[i]);
    m->graph->input[i].channels_last = last;
  }
  return m;
}

START_TEST(the_sequence_is_found)
{
  static const struct { int nd; int64_t d[4]; int base, pos; int64_t length; } t[] = {
    {3, {-1, 4, 101}, 1, 2, 101}, {3, {-1, 101, 4}, 2, 1, 101}, {3, {-1, 4, 4}, 1, 2, 4},
    {4, {-1, 1, 4, 50}, 2, 3, 50}, {4, {-1, 4, 1, 50}, 1, 3, 50}, {4, {-1, 50, 4, 1}, 2, 1, 50},
    {3, {-1, 4, SG_DIM_ANY}, 1, 2, 0}, {3, {-1, 4, 1}, 1, 2, 1}, {3, {-1, 5, 20}, -1, -1, 0},
    {4, {-1, 2, 4, 50}, -1, -1, 0}};
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    sg_model *m = model(1, &t[i].nd, &t[i].d, false);
    ck_assert_int_eq(sg_model_find_dna(m, NULL, NULL, NULL), SG_OK);
    ck_assert_int_eq(m->dna.base_axis, t[i].base);
    ck_assert_int_eq(m->dna.pos_axis, t[i].pos);
    ck_assert_int_eq(m->length, t[i].length);
    sg_model_free(m);
  }
}
END_TEST

START_TEST(two_candidates_need_a_name)
{
  const int nd[2] = {3, 3};
  const int64_t d[2][4] = {{-1, 4, 30}, {-1, 4, 20}};
  sg_err e;
  sg_model *m = model(2, nd, d, false);
  ck_assert_int_eq(sg_model_find_dna(m, NULL, NULL, &e), SG_EINVAL);
  ck_assert_ptr_nonnull(strstr(e.text, "--dna-input"));
  ck_assert_int_eq(sg_model_find_dna(m, "i1", NULL, &e), SG_OK);
  ck_assert_int_eq(m->length, 20);
  ck_assert_int_eq(sg_model_find_dna(m, "nope", NULL, &e), SG_ENOTFOUND);
  ck_assert_int_eq(sg_model_find_dna(m, "i0", "NLC", &e), SG_EINVAL);
  ck_assert_int_eq(sg_model_find_dna(m, "i0", "NC", &e), SG_EINVAL);
  sg_model_free(m);
}
END_TEST

/* Keras arrays are N L C: logical N C L; layout is spelled in the framework's order. */
START_TEST(layout_is_the_frameworks)
{
  const int nd = 3;
  const int64_t d[1][4] = {{-1, 4, 4}};
  sg_io_info info;
  sg_model *m = model(1, &nd, d, true);
  ck_assert_int_eq(sg_model_find_dna(m, NULL, "NLC", NULL), SG_OK);
  ck_assert(m->dna.base_axis == 1 && m->dna.pos_axis == 2);
  ck_assert_int_eq(sg_model_find_dna(m, NULL, "NCL", NULL), SG_OK);
  ck_assert(m->dna.base_axis == 2 && m->dna.pos_axis == 1);
  m->graph->input[0].dims[2] = 9;
  ck_assert_int_eq(sg_model_input(m, 0, &info), SG_OK);
  ck_assert(info.nd == 2 && info.dims[0] == 9 && info.dims[1] == 4 && info.units == 36);
  ck_assert_int_eq(sg_model_input(m, 1, &info), SG_EINVAL);
  sg_model_free(m);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("model");
  TCase *t = tcase_create("model");
  tcase_add_test(t, activations_are_channels_last);
  tcase_add_test(t, row_major_knows_axes_of_one);
  tcase_add_test(t, shapes_are_checked);
  tcase_add_test(t, tensors_convert);
  tcase_add_test(t, attributes_replace);
  tcase_add_test(t, the_sequence_is_found);
  tcase_add_test(t, two_candidates_need_a_name);
  tcase_add_test(t, layout_is_the_frameworks);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed != 0;
}
