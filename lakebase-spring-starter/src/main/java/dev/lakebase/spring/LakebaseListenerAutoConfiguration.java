package dev.lakebase.spring;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.login.LakebaseListener;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Role;

/** {@link LakebaseListener} beans hear what the logins of all {@link LakebaseDataSource} beans do. */
@AutoConfiguration(after = LakebaseAutoConfiguration.class)
@Conditional(OnLakebaseDataSource.class)
public final class LakebaseListenerAutoConfiguration {
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ListenerBinder lakebaseListenerBinder(ObjectProvider<LakebaseListener> listeners) {
        return new ListenerBinder(listeners);
    }
}
