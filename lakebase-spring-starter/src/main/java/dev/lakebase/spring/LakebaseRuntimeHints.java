package dev.lakebase.spring;

import com.zaxxer.hikari.HikariConfig;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;

/**
 * For native images: {@code spring.datasource.hikari.*} is bound by reflection to a pool that is no
 * {@code @ConfigurationProperties} bean, so that Spring does not find it. What the client and the driver reflect on is in
 * the metadata of their own modules.
 */
final class LakebaseRuntimeHints implements RuntimeHintsRegistrar {
    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        BindableRuntimeHintsRegistrar.forTypes(HikariConfig.class).registerHints(hints, classLoader);
    }
}
