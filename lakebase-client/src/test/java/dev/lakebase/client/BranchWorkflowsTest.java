package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the calls on branches do, against a platform in memory and in virtual time. */
@Timeout(60)
class BranchWorkflowsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final VirtualTime time = new VirtualTime();
    private final FakePlatform platform = new FakePlatform(time);
    private final Branches branches = platform.client().branches("shop");

    @BeforeEach
    void populate() {
        platform.put("production", null);
    }

    private static void fromProduction(BranchSpec.Builder spec) {
        spec.from("production").expiresIn(Duration.ofHours(4));
    }

    @Test
    void getOrCreateCreatesWhatIsNotThereAndAdoptsItTheNextTime() throws Exception {
        Branch created = time.run(() -> branches.getOrCreate("staging", BranchWorkflowsTest::fromProduction)
                .await(PATIENCE));
        Branch adopted = time.run(() -> branches.getOrCreate("staging", BranchWorkflowsTest::fromProduction)
                .await(PATIENCE));

        assertThat(created.state()).isEqualTo(BranchState.READY);
        assertThat(adopted.uid()).isEqualTo(created.uid());
        assertThat(platform.mutations).containsExactly("CREATE staging from production");
    }

    @Test
    void getOrCreateWaitsForABranchThatIsHalfCreated() throws Exception {
        platform.put("staging", "production").readyAt = time.instant().plusSeconds(9);

        Branch adopted = time.run(() -> branches.getOrCreate("staging", BranchWorkflowsTest::fromProduction)
                .await(PATIENCE));

        assertThat(adopted.state()).isEqualTo(BranchState.READY);
        assertThat(time.elapsed()).isGreaterThan(Duration.ofSeconds(9));
    }

    @Test
    void getOrCreateAdoptsWhatSomebodyFasterCreated() throws Exception {
        platform.somebodyFaster =
                () -> platform.branches.computeIfAbsent("staging", id -> new FakePlatform(time).put(id, "production"));

        Branch adopted = time.run(() -> branches.getOrCreate("staging", BranchWorkflowsTest::fromProduction)
                .await(PATIENCE));

        assertThat(adopted.uid()).isEqualTo("br-1");
        assertThat(platform.mutations).isEmpty();
    }

    @Test
    void theAuditHearsWhoseIdeaAChangeWas() throws Exception {
        platform.put("staging", "production");

        time.run(() -> branches.because("a fresh start").recreate("staging").await(PATIENCE));
        time.run(() -> {
            branches.ephemeral("it", spec -> spec.from("production"), PATIENCE).close();
            return true;
        });

        assertThat(platform.audited)
                .extracting(AuditEvent::action, AuditEvent::reason)
                .containsExactly(
                        tuple(AuditEvent.Action.DELETE, "a fresh start: recreate"),
                        tuple(AuditEvent.Action.CREATE, "a fresh start: recreate"),
                        tuple(AuditEvent.Action.CREATE, null),
                        tuple(AuditEvent.Action.DELETE, "an ephemeral branch was closed"));
    }

    @Test
    void aCreateThatIsInterruptedSendsNothingMore() throws Exception {
        platform.failCreates = true;
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                branches.create("staging", BranchWorkflowsTest::fromProduction);
                flag.complete(false);
            } catch (CallInterruptedException e) {
                flag.complete(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        while (time.pending() == 0) { // until it pauses after the first failure
            LockSupport.parkNanos(20_000);
        }

        thread.interrupt();

        assertThat(flag.get(20, TimeUnit.SECONDS)).isTrue();
        platform.failCreates = false;
        time.advance(Duration.ofMinutes(1));
        assertThat(platform.live("staging")).isNull();
        assertThat(time.pending()).isZero();
    }

    @Test
    void getOrCreateRefusesABranchOfAnotherSourceUnlessToldToReplaceIt() throws Exception {
        platform.put("qa", null);
        String old = platform.put("staging", "qa").uid;

        assertThatThrownBy(() -> time.run(() -> branches.getOrCreate("staging", BranchWorkflowsTest::fromProduction)))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContainingAll(old, "branches/qa", "not from", "RECREATE");
        assertThat(platform.mutations).isEmpty();

        Branch replaced = time.run(
                () -> branches.getOrCreate("staging", BranchWorkflowsTest::fromProduction, WhenDifferent.RECREATE)
                        .await(PATIENCE));

        assertThat(replaced.source()).isEqualTo(new BranchName("shop", "production"));
        assertThat(platform.mutations).containsExactly("DELETE " + old, "CREATE staging from production");
    }

    @Test
    void getOrCreateNeverReplacesABranchThatSomebodyMayCountOn() {
        platform.put("qa", null);
        platform.put("staging", "qa").expiresAt = null;

        assertThatThrownBy(() -> time.run(() ->
                        branches.getOrCreate("staging", BranchWorkflowsTest::fromProduction, WhenDifferent.RECREATE)))
                .isInstanceOf(BranchProtectedException.class)
                .hasMessageContaining("never expires");
        assertThat(platform.mutations).isEmpty();
    }

    @Test
    void recreateCopiesTheSourceAnewAndReportsWhatIsLost() throws Exception {
        FakePlatform.Node before = platform.put("staging", "production");
        before.roles.addAll(List.of("tester", "reporter"));
        before.replicas.add("replica");

        Recreation recreation = time.run(() -> branches.recreate("staging").await(PATIENCE));

        assertThat(recreation.branch().uid()).isNotEqualTo(before.uid);
        assertThat(recreation.before().uid()).isEqualTo(before.uid);
        assertThat(recreation.lostRoles()).containsExactly("reporter", "tester");
        assertThat(recreation.lostEndpoints()).containsExactly(new EndpointName("shop", "staging", "replica"));
        assertThat(recreation.lostSyncedTables()).isEmpty();
        assertThat(Duration.between(
                        recreation.branch().createdAt(), recreation.branch().expiresAt()))
                .as("the lifetime that it had in all")
                .isEqualTo(Duration.between(before.createdAt, before.expiresAt));
    }

    @Test
    void recreateFromItselfIsRefusedBeforeAnythingIsDeleted() {
        platform.put("staging", "production");

        assertThatThrownBy(() -> time.run(() -> branches.recreate(
                        "staging",
                        options -> options.spec(b -> b.from("staging").expiresIn(Duration.ofHours(1))))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("Nothing was deleted");
        assertThat(platform.mutations).isEmpty();
    }

    @Test
    void recreateGoesOnWhetherAnybodyWaitsOrNot() throws Exception {
        String before = platform.put("staging", "production").uid;

        time.run(() -> branches.recreate("staging"));
        time.advance(Duration.ofMinutes(1));

        assertThat(platform.live("staging").uid).isNotEqualTo(before);
        assertThat(time.pending()).as("no timer is left").isZero();
    }

    @Test
    void recreateWaitsForAnIdThatTheDeletedBranchKeeps() throws Exception {
        platform.tombstonesKeepTheirIds = true;
        platform.put("staging", "production");
        Operation<Recreation> recreation = time.run(() -> branches.recreate("staging"));
        time.advance(Duration.ofMinutes(3));
        List<String> told = new ArrayList<>();
        assertThatThrownBy(() ->
                        time.run(() -> recreation.await(Duration.ofSeconds(5), progress -> told.add(progress.state()))))
                .isInstanceOf(OperationTimeoutException.class)
                .hasMessageContaining("sets its id free");
        assertThat(told).contains("waiting until the deleted branch sets its id free");

        platform.tombstonesKeepTheirIds = false;

        assertThat(time.run(() -> recreation.await(PATIENCE)).branch().state()).isEqualTo(BranchState.READY);
    }

    @Test
    void recreateGivesUpInTheEndWithTheReason() throws Exception {
        platform.tombstonesKeepTheirIds = true;
        platform.put("staging", "production");
        Operation<Recreation> recreation = time.run(() -> branches.recreate("staging"));

        time.advance(Duration.ofMinutes(20));

        assertThatThrownBy(() -> recreation.await(PATIENCE))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("may keep its id");
        assertThat(time.pending()).isZero();
    }

    @Test
    void whatIsSentLaterIsToldToWhoHearsForTheThreadThatAsked() throws Exception {
        platform.put("staging", "production");
        platform.failCreates = true;
        Thread asking = time.run(() -> {
            branches.recreate("staging");
            return Thread.currentThread();
        });
        time.advance(Duration.ofMinutes(1));
        platform.failCreates = false;
        time.advance(Duration.ofMinutes(1));

        assertThat(platform.mutations).containsExactly("DELETE br-2", "CREATE staging from production");
        assertThat(platform.askedBy)
                .hasSameSizeAs(platform.audited)
                .hasSizeGreaterThan(2)
                .containsOnly(asking);
    }

    @Test
    void recreateOutlastsAnOutageThatTakesTheAnswerOfItsCreate() throws Exception {
        platform.put("staging", "production");
        platform.somebodyFaster = () -> platform.outUntil = time.instant().plus(Duration.ofMinutes(5));

        Recreation recreation = time.run(() -> branches.recreate("staging").await(Duration.ofMinutes(10)));

        assertThat(platform.mutations).containsExactly("DELETE br-2", "CREATE staging from production");
        assertThat(recreation.branch().uid()).isEqualTo(platform.live("staging").uid);
        assertThat(time.elapsed()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
    }

    @Test
    void recreateGoesOnUntilCreatesWorkAgain() throws Exception {
        platform.put("staging", "production");
        platform.failCreates = true;
        Operation<Recreation> recreation = time.run(() -> branches.recreate("staging"));
        time.advance(Duration.ofMinutes(14));

        platform.failCreates = false;

        assertThat(time.run(() -> recreation.await(PATIENCE)).branch().state()).isEqualTo(BranchState.READY);
        assertThat(platform.mutations).containsExactly("DELETE br-2", "CREATE staging from production");
    }

    @Test
    void recreateGivesUpOnCreatesThatNeverWork() throws Exception {
        platform.put("staging", "production");
        platform.failCreates = true;
        Operation<Recreation> recreation = time.run(() -> branches.recreate("staging"));

        time.advance(Duration.ofMinutes(20));

        assertThatThrownBy(() -> recreation.await(PATIENCE))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("the create of " + new BranchName("shop", "staging"), "oops");
        assertThat(time.pending()).isZero();
    }

    @Test
    void recreateSaysWhyItsCreatesWereAllRefused() throws Exception {
        platform.put("staging", "production");
        platform.refuseCreates = true;
        Operation<Recreation> recreation = time.run(() -> branches.recreate("staging"));

        time.advance(Duration.ofMinutes(20));

        assertThatThrownBy(() -> recreation.await(PATIENCE))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("HTTP 429", "slow down")
                .hasMessageNotContaining("not known");
        assertThat(time.pending()).isZero();
    }

    @Test
    void recreateDoesNotTakeForItsOwnWhatSomebodyCreatedWhileItWasRefused() throws Exception {
        platform.put("staging", "production");
        platform.refuseCreates = true;
        Operation<Recreation> recreation = time.run(() -> branches.recreate("staging"));
        time.advance(Duration.ofMinutes(2));
        FakePlatform.Node somebodys = platform.put("staging", "production");
        somebodys.createdAt = time.instant();
        time.advance(Duration.ofMinutes(5));

        platform.refuseCreates = false;
        platform.failCreates = true; // it may have landed

        assertThatThrownBy(() -> time.run(() -> recreation.await(PATIENCE)))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("somebody else created " + somebodys.uid);
    }

    @Test
    void recreateWaitsForItsIdThroughAnOutage() throws Exception {
        platform.tombstonesKeepTheirIds = true;
        platform.put("staging", "production");
        Operation<Recreation> recreation = time.run(() -> branches.recreate("staging"));
        time.advance(Duration.ofMinutes(1));
        platform.outUntil = time.instant().plus(Duration.ofMinutes(1));
        time.advance(Duration.ofMinutes(2));

        platform.tombstonesKeepTheirIds = false;

        assertThat(time.run(() -> recreation.await(PATIENCE)).branch().state()).isEqualTo(BranchState.READY);
    }

    @Test
    void recreateOfWhatSomebodyMayCountOnNeedsItsUid() throws Exception {
        FakePlatform.Node staging = platform.put("staging", "production");
        staging.expiresAt = null;

        assertThatThrownBy(() -> time.run(() -> branches.recreate("staging")))
                .isInstanceOf(BranchProtectedException.class)
                .hasMessageContainingAll("never expires", "expectedUid(\"" + staging.uid + "\")");
        assertThatThrownBy(() -> time.run(() -> branches.recreate("staging", r -> r.expectedUid("br-other"))))
                .isInstanceOf(BranchProtectedException.class)
                .hasMessageContaining(staging.uid);
        assertThat(platform.mutations).isEmpty();

        Recreation recreation = time.run(() ->
                branches.recreate("staging", r -> r.expectedUid(staging.uid)).await(PATIENCE));
        assertThat(recreation.branch().expiresAt()).isNull();
    }

    @Test
    void recreateOfWhatNobodyRemembersAsksForTheSpec() throws Exception {
        assertThatThrownBy(() -> time.run(() -> branches.recreate("staging")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("r.spec(");

        Recreation created =
                time.run(() -> branches.recreate("staging", r -> r.spec(BranchWorkflowsTest::fromProduction))
                        .await(PATIENCE));

        assertThat(created.before()).isNull();
    }

    @Test
    void restoreNeedsAPointInThePast() {
        assertThatThrownBy(() -> branches.restore("recovery", BranchWorkflowsTest::fromProduction))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("at(Instant)", "atLsn(String)");
        Instant tomorrow = time.instant().plus(Duration.ofDays(1));
        assertThatThrownBy(() -> branches.restore(
                        "recovery", b -> b.from("production").at(tomorrow).neverExpires()))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("in the future");
        assertThat(platform.mutations).isEmpty();
    }

    @Test
    void restoreIsANewBranch() throws Exception {
        Instant before = time.instant().minusSeconds(60);

        Branch recovery = time.run(() -> branches.restore(
                        "recovery", b -> b.from("production").at(before).expiresIn(Duration.ofDays(2)))
                .await(PATIENCE));

        assertThat(recovery.name().branch()).isEqualTo("recovery");
        assertThat(platform.mutations).containsExactly("CREATE recovery from production");
    }

    @Test
    void anExpiryIsChangedByItsMask() throws Exception {
        platform.put("staging", "production");
        Instant inTwoDays = time.instant().plus(Duration.ofDays(2));

        Branch longer = time.run(() -> branches.expireAt("staging", inTwoDays).await(PATIENCE));
        Branch lasting = time.run(() -> branches.neverExpires("staging").await(PATIENCE));

        assertThat(longer.expiresAt()).isEqualTo(inTwoDays);
        assertThat(lasting.expiresAt()).isNull();
        assertThat(platform.mutations)
                .containsExactly(
                        "UPDATE staging update_mask=spec.expiration {\"expire_time\":\"" + inTwoDays + "\"}",
                        "UPDATE staging update_mask=spec.expiration {\"no_expiry\":true}");
    }

    @Test
    void whatNeverExpiresIsNotMadeToExpireByItsNameAlone() throws Exception {
        FakePlatform.Node staging = platform.put("staging", "production");
        staging.expiresAt = null;

        assertThatThrownBy(() -> time.run(() -> branches.expireIn("staging", Duration.ofHours(1))))
                .isInstanceOf(BranchProtectedException.class)
                .hasMessageContainingAll("never expires", staging.uid);
        assertThat(platform.mutations).isEmpty();

        Branch expiring = time.run(() ->
                branches.expireIn("staging", Duration.ofHours(1), staging.uid).await(PATIENCE));
        assertThat(expiring.expiresAt()).isNotNull();
        assertThatThrownBy(() -> branches.expireIn("staging", Duration.ofDays(31)))
                .isInstanceOf(ExpiryTooLongException.class);
    }

    @Test
    void protectionIsLiftedFromTheBranchThatIsMeantOnly() throws Exception {
        FakePlatform.Node staging = platform.put("staging", "production");
        assertThatThrownBy(() -> time.run(() -> branches.protect("staging")))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("neverExpires(\"staging\")");
        staging.expiresAt = null;

        assertThat(time.run(() -> branches.protect("staging").await(PATIENCE)).isProtected())
                .isTrue();
        assertThatThrownBy(() -> time.run(() -> branches.unprotect("staging", "br-other")))
                .isInstanceOf(BranchProtectedException.class);
        assertThat(platform.live("staging").isProtected).isTrue();
        assertThat(time.run(() -> branches.unprotect("staging", staging.uid).await(PATIENCE))
                        .isProtected())
                .isFalse();
    }

    @Test
    void aDeletedBranchComesBackWithUndeleteAndNeverAfterPurge() throws Exception {
        FakePlatform.Node staging = platform.put("staging", "production");
        time.run(() -> branches.delete("staging").await(PATIENCE));
        assertThat(time.run(branches::listDeleted)).extracting(Branch::uid).containsExactly(staging.uid);

        Branch back = time.run(() -> branches.undelete("staging").await(PATIENCE));
        assertThat(back.uid()).isEqualTo(staging.uid);

        time.run(() -> branches.delete("staging").await(PATIENCE));
        assertThat(time.run(() -> branches.purge("staging", staging.uid).await(PATIENCE)))
                .isEqualTo(DeleteOutcome.DELETED);
        assertThat(time.run(() -> branches.purge("staging", staging.uid).await(PATIENCE)))
                .isEqualTo(DeleteOutcome.ALREADY_GONE);
        assertThatThrownBy(() -> time.run(() -> branches.undelete("staging"))).isInstanceOf(NotFoundException.class);
    }

    @Test
    void purgeOfATombstoneSparesTheBranchThatTookItsName() throws Exception {
        FakePlatform.Node old = platform.put("staging", "production");
        time.run(() -> branches.delete("staging").await(PATIENCE));
        FakePlatform.Node young = platform.put("staging", "production");

        assertThatThrownBy(() -> time.run(() -> branches.purge("staging", old.uid)))
                .isInstanceOf(BranchProtectedException.class)
                .hasMessageContaining(young.uid);

        assertThat(platform.mutations).noneMatch(mutation -> mutation.startsWith("PURGE"));
    }

    @Test
    void lineageLeadsToTheRootAndChildrenAreOneStepAway() throws Exception {
        platform.put("qa", "production");
        platform.put("qa-copy", "qa");
        platform.put("other", "production");

        assertThat(time.run(() -> branches.lineage("qa-copy")))
                .extracting(branch -> branch.name().branch())
                .containsExactly("qa-copy", "qa", "production");
        assertThat(time.run(() -> branches.children("production")))
                .extracting(branch -> branch.name().branch())
                .containsExactly("qa", "other");
        assertThatThrownBy(() -> time.run(() -> branches.lineage("nowhere"))).isInstanceOf(NotFoundException.class);
    }

    @Test
    void anotherProcessWaitsOnForWhatThisOneBegan() throws Exception {
        String create = time.run(() -> branches.create("staging", BranchWorkflowsTest::fromProduction))
                .name();
        Branches later = platform.client().branches("shop");

        Branch staging = time.run(() -> later.resume(create).await(PATIENCE));
        assertThat(staging.state()).isEqualTo(BranchState.READY);

        String delete = time.run(() -> branches.delete("staging")).name();
        assertThat(delete).contains("/operations/");
        assertThat(time.run(() -> later.resumeDelete(delete).await(PATIENCE))).isEqualTo(DeleteOutcome.DELETED);
        assertThat(time.run(() -> later.resumeDelete(FakePlatform.PROJECT + "/branches/staging")
                        .await(PATIENCE)))
                .isEqualTo(DeleteOutcome.DELETED);
        assertThatThrownBy(() -> later.resume("projects/other/branches/x/operations/1"))
                .isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> later.resume("operations/1")).isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void aProgressListenerHearsHowAWaitGoesAndItsFailureEndsNothing() throws Exception {
        List<String> told = new ArrayList<>();

        Branch staging = time.run(() -> branches.create("staging", BranchWorkflowsTest::fromProduction)
                .await(PATIENCE, progress -> {
                    told.add(progress.state());
                    throw new IllegalStateException("the terminal is gone");
                }));

        assertThat(staging.state()).isEqualTo(BranchState.READY);
        assertThat(told).contains("operation running");
    }

    @Test
    void aDeleteThatKeepsFailingSaysWhy() {
        platform.put("staging", "production");
        platform.failDeletes = true;

        assertThatThrownBy(() -> time.run(() -> branches.delete("staging")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("oops");
        assertThat(time.elapsed()).isLessThanOrEqualTo(Duration.ofSeconds(11));
    }
}
