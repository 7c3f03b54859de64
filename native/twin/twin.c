/*
 * The C twin of a plan: reads the file that "octconv explain layer SPEC --export FILE" writes, makes the very same
 * primitives, runs them through the same library in the same order, and compares the results byte by byte.
 *
 *     twin FILE            checks; exit code 0: the same results, 1: others, 2: a bad file, 3: oneDNN fails
 *     twin FILE RUNS       checks, then prints the median time of a run in microseconds
 *     twin FILE serve      checks, then answers lines "ROUNDS REPEATS": in each round runs once untimed, then REPEATS
 *                          times; writes a line with the nanoseconds of one run for each round. Ends with the input.
 *
 * Lanes, which Java gives to threads, run one after the other.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

#include "system.h"

/* As omp.h declares it; that header comes with compilers, this library with oneDNN. */
void omp_set_num_threads(int num_threads);

enum { LINE = 1 << 16, ARGS = 32, QUANTITIES = 16, ALIGNMENT = 64, HUGE_PAGE = 1 << 21, BAD_FILE = 2, ONEDNN_FAILS = 3 };

enum role { INPUT, OUTPUT, CONSTANT, TEMPORARY };

struct buffer {
  enum role role;
  size_t bytes;
  size_t offset; /* in the data, or in the temporaries */
  size_t address; /* in Java */
  char *memory;
};

struct arg {
  int code;
  int buffer; /* -1: the scratchpad */
  size_t offset;
  int desc;
};

struct quantity {
  int zero_points; /* or else scales */
  int code, mask;
  int groups; /* none or two */
  dnnl_dims_t group;
};

struct step {
  char kind[32];
  char implementation[128];
  int lane;
  int algorithm;
  int axis;
  float scalars[2];
  int spatial;
  dnnl_dims_t kernel, strides, dilations, left, right;
  dnnl_fpmath_mode_t fpmath;
  dnnl_post_ops_t post_ops;
  int quantity_count;
  struct quantity quantities[QUANTITIES];
  int arg_count;
  struct arg args[ARGS];
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t exec_args[ARGS];
};

struct program {
  int threads, lanes;
  size_t temporary_bytes, scratchpad_bytes;
  size_t temporary_address, scratchpad_address; /* in Java */
  int desc_count, buffer_count, step_count;
  dnnl_memory_desc_t *descs;
  struct buffer *buffers;
  struct step *steps;
  char *temporaries, *scratchpads;
  char *data; /* of the file */
  size_t data_bytes;
  dnnl_engine_t engine;
  dnnl_stream_t stream;
};

static void fail(int code, const char *format, ...) {
  va_list values;
  va_start(values, format);
  fprintf(stderr, "twin: ");
  vfprintf(stderr, format, values);
  fprintf(stderr, "\n");
  va_end(values);
  exit(code);
}

static void check(dnnl_status_t status, const char *what) {
  if (status != dnnl_success) fail(ONEDNN_FAILS, "oneDNN could not %s: %s", what, dnnl_status2str(status));
}

static void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes ? bytes : 1);
  if (!memory) fail(ONEDNN_FAILS, "no memory for %zu bytes", bytes);
  return memory;
}

/*
 * Memory of zeros at an address that has the same place in a huge page as the given one. Where caches and the
 * processor's check of loads against earlier stores see conflicts depends on that, and changes times by up to 20 %.
 */
static void *place(size_t bytes, size_t address) {
  char *memory = system_pages(bytes + 2 * HUGE_PAGE, HUGE_PAGE);
  if (!memory) fail(ONEDNN_FAILS, "no memory for %zu bytes", bytes);
  memory += HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE;
  memory += address % HUGE_PAGE;
  memset(memory, 0, bytes);
  return memory;
}

/* Room for one more element at the end of an array. */
static void *longer(void *array, int count, size_t size) {
  void *more = realloc(array, (count + 1) * size);
  if (!more) fail(ONEDNN_FAILS, "no memory");
  memset((char *)more + count * size, 0, size);
  return more;
}

