/**
 * Networks in whole numbers of 8 bits: {@link io.github.octconv4j.quant.Quantizer} observes a
 * network on typical inputs and returns it with QuantizeLinear and DequantizeLinear nodes, which
 * run on primitives of whole numbers, and which ONNX files hold.
 */
@NullMarked
package io.github.octconv4j.quant;

import org.jspecify.annotations.NullMarked;
