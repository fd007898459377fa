package dev.lakebase.examples.holidays.requests;

/** Something can't be done as things are; the message is for the person who tried. Nothing was changed. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
        super(message);
    }
}
