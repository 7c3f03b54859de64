package io.github.octconv4j;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test class that runs other programs than Java alone, which don't know the locale of the tests'
 * JVM. Where it is {@link SameOnEveryProcessor} too, {@code scripts/test --isa NAME --locale TAG}
 * leaves it out.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("same-in-every-locale")
public @interface SameInEveryLocale {}
