/**
 * What comes from strangers: their texts in messages, and nulls in what they hand over. Not
 * exported; every package may use it.
 */
@NullMarked
package io.github.octconv4j.text;

import org.jspecify.annotations.NullMarked;
