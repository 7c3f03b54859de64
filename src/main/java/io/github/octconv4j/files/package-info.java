/** Files of strangers: opened, read and quoted safely. Not exported. */
@NullMarked
package io.github.octconv4j.files;

import org.jspecify.annotations.NullMarked;
