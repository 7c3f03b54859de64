package io.github.octconv4j.octave;

/**
 * What the plans of a layer or network did so far, and the cache that keeps them.
 *
 * @param size plans in the cache
 * @param bytes their native memory
 * @param hits requests that found a plan, or one being built
 * @param misses plans that were built; those that were refused, or failed, are not counted
 * @param evictions plans dropped for others
 * @param runs of all plans, also of those that were dropped since
 * @param buildNanos time spent building, in nanoseconds, also where that failed
 * @since 0.1.0
 */
public record PlanStatistics(
    int size, long bytes, long hits, long misses, long evictions, long runs, long buildNanos) {}
