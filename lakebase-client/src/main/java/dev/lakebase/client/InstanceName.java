package dev.lakebase.client;

/**
 * The name of a database instance of the Provisioned tier, which has projects and branches of no kind.
 *
 * @param instance the name
 */
public record InstanceName(String instance) implements CredentialTarget {

    /** @throws InvalidArgumentException if it is missing or malformed */
    public InstanceName {
        ResourceNames.requireInstance(instance);
    }

    /** The name alone. */
    @Override
    public String toString() {
        return instance;
    }
}
