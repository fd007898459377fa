package dev.lakebase.spring.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The branch that is checked out in a work tree, read from its files; no git is run. */
final class GitHead {
    private static final String BRANCH = "ref: refs/heads/";
    /** What git leaves in HEAD where refs are kept in a reftable. */
    private static final String ELSEWHERE = BRANCH + ".invalid";

    private static final String LINK = "gitdir: ";

    private GitHead() {}

    /**
     * The name of the branch, such as {@code feature/42-refunds}.
     *
     * @param directory the work tree, or a folder inside it
     * @throws NoBranchException if it is in no work tree, HEAD is detached, or refs are in a reftable
     */
    static String branch(Path directory) {
        try {
            Path folder = gitFolder(directory.toAbsolutePath().normalize());
            String head = Files.readString(folder.resolve("HEAD")).strip();
            if (head.equals(ELSEWHERE)) {
                throw new NoBranchException("The repository of "
                        + directory.toAbsolutePath().normalize()
                        + " keeps its refs in a reftable, which is not read, so no branch can be named after the one that is"
                        + " checked out. Migrate it (git refs migrate --ref-format=files).");
            }
            if (!head.startsWith(BRANCH)) {
                throw new NoBranchException(
                        "HEAD of " + directory.toAbsolutePath().normalize() + " is detached (" + head
                                + "), so no branch can be named after it.");
            }
            return head.substring(BRANCH.length());
        } catch (IOException e) {
            throw new NoBranchException("The git branch of " + directory + " can't be read: " + e, e);
        }
    }

    private static Path gitFolder(Path directory) throws IOException {
        for (Path folder = directory; folder != null; folder = folder.getParent()) {
            Path git = folder.resolve(".git");
            if (Files.isDirectory(git)) {
                return git;
            }
            if (Files.isRegularFile(git)) { // a linked work tree, or a submodule
                String link = Files.readString(git).strip();
                if (link.startsWith(LINK)) {
                    return folder.resolve(link.substring(LINK.length()));
                }
            }
        }
        throw new NoBranchException(directory + " is in no git work tree.");
    }
}
