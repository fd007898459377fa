package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Resources;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The Unity Catalog catalogs that show Lakebase databases. The platform has no call that lists or changes them.
 * Thread-safe. Every call keeps the client's request time-out, is repeated within it after failures that may go away (what
 * must not happen twice only after it was made sure that it did not happen), and fails with a {@link LakebaseException}.
 */
public final class Catalogs {
    private static final Resource.Kind<Catalog> KIND =
            new Resource.Kind<>(Resources::catalog, Catalog::uid, Catalog::createdAt, catalog -> false);

    private final ControlPlane plane;

    Catalogs(ControlPlane plane) {
        this.plane = plane;
    }

    /** The same catalogs, for whoever changes something for a reason that an {@link AuditListener} should hear. */
    public Catalogs because(String reason) {
        return new Catalogs(plane.because(reason));
    }

    /**
     * Creates a catalog. Blocks until the platform has accepted it; the operation is done when the catalog is there.
     *
     * @param id its name in Unity Catalog
     * @param spec says what it shows, which is required
     * @throws AlreadyExistsException if there is a catalog of that name
     * @throws PermissionDeniedException if the caller may not create catalogs
     */
    public Operation<Catalog> create(String id, Consumer<CatalogSpec> spec) {
        CatalogName name = new CatalogName(id);
        CatalogSpec wanted = new CatalogSpec();
        spec.accept(wanted);
        Call call = Call.create(
                "catalogs", "catalog_id=" + id, wanted.complete(name).body(), name.toString());
        return resource(name)
                .create(
                        call,
                        found -> found.branch() == null
                                || found.branch().toString().equals(wanted.askedBranch()),
                        Resource::nothing);
    }

    /**
     * Reads a catalog. Blocks.
     *
     * @throws NotFoundException if there is none of that name
     */
    public Catalog get(String id) {
        return resource(new CatalogName(id)).get();
    }

    /**
     * Deletes a catalog; the database that it shows stays. Blocks until the platform has accepted it. One that is gone
     * already is a success too.
     */
    public Operation<DeleteOutcome> delete(String id) {
        CatalogName name = new CatalogName(id);
        return resource(name).delete(Call.delete(name.toString()), null);
    }

    /**
     * Deletes a catalog if it still is the one that the caller means.
     *
     * @param expectedUid the uid of the catalog as the caller read it ({@link Catalog#uid()})
     * @throws InvalidArgumentException if the catalog of that name has another uid
     */
    public Operation<DeleteOutcome> delete(String id, String expectedUid) {
        CatalogName name = new CatalogName(id);
        return resource(name).delete(Call.delete(name.toString()), Objects.requireNonNull(expectedUid, "expectedUid"));
    }

    private Resource<Catalog> resource(CatalogName name) {
        return new Resource<>(plane, KIND, name.toString());
    }
}
