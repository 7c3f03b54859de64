package io.github.octconv4j;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test class all of whose engines are in child JVMs that it caps itself, so that they see the
 * same instruction sets in each run: {@code scripts/test --isa NAME} leaves it out as it does those
 * with {@link SameOnEveryProcessor}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("same-on-every-processor")
public @interface CapsItsChildren {}
