// Prints how a compiler for Windows passes what the bindings pass: sizes of C's types, offsets of the members of structs, and
// of each function the classes of its result and parameters. scripts/test-windows compiles it with MinGW-w64, in which these
// are those of Microsoft's compilers, and runs it; WindowsProgramsTest compares it with the bindings.
#include <stddef.h>
#include <stdio.h>

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);
}

// What the calling convention makes of a type: i is an integer, f a floating-point number, p a pointer; then its bytes.
template <class T> struct passed {
  static_assert(__is_enum(T) || static_cast<T>(-1) != T(), "an integer or an enumeration");
  static constexpr char kind = 'i';
};
template <class T> struct passed<T *> {
  static constexpr char kind = 'p';
};
template <> struct passed<float> {
  static constexpr char kind = 'f';
};
template <> struct passed<double> {
  static constexpr char kind = 'f';
};

template <class T> void show() {
  printf(" %c%d", passed<T>::kind, static_cast<int>(sizeof(T)));
}
template <> void show<void>() {
  printf(" v0");
}

template <class F> struct function;
template <class R, class... A> struct function<R(A...)> {
  static void print(const char *name) {
    printf("%s", name);
    show<R>();
    (show<A>(), ...);
    printf("\n");
  }
};

#define FUNCTION(name) function<decltype(name)>::print(#name);
#define SIZE(type) printf("%s %d\n", #type, static_cast<int>(sizeof(type)));
#define MEMBER(type, member) printf("%s.%s %d\n", #type, #member, static_cast<int>(offsetof(type, member)));

int main() {
  SIZE(int)
  SIZE(long)
  SIZE(size_t)
  SIZE(dnnl_dim_t)
  SIZE(dnnl_status_t)
  SIZE(dnnl_version_t)
  MEMBER(dnnl_version_t, major)
  MEMBER(dnnl_version_t, minor)
  MEMBER(dnnl_version_t, patch)
  MEMBER(dnnl_version_t, hash)
  MEMBER(dnnl_version_t, cpu_runtime)
  MEMBER(dnnl_version_t, gpu_runtime)
  SIZE(dnnl_exec_arg_t)
  MEMBER(dnnl_exec_arg_t, arg)
  MEMBER(dnnl_exec_arg_t, memory)
#include "functions.inc"
  return 0;
}
