package dev.lakebase.local.storage;

/** How our servers are configured: nothing on the network, quick to copy and start, cheap while idle. */
final class PostgresSettings {

    private PostgresSettings() {}

    /** Whoever can enter the socket's folder is the owner, and is let in; nobody else can. */
    static final String PG_HBA = "local all all trust\nlocal replication " + Cluster.SUPERUSER + " trust\n";

    /** Of a compute of one unit; other sizes say so at each start. */
    static final int MAX_CONNECTIONS = 209;

    static String initdbOptions(int majorVersion) {
        // the builtin provider sorts alike on every machine
        String locale = majorVersion >= 17 ? " --locale-provider=builtin --builtin-locale=C.UTF-8" : "";
        return "-U " + Cluster.SUPERUSER + " -A trust -E UTF8 --locale=C" + locale
                + " -k --wal-segsize=1 -N -T english";
    }

    static String postgresqlConf(int majorVersion) {
        return """
                listen_addresses = ''
                unix_socket_permissions = 0700
                max_connections = %d

                # idle branches are many: little memory, few processes, few wake-ups
                shared_buffers = 16MB
                wal_buffers = 1MB
                huge_pages = off
                # files in the cluster's own folder: gone with it, and not limited by a container's /dev/shm
                dynamic_shared_memory_type = mmap
                max_logical_replication_workers = 0
                # two per replica of it
                max_wal_senders = 20
                autovacuum_naptime = 5min
                bgwriter_delay = 10s
                bgwriter_lru_maxpages = 0
                wal_writer_delay = 1s
                jit = off

                # a killed server loses nothing, a machine that loses power may: this is a development database
                fsync = off
                synchronous_commit = on
                full_page_writes = on
                wal_init_zero = off
                # what was written once is never written again: branches share the files of the log
                wal_recycle = off

                # base backups of the running server are what branches are made of
                wal_level = replica
                # each branch under way has a session and a slot: none may lack a slot when it has a session; one more
                # holds the history
                max_replication_slots = 105
                hot_standby = off
                min_wal_size = 2MB
                max_wal_size = 128MB
                checkpoint_timeout = 30min

                logging_collector = off
                log_line_prefix = '%%m [%%p] '
                log_checkpoints = off
                # a failed statement may hold a password, and the end of the log goes into messages
                log_min_error_statement = panic
                log_timezone = 'UTC'
                timezone = 'UTC'
                lc_messages = 'C'
                lc_monetary = 'C'
                lc_numeric = 'C'
                lc_time = 'C'
                datestyle = 'iso, mdy'
                default_text_search_config = 'pg_catalog.english'
                """.formatted(MAX_CONNECTIONS) + (majorVersion >= 18 ? "io_method = sync\n" : "");
    }

    /** One command per line, as single-user mode wants it. Run in {@code template1}. */
    static String firstCommands() {
        return """
                ALTER DATABASE postgres RENAME TO databricks_postgres;
                CREATE ROLE databricks_superuser NOLOGIN;
                CHECKPOINT;
                """;
    }
}
