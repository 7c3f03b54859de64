/**
 * How the jars with native files make themselves known.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.dnn.spi;

import org.jspecify.annotations.NullMarked;
