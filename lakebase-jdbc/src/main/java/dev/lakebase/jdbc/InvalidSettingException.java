package dev.lakebase.jdbc;

/**
 * A setting is missing, malformed, or contradicts another one. The message names the setting, where it was read from, what
 * was read (never for secrets) and what was expected.
 */
public final class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String setting;

    InvalidSettingException(String setting, String message) {
        super(message);
        this.setting = setting;
    }

    InvalidSettingException(String setting, String message, Throwable cause) {
        super(message, cause);
        this.setting = setting;
    }

    /** The name of the setting, as the user writes it: {@code PGPORT}, {@code endpoint}. */
    public String setting() {
        return setting;
    }
}
