package dev.lakebase.examples.holidays.requests;

/** What a manager makes of a request. */
public enum Decision {
    APPROVE(Status.APPROVED, "approved"),
    REJECT(Status.REJECTED, "rejected");

    private final Status status;
    private final String action;

    Decision(Status status, String action) {
        this.status = status;
        this.action = action;
    }

    Status status() {
        return status;
    }

    String action() {
        return action;
    }
}
