package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.util.Locale;

/**
 * What a call into oneDNN answered, with oneDNN's names.
 *
 * @since 0.1.0
 */
public enum Status {
  /** The operation succeeded. */
  SUCCESS(dnnl_h.dnnl_success()),
  /** Memory could not be allocated. */
  OUT_OF_MEMORY(dnnl_h.dnnl_out_of_memory()),
  /** An argument has a value that oneDNN refuses. */
  INVALID_ARGUMENTS(dnnl_h.dnnl_invalid_arguments()),
  /** oneDNN has no implementation of this operation on this processor. */
  UNIMPLEMENTED(dnnl_h.dnnl_unimplemented()),
  /** There is no further implementation. */
  LAST_IMPL_REACHED(dnnl_h.dnnl_last_impl_reached()),
  /** A primitive failed while it ran. */
  RUNTIME_ERROR(dnnl_h.dnnl_runtime_error()),
  /** The queried property does not exist for the operation. */
  NOT_REQUIRED(dnnl_h.dnnl_not_required()),
  /** The description can't be kept as a graph partition. */
  INVALID_GRAPH(dnnl_h.dnnl_invalid_graph()),
  /** The graph operation is not legal. */
  INVALID_GRAPH_OP(dnnl_h.dnnl_invalid_graph_op()),
  /** The graph tensor or operation has an invalid shape. */
  INVALID_SHAPE(dnnl_h.dnnl_invalid_shape()),
  /** The data type does not fit. */
  INVALID_DATA_TYPE(dnnl_h.dnnl_invalid_data_type());

  private final int code;

  Status(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  private String meaning() {
    return switch (this) {
      case OUT_OF_MEMORY -> "there is not enough memory";
      case INVALID_ARGUMENTS -> "oneDNN refuses this combination of shapes, types and layouts";
      case UNIMPLEMENTED -> "oneDNN has no implementation on this processor";
      case LAST_IMPL_REACHED -> "oneDNN has no other implementation on this processor";
      case RUNTIME_ERROR -> "it failed while it ran";
      default -> "oneDNN refuses it";
    };
  }

  static Status of(int code) {
    for (Status status : values()) {
      if (status.code == code) {
        return status;
      }
    }
    throw new IllegalArgumentException("oneDNN has no status " + code);
  }

  /**
   * Throws where {@code code} is not success.
   *
   * @param what completes "could not ...", with {@link String#format} placeholders for {@code
   *     values}
   */
  static void check(int code, String what, Object... values) {
    if (code != SUCCESS.code) {
      Status status = of(code);
      throw new DnnException(
          status,
          String.format(
              Locale.ROOT,
              "could not %s: %s, %s",
              String.format(Locale.ROOT, what, values),
              status,
              status.meaning()));
    }
  }
}
