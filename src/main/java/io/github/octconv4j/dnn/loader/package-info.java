/** Finds, verifies and loads the native library of this platform. */
package io.github.octconv4j.dnn.loader;
