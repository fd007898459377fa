/** Flyway and Liquibase on Lakebase: what they must not do by accident. */
@NullMarked
package dev.lakebase.spring.migration;

import org.jspecify.annotations.NullMarked;
