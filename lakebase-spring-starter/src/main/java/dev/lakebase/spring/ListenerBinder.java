package dev.lakebase.spring;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.login.LakebaseListener;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Tells every {@link LakebaseListener} bean about every {@link LakebaseDataSource} bean, the application's own included. */
final class ListenerBinder implements BeanPostProcessor {
    private final ObjectProvider<LakebaseListener> listeners;

    ListenerBinder(ObjectProvider<LakebaseListener> listeners) {
        this.listeners = listeners;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof LakebaseDataSource pool) {
            listeners.orderedStream().forEach(pool::addListener);
        }
        return bean;
    }
}