/* ---- reading ---- */

static const char *word(char **line) {
  char *begin = *line;
  if (!*begin) fail(BAD_FILE, "a line ends too early");
  char *end = strchr(begin, ' ');
  if (end) {
    *end = 0;
    *line = end + 1;
  } else {
    *line = begin + strlen(begin);
  }
  return begin;
}

static long long number(char **line) {
  const char *text = word(line);
  char *end;
  long long value = strtoll(text, &end, 10);
  if (*end) fail(BAD_FILE, "expected a number, was %s", text);
  return value;
}

/* A number from 0 to limit - 1. */
static int index_of(char **line, int limit, const char *what) {
  long long value = number(line);
  if (value < 0 || value >= limit) fail(BAD_FILE, "there is no %s %lld", what, value);
  return (int)value;
}

static float real(char **line) {
  const char *text = word(line);
  char *end;
  float value = strtof(text, &end);
  if (*end) fail(BAD_FILE, "expected a number, was %s", text);
  return value;
}

static void read_desc(struct program *p, char *line) {
  if (number(&line) != p->desc_count) fail(BAD_FILE, "descriptors must be in order");
  const char *hex = word(&line);
  size_t bytes = strlen(hex) / 2;
  uint8_t *blob = allocate(bytes);
  for (size_t i = 0; i < bytes; i++) {
    unsigned value;
    if (sscanf(hex + 2 * i, "%2x", &value) != 1) fail(BAD_FILE, "a descriptor is not hexadecimal");
    blob[i] = (uint8_t)value;
  }
  p->descs = longer(p->descs, p->desc_count, sizeof *p->descs);
  check(dnnl_memory_desc_create_with_blob(&p->descs[p->desc_count++], blob), "read a memory descriptor");
  free(blob);
}

static void read_buffer(struct program *p, enum role role, char *line) {
  p->buffers = longer(p->buffers, p->buffer_count, sizeof *p->buffers);
  struct buffer *b = &p->buffers[p->buffer_count++];
  index_of(&line, p->desc_count, "descriptor");
  b->role = role;
  b->bytes = (size_t)number(&line);
  b->offset = (size_t)number(&line);
  size_t end = b->offset + b->bytes;
  if (role != TEMPORARY && end > p->data_bytes) p->data_bytes = end;
  if (role == TEMPORARY && end > p->temporary_bytes) fail(BAD_FILE, "a temporary lies outside the temporaries");
}

static void read_window(struct step *s, char *line) {
  dnnl_dim_t numbers[5 * 3];
  int count = 0;
  while (*line && count < 5 * 3) numbers[count++] = number(&line);
  if (*line || count % 5) fail(BAD_FILE, "a window has five numbers for each of one to three dimensions");
  s->spatial = count / 5;
  dnnl_dim_t *to[5] = {s->kernel, s->strides, s->dilations, s->left, s->right};
  for (int i = 0; i < count; i++) to[i / s->spatial][i % s->spatial] = numbers[i];
}

static void read_post_op(struct program *p, struct step *s, char *line) {
  const char *kind = word(&line);
  if (!strcmp(kind, "sum")) {
    float scale = real(&line);
    int zero = (int)number(&line);
    dnnl_data_type_t type = (dnnl_data_type_t)number(&line);
    check(dnnl_post_ops_append_sum(s->post_ops, scale, zero, type), "append a sum");
  } else if (!strcmp(kind, "eltwise")) {
    dnnl_alg_kind_t algorithm = (dnnl_alg_kind_t)number(&line);
    float alpha = real(&line);
    check(dnnl_post_ops_append_eltwise(s->post_ops, algorithm, alpha, real(&line)), "append an eltwise");
  } else if (!strcmp(kind, "binary")) {
    dnnl_alg_kind_t algorithm = (dnnl_alg_kind_t)number(&line);
    int desc = index_of(&line, p->desc_count, "descriptor");
    check(dnnl_post_ops_append_binary(s->post_ops, algorithm, p->descs[desc]), "append a binary");
  } else {
    fail(BAD_FILE, "unknown post-op %s", kind);
  }
}

