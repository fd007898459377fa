package dev.lakebase.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a {@link String} parameter of a test, lifecycle method or constructor: the JDBC URL of its branch, for tools that take
 * nothing else. It carries user, TLS and database, and no secret: tokens come from a plugin of this module, so that the URL
 * works inside this JVM only, with pgjdbc.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface JdbcUrl {}
