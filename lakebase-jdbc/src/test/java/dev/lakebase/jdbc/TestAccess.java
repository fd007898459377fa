package dev.lakebase.jdbc;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.TimeSource;

/** For tests in other packages. */
public final class TestAccess {
    private TestAccess() {}

    /** Logins of what is built go by this time, and use this client. */
    public static void time(LakebaseDataSource.Builder builder, TimeSource time, LakebaseClient client) {
        builder.platform(connector -> connector.client(client).timeSource(time));
    }
}
