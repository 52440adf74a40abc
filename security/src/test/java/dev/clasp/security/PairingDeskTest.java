package dev.clasp.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.clasp.security.PairingClient.Paired;
import dev.clasp.security.PairingDesk.Shown;
import dev.clasp.security.PairingException.Kind;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bouncycastle.crypto.agreement.jpake.JPAKEPrimeOrderGroups;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairingDeskTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Scopes SCOPES = Scopes.parseList("read:/**,write:/lights/**");
  private static final String PEER = "192.0.2.7:5000";
  private static final BigInteger P = JPAKEPrimeOrderGroups.NIST_3072.getP();

  private final SecureRandom random = new SecureRandom();
  private final List<PairingEvent> events = new ArrayList<>();
  private final List<String> issued = new ArrayList<>();
  private long now = Long.MAX_VALUE - 1000; // It may overflow, like System.nanoTime().
  private boolean diskFull;

  private final PairingDesk desk =
      new PairingDesk("Main stage", () -> now, random, this::issue, this::heard);

  private synchronized TokenIssuer.Issued issue(Scopes scopes, String subject) {
    if (diskFull) {
      throw new IllegalStateException("disk full");
    }
    issued.add(subject + " " + scopes);
    return new TokenIssuer.Issued("cpsk_secret" + issued.size(), "id" + issued.size());
  }

  private synchronized void heard(PairingEvent event) {
    events.add(event);
  }

  private PairingCode shownCode() {
    return desk.show(SCOPES, "the terminal").code();
  }

  private PairingCode anotherThan(PairingCode code) {
    int number = (Integer.parseInt(code.digits()) + 1) % 1_000_000;
    return PairingCode.parse(String.format("%06d", number)).orElseThrow();
  }

  private PairingClient client(PairingCode code) {
    return new PairingClient("FOH laptop", code, random);
  }

  private Paired pair(PairingClient client) {
    byte[] second = client.second(desk.first(PEER, client.first()));
    byte[] third = client.third(desk.second(second));
    return client.finish(desk.third(third));
  }

  private static void assertKind(Kind kind, Runnable step) {
    assertThatThrownBy(step::run)
        .isInstanceOfSatisfying(
            PairingException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
  }

  @Test
  void theRightCodeGivesAToken() {
    Paired paired = pair(client(shownCode()));

    assertThat(paired.token()).isEqualTo("cpsk_secret1");
    assertThat(paired.scopes()).containsExactly("read:/**", "write:/lights/**");
    assertThat(paired.server()).isEqualTo("Main stage");
    assertThat(issued).containsExactly("FOH laptop " + SCOPES);
  }

  @Test
  void aWrongCodeIsRefusedInTheLastRoundAndGivesNothing() {
    PairingClient client = client(anotherThan(shownCode()));
    byte[] second = client.second(desk.first(PEER, client.first()));
    byte[] third = client.third(desk.second(second));

    assertKind(Kind.REFUSED, () -> desk.third(third));
    assertThat(issued).isEmpty();
  }

  @Test
  void withoutACodeNobodyIsHeard() {
    PairingClient client = client(PairingCode.parse("123456").orElseThrow());

    assertKind(Kind.CLOSED, () -> desk.first(PEER, client.first()));
    assertThat(desk.shown()).isEmpty();
  }

  @Test
  void afterFiveWrongCodesTheRightOneIsNoLongerGood() {
    PairingCode code = shownCode();
    for (int left = 4; left >= 0; left--) {
      assertKind(Kind.REFUSED, () -> pair(client(anotherThan(code))));
      assertThat(desk.shown().map(Shown::attemptsLeft).orElse(0)).isEqualTo(left);
    }

    assertKind(Kind.CLOSED, () -> pair(client(code)));
    assertThat(desk.shown()).isEmpty();
    assertThat(events.getLast()).isEqualTo(new PairingEvent.Exhausted());
  }

  @Test
  void theFifthAttemptMayStillSucceed() {
    PairingCode code = shownCode();
    for (int i = 0; i < 4; i++) {
      assertKind(Kind.REFUSED, () -> pair(client(anotherThan(code))));
    }

    assertThat(pair(client(code)).token()).isEqualTo("cpsk_secret1");
  }

  @Test
  void anExchangeThatIsOnlyBegunIsAnAttemptToo() {
    PairingCode code = shownCode();
    for (int i = 0; i < PairingDesk.ATTEMPTS; i++) {
      desk.first(PEER, client(code).first());
    }

    assertKind(Kind.CLOSED, () -> desk.first(PEER, client(code).first()));
    assertThat(desk.shown()).isPresent();

    now += PairingDesk.EXCHANGE_LIFETIME.toNanos();
    assertThat(desk.shown()).isEmpty();
    assertThat(events).contains(new PairingEvent.Exhausted());
  }

  @Test
  void anExchangeThatPausesTooLongHasFailed() {
    PairingClient client = client(shownCode());
    byte[] second = client.second(desk.first(PEER, client.first()));

    now += PairingDesk.EXCHANGE_LIFETIME.toNanos();

    assertKind(Kind.REFUSED, () -> desk.second(second));
    assertThat(events).contains(new PairingEvent.Failed(PEER, "FOH laptop", "it did not go on", 4));
  }

  @Test
  void aCodeIsGoodForThreeHundredSeconds() {
    PairingCode code = shownCode();
    now += Duration.ofSeconds(299).toNanos();

    assertThat(desk.shown().orElseThrow().left()).isEqualTo(Duration.ofSeconds(1));
    assertThat(pair(client(code)).token()).isNotEmpty();

    PairingCode late = shownCode();
    now += Duration.ofSeconds(300).toNanos();

    assertThat(desk.shown()).isEmpty();
    assertKind(Kind.CLOSED, () -> pair(client(late)));
  }

  @Test
  void whoIsInTheMiddleOfAnExchangeWhenTheCodeEndsComesTooLate() {
    PairingClient client = client(shownCode());
    now += Duration.ofSeconds(299).toNanos();
    byte[] second = client.second(desk.first(PEER, client.first()));
    byte[] third = client.third(desk.second(second));
    now += Duration.ofSeconds(1).toNanos();

    assertKind(Kind.REFUSED, () -> desk.third(third));
    assertThat(issued).isEmpty();
  }

  @Test
  void aCodeIsGoodForOneToken() {
    PairingCode code = shownCode();
    pair(client(code));

    assertKind(Kind.CLOSED, () -> pair(client(code)));
    assertThat(issued).hasSize(1);
  }

  @Test
  void ofTwoClientsWithTheCodeTheFirstToProveItGetsTheToken() {
    PairingCode code = shownCode();
    PairingClient one = client(code);
    PairingClient two = client(code);
    byte[] oneSecond = one.second(desk.first(PEER, one.first()));
    byte[] twoSecond = two.second(desk.first(PEER, two.first()));
    byte[] twoThird = two.third(desk.second(twoSecond));
    byte[] oneThird = one.third(desk.second(oneSecond));

    assertThat(two.finish(desk.third(twoThird)).token()).isEqualTo("cpsk_secret1");
    assertKind(Kind.REFUSED, () -> desk.third(oneThird));
    assertThat(issued).hasSize(1);
  }

  @Test
  void fiveClientsOnFiveThreadsGetOneTokenTogether() throws Exception {
    PairingCode code = shownCode();
    CountDownLatch start = new CountDownLatch(1);
    int tokens = 0;
    try (var threads = Executors.newFixedThreadPool(PairingDesk.ATTEMPTS)) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < PairingDesk.ATTEMPTS; i++) {
        results.add(
            threads.submit(() -> {
              start.await();
              try {
                return pair(client(code)).token().startsWith("cpsk_");
              } catch (PairingException e) {
                return false;
              }
            }));
      }
      start.countDown();
      for (Future<Boolean> result : results) {
        tokens += result.get() ? 1 : 0;
      }
    }

    assertThat(tokens).isEqualTo(1);
    assertThat(issued).hasSize(1);
  }

  @Test
  void aNewCodeEndsTheOldOneAndItsExchanges() {
    PairingClient client = client(shownCode());
    byte[] second = client.second(desk.first(PEER, client.first()));
    byte[] third = client.third(desk.second(second));
    shownCode();

    assertKind(Kind.REFUSED, () -> desk.third(third));
    assertThat(issued).isEmpty();
  }

  @Test
  void aCodeCanBeTakenBack() {
    PairingCode code = shownCode();

    assertThat(desk.withdraw("the console")).isTrue();
    assertThat(desk.withdraw("the console")).isFalse();
    assertKind(Kind.CLOSED, () -> pair(client(code)));
  }

  @Test
  void aSecondRoundThatComesTwiceEndsTheExchange() {
    PairingClient client = client(shownCode());
    byte[] second = client.second(desk.first(PEER, client.first()));
    byte[] third = client.third(desk.second(second));

    assertKind(Kind.REFUSED, () -> desk.second(second));
    assertKind(Kind.REFUSED, () -> desk.third(third));
    assertThat(issued).isEmpty();
  }

  @Test
  void aThirdRoundThatComesTwiceGivesNoSecondToken() {
    PairingClient client = client(shownCode());
    byte[] second = client.second(desk.first(PEER, client.first()));
    byte[] third = client.third(desk.second(second));
    desk.third(third);

    assertKind(Kind.REFUSED, () -> desk.third(third));
    assertThat(issued).hasSize(1);
  }

  @Test
  void aFirstRoundThatComesTwiceIsAnAttemptOfItsOwn() {
    PairingClient client = client(shownCode());
    byte[] first = client.first();
    byte[] second = client.second(desk.first(PEER, first));
    desk.first(PEER, first);

    assertThat(desk.shown().orElseThrow().attemptsLeft()).isEqualTo(3);
    assertThat(client.finish(desk.third(client.third(desk.second(second)))).token()).isNotEmpty();
  }

  @Test
  void aRoundThatIsLeftOutEndsTheExchange() throws IOException {
    PairingClient client = client(shownCode());
    byte[] answer = desk.first(PEER, client.first());
    byte[] second = client.second(answer);
    String exchange = JSON.readTree(answer).get("exchange").textValue();
    byte[] third =
        ("{\"exchange\":\"" + exchange + "\",\"mac\":\"" + "1".repeat(64) + "\"}").getBytes(UTF_8);

    assertKind(Kind.REFUSED, () -> desk.third(third));
    assertKind(Kind.REFUSED, () -> desk.second(second));
  }

  @Test
  void anExchangeThatNobodyBeganIsRefusedLikeAWrongCode() {
    shownCode();
    byte[] third =
        ("{\"exchange\":\"" + "0".repeat(32) + "\",\"mac\":\"" + "1".repeat(64) + "\"}")
            .getBytes(UTF_8);

    assertKind(Kind.REFUSED, () -> desk.third(third));
    assertThat(desk.shown().orElseThrow().attemptsLeft()).isEqualTo(5);
  }

  @Test
  void everythingRefusedGetsTheSameAnswer() {
    List<String> answers = new ArrayList<>();
    PairingCode code = shownCode();
    byte[] unknown =
        ("{\"exchange\":\"" + "0".repeat(32) + "\",\"mac\":\"" + "1".repeat(64) + "\"}")
            .getBytes(UTF_8);
    PairingClient replay = client(code);
    byte[] second = replay.second(desk.first(PEER, replay.first()));
    desk.second(second);
    for (Runnable step :
        List.<Runnable>of(
            () -> pair(client(anotherThan(code))),
            () -> desk.third(unknown),
            () -> desk.second(second),
            () -> desk.first(PEER, changed(client(code).first(), "/gx2", BigInteger.ONE)))) {
      try {
        step.run();
      } catch (PairingException e) {
        answers.add(e.kind() + e.getMessage());
      }
    }

    assertThat(answers).hasSize(4);
    assertThat(answers.stream().distinct()).hasSize(1);
  }

  @Test
  void aClientIsNotFooledByAnEchoOfItsOwnMessage() throws IOException {
    PairingClient client = client(shownCode());
    ObjectNode echo = (ObjectNode) JSON.readTree(client.first());
    echo.remove("version");
    echo.put("exchange", "0".repeat(32));

    assertKind(Kind.MALFORMED, () -> client.second(bytes(echo)));
  }

  @Test
  void aClientIsNotFooledByAnEchoUnderTheServersName() throws IOException {
    PairingClient client = client(shownCode());
    ObjectNode echo = (ObjectNode) JSON.readTree(client.first());
    echo.remove("version");
    echo.put("exchange", "0".repeat(32));
    echo.put("party", "server/Main stage");

    // The proofs are for the name of the client.
    assertKind(Kind.REFUSED, () -> client.second(bytes(echo)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/gx1", "/gx2", "/proof1/0", "/proof1/1", "/proof2/0", "/proof2/1", "/party"})
  void whoSwapsAValueOfTheFirstRoundIsNoticed(String where) {
    PairingCode code = shownCode();
    PairingClient client = client(code);
    byte[] other = where.equals("/party") ? new byte[0] : client(code).first();
    byte[] swapped =
        where.equals("/party")
            ? with(client.first(), where, TextNode.valueOf("client/mallory"))
            : with(client.first(), where, at(other, where));

    assertKind(Kind.REFUSED, () -> desk.first(PEER, swapped));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/gx1", "/gx2", "/proof1/0", "/proof1/1", "/proof2/0", "/proof2/1", "/party"})
  void whoSwapsAValueOfTheServersFirstRoundIsNoticedByTheClient(String where) {
    PairingCode code = shownCode();
    PairingClient client = client(code);
    byte[] answer = desk.first(PEER, client.first());
    byte[] other = desk.first(PEER, client(code).first());
    byte[] swapped =
        where.equals("/party")
            ? with(answer, where, TextNode.valueOf("server/mallory"))
            : with(answer, where, at(other, where));

    assertKind(Kind.REFUSED, () -> client.second(swapped));
  }

  @Test
  void whoSwapsWholeFirstRoundsIsNoticedAtTheEnd() {
    PairingCode code = shownCode();
    PairingClient client = client(code);
    client.first();
    // Mallory begins on behalf of the client with values of her own, valid ones.
    byte[] answer = desk.first(PEER, client(anotherThan(code)).first());
    byte[] second = client.second(answer);

    // The client's proof is about a generator that contains its own values, not Mallory's.
    assertKind(Kind.REFUSED, () -> desk.second(second));
    assertThat(issued).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "/proof/0", "/proof/1"})
  void whoSwapsAValueOfTheSecondRoundIsNoticed(String where) {
    PairingCode code = shownCode();
    PairingClient client = client(code);
    PairingClient elsewhere = client(code);
    byte[] second = client.second(desk.first(PEER, client.first()));
    byte[] other = elsewhere.second(desk.first(PEER, elsewhere.first()));
    byte[] answer = desk.second(second);
    byte[] otherAnswer = desk.second(other);

    assertKind(Kind.REFUSED, () -> client.third(with(answer, where, at(otherAnswer, where))));

    PairingClient third = client(code);
    byte[] fresh = third.second(desk.first(PEER, third.first()));
    assertKind(Kind.REFUSED, () -> desk.second(with(fresh, where, at(other, where))));
    assertThat(issued).isEmpty();
  }

  @Test
  void whoSwapsTheProofsOfTheLastRoundIsNoticed() {
    PairingCode code = shownCode();
    PairingClient client = client(code);
    byte[] second = client.second(desk.first(PEER, client.first()));
    byte[] third = client.third(desk.second(second));
    byte[] answer = desk.third(third);

    assertKind(Kind.REFUSED, () -> client.finish(with(answer, "/mac", at(third, "/mac"))));
    // It does not take a second one.
    assertThatThrownBy(() -> client.finish(answer)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whoChangesTheBoxWithTheTokenIsNoticed() {
    PairingClient client = client(shownCode());
    byte[] second = client.second(desk.first(PEER, client.first()));
    byte[] answer = desk.third(client.third(desk.second(second)));
    String box = at(answer, "/sealed").textValue();
    String other = box.substring(0, 30) + (box.charAt(30) == '0' ? "1" : "0") + box.substring(31);

    assertKind(Kind.REFUSED, () -> client.finish(with(answer, "/sealed", TextNode.valueOf(other))));
  }

  @Test
  void aManInTheMiddleHasOneGuessOnEachSideAndGetsNothing() {
    PairingCode code = shownCode();
    PairingCode guess = anotherThan(code);
    PairingClient victim = client(code);
    PairingClient toServer = client(guess);
    List<String> toVictim = new ArrayList<>();
    PairingDesk pretended =
        new PairingDesk(
            "Main stage",
            () -> now,
            new SecureRandom() {
              @Override
              public int nextInt(int bound) {
                return Integer.parseInt(guess.digits());
              }
            },
            (scopes, subject) -> {
              toVictim.add(subject);
              return new TokenIssuer.Issued("cpsk_fake", "fake");
            },
            event -> {});
    pretended.show(SCOPES, "mallory");

    byte[] third =
        victim.third(pretended.second(victim.second(pretended.first(PEER, victim.first()))));
    assertKind(Kind.REFUSED, () -> pretended.third(third));
    assertKind(Kind.REFUSED, () -> pair(toServer));

    assertThat(toVictim).isEmpty();
    assertThat(issued).isEmpty();
    assertThat(desk.shown().orElseThrow().attemptsLeft()).isEqualTo(4);
  }

  @Test
  void whatWasRecordedIsOfNoUseLater() {
    PairingClient client = client(shownCode());
    byte[] first = client.first();
    byte[] second = client.second(desk.first(PEER, first));
    byte[] third = client.third(desk.second(second));
    desk.third(third);
    shownCode();

    byte[] answer = desk.first(PEER, first);
    assertKind(Kind.REFUSED, () -> desk.second(with(second, "/exchange", at(answer, "/exchange"))));
    assertKind(Kind.REFUSED, () -> desk.third(with(third, "/exchange", at(answer, "/exchange"))));
    assertThat(issued).hasSize(1);
  }

  @Test
  void valuesOutsideTheGroupAreRefused() {
    List<BigInteger> outside =
        List.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            P.subtract(BigInteger.ONE),
            P,
            P.add(BigInteger.ONE),
            BigInteger.TWO);
    for (BigInteger value : outside) {
      PairingCode code = shownCode();
      byte[] first = client(code).first();
      assertKind(Kind.REFUSED, () -> desk.first(PEER, changed(first, "/gx1", value)));
      assertKind(Kind.REFUSED, () -> desk.first(PEER, changed(first, "/gx2", value)));

      PairingClient client = client(code);
      byte[] second = client.second(desk.first(PEER, client.first()));
      assertKind(Kind.REFUSED, () -> desk.second(changed(second, "/a", value)));
    }
    assertThat(issued).isEmpty();
  }

  @Test
  void whatIsNoMessageCostsNoAttempt() {
    shownCode();
    byte[] first = client(anotherThan(desk.shown().orElseThrow().code())).first();

    for (byte[] wrong :
        List.of(
            new byte[0],
            "null".getBytes(UTF_8),
            "{}".getBytes(UTF_8),
            with(first, "/gx1", TextNode.valueOf("0" + at(first, "/gx1").textValue())),
            with(first, "/gx1", TextNode.valueOf("f".repeat(769))),
            with(first, "/gx1", JSON.getNodeFactory().numberNode(7)),
            with(first, "/proof1/1", TextNode.valueOf("f".repeat(65))),
            with(first, "/version", JSON.getNodeFactory().numberNode(2)),
            with(first, "/party", TextNode.valueOf("server/x")),
            with(first, "/party", TextNode.valueOf("client/")),
            with(first, "/party", TextNode.valueOf("client/" + "x".repeat(65))),
            with(first, "/party", TextNode.valueOf("client/\u001b[2J")))) {
      assertKind(Kind.MALFORMED, () -> desk.first(PEER, wrong));
    }

    assertThat(desk.shown().orElseThrow().attemptsLeft()).isEqualTo(5);
    assertThat(events).hasSize(1);
  }

  @Test
  void aTokenThatCannotBeStoredIsNotGivenOut() {
    PairingCode code = shownCode();
    diskFull = true;

    assertKind(Kind.UNAVAILABLE, () -> pair(client(code)));

    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            PairingEvent.Failed.class, e -> assertThat(e.reason()).contains("disk full"));
  }

  @Test
  void whatHappensIsToldWithoutCodeAndToken() {
    PairingCode code = shownCode();
    assertKind(Kind.REFUSED, () -> pair(client(anotherThan(code))));
    pair(client(code));

    assertThat(events)
        .containsExactly(
            new PairingEvent.Shown("the terminal", SCOPES, PairingDesk.LIFETIME),
            new PairingEvent.Started(PEER, "FOH laptop"),
            new PairingEvent.Failed(PEER, "FOH laptop", "wrong code, or a round out of order", 4),
            new PairingEvent.Started(PEER, "FOH laptop"),
            new PairingEvent.Done(PEER, "FOH laptop", "id1", SCOPES));
    assertThat(events.toString()).doesNotContain(code.digits()).doesNotContain("secret");
  }

  @Test
  void namesAreCutAndCleanedToWhatFits() {
    assertThat(PairingClient.nameFrom("Bühne\u0007 1", "x")).isEqualTo("Bühne 1");
    assertThat(PairingClient.nameFrom("\u202e \t", "router")).isEqualTo("router");
    assertThat(PairingClient.nameFrom("😀".repeat(40), "x")).isEqualTo("😀".repeat(32));
    assertThatThrownBy(() -> client("a\nb")).isInstanceOf(IllegalArgumentException.class);
  }

  private PairingClient client(String name) {
    return new PairingClient(name, PairingCode.parse("123456").orElseThrow(), random);
  }

  private static JsonNode at(byte[] json, String where) {
    try {
      return JSON.readTree(json).at(where);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] changed(byte[] json, String where, BigInteger value) {
    return with(json, where, TextNode.valueOf(value.toString(16)));
  }

  private static byte[] with(byte[] json, String where, JsonNode value) {
    try {
      JsonNode root = JSON.readTree(json);
      int slash = where.lastIndexOf('/');
      String last = where.substring(slash + 1);
      switch (root.at(where.substring(0, slash))) {
        case ArrayNode array -> array.set(Integer.parseInt(last), value);
        case ObjectNode object -> object.set(last, value);
        case JsonNode other -> throw new AssertionError(other);
      }
      return bytes(root);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(JsonNode node) {
    return node.toString().getBytes(UTF_8);
  }
}
