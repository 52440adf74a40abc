package dev.clasp.adapterosc;

import static dev.clasp.adapterosc.Bench.bundle;
import static dev.clasp.adapterosc.Bench.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscProfile;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.router.ConflictStrategy;
import dev.clasp.router.ParameterRule;
import dev.clasp.router.RouterConfig;
import dev.clasp.security.Authenticator;
import dev.clasp.testkit.FakeAuthenticator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** One program and the router, without sockets and with time that passes when told. */
class OscSessionTest {

  private static Value number(double value) {
    return Value.of(value);
  }

  // --- values and events -------------------------------------------------------------------------

  @Test
  void messagesBecomeValuesBelowTheNamespace() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    desk.subscribe("/osc/**");
    Bench.Program fader = bench.program();
    fader.send("/1/fader1", 0.75f);
    fader.send("/text", "on");
    fader.send("/xy", 1, 2);
    fader.send("/cue/go");
    bench.loop.run();
    assertThat(desk.values())
        .containsExactly(
            "/osc/1/fader1=0.75", "/osc/text=on", "/osc/xy=[1, 2]", "/osc/cue/go=null");
  }

  @Test
  void inTheStandardProfileABangIsAnEvent() {
    Bench bench = new Bench(OscAdapterConfig.DEFAULT.withProfile(OscProfile.STANDARD));
    NativeClient desk = bench.desk();
    desk.subscribe("/osc/**");
    Bench.Program cue = bench.program();
    cue.send("/go");
    cue.send("/also", OscArgument.Impulse.IMPULSE);
    cue.send("/level", 1);
    bench.loop.run();
    assertThat(desk.values()).containsExactly("/osc/go!", "/osc/also!", "/osc/level=1");
  }

  @Test
  void whoSubscribesGetsWhatIsThereAndWhatComes() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    desk.set("/osc/a", number(0.5));
    desk.set("/oscillator/x", number(9));
    desk.set("/elsewhere", number(9));
    Bench.Program pad = bench.program();
    pad.send("/clasp/subscribe", "/**");
    assertThat(pad.got()).containsExactly("/a ,f 0.5");
    desk.set("/osc/b", Value.of(7));
    desk.set("/osc/c", Value.of(1L << 40));
    desk.set("/osc/d", Value.NULL);
    desk.set("/osc/e", Value.of(true));
    desk.set("/oscillator/x", number(10));
    desk.set("/osc", number(10));
    assertThat(pad.got())
        .containsExactly("/b ,i 7", "/c ,h 1099511627776", "/d ,N null", "/e ,T true");
    pad.send("/clasp/unsubscribe", "/**");
    desk.set("/osc/b", Value.of(8));
    assertThat(pad.got()).isEmpty();
  }

  @Test
  void wideNumbersOnRequest() {
    Bench bench = new Bench(OscAdapterConfig.DEFAULT.withWide(true));
    Bench.Program pad = bench.program();
    pad.send("/clasp/subscribe", "/**");
    bench.desk().set("/osc/a", Value.of(1));
    assertThat(pad.got()).containsExactly("/a ,h 1");
  }

  @Test
  void eventsAndSamplesGoOutToo() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    Bench.Program pad = bench.program();
    pad.send("/clasp/subscribe", "/**");
    desk.send(publish("/osc/go", SignalType.EVENT, Message.Content.NONE));
    desk.send(publish("/osc/meter", SignalType.STREAM, Message.Content.ofSamples(0.5, 0.25)));
    desk.send(publish("/osc/hit", SignalType.EVENT, Message.Content.of(Value.of(3))));
    assertThat(pad.got()).containsExactly("/go ,", "/meter ,ff 0.5 0.25", "/hit ,i 3");
  }

  private static Message publish(String address, SignalType type, Message.Content content) {
    return new Message.Publish(
        address,
        type,
        GesturePhase.START,
        content,
        OptionalLong.empty(),
        OptionalInt.empty(),
        OptionalInt.empty());
  }

  @Test
  void aRateThinsWithoutLosingTheLast() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    Bench.Program pad = bench.program();
    pad.send("/clasp/subscribe", "/**", 10);
    for (int i = 1; i <= 100; i++) {
      desk.set("/osc/a", Value.of(i));
    }
    bench.loop.pass(Duration.ofSeconds(1));
    List<String> got = pad.got();
    assertThat(got).hasSizeLessThan(5).endsWith("/a ,i 100");
  }

  @Test
  void theNamespaceMayBeEmptyOrDeep() {
    Bench root = new Bench(OscAdapterConfig.DEFAULT.withNamespace("/"));
    Bench.Program pad = root.program();
    pad.send("/clasp/subscribe", "/**");
    root.desk().set("/a/b", Value.of(1));
    assertThat(pad.got()).containsExactly("/a/b ,i 1");

    Bench deep = new Bench(OscAdapterConfig.DEFAULT.withNamespace("show/osc/"));
    NativeClient desk = deep.desk();
    desk.subscribe("/**");
    deep.program().send("/x", 1);
    deep.loop.run();
    assertThat(desk.values()).containsExactly("/show/osc/x=1");
  }

  @Test
  void charactersThatOscForbidsComeAndGoEncoded() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    Bench.Program pad = bench.program();
    pad.send("/clasp/subscribe", "/**");
    desk.set("/osc/a b#1", Value.of(1));
    assertThat(pad.got()).containsExactly("/a%20b%231 ,i 1");
    desk.subscribe("/osc/**");
    desk.values();
    pad.send("/a%20b%231", 2);
    bench.loop.run();
    assertThat(desk.values()).contains("/osc/a b#1=2");
  }

  // --- echo --------------------------------------------------------------------------------------

  @Test
  void aProgramDoesNotHearItselfButOthersDo() {
    Bench bench = new Bench();
    Bench.Program one = bench.program(50_001);
    Bench.Program two = bench.program(50_002);
    one.send("/clasp/subscribe", "/**");
    two.send("/clasp/subscribe", "/**");
    one.send("/a", 1);
    one.send(bundle(OscTimeTag.IMMEDIATELY, message("/b", 2), message("/c", 3)));
    assertThat(one.got()).isEmpty();
    assertThat(two.got()).containsExactly("/a ,i 1", "/b ,i 2", "/c ,i 3");
  }

  @Test
  void withoutGuardItDoesAndWithOneForHostsNobodyOfTheHostDoes() {
    Bench off = new Bench(OscAdapterConfig.DEFAULT.withEcho(EchoGuard.OFF));
    Bench.Program alone = off.program();
    alone.send("/clasp/subscribe", "/**");
    alone.send("/a", 1);
    assertThat(alone.got()).containsExactly("/a ,i 1");

    Bench host = new Bench(OscAdapterConfig.DEFAULT.withEcho(EchoGuard.HOST));
    NativeClient desk = host.desk();
    desk.subscribe("/osc/**");
    Bench.Program one = host.program(50_001);
    Bench.Program two = host.program(50_002);
    two.send("/clasp/subscribe", "/**", 50);
    one.send("/a", 1);
    host.loop.pass(Duration.ofSeconds(1));
    assertThat(two.got()).isEmpty();
    assertThat(desk.values()).containsExactly("/osc/a=1");
    desk.set("/osc/a", Value.of(2));
    host.loop.pass(Duration.ofSeconds(1));
    assertThat(two.got()).containsExactly("/a ,i 2");
  }

  // --- bundles -----------------------------------------------------------------------------------

  @Test
  void aBundleIsOneBundleAllOrNothing() {
    RouterConfig strict =
        RouterConfig.builder()
            .parameterRules(
                List.of(
                    ParameterRule.conflict(AddressPattern.parse("/osc/top"), ConflictStrategy.MAX)))
            .build();
    Bench bench = new Bench(OscAdapterConfig.DEFAULT, strict, Authenticator.OPEN);
    NativeClient desk = bench.desk();
    desk.set("/osc/top", Value.of(10));
    desk.subscribe("/osc/**");
    bench.loop.run();
    desk.values();
    Bench.Program cue = bench.program();
    cue.send(bundle(OscTimeTag.IMMEDIATELY, message("/a", 1), message("/top", 5)));
    bench.loop.run();
    assertThat(desk.values()).isEmpty();
    assertThat(cue.got()).singleElement().asString().startsWith("/clasp/error ,iss 400 ");
  }

  @Test
  void aBundleWithATimeHappensThen() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    desk.subscribe("/osc/**");
    Bench.Program cue = bench.program();
    OscTimeTag soon = OscTimeTag.ofUnixMicros(bench.loop.unixMicros() + 500_000);
    OscTimeTag later = OscTimeTag.ofUnixMicros(bench.loop.unixMicros() + 800_000);
    cue.send(
        bundle(
            soon,
            message("/a", 1),
            bundle(later, message("/late", 3)),
            bundle(OscTimeTag.IMMEDIATELY, message("/b", 2))));
    bench.loop.pass(Duration.ofMillis(499));
    assertThat(desk.values()).isEmpty();
    bench.loop.pass(Duration.ofMillis(2));
    assertThat(desk.values()).containsExactly("/osc/a=1", "/osc/b=2");
    bench.loop.pass(Duration.ofMillis(300));
    assertThat(desk.values()).containsExactly("/osc/late=3");
  }

  @Test
  void timesCanBeIgnored() {
    Bench bench = new Bench(OscAdapterConfig.DEFAULT.withTimeTags(false));
    NativeClient desk = bench.desk();
    desk.subscribe("/osc/**");
    bench.program().send(bundle(new OscTimeTag(-1), message("/a", 1)));
    bench.loop.run();
    assertThat(desk.values()).containsExactly("/osc/a=1");
  }

  @Test
  void requestsInABundleAreHeard() {
    Bench bench = new Bench();
    Bench.Program pad = bench.program();
    pad.send(bundle(OscTimeTag.IMMEDIATELY, message("/clasp/subscribe", "/**"), message("/a", 1)));
    bench.desk().set("/osc/a", Value.of(2));
    assertThat(pad.got()).containsExactly("/a ,i 2");
  }

  // --- patterns ----------------------------------------------------------------------------------

  @Test
  void aPatternWritesWhatItMatchesAndNothingElse() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    for (String address :
        List.of("/osc/ch/1/mute", "/osc/ch/2/mute", "/osc/ch/12/mute", "/ch/1/mute")) {
      desk.set(address, Value.of(0));
    }
    desk.subscribe("/**");
    bench.loop.run();
    desk.values();
    Bench.Program mixer = bench.program();
    mixer.send("/ch/[12]/mute", 1);
    bench.loop.run();
    assertThat(desk.values()).containsExactlyInAnyOrder("/osc/ch/1/mute=1", "/osc/ch/2/mute=1");
    mixer.send("/ch/{12,7}/mute", 1);
    bench.loop.run();
    assertThat(desk.values()).containsExactly("/osc/ch/12/mute=1");
    mixer.send("//mute", 2);
    bench.loop.run();
    assertThat(desk.values()).hasSize(3);
    mixer.send("/nothing/*", 2);
    bench.loop.run();
    assertThat(desk.values()).isEmpty();
    mixer.send("/ch/[1/mute", 2);
    assertThat(mixer.got()).singleElement().asString().startsWith("/clasp/error ,iss 202 ");
  }

  @Test
  void aPatternThatMatchesNothingMayBeAnAddress() {
    Bench bench = new Bench(OscAdapterConfig.DEFAULT.withLiteralPatterns(true));
    NativeClient desk = bench.desk();
    desk.subscribe("/**");
    bench.program().send("/ch/*/mute", 1);
    bench.loop.run();
    assertThat(desk.values()).containsExactly("/osc/ch/%2A/mute=1");
  }

  @Test
  void aSubscriptionWithAnOscPatternGetsExactlyThat() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    desk.set("/osc/ch/3/level", Value.of(3));
    Bench.Program pad = bench.program();
    pad.send("/clasp/subscribe", "/ch/[12]/level");
    for (int i = 1; i <= 3; i++) {
      desk.set("/osc/ch/" + i + "/level", Value.of(i));
    }
    assertThat(pad.got()).containsExactly("/ch/1/level ,i 1", "/ch/2/level ,i 2");
    pad.send("/clasp/subscribe", "//mute");
    desk.set("/osc/any/where/mute", Value.of(true));
    assertThat(pad.got()).containsExactly("/any/where/mute ,T true");
  }

  // --- requests ----------------------------------------------------------------------------------

  @Test
  void getListPingAndWhatIsWrong() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    desk.set("/osc/a", number(0.5));
    desk.set("/osc/b/c", Value.of(1));
    desk.set("/other", Value.of(1));
    Bench.Program pad = bench.program();
    pad.send("/clasp/get", "/a");
    assertThat(pad.got()).containsExactly("/a ,f 0.5");
    pad.send("/clasp/get", "/missing");
    assertThat(pad.got())
        .containsExactly("/clasp/error ,iss 404 NotFound: no value at /osc/missing /missing");
    pad.send("/clasp/list", "/**");
    assertThat(pad.got())
        .containsExactly(
            "/clasp/address ,s /a", "/clasp/address ,s /b/c", "/clasp/listed ,siT /** 2 true");
    pad.send("/clasp/ping", 7);
    assertThat(pad.got()).containsExactly("/clasp/pong ,i 7");
    pad.send("/clasp/subscribe");
    assertThat(pad.got()).singleElement().asString().startsWith("/clasp/error ,iss 400 ");
    pad.send("/clasp/nonsense");
    assertThat(pad.got()).singleElement().asString().startsWith("/clasp/error ,iss 404 ");
    pad.send("/clasp/reply-port", 9000);
    assertThat(pad.outlet.target().getPort()).isEqualTo(9000);
    pad.send("/clasp/pong");
    pad.send("/clasp/error", 1, "no", "more");
    assertThat(pad.got()).isEmpty();
    pad.send("/clasp/bye");
    assertThat(pad.ended).isTrue();
    assertThat(pad.outlet.closed).isTrue();
    assertThat(pad.got()).isEmpty();
  }

  @Test
  void listsAndSnapshotsComeInPacketsThatFitIntoAFrame() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    for (int i = 0; i < 1200; i++) {
      desk.set("/osc/a/rather/long/address/" + i, Value.of(i));
    }
    Bench.Program pad = bench.program();
    pad.send("/clasp/list");
    assertThat(pad.outlet.lengths())
        .hasSizeBetween(20, 100)
        .allMatch(length -> length <= OscSession.BUNDLE_BYTES);
    bench.loop.pass(Duration.ofSeconds(1));
    pad.send("/clasp/list");
    List<String> listed = pad.got();
    assertThat(listed)
        .hasSize(OscSession.MOST + 1)
        .last()
        .asString()
        .isEqualTo("/clasp/listed ,siF /** 1000 false");
    pad.send("/clasp/subscribe", "/**");
    bench.loop.run();
    assertThat(pad.outlet.lengths()).allMatch(length -> length <= OscSession.BUNDLE_BYTES);
  }

  @Test
  void aSubscriptionAgainGivesTheValuesAgainButNotAsAFlood() {
    Bench bench = new Bench();
    bench.desk().set("/osc/a", Value.of(1));
    Bench.Program pad = bench.program();
    for (int i = 0; i < 50; i++) {
      pad.send("/clasp/subscribe", "/**");
    }
    assertThat(pad.got()).containsExactly("/a ,i 1");
    bench.loop.pass(Duration.ofSeconds(2));
    pad.send("/clasp/subscribe", "/**");
    assertThat(pad.got()).containsExactly("/a ,i 1");
  }

  // --- rights, limits, refusals ------------------------------------------------------------------

  @Test
  void locksHoldAndTheProgramIsTold() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    desk.lock("/osc/a", Value.of(1));
    Bench.Program pad = bench.program();
    pad.send("/a", 2);
    assertThat(pad.got())
        .containsExactly(
            "/clasp/error ,iss 401 LockHeld: another session holds the lock of this address /a");
    assertThat(bench.around.counts().of(OscCounter.REFUSED)).isOne();
  }

  @Test
  void errorsAreToldATenTimesASecondAtMost() {
    Bench bench = new Bench();
    bench.desk().lock("/osc/a", Value.of(1));
    Bench.Program pad = bench.program();
    for (int i = 0; i < 1000; i++) {
      pad.send("/a", i);
    }
    assertThat(pad.got()).hasSize(10);
    assertThat(bench.around.counts().of(OscCounter.REFUSED)).isEqualTo(1000);
    bench.loop.pass(Duration.ofSeconds(1));
    pad.send("/a", 1);
    assertThat(pad.got()).hasSize(1);
  }

  @Test
  void scopesHoldForReadingAndWriting() {
    FakeAuthenticator tokens =
        new FakeAuthenticator().admit("fader", "write:/osc/f/**").admit("desk", "admin:/**");
    Bench bench = new Bench(OscAdapterConfig.DEFAULT, RouterConfig.DEFAULT, tokens);
    NativeClient desk = new NativeClient(bench.router, bench.lane, Optional.of("desk"));
    desk.set("/osc/f/1", Value.of(0));
    desk.set("/osc/g/1", Value.of(0));
    Bench.Program fader = bench.program("fader");
    fader.send("/g/1", 1);
    assertThat(fader.got())
        .containsExactly("/clasp/error ,iss 301 Insufficient scope for write operation /g/1");
    fader.send("/clasp/subscribe", "/**");
    assertThat(fader.got()).singleElement().asString().startsWith("/clasp/error ,iss 301 ");
    fader.send("/clasp/subscribe", "/f/**");
    assertThat(fader.got()).containsExactly("/f/1 ,i 0");
    fader.send("/clasp/list");
    assertThat(fader.got())
        .containsExactly("/clasp/address ,s /f/1", "/clasp/listed ,siT /** 1 true");
    desk.subscribe("/osc/**");
    bench.loop.run();
    desk.values();
    fader.send("/*/1", 9);
    bench.loop.run();
    assertThat(desk.values()).containsExactly("/osc/f/1=9");
  }

  @Test
  void aBetterTokenTakesTheSubscriptionsAlong() {
    FakeAuthenticator tokens =
        new FakeAuthenticator().admit("a", "read:/osc/a/**").admit("all", "write:/osc/**");
    Bench bench = new Bench(OscAdapterConfig.DEFAULT, RouterConfig.DEFAULT, tokens);
    Bench.Program writer = bench.program("all");
    Bench.Program pad = bench.program("a");
    pad.send("/clasp/subscribe", "/a/**");
    pad.send("/a/1", 1);
    assertThat(pad.got()).singleElement().asString().startsWith("/clasp/error ,iss 301 ");
    pad.send("/clasp/auth", "all");
    pad.send("/a/1", 1);
    assertThat(pad.got()).isEmpty();
    writer.send("/a/1", 2);
    assertThat(pad.got()).containsExactly("/a/1 ,i 2");
  }

  @Test
  void aWrongTokenEndsTheSessionAndTheProgramIsTold() {
    FakeAuthenticator tokens = new FakeAuthenticator().admit("right", "write:/**");
    Bench bench = new Bench(OscAdapterConfig.DEFAULT, RouterConfig.DEFAULT, tokens);
    Bench.Program pad = bench.program("wrong");
    bench.loop.run();
    assertThat(pad.got()).containsExactly("/clasp/error ,iss 300 Invalid token ");
    assertThat(pad.ended).isTrue();
  }

  @Test
  void whatComesBehindATokenThatIsBeingLookedAtWaits() {
    FakeAuthenticator tokens = new FakeAuthenticator().admit("right", "write:/**").answerLater();
    Bench bench = new Bench(OscAdapterConfig.DEFAULT, RouterConfig.DEFAULT, tokens);
    Bench.Program pad = bench.program("right");
    for (int i = 0; i < 100_000; i++) {
      pad.session.packet(message("/a", i));
    }
    pad.session.readComplete();
    tokens.answer();
    bench.loop.run();
    pad.send("/clasp/get", "/a");
    assertThat(pad.got()).containsExactly("/a ,i 99999");
    assertThat(bench.around.counts().of(OscCounter.DROPPED)).isZero();
  }

  @Test
  void theRateOfTheRouterHoldsAndIsTold() {
    RouterConfig slow = RouterConfig.builder().maxMessagesPerSecond(10).build();
    Bench bench = new Bench(OscAdapterConfig.DEFAULT, slow, Authenticator.OPEN);
    Bench.Program pad = bench.program();
    for (int i = 0; i < 100; i++) {
      pad.send("/a", i);
    }
    assertThat(pad.got()).isNotEmpty().allMatch(line -> line.startsWith("/clasp/error ,iss 429 "));
  }

  @Test
  void anAddressThatCannotBeIsRefused() {
    Bench bench = new Bench();
    Bench.Program pad = bench.program();
    pad.send("/a/" + "x".repeat(2000), 1);
    assertThat(pad.got()).singleElement().asString().startsWith("/clasp/error ,iss 400 ");
    pad.send("/a", "x".repeat(65_500));
    pad.send("/a", "x".repeat(70_000));
    assertThat(pad.got()).isNotEmpty().allMatch(line -> line.startsWith("/clasp/error ,iss 400 "));
  }

  @Test
  void patternsOfOneProgramAreLookedUpTwentyTimesASecond() {
    Bench bench = new Bench();
    Bench.Program pad = bench.program();
    for (int i = 0; i < 30; i++) {
      pad.send("/x/*", i);
    }
    assertThat(pad.got()).isNotEmpty().allMatch(line -> line.startsWith("/clasp/error ,iss 429 "));
  }

  // --- life --------------------------------------------------------------------------------------

  @Test
  void aSessionThatTheRouterEndedComesBackWithItsSubscriptions() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    Bench.Program pad = bench.program();
    pad.send("/clasp/subscribe", "/**");
    var _ = bench.router.closeAll(new CloseReason(CloseReason.TRY_LATER, "receiver too slow"), 0);
    bench.loop.run();
    assertThat(pad.ended).isFalse();
    NativeClient other = bench.desk();
    other.set("/osc/a", Value.of(1));
    bench.loop.pass(Duration.ofSeconds(1));
    pad.send("/b", 1);
    assertThat(pad.got()).containsExactly("/a ,i 1");
    other.set("/osc/a", Value.of(2));
    assertThat(pad.got()).containsExactly("/a ,i 2");
    assertThat(desk.values()).isEmpty();
    assertThat(bench.around.counts().of(OscCounter.SESSIONS_RESTORED)).isOne();
  }

  @Test
  void aChattyProgramNeverGoesDeaf() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    Bench.Program pad = bench.program();
    pad.send("/clasp/subscribe", "/quiet/**");
    for (int i = 0; i < 100; i++) {
      bench.loop.pass(Duration.ofSeconds(10));
      pad.send("/clasp/ping");
      pad.session.look();
      desk.send(new Message.Ping());
    }
    pad.got();
    desk.set("/osc/quiet/a", Value.of(1));
    assertThat(pad.got()).containsExactly("/quiet/a ,i 1");
  }

  @Test
  void aSlowProgramGetsTheNewestValues() {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    Bench.Program pad = bench.program();
    pad.send("/clasp/subscribe", "/**");
    pad.outlet.writable = false;
    for (int i = 0; i < 20_000; i++) {
      desk.set("/osc/" + i % 10, Value.of(i));
      bench.loop.run();
    }
    int before = pad.got().size();
    pad.outlet.writable = true;
    pad.session.writabilityChanged();
    List<String> rest = pad.got();
    assertThat(before + rest.size()).isLessThan(5000);
    List<String> last = new ArrayList<>(rest.subList(rest.size() - 10, rest.size()));
    Collections.sort(last);
    assertThat(last).first().asString().isEqualTo("/0 ,i 19990");
    assertThat(last).last().asString().isEqualTo("/9 ,i 19999");
  }

  @Test
  void whoMayBeSomebodyElseGetsSoManyBytesASecondAndTheNewestValues() {
    Bench bench = new Bench(OscAdapterConfig.DEFAULT.withUnprovenBytesPerSecond(10_000));
    NativeClient desk = bench.desk();
    Bench.Program stranger = bench.stranger();
    stranger.send("/clasp/subscribe", "/**");
    long bytes = 0;
    for (int i = 0; i < 20_000; i++) {
      desk.set("/osc/a", Value.of(i));
      bench.loop.pass(Duration.ofMillis(1));
      bytes += stranger.outlet.lengths().stream().mapToInt(length -> length).sum();
    }
    // Twenty seconds, the burst, and one batch of debt.
    assertThat(bytes).isBetween(150_000L, 300_000L);
    bench.loop.pass(Duration.ofSeconds(10));
    assertThat(stranger.got()).last().asString().isEqualTo("/a ,i 19999");
  }

  @Test
  void aBundleOfTooManyIsRefused() {
    Bench bench = new Bench();
    Bench.Program pad = bench.program();
    List<OscPacket> many = new ArrayList<>();
    for (int i = 0; i < 1001; i++) {
      many.add(new OscMessage("/many/" + i, new OscArgument.Int32(i)));
    }
    pad.send(new OscBundle(OscTimeTag.IMMEDIATELY, many));
    assertThat(pad.got())
        .singleElement()
        .asString()
        .startsWith("/clasp/error ,iss 400 BundleTooLarge");
  }
}
