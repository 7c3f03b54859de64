package io.github.octconv4j.dnn;

/** Looks at how many still use a native object; 0 means that it was destroyed. */
final class Users {
  private Users() {}

  static int of(NativeHandle handle) {
    return handle.users();
  }
}