static void read_quantity(struct step *s, int zero_points, char *line) {
  if (s->quantity_count == QUANTITIES) fail(BAD_FILE, "a step has more than %d scales and zero points", QUANTITIES);
  struct quantity *q = &s->quantities[s->quantity_count++];
  q->zero_points = zero_points;
  q->code = (int)number(&line);
  q->mask = (int)number(&line);
  while (*line && q->groups < 2) q->group[q->groups++] = number(&line);
}

static struct arg *new_arg(struct step *s, char **line) {
  if (s->arg_count == ARGS) fail(BAD_FILE, "a step has more than %d arguments", ARGS);
  struct arg *a = &s->args[s->arg_count++];
  a->code = (int)number(line);
  a->buffer = -1;
  return a;
}

static void read_step_line(struct program *p, struct step *s, const char *name, char *line) {
  if (!strcmp(name, "lane")) {
    s->lane = index_of(&line, p->lanes, "lane");
  } else if (!strcmp(name, "implementation")) {
    snprintf(s->implementation, sizeof s->implementation, "%s", line);
  } else if (!strcmp(name, "algorithm")) {
    s->algorithm = (int)number(&line);
  } else if (!strcmp(name, "axis")) {
    s->axis = (int)number(&line);
  } else if (!strcmp(name, "scalars")) {
    s->scalars[0] = real(&line);
    s->scalars[1] = real(&line);
  } else if (!strcmp(name, "window")) {
    read_window(s, line);
  } else if (!strcmp(name, "fpmath")) {
    s->fpmath = (dnnl_fpmath_mode_t)number(&line);
  } else if (!strcmp(name, "postop")) {
    read_post_op(p, s, line);
  } else if (!strcmp(name, "scales")) {
    read_quantity(s, 0, line);
  } else if (!strcmp(name, "zeropoints")) {
    read_quantity(s, 1, line);
  } else if (!strcmp(name, "arg")) {
    struct arg *a = new_arg(s, &line);
    a->buffer = index_of(&line, p->buffer_count, "buffer");
    a->offset = (size_t)number(&line);
    a->desc = index_of(&line, p->desc_count, "descriptor");
    // The size that oneDNN tells of a part counts the gap behind it, which may end beyond the buffer.
    size_t end = a->offset + (a->offset > 0 ? 1 : dnnl_memory_desc_get_size(p->descs[a->desc]));
    if (end > p->buffers[a->buffer].bytes) fail(BAD_FILE, "an argument lies outside its buffer");
  } else if (!strcmp(name, "working")) {
    struct arg *a = new_arg(s, &line);
    a->desc = index_of(&line, p->desc_count, "descriptor");
    if (dnnl_memory_desc_get_size(p->descs[a->desc]) > p->scratchpad_bytes) fail(BAD_FILE, "a scratchpad is too small");
  } else {
    fail(BAD_FILE, "unknown word %s in a step", name);
  }
}

static void read_line(struct program *p, const char *name, char *line) {
  static const char *const roles[] = {"input", "output", "constant", "temporary"};
  if (!strcmp(name, "threads")) {
    p->threads = (int)number(&line);
  } else if (!strcmp(name, "lanes")) {
    p->lanes = (int)number(&line);
  } else if (!strcmp(name, "temporaries")) {
    p->temporary_bytes = (size_t)number(&line);
  } else if (!strcmp(name, "scratchpad")) {
    p->scratchpad_bytes = (size_t)number(&line);
  } else if (!strcmp(name, "address")) {
    p->temporary_address = (size_t)number(&line);
    p->scratchpad_address = (size_t)number(&line);
  } else if (!strcmp(name, "at")) {
    if (!p->buffer_count) fail(BAD_FILE, "an address comes before all buffers");
    p->buffers[p->buffer_count - 1].address = (size_t)number(&line);
  } else if (!strcmp(name, "desc")) {
    read_desc(p, line);
  } else if (!strcmp(name, "onednn")) {
    const dnnl_version_t *v = dnnl_version();
    char mine[64];
    snprintf(mine, sizeof mine, "%d.%d.%d", v->major, v->minor, v->patch);
    if (strcmp(mine, line)) fail(BAD_FILE, "the file is of oneDNN %s, this is %s", line, mine);
  } else if (strcmp(name, "isa") && strcmp(name, "#")) {
    for (int role = INPUT; role <= TEMPORARY; role++) {
      if (!strcmp(name, roles[role])) {
        read_buffer(p, (enum role)role, line);
        return;
      }
    }
    fail(BAD_FILE, "unknown word %s", name);
  }
}

