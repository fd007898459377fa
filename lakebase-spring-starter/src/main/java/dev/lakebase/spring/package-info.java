/** Spring Boot auto-configuration: name an endpoint, get the {@code DataSource}. */
@NullMarked
package dev.lakebase.spring;

import org.jspecify.annotations.NullMarked;
