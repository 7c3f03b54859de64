package io.github.octconv4j;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test class that computes, but asks what becomes of the process meanwhile: its memory, threads,
 * class loaders, files and output. No instruction set has a part in that, so that {@code
 * scripts/test --isa NAME} leaves it out as it does those with {@link SameOnEveryProcessor}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("same-on-every-processor")
public @interface AboutTheProcess {}
