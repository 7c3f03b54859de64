/** Texts of strangers in messages. Not exported; every package may use it. */
@NullMarked
package io.github.octconv4j.text;

import org.jspecify.annotations.NullMarked;