static struct program *read_program(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) fail(BAD_FILE, "%s: %s", path, strerror(errno));
  struct program *p = allocate(sizeof *p);
  struct step *step = NULL;
  static char text[LINE];
  for (int first = 1;; first = 0) {
    if (!fgets(text, LINE, file)) fail(BAD_FILE, "%s: ends before its data", path);
    char *line = text;
    line[strcspn(line, "\n")] = 0;
    const char *name = word(&line);
    if (first && (strcmp(name, "octconv4j-program") || number(&line) != 2)) {
      fail(BAD_FILE, "%s: is not a program of octconv4j, version 2", path);
    } else if (!strcmp(name, "data")) {
      break;
    } else if (step && !strcmp(name, "end")) {
      step = NULL;
    } else if (step) {
      read_step_line(p, step, name, line);
    } else if (!strcmp(name, "step")) {
      p->steps = longer(p->steps, p->step_count, sizeof *p->steps);
      step = &p->steps[p->step_count++];
      snprintf(step->kind, sizeof step->kind, "%s", word(&line));
      check(dnnl_post_ops_create(&step->post_ops), "create post-ops");
    } else if (!first) {
      read_line(p, name, line);
    }
  }
  long data = (ftell(file) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  p->data = allocate(p->data_bytes);
  if (fseek(file, data, SEEK_SET) || fread(p->data, 1, p->data_bytes, file) != p->data_bytes) {
    fail(BAD_FILE, "%s: its data end too early", path);
  }
  fclose(file);
  return p;
}

/* ---- making ---- */

static dnnl_memory_desc_t desc_of(const struct program *p, const struct step *s, int code) {
  for (int i = 0; i < s->arg_count; i++) {
    if (s->args[i].code == code) return p->descs[s->args[i].desc];
  }
  return NULL;
}

static int sources_of(const struct program *p, const struct step *s, const_dnnl_memory_desc_t *sources) {
  int count = 0;
  while ((sources[count] = desc_of(p, s, DNNL_ARG_MULTIPLE_SRC + count))) count++;
  return count;
}

