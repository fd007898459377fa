package dev.lakebase.spring.migration;

/** Migrations would have changed, or by-passed, something by accident; nothing was changed. */
public final class MigrationsRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String action;

    MigrationsRefusedException(String message, String action) {
        super(message);
        this.action = action;
    }

    /** What to do about it, for a person. */
    public String action() {
        return action;
    }
}
