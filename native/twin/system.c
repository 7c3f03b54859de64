/* What the twin asks of the operating system: Windows, or another one with POSIX. */
#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <windows.h>
#else
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#endif

#include "system.h"

#ifdef _WIN32

void *system_pages(size_t bytes, size_t huge) {
  (void)huge; /* which need a privilege */
  return VirtualAlloc(NULL, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

long long system_nanoseconds(void) {
  LARGE_INTEGER frequency, ticks;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&ticks);
  long long seconds = ticks.QuadPart / frequency.QuadPart, rest = ticks.QuadPart % frequency.QuadPart;
  return seconds * 1000000000LL + rest * 1000000000LL / frequency.QuadPart;
}

const char *system_library_of(const void *function) {
  static wchar_t path[32768];
  static char utf8[3 * 32768];
  HMODULE library;
  DWORD how = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
  DWORD length = sizeof path / sizeof *path;
  if (!GetModuleHandleExW(how, (LPCWSTR)function, &library) || !GetModuleFileNameW(library, path, length)) return "unknown";
  return WideCharToMultiByte(CP_UTF8, 0, path, -1, utf8, sizeof utf8, NULL, NULL) ? utf8 : "unknown";
}

void system_binary_output(void) {
  _setmode(_fileno(stdout), _O_BINARY);
}

#else

void *system_pages(size_t bytes, size_t huge) {
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
  size_t before = huge - (uintptr_t)memory % huge;
  if (before < bytes) madvise(memory + before, bytes - before, MADV_HUGEPAGE);
#else
  (void)huge;
#endif
  return memory;
}

long long system_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

const char *system_library_of(const void *function) {
  Dl_info library;
  return dladdr(function, &library) ? library.dli_fname : "unknown";
}

void system_binary_output(void) {}

#endif
