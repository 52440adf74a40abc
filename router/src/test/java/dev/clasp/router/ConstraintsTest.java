package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.security.Constraint;
import dev.clasp.testkit.FakeAuthenticator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a token allows to write: ranges and rates (operations.md 8.5). */
class ConstraintsTest {

  private static final FakeAuthenticator TOKENS =
      new FakeAuthenticator()
          .admit(
              "dimmer",
              FakeAuthenticator.identity(
                  "dimmer",
                  List.of(
                      new Constraint(
                          AddressPattern.parse("/a/free"),
                          Optional.empty(),
                          OptionalDouble.empty()),
                      new Constraint(
                          AddressPattern.parse("/a/fast/*"),
                          Optional.empty(),
                          OptionalDouble.of(3)),
                      new Constraint(
                          AddressPattern.parse("/a/**"),
                          Optional.of(new Constraint.Range(0, 1)),
                          OptionalDouble.empty())),
                  OptionalLong.empty(),
                  "write:/**"));

  private final TestRouter t = new TestRouter(c -> c, TOKENS);
  private final TestPeer peer = t.client("dimmer", "dimmer");

  private int answerTo(Message message) {
    List<Message> answers = peer.send(message).received();
    if (answers.isEmpty() || answers.getFirst() instanceof Ack) {
      return 0;
    }
    return TestRouter.onlyError(answers).code();
  }

  private static Message set(String address, Value value) {
    return TestPeer.setOf(address, value);
  }

  private static Message samples(String address, double... values) {
    return new Publish(
        address,
        SignalType.STREAM,
        dev.clasp.protocol.GesturePhase.START,
        Content.ofSamples(values),
        OptionalLong.empty(),
        OptionalInt.empty(),
        OptionalInt.of(100));
  }

  @Test
  void numbersAreWithinTheRangeEndsIncluded() {
    assertThat(answerTo(set("/a/x", Value.of(0)))).isZero();
    assertThat(answerTo(set("/a/x", Value.of(1.0)))).isZero();
    assertThat(answerTo(set("/a/x", Value.of(1.0000001)))).isEqualTo(402);
    assertThat(answerTo(set("/a/x", Value.of(-1)))).isEqualTo(402);
    assertThat(answerTo(set("/a/x", Value.of(Double.NaN)))).isEqualTo(402);
    assertThat(answerTo(set("/a/new", Value.of(7)))).isEqualTo(402);
    assertThat(answerTo(set("/b/x", Value.of(7)))).isZero();
    assertThat(t.router.parameterCount()).isEqualTo(2);
  }

  @Test
  void whatIsNoNumberIsRefusedThere() {
    assertThat(answerTo(set("/a/x", Value.of("full")))).isEqualTo(402);
    assertThat(answerTo(set("/a/x", Value.NULL))).isEqualTo(402);
    assertThat(answerTo(set("/a/x", Value.of(List.of(Value.of(0.5)))))).isEqualTo(402);
  }

  @Test
  void theTextSaysWhatIsAllowedAndWhere() {
    peer.set("/a/x", 2);
    Message.Error error = TestRouter.onlyError(peer.received());
    assertThat(error.message())
        .isEqualTo("OutOfRange: the token allows numbers from 0.0 to 1.0 here");
    assertThat(error.address()).hasValue("/a/x");
  }

  @Test
  void publishedValuesAndEverySampleToo() {
    assertThat(answerTo(TestPeer.event("/a/e", Value.of(0.5)))).isZero();
    assertThat(answerTo(TestPeer.event("/a/e", Value.of(5)))).isEqualTo(402);
    assertThat(answerTo(samples("/a/s", 0, 0.5, 1))).isZero();
    assertThat(answerTo(samples("/a/s", 0, 0.5, 1.5))).isEqualTo(402);
    assertThat(
            answerTo(
                new Publish(
                    "/a/trigger",
                    SignalType.EVENT,
                    dev.clasp.protocol.GesturePhase.START,
                    Content.NONE,
                    OptionalLong.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty())))
        .as("no value, nothing out of range")
        .isZero();
  }

  @Test
  void theFirstConstraintThatMatchesCounts() {
    assertThat(answerTo(set("/a/free", Value.of(100)))).isZero();
    assertThat(answerTo(set("/a/fast/x", Value.of(100)))).isZero();
  }

  @Test
  void aBundleIsRefusedWhole() {
    int code =
        answerTo(
            TestRouter.bundle(
                set("/a/x", Value.of(0.5)), set("/b/x", Value.of(9)), set("/a/y", Value.of(9))));
    assertThat(code).isEqualTo(402);
    assertThat(t.router.parameterCount()).isZero();
  }

  @Test
  void aRateIsForAllAddressesOfThePatternTogether() {
    assertThat(answerTo(set("/a/fast/x", Value.of(1)))).isZero();
    assertThat(answerTo(set("/a/fast/y", Value.of(1)))).isZero();
    assertThat(answerTo(TestPeer.event("/a/fast/z", Value.of(1)))).isZero();
    assertThat(answerTo(set("/a/fast/x", Value.of(1)))).isEqualTo(429);
    assertThat(answerTo(set("/b/x", Value.of(1)))).isZero();
    t.passMillis(334);
    assertThat(answerTo(set("/a/fast/x", Value.of(1)))).isZero();
    assertThat(answerTo(set("/a/fast/x", Value.of(1)))).isEqualTo(429);
  }

  @Test
  void everySessionHasItsOwn() {
    for (int i = 0; i < 3; i++) {
      answerTo(set("/a/fast/x", Value.of(1)));
    }
    TestPeer second = t.client("dimmer 2", "dimmer").set("/a/fast/x", 1);
    assertThat(second.received()).hasExactlyElementsOfTypes(Ack.class);
  }

  @Test
  void aRefusedBundleUsesUpNoRate() {
    Message tooMany =
        TestRouter.bundle(set("/a/fast/x", Value.of(1)), set("/a/fast/y", Value.of(1)));
    assertThat(answerTo(tooMany)).isZero();
    assertThat(answerTo(tooMany)).isEqualTo(429);
    assertThat(answerTo(set("/a/fast/x", Value.of(1)))).as("one of three is left").isZero();
  }
}
