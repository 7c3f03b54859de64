/**
 * The command line {@code octconv}. Nothing else depends on this package; it is not exported.
 *
 * <p>Exit codes: 0 done; 1 a check failed; 2 bad usage or bad input; 3 this machine lacks
 * something. Every failure is one line on the error output.
 */
package io.github.octconv4j.cli;
