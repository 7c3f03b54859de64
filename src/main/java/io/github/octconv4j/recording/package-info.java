/** Events of flight recordings that more than one package writes. Not exported. */
@NullMarked
package io.github.octconv4j.recording;

import org.jspecify.annotations.NullMarked;
