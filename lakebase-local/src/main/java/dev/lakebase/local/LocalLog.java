package dev.lakebase.local;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the lines about calls and logins go when nobody else asked for them. */
final class LocalLog {
    private static final Logger LOG = LoggerFactory.getLogger(LakebaseLocal.class);

    private LocalLog() {}

    static void debug(String line) {
        LOG.debug("{}", line);
    }
}
