package dev.lakebase.local.api;

/** {@code projects/{project}/branches/{branch}}. */
record BranchName(String project, String branch) {
    /** @param field whose value it is, for the message */
    static BranchName parse(String field, String name) {
        String[] parts = name.split("/", -1);
        if (parts.length != 4
                || !parts[0].equals("projects")
                || !parts[2].equals("branches")
                || parts[1].isEmpty()
                || parts[3].isEmpty()) {
            throw ApiException.invalid(
                    "Field '" + field + "' must be projects/{project}/branches/{branch}, not \"" + name + "\"");
        }
        return new BranchName(parts[1], parts[3]);
    }

    String projectName() {
        return "projects/" + project;
    }

    @Override
    public String toString() {
        return projectName() + "/branches/" + branch;
    }
}
