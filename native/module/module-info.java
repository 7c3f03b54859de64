/** The native library of io.github.octconv4j for @classifier@. */
@SuppressWarnings("module") // its name ends in digits, as that of the platform does
module @module@ {
  requires io.github.octconv4j;

  provides io.github.octconv4j.dnn.spi.NativeFiles with
      @module@.Provider;
}
