/**
 * The command {@code octconv shapes}: problems in benchdnn's syntax, run through the public API of
 * {@code dnn} and compared with plain loops.
 *
 * <p>{@link io.github.octconv4j.cli.shapes.ShapeReader} reads files into cases, {@link
 * io.github.octconv4j.cli.shapes.ShapeRunner} runs them. The syntax is the one of oneDNN's
 * tests/benchdnn/doc/knobs_desc.md.
 */
package io.github.octconv4j.cli.shapes;
