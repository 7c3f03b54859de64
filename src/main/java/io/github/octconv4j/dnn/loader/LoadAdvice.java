package io.github.octconv4j.dnn.loader;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What to do about the system's message that a library can't be loaded. */
final class LoadAdvice {
  private static final Pattern STDCXX_MISSING =
      Pattern.compile("libstdc\\+\\+\\.so\\S*: cannot open shared object file");
  private static final Pattern OTHER_ARCHITECTURE =
      Pattern.compile("wrong ELF class|Possible cause: (architecture|can't load|endianness)");
  private static final Pattern MISSING =
      Pattern.compile("(?:^|\\s)([^\\s/:]+\\.so[^\\s/:]*): cannot open shared object file");

  private LoadAdvice() {}

  static String of(String message) {
    if (message.contains("failed to map segment")) {
      return "its folder is on a file system that is mounted noexec, or a security policy forbids to"
          + " run code from there; "
          + NativeCache.elsewhere();
    }
    if (OTHER_ARCHITECTURE.matcher(message).find()) {
      return String.format(
          Locale.ROOT,
          "it was built for another processor than this JVM runs on (%s); use the files of this platform, or a JVM for the machine's own processor",
          Platform.current().classifier());
    }
    if (STDCXX_MISSING.matcher(message).find()) {
      return "libstdc++ is missing; install it (Debian and Ubuntu: libstdc++6, Fedora and RHEL:"
          + " libstdc++)";
    }
    if (message.contains("GLIBCXX_")) {
      return "libstdc++ is too old, GLIBCXX 3.4.29 of GCC 11 is needed; use Debian 12, Ubuntu 22.04,"
          + " RHEL 9 or later";
    }
    if (message.contains("GLIBC_")) {
      return "the C library is too old, glibc 2.34 is needed; use Debian 12, Ubuntu 22.04, RHEL 9 or"
          + " later";
    }
    Matcher missing = MISSING.matcher(message);
    if (missing.find()) {
      return String.format(
          Locale.ROOT, "the library %s that it needs is missing; install it", missing.group(1));
    }
    return "it must be a library of this platform; on Linux it needs glibc 2.34, libstdc++ (GLIBCXX"
        + " 3.4.29) and a folder that is not mounted noexec";
  }
}