static dnnl_status_t describe(dnnl_primitive_desc_t *out, const struct program *p, const struct step *s,
    const_dnnl_primitive_attr_t attr) {
  const dnnl_prop_kind_t inference = dnnl_forward_inference;
  const dnnl_alg_kind_t algorithm = (dnnl_alg_kind_t)s->algorithm;
  const_dnnl_memory_desc_t src = desc_of(p, s, DNNL_ARG_SRC);
  const_dnnl_memory_desc_t dst = desc_of(p, s, DNNL_ARG_DST);
  const_dnnl_memory_desc_t weights = desc_of(p, s, DNNL_ARG_WEIGHTS);
  const_dnnl_memory_desc_t bias = desc_of(p, s, DNNL_ARG_BIAS);
  const_dnnl_memory_desc_t sources[ARGS + 1];
  if (!strcmp(s->kind, "convolution")) {
    return dnnl_convolution_forward_primitive_desc_create(out, p->engine, inference, algorithm, src, weights, bias, dst,
        s->strides, s->dilations, s->left, s->right, attr);
  } else if (!strcmp(s->kind, "pooling")) {
    return dnnl_pooling_forward_primitive_desc_create(out, p->engine, inference, algorithm, src, dst, s->strides,
        s->kernel, s->dilations, s->left, s->right, attr);
  } else if (!strcmp(s->kind, "resampling")) {
    return dnnl_resampling_forward_primitive_desc_create(out, p->engine, inference, algorithm, NULL, src, dst, attr);
  } else if (!strcmp(s->kind, "reorder")) {
    return dnnl_reorder_primitive_desc_create(out, src, p->engine, dst, p->engine, attr);
  } else if (!strcmp(s->kind, "binary")) {
    return dnnl_binary_primitive_desc_create(out, p->engine, algorithm, src, desc_of(p, s, DNNL_ARG_SRC_1), dst, attr);
  } else if (!strcmp(s->kind, "eltwise")) {
    return dnnl_eltwise_forward_primitive_desc_create(out, p->engine, inference, algorithm, src, dst, s->scalars[0],
        s->scalars[1], attr);
  } else if (!strcmp(s->kind, "inner_product")) {
    return dnnl_inner_product_forward_primitive_desc_create(out, p->engine, inference, src, weights, bias, dst, attr);
  } else if (!strcmp(s->kind, "matmul")) {
    return dnnl_matmul_primitive_desc_create(out, p->engine, src, weights, bias, dst, attr);
  } else if (!strcmp(s->kind, "concat")) {
    int count = sources_of(p, s, sources);
    return dnnl_concat_primitive_desc_create(out, p->engine, dst, count, s->axis, sources, attr);
  } else if (!strcmp(s->kind, "softmax")) {
    return dnnl_softmax_forward_primitive_desc_create(out, p->engine, inference, algorithm, src, dst, s->axis, attr);
  } else if (!strcmp(s->kind, "sum")) {
    int count = sources_of(p, s, sources);
    float ones[ARGS];
    for (int i = 0; i < count; i++) ones[i] = 1;
    return dnnl_sum_primitive_desc_create(out, p->engine, dst, count, ones, sources, attr);
  }
  fail(BAD_FILE, "unknown kind of step %s", s->kind);
  return dnnl_invalid_arguments;
}

static void set_quantities(const struct step *s, dnnl_primitive_attr_t attr) {
  for (int i = 0; i < s->quantity_count; i++) {
    const struct quantity *q = &s->quantities[i];
    if (q->zero_points) {
      check(q->groups ? dnnl_primitive_attr_set_zero_points(attr, q->code, q->mask, q->groups, q->group, dnnl_s32)
                      : dnnl_primitive_attr_set_zero_points_mask(attr, q->code, q->mask), "set zero points");
    } else {
      check(q->groups ? dnnl_primitive_attr_set_scales(attr, q->code, q->mask, q->groups, q->group, dnnl_f32)
                      : dnnl_primitive_attr_set_scales_mask(attr, q->code, q->mask), "set scales");
    }
  }
}

static void make_step(struct program *p, struct step *s) {
  dnnl_primitive_attr_t attr;
  check(dnnl_primitive_attr_create(&attr), "create attributes");
  check(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user), "set the scratchpad mode");
  check(dnnl_primitive_attr_set_fpmath_mode(attr, s->fpmath), "set the fpmath mode");
  check(dnnl_primitive_attr_set_post_ops(attr, s->post_ops), "set post-ops");
  set_quantities(s, attr);
  dnnl_primitive_desc_t desc;
  check(describe(&desc, p, s, attr), s->kind);
  const char *name;
  while (1) {
    check(dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &name), "ask for an implementation's name");
    if (!strcmp(name, s->implementation)) break;
    if (dnnl_primitive_desc_next_impl(desc) != dnnl_success) {
      fail(ONEDNN_FAILS, "a %s has no implementation %s here", s->kind, s->implementation);
    }
  }
  check(dnnl_primitive_create(&s->primitive, desc), "compile a primitive");
  for (int i = 0; i < s->arg_count; i++) {
    const struct arg *a = &s->args[i];
    char *memory = a->buffer < 0 ? p->scratchpads + s->lane * p->scratchpad_bytes : p->buffers[a->buffer].memory + a->offset;
    s->exec_args[i].arg = a->code;
    check(dnnl_memory_create(&s->exec_args[i].memory, p->descs[a->desc], p->engine, memory), "view a tensor");
  }
  dnnl_primitive_desc_destroy(desc);
  dnnl_primitive_attr_destroy(attr);
  dnnl_post_ops_destroy(s->post_ops);
}

