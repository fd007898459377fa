package dev.lakebase.local;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One instance for all test classes of this JVM, given to those that ask for a {@link LakebaseLocal}. */
final class SharedLocal implements BeforeAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedLocal.class);

    /** What the instance logs. */
    static final List<String> LOG = new CopyOnWriteArrayList<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        local(context);
    }

    private static LakebaseLocal local(ExtensionContext context) {
        // the root store closes it after the last class
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(
                        LakebaseLocal.class,
                        key -> LakebaseLocal.builder().log(LOG::add).start(),
                        LakebaseLocal.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LakebaseLocal.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return local(context);
    }
}
