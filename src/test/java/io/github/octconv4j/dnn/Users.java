package io.github.octconv4j.dnn;

import java.lang.reflect.Field;

/** Looks at how many still use a native object; 0 means that it was destroyed. */
final class Users {
  private Users() {}

  static int of(NativeHandle handle) {
    try {
      Field users = NativeHandle.class.getDeclaredField("users");
      users.setAccessible(true);
      return users.getInt(handle);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("NativeHandle has no users", e);
    }
  }
}
