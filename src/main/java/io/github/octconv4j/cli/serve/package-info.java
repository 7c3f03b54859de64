/** The service behind {@code octconv serve}. */
@NullMarked
package io.github.octconv4j.cli.serve;

import org.jspecify.annotations.NullMarked;
