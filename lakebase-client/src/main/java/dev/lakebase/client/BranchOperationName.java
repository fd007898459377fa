package dev.lakebase.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the operation of a branch is named.
 *
 * @param operation null if the platform gave it no name, so that the branch's stands in for it
 */
record BranchOperationName(BranchName branch, @Nullable String operation) {
    private static final Pattern FORM =
            Pattern.compile("(projects/[^/]+/branches/[^/]+)(/operations/[A-Za-z0-9_.~-]{1,200})?");

    static BranchOperationName parse(String name, ProjectName project) {
        Matcher matcher = FORM.matcher(name);
        if (!matcher.matches()) {
            throw new InvalidArgumentException("\"" + name + "\" is not the name of a branch's operation: expected"
                    + " projects/{project}/branches/{branch}/operations/{operation}, or the branch's name.");
        }
        BranchName branch = BranchName.parse(matcher.group(1));
        if (!branch.projectName().equals(project)) {
            throw new InvalidArgumentException("\"" + name + "\" is of another project than " + project + ".");
        }
        return new BranchOperationName(branch, matcher.group(2) == null ? null : name);
    }
}
