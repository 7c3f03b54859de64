package io.github.octconv4j;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test class that computes nothing: no method of it, nor a child JVM that it starts, makes an
 * engine. {@code scripts/test --isa NAME} leaves these out, since the instruction set can't change
 * what they see. {@link SameOnEveryProcessorTest} finds those that carry it wrongly; a class
 * without it runs under each instruction set.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("same-on-every-processor")
public @interface SameOnEveryProcessor {}