static void make(struct program *p) {
  omp_set_num_threads(p->threads);
  check(dnnl_engine_create(&p->engine, dnnl_cpu, 0), "create an engine");
  check(dnnl_stream_create(&p->stream, p->engine, dnnl_stream_default_flags), "create a stream");
  p->temporaries = place(p->temporary_bytes, p->temporary_address);
  p->scratchpads = place(p->lanes * p->scratchpad_bytes, p->scratchpad_address);
  for (int i = 0; i < p->buffer_count; i++) {
    struct buffer *b = &p->buffers[i];
    b->memory = b->role == TEMPORARY ? p->temporaries + b->offset : place(b->bytes, b->address);
    if (b->role == INPUT || b->role == CONSTANT) memcpy(b->memory, p->data + b->offset, b->bytes);
  }
  for (int i = 0; i < p->step_count; i++) make_step(p, &p->steps[i]);
}

/* ---- running ---- */

static void run(const struct program *p) {
  for (int i = 0; i < p->step_count; i++) {
    const struct step *s = &p->steps[i];
    dnnl_status_t status = dnnl_primitive_execute(s->primitive, p->stream, s->arg_count, s->exec_args);
    if (status != dnnl_success) check(status, s->kind);
  }
}

/* Runs once and returns the bytes of outputs that differ from Java's. */
static size_t differing(const struct program *p, size_t *all) {
  run(p);
  size_t other = 0;
  *all = 0;
  for (int i = 0; i < p->buffer_count; i++) {
    const struct buffer *b = &p->buffers[i];
    if (b->role != OUTPUT) continue;
    for (size_t k = 0; k < b->bytes; k++) other += b->memory[k] != p->data[b->offset + k];
    *all += b->bytes;
  }
  return other;
}

/* Nanoseconds of one of so many runs; one goes before them, to bring the data into the cache. */
static double timed(const struct program *p, int repeats) {
  run(p);
  long long before = system_nanoseconds();
  for (int i = 0; i < repeats; i++) run(p);
  return (double)(system_nanoseconds() - before) / repeats;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_median(const struct program *p, int runs) {
  double *times = allocate(runs * sizeof *times);
  for (int i = 0; i < runs; i++) times[i] = timed(p, 1);
  qsort(times, runs, sizeof *times, ascending);
  printf("median of %d runs: %.2f us\n", runs, times[runs / 2] / 1e3);
  free(times);
}

static void serve(const struct program *p) {
  int rounds, repeats;
  while (scanf("%d %d", &rounds, &repeats) == 2) {
    for (int i = 0; i < rounds; i++) printf("%.1f%c", timed(p, repeats), i + 1 < rounds ? ' ' : '\n');
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3) fail(BAD_FILE, "usage: twin FILE [RUNS | serve]");
  system_binary_output();
  struct program *p = read_program(argv[1]);
  make(p);
  size_t all;
  size_t other = differing(p, &all);
  printf("%zu of %zu bytes of results differ, %d primitives, %s\n", other, all, p->step_count,
      system_library_of((const void *)dnnl_version));
  fflush(stdout);
  if (other) return 1;
  if (argc == 3 && !strcmp(argv[2], "serve")) {
    serve(p);
  } else if (argc == 3) {
    int runs = atoi(argv[2]);
    if (runs < 1) fail(BAD_FILE, "RUNS must be at least 1, was %s", argv[2]);
    print_median(p, runs);
  }
  return 0;
}
