package dev.lakebase.examples.holidays;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.resilience.annotation.Retryable;

/**
 * Done again, once, if its connection is lost, as when the compute fell asleep a moment after the last page: the pool finds out
 * with the first statement, and drops the other connections then. For what changes nothing, or the same the second time.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Retryable(
        includes = DataAccessResourceFailureException.class,
        excludes = CannotGetJdbcConnectionException.class,
        maxRetries = 1,
        delay = 0)
public @interface SafeToRepeat {}
