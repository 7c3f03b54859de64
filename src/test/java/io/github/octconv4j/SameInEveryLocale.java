package io.github.octconv4j;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test class with which no locale has to do: it runs other programs than Java alone, or counts
 * bytes. Where it is {@link SameOnEveryProcessor} or {@link AboutTheProcess} too, {@code
 * scripts/test --isa NAME --locale TAG} leaves it out.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("same-in-every-locale")
public @interface SameInEveryLocale {}
