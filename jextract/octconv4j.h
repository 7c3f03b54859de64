/*
 * What the bindings in io.github.octconv4j.dnn.gen are made from: oneDNN's C interface, the names of its codes, and two
 * functions of the OpenMP runtime that oneDNN is linked with. Read by jextract alone, never compiled.
 */

#include <stddef.h>
#include <stdint.h>

/*
 * The bindings are made once and must fit all platforms. On Linux and macOS the system's headers may spell the 64-bit types
 * "long", which has 32 bits on Windows, and jextract keeps the spelling. So oneDNN's headers are read with these names
 * standing for "long long", which has 64 bits everywhere. The system's headers, included above, are guarded against a
 * second reading and keep their own.
 */
_Static_assert(sizeof(long long) == 8 && sizeof(int64_t) == 8 && sizeof(size_t) == 8, "a platform with 64 bits");
#define int64_t long long
#define uint64_t unsigned long long
#define size_t unsigned long long
#undef INT64_MIN
#define INT64_MIN (-9223372036854775807LL - 1)

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

/* As omp.h declares them; that header comes with compilers, not with the library. */
void omp_set_num_threads(int num_threads);
int omp_get_max_threads(void);
