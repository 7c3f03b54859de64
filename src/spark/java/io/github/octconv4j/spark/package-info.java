/**
 * Networks on Apache Spark: {@link io.github.octconv4j.spark.OctaveClassifier} is a transformer
 * from a column of pictures to a column of what they show, {@link
 * io.github.octconv4j.spark.OctaveFunctions} are the same for SQL, and {@link
 * io.github.octconv4j.spark.Score} is a program for {@code spark-submit}. docs/spark.md begins
 * there.
 *
 * <p>Tasks that run in one executor share the network: the first one loads it, all others run on
 * the same weights, and it is closed once nobody has used it for a while. Executors need the jars
 * of {@code octconv4j}, of its native library and of this package by {@code spark.jars}, and
 * nothing installed.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.spark;

import org.jspecify.annotations.NullMarked;
