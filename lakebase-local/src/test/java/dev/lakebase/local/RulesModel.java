package dev.lakebase.local;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The platform's rules about the branches of one project, in memory. A method answers why a request is to be refused, as
 * {@code status code}; nothing: it succeeds, and has been done here too.
 */
final class RulesModel {
    static final int MOST_BRANCHES = 5;
    private static final int MOST_TOMBSTONES = 5;
    private static final String NOT_FOUND = "404 NOT_FOUND";
    private static final String BAD_REQUEST = "400 BAD_REQUEST";
    private static final String INVALID = "400 INVALID_PARAMETER_VALUE";
    private static final String QUOTA = "400 QUOTA_EXCEEDED";
    private static final String CONFLICT = "409 ALREADY_EXISTS";

    /** When a branch goes: what a request may say about it. */
    enum Expiry {
        TTL("\"ttl\": \"3600s\""),
        NEVER("\"no_expiry\": true"),
        NOTHING("\"unknown\": 1"),
        TWO("\"ttl\": \"3600s\", \"no_expiry\": true"),
        TOO_LONG("\"ttl\": \"2592001s\"");

        final String json;

        Expiry(String json) {
            this.json = json;
        }

        boolean isLegal() {
            return this == TTL || this == NEVER;
        }
    }

    /** A branch. */
    static final class Branch {
        final String id;
        final Branch source;
        boolean expires;
        boolean isProtected;
        final Set<String> readers = new TreeSet<>();

        Branch(String id, Branch source) {
            this.id = id;
            this.source = source;
        }
    }

    final Map<String, Branch> live = new LinkedHashMap<>();
    final Map<String, Branch> deleted = new LinkedHashMap<>();

    RulesModel() {
        live.put("production", new Branch("production", null));
    }

    private boolean hasChildren(Branch branch) {
        return live.values().stream().anyMatch(other -> other.source == branch);
    }

    private boolean isOtherProtected(Branch branch) {
        return live.values().stream().anyMatch(other -> other.isProtected && other != branch);
    }

    Set<String> create(String id, String source, Expiry expiry, boolean isProtected, boolean replace) {
        var reasons = new TreeSet<String>();
        if (!id.matches("[a-z]([a-z0-9-]{0,61}[a-z0-9])?") || !expiry.isLegal()) {
            reasons.add(INVALID);
        }
        boolean expires = expiry != Expiry.NEVER;
        if (isProtected && expires) {
            reasons.add(BAD_REQUEST);
        }
        Branch existing = live.get(id);
        if (existing != null && replace) {
            if (existing.source == null || !existing.source.id.equals(source)) {
                reasons.add(BAD_REQUEST);
            }
            reasons.addAll(change(existing, expiry, isProtected, reasons.isEmpty()));
            return reasons;
        }
        if (existing != null) {
            reasons.add(CONFLICT);
        }
        Branch parent = live.get(source);
        if (parent == null) {
            reasons.add(NOT_FOUND);
        } else if (parent.expires) {
            reasons.add(BAD_REQUEST);
        }
        if (isProtected && isOtherProtected(null)) {
            reasons.add(BAD_REQUEST);
        }
        if (live.size() >= MOST_BRANCHES) {
            reasons.add(QUOTA);
        }
        if (reasons.isEmpty()) {
            var branch = new Branch(id, parent);
            branch.expires = expires;
            branch.isProtected = isProtected;
            live.put(id, branch);
            deleted.remove(id);
        }
        return reasons;
    }

    Set<String> update(String id, Expiry expiry, Boolean isProtected) {
        Branch branch = live.get(id);
        var reasons = new TreeSet<String>();
        if (branch == null) {
            reasons.add(NOT_FOUND);
        }
        if (expiry != null && !expiry.isLegal()) {
            reasons.add(INVALID);
        }
        if (branch != null) {
            reasons.addAll(change(branch, expiry, isProtected, reasons.isEmpty()));
        }
        return reasons;
    }

    private Set<String> change(Branch branch, Expiry expiry, Boolean isProtected, boolean apply) {
        boolean nowProtected = isProtected == null ? branch.isProtected : isProtected;
        boolean expires = expiry == null ? branch.expires : expiry != Expiry.NEVER;
        if (expires && (nowProtected || branch.source == null || hasChildren(branch))) {
            return Set.of(BAD_REQUEST);
        }
        if (nowProtected && isOtherProtected(branch)) {
            return Set.of(BAD_REQUEST);
        }
        if (apply) {
            branch.expires = expires;
            branch.isProtected = nowProtected;
        }
        return Set.of();
    }

    Set<String> delete(String id, boolean purge) {
        Branch branch = live.get(id);
        if (branch == null) {
            return purge && deleted.remove(id) != null ? Set.of() : Set.of(NOT_FOUND);
        }
        if (branch.isProtected || branch.source == null || hasChildren(branch)) {
            return Set.of(BAD_REQUEST);
        }
        live.remove(id);
        if (!purge) {
            deleted.remove(id);
            deleted.put(id, branch);
            if (deleted.size() > MOST_TOMBSTONES) {
                deleted.remove(deleted.keySet().iterator().next());
            }
        }
        return Set.of();
    }

    Set<String> undelete(String id) {
        Branch branch = deleted.get(id);
        if (branch == null) {
            return Set.of(live.containsKey(id) ? BAD_REQUEST : NOT_FOUND);
        }
        var reasons = new TreeSet<String>();
        if (live.get(branch.source.id) != branch.source || branch.source.expires) {
            reasons.add(BAD_REQUEST);
        }
        if (live.size() >= MOST_BRANCHES) {
            reasons.add(QUOTA);
        }
        if (live.containsKey(id)) {
            reasons.add(BAD_REQUEST);
        }
        if (reasons.isEmpty()) {
            deleted.remove(id);
            live.put(id, branch);
        }
        return reasons;
    }

    Set<String> createReader(String branchId, String id) {
        Branch branch = live.get(branchId);
        if (branch == null) {
            return Set.of(NOT_FOUND);
        }
        return branch.readers.add(id) ? Set.of() : Set.of(CONFLICT);
    }

    Set<String> deleteReader(String branchId, String id) {
        Branch branch = live.get(branchId);
        return branch != null && branch.readers.remove(id) ? Set.of() : Set.of(NOT_FOUND);
    }

    /** As {@link #seen} says it. */
    List<String> says() {
        var lines = new ArrayList<String>();
        live.values().forEach(branch -> lines.add(line(branch, "READY")));
        deleted.values().forEach(branch -> lines.add(line(branch, "DELETED")));
        return lines;
    }

    private static String line(Branch branch, String state) {
        return seen(
                branch.id, branch.source == null ? "" : branch.source.id, state, branch.isProtected, branch.expires);
    }

    static String seen(String id, String source, String state, boolean isProtected, boolean expires) {
        return id + " from " + source + " " + state + (isProtected ? " protected" : "") + (expires ? " expires" : "");
    }
}
