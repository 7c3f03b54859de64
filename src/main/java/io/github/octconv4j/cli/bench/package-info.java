/**
 * The measurements of the commands {@code octconv bench} and {@code octconv explain}: octave
 * convolutions against dense ones, interleaved in one process.
 *
 * <p>{@link io.github.octconv4j.cli.bench.LayerShapes} reads what to measure, {@link
 * io.github.octconv4j.cli.bench.LayerBench} measures it. Printing is up to the commands.
 */
package io.github.octconv4j.cli.bench;
