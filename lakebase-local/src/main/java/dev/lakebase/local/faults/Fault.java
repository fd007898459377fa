package dev.lakebase.local.faults;

/**
 * Something that goes wrong, as a value: {@link HttpFault} for calls of the control plane, {@link ConnectionFault} for
 * logins and sessions. It does nothing until it is given to {@link Faults#inject}.
 */
public sealed interface Fault permits HttpFault, ConnectionFault {
    /**
     * How often and for how long.
     *
     * @return {@link Limits#NONE} unless something else was said
     */
    Limits limits();

    /**
     * What it does, for a log.
     *
     * @return part of a sentence, without a full stop
     */
    String describe();
}
