package dev.lakebase.client;

import static dev.lakebase.client.StubbedPlatform.branch;
import static dev.lakebase.client.StubbedPlatform.error;
import static dev.lakebase.client.StubbedPlatform.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a caller of the library gets for each error that the platform is known to answer with. */
@Timeout(60)
class ErrorsHttpTest {
    private static final String PROJECT = "projects/shop";
    private static final String PRODUCTION = PROJECT + "/branches/production";
    private static final BranchName BRANCH = new BranchName("shop", "production");

    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    private record Row(
            String what,
            Consumer<LakebaseClient> call,
            String method,
            String path,
            int status,
            String code,
            String text,
            Class<? extends LakebaseException> becomes,
            String resource) {
        @Override
        public String toString() {
            return what + ": " + status + " " + code + " is " + becomes.getSimpleName();
        }
    }

    static Stream<Row> rows() {
        Consumer<LakebaseClient> createBranch = client -> client.branches("shop")
                .create("staging", b -> b.from("production").expiresIn(Duration.ofDays(20)));
        String staging = PROJECT + "/branches/staging";
        return Stream.of(
                new Row(
                        "a missing parameter",
                        createBranch,
                        "POST",
                        PROJECT + "/branches",
                        400,
                        "INVALID_PARAMETER_VALUE",
                        "Field 'branch_id' is required, expected non-default value (not \\\"\\\")!",
                        InvalidArgumentException.class,
                        staging),
                new Row(
                        "too long a life",
                        createBranch,
                        "POST",
                        PROJECT + "/branches",
                        400,
                        "BAD_REQUEST",
                        "expiration time exceeds the maximum expiration time",
                        ExpiryTooLongException.class,
                        staging),
                new Row(
                        "a child of what expires",
                        createBranch,
                        "POST",
                        PROJECT + "/branches",
                        400,
                        "BAD_REQUEST",
                        "Branches with an expiration date cannot have child branches",
                        ParentExpiresException.class,
                        staging),
                new Row(
                        "a protected branch's delete",
                        client -> client.branches("shop").delete("production", "br-1"),
                        "DELETE",
                        PRODUCTION,
                        400,
                        "BAD_REQUEST",
                        "branch is protected",
                        BranchProtectedException.class,
                        PRODUCTION),
                new Row(
                        "a duplicate role",
                        client -> client.roles(BRANCH).create("app-writer", RoleSpec::password),
                        "POST",
                        PRODUCTION + "/roles",
                        400,
                        "BAD_REQUEST",
                        "role with that name already exists",
                        AlreadyExistsException.class,
                        PRODUCTION + "/roles/app-writer"),
                new Row(
                        "a duplicate database",
                        client -> client.databases(BRANCH).create("reports", d -> d.owner("app-writer")),
                        "POST",
                        PRODUCTION + "/databases",
                        400,
                        "BAD_REQUEST",
                        "database with that name already exists",
                        AlreadyExistsException.class,
                        PRODUCTION + "/databases/reports"),
                new Row(
                        "a duplicate project",
                        client -> client.projects().create("shop"),
                        "POST",
                        "projects",
                        409,
                        "ALREADY_EXISTS",
                        "project with such id already exists in the workspace",
                        AlreadyExistsException.class,
                        PROJECT),
                new Row(
                        "a duplicate branch",
                        createBranch,
                        "POST",
                        PROJECT + "/branches",
                        409,
                        "ALREADY_EXISTS",
                        "branch with such id already exists",
                        AlreadyExistsException.class,
                        staging),
                new Row(
                        "a duplicate endpoint",
                        client -> client.endpoints().create(BRANCH.endpoint("replica"), EndpointSpec::readOnly),
                        "POST",
                        PRODUCTION + "/endpoints",
                        409,
                        "ALREADY_EXISTS",
                        "endpoint with such id already exists",
                        AlreadyExistsException.class,
                        PRODUCTION + "/endpoints/replica"),
                new Row(
                        "a duplicate catalog",
                        client -> client.catalogs()
                                .create("shop_pg", c -> c.branch(BRANCH).postgresDatabase("db")),
                        "POST",
                        "catalogs",
                        409,
                        "ALREADY_EXISTS",
                        "catalog with such id already exists",
                        AlreadyExistsException.class,
                        "catalogs/shop_pg"),
                new Row(
                        "a duplicate synced table",
                        client -> client.syncedTables()
                                .create(
                                        "main.sales.orders_synced",
                                        t -> t.from("main.sales.orders")
                                                .primaryKey("id")
                                                .snapshot()),
                        "POST",
                        "synced_tables",
                        409,
                        "ALREADY_EXISTS",
                        "synced table with such id already exists",
                        AlreadyExistsException.class,
                        "synced_tables/main.sales.orders_synced"),
                new Row(
                        "a caller without a permission",
                        createBranch,
                        "POST",
                        PROJECT + "/branches",
                        403,
                        "PERMISSION_DENIED",
                        "no",
                        PermissionDeniedException.class,
                        staging),
                new Row(
                        "a caller that is not known",
                        client -> client.projects().get("shop"),
                        "GET",
                        PROJECT,
                        401,
                        "UNAUTHENTICATED",
                        "token expired",
                        UnauthenticatedException.class,
                        PROJECT),
                new Row(
                        "what is not there",
                        client -> client.branches("shop").get("staging"),
                        "GET",
                        staging,
                        404,
                        "NOT_FOUND",
                        "branch id not found",
                        NotFoundException.class,
                        staging),
                new Row(
                        "a used-up quota",
                        createBranch,
                        "POST",
                        PROJECT + "/branches",
                        400,
                        "QUOTA_EXCEEDED",
                        "at most 10 unarchived branches",
                        QuotaExceededException.class,
                        staging),
                new Row(
                        "a used-up limit",
                        client -> client.endpoints().create(BRANCH.endpoint("replica"), EndpointSpec::readOnly),
                        "POST",
                        PRODUCTION + "/endpoints",
                        400,
                        "RESOURCE_LIMIT_EXCEEDED",
                        "20 active computes",
                        QuotaExceededException.class,
                        PRODUCTION + "/endpoints/replica"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everyKnownErrorIsOneOfTheFamilyAndSaysWhatToDo(Row row) {
        platform.on("GET", PRODUCTION, json(branch("production", "br-1", "READY")))
                .on(
                        row.method(),
                        row.path(),
                        error(row.status(), row.code(), row.text()).withHeader("x-request-id", "req-42"));

        LakebaseException failure =
                catchThrowableOfType(LakebaseException.class, () -> row.call().accept(platform.client));

        assertThat(failure).isExactlyInstanceOf(row.becomes());
        assertThat(failure)
                .hasMessageContainingAll(row.resource(), "HTTP " + row.status(), row.code(), "request req-42");
        assertThat(failure.details()).isEqualTo(new ErrorDetails(row.resource(), row.status(), row.code(), "req-42"));
        assertThat(failure.getMessage()
                        .substring(failure.getMessage().indexOf(row.text().replace("\\", ""))))
                .as("the next step after the platform's own words")
                .hasSizeGreaterThan(row.text().length() + 20);
        assertThat(failure.retryable()).isFalse();
    }

    @Test
    void aRefusalForAPermissionSaysWhich() {
        platform.on("GET", PROJECT, error(403, "PERMISSION_DENIED", "no"))
                .on("POST", PROJECT + "/branches", error(403, "PERMISSION_DENIED", "no"))
                .on("POST", "projects", error(403, "PERMISSION_DENIED", "no"))
                .on("GET", "catalogs/shop_pg", error(403, "PERMISSION_DENIED", "User lacks CAN_VIEW here"));
        LakebaseClient client = platform.client;

        assertThat(denied(() -> client.projects().get("shop")))
                .satisfies(e -> assertThat(e.permission()).isEqualTo("CAN USE"))
                .hasMessageContaining("needs CAN USE on projects/shop");
        assertThat(denied(() -> client.branches("shop")
                        .create("x", b -> b.from("production").neverExpires())))
                .satisfies(e -> assertThat(e.permission()).isEqualTo("CAN MANAGE"))
                .hasMessageContaining("needs CAN MANAGE on projects/shop");
        assertThat(denied(() -> client.projects().create("shop")))
                .satisfies(e -> assertThat(e.permission()).isNull())
                .hasMessageContaining("administrator");
        assertThat(denied(() -> client.catalogs().get("shop_pg")))
                .as("the platform's word goes first")
                .satisfies(e -> assertThat(e.permission()).isEqualTo("CAN VIEW"));
    }

    private static PermissionDeniedException denied(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(PermissionDeniedException.class, call);
    }

    @Test
    void anOverloadedPlatformIsWaitedForAsLongAsItAsks() {
        platform.server.stubFor(StubbedPlatform.mapping("GET", PROJECT)
                .inScenario("overload")
                .whenScenarioStateIs(com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED)
                .willReturn(
                        error(429, "RESOURCE_EXHAUSTED", "Too many requests").withHeader("Retry-After", "0"))
                .willSetStateTo("later"));
        platform.server.stubFor(StubbedPlatform.mapping("GET", PROJECT)
                .inScenario("overload")
                .whenScenarioStateIs("later")
                .willReturn(error(503, "TEMPORARILY_UNAVAILABLE", "later").withHeader("Retry-After", "3600")));

        // 429 was repeated, and an hour is more than the call may take
        assertThatThrownBy(() -> platform.client.projects().get("shop"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll(PROJECT, "HTTP 503", "attempt 2")
                .satisfies(e -> assertThat(((LakebaseException) e).retryable()).isTrue());
        assertThat(platform.requests("GET", PROJECT)).isEqualTo(2);
    }

    @Test
    void aConflictWithAnotherChangeMayGoAway() {
        platform.on(
                "POST",
                PROJECT + "/branches",
                error(409, "ABORTED", "endpoint reconciliation in progress").withHeader("Retry-After", "3600"));

        assertThatThrownBy(() -> platform.client
                        .branches("shop")
                        .create("x", b -> b.from("production").neverExpires()))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("Another change")
                .satisfies(e -> assertThat(((LakebaseException) e).retryable()).isTrue());
    }
}
