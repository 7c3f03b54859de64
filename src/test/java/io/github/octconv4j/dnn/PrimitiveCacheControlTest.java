package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PrimitiveCacheControlTest {
  @Test
  void theCapacityCanBeSetAndIsKept() {
    int before = PrimitiveCacheControl.capacity();
    try {
      assertThat(before).isPositive();
      PrimitiveCacheControl.capacity(0);
      assertThat(PrimitiveCacheControl.capacity()).isZero();
      PrimitiveCacheControl.capacity(37);
      assertThat(PrimitiveCacheControl.capacity()).isEqualTo(37);
    } finally {
      PrimitiveCacheControl.capacity(before);
    }
    assertThat(PrimitiveCacheControl.capacity()).isEqualTo(before);
  }

  @Test
  void fewerThanNoneAreRefused() {
    assertThatThrownBy(() -> PrimitiveCacheControl.capacity(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("primitives must be at least 0, was -1; 0 switches the cache off");
  }
}
