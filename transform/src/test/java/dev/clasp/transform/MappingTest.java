package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappingTest {

  private static final long MILLI = 1_000_000;

  private long now = -7 * MILLI;

  private MappingRun run = Mapping.parse(Value.NULL, "").start();

  private void rules(String definition) {
    run = Mapping.parse(Json.of(definition), "/osc").start();
  }

  /** What comes out, as {@code address value}. */
  private List<String> send(Direction direction, String address, String value) {
    List<String> out = new ArrayList<>();
    run.map(
        direction,
        new MappedSignal(address, SignalType.PARAM, Json.of(value)),
        now,
        signal -> out.add(shown(signal)));
    return out;
  }

  private List<String> in(String address, String value) {
    return send(Direction.IN, address, value);
  }

  private List<String> out(String address, String value) {
    return send(Direction.OUT, address, value);
  }

  private List<String> release() {
    List<String> out = new ArrayList<>();
    run.release(now, (direction, signal) -> out.add(direction + " " + shown(signal)));
    return out;
  }

  private static String shown(MappedSignal signal) {
    return signal.address() + " " + shown(signal.value());
  }

  private static String shown(Value value) {
    return switch (value) {
      case Value.Array(List<Value> values) -> values.stream().map(MappingTest::shown).toList() + "";
      case Value.Map(Map<String, Value> entries) -> {
        List<String> parts = new ArrayList<>();
        entries.forEach((key, each) -> parts.add(key + ":" + shown(each)));
        yield parts.toString();
      }
      default -> Fields.shown(value);
    };
  }

  // --- addresses ---------------------------------------------------------------------------------

  /** The table of bridges.md 14; the last six rows as they should be. */
  @ParameterizedTest
  @CsvSource({
    "/osc/fader/*, /clasp/fader/*, /osc/fader/3, /clasp/fader/3",
    "/midi/*/cc/*, /m/*/c/*, /midi/dev/cc/7, /m/dev/c/7",
    "*/x, */y, /foo/x, /foo/y",
    "/osc/*, /out/*, /osc/a/b/c, ''",
    "/osc/*, /out/*, /x/osc/1, ''",
    "/a/*/b, /z/*/y, /a/1/b/extra, ''",
    "/osc/*, /out/*, /osc/, /out/",
    "/a/**, /b/**, /a/1/2, /b/1/2",
  })
  void theTableOfTheSpecification(String from, String to, String address, String expected) {
    String rules = "{unmatched: drop, rules: [{from: '" + from + "', to: '" + to + "'}]}";
    run = Mapping.parse(Json.of(rules), "").start();
    assertThat(in(address, "1"))
        .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected + " 1"));
  }

  @Test
  void moreStarsThanThereAreIsAMistake() {
    assertThatThrownBy(() -> rules("[{from: '/midi/*/cc/*', to: '/midi/*/*/*'}]"))
        .hasMessage("rules[0].to: /midi/*/*/* needs * number 3, and /midi/*/cc/* does not have it");
  }

  @Test
  void withoutRulesThePrefixComesAndGoes() {
    run = Mapping.parse(Value.NULL, "/osc/").start();
    assertThat(in("/1/fader", "1")).containsExactly("/osc/1/fader 1");
    assertThat(out("/osc/1/fader", "1")).containsExactly("/1/fader 1");
    assertThat(out("/oscillator/x", "1")).isEmpty();
    assertThat(out("/osc", "1")).isEmpty();
    run = Mapping.parse(Value.NULL, "").start();
    assertThat(in("/a", "1")).containsExactly("/a 1");
    assertThat(out("/a", "1")).containsExactly("/a 1");
  }

  @Test
  void namesAndArithmeticGoBothWays() {
    rules(
        "[{from: '/ch/{ch}/{what}', to: '/mixer/{what}/{ch*2-1}', direction: both,"
            + " transform: {type: scale, from_max: 127}}]");
    assertThat(in("/ch/4/gain", "127")).containsExactly("/mixer/gain/7 1");
    assertThat(out("/mixer/gain/7", "0.5")).containsExactly("/ch/4/gain 63.5");
    assertThat(out("/mixer/gain/8", "0.5")).isEmpty();
    assertThat(in("/ch/x/gain", "1")).containsExactly("/osc/ch/x/gain 1");
  }

  @Test
  void calculationsThatCannotBeTurnedAroundGoOneWay() {
    rules("[{from: '/note/{n}', to: '/oct/{n/12}/{n%12}'}]");
    assertThat(in("/note/61", "1")).containsExactly("/oct/5/1 1");
    assertThatThrownBy(() -> rules("[{from: '/note/{n}', to: '/o/{n/12}', direction: both}]"))
        .hasMessageContaining("rules[0].to: {n/12} cannot be turned around")
        .hasMessageContaining("write two rules");
    assertThatThrownBy(() -> rules("[{from: '/a/{n}', to: '/b', direction: both}]"))
        .hasMessageContaining("rules[0].from: /a/{n} needs {n}, and /b does not have it")
        .hasMessageContaining("write two rules");
    assertThatThrownBy(() -> rules("[{from: '/a', to: '/b/{n}'}]"))
        .hasMessage("rules[0].to: /b/{n} needs {n}, and /a does not have it");
    assertThatThrownBy(() -> rules("[{from: '/a', to: '/b', direction: both, transform: abs}]"))
        .hasMessageStartingWith("rules[0].transform: abs cannot be turned around: give inverse");
    rules("[{from: '/a', to: '/b', direction: both, transform: abs, inverse: negate}]");
    assertThat(in("/a", "-2")).containsExactly("/b 2");
    assertThat(out("/b", "-2")).containsExactly("/a 2");
  }

  @Test
  void aPathWithoutSlashIsBelowThePrefix() {
    rules("[{from: 'a/{n}', to: 'b/{n}', direction: both}]");
    assertThat(in("/a/1", "1")).containsExactly("/osc/b/1 1");
    assertThat(out("/osc/b/1", "1")).containsExactly("/a/1 1");
  }

  @Test
  void resultsThatAreNoAddressAreNotTaken() {
    rules("[{from: '/{all**}', to: '/x/{all}'}]");
    assertThat(in("/a*b", "1")).containsExactly("/osc/a*b 1");
    assertThat(in("/" + "a".repeat(1023), "1")).hasSize(1);
  }

  @Test
  void directionsAreKept() {
    rules("{unmatched: drop, rules: [{from: /a, to: /b}, {from: /c, to: /d, direction: out}]}");
    assertThat(in("/a", "1")).containsExactly("/b 1");
    assertThat(out("/b", "1")).isEmpty();
    assertThat(out("/d", "1")).containsExactly("/c 1");
    assertThat(in("/c", "1")).isEmpty();
  }

  @Test
  void saysWhatIsToBeListenedTo() {
    rules(
        "[{from: '/a/{n}', to: '/lights/cue{n+1}/**', direction: out}, {from: /x, to: /osc/x,"
            + " direction: both}, {from: /y, to: /z}, {from: /q, to: '/q', direction: out, enabled:"
            + " false}]");
    assertThat(patterns(Direction.OUT)).containsExactly("/osc/**", "/lights/cue*/**");
    assertThat(patterns(Direction.IN)).containsExactly("/**");
    rules("{unmatched: drop, rules: [{from: '/a/{n**}', to: '/b/{n}'}, {from: '/a/b', to: /c}]}");
    assertThat(patterns(Direction.IN)).containsExactly("/a/**");
    assertThat(patterns(Direction.OUT)).isEmpty();
  }

  private List<String> patterns(Direction direction) {
    return run.mapping().patterns(direction).stream().map(Object::toString).toList();
  }

  // --- which rules -------------------------------------------------------------------------------

  @Test
  void theFirstRuleTakesIt() {
    rules(
        "[{from: '/a/*', to: /one}, {from: '/a/x', to: /two}, {from: '/a/y', to: /t, priority: 1}]");
    assertThat(in("/a/x", "1")).containsExactly("/one 1");
    assertThat(in("/a/y", "1")).containsExactly("/t 1");
    rules("{match: all, rules: [{from: '/a/*', to: /one}, {from: '/a/x', to: /two}]}");
    assertThat(in("/a/x", "1")).containsExactly("/one 1", "/two 1");
  }

  @Test
  void aRuleIsSkippedWhenItsConditionIsFalse() {
    rules(
        "[{from: '/a/{n}', to: /low, when: 'value < 0.5 && n < 3'}, {from: '/a/{n}', to: /high,"
            + " when: {type: greater_than, value: 0.8}}]");
    assertThat(in("/a/1", "0.2")).containsExactly("/low 0.2");
    assertThat(in("/a/5", "0.2")).isEmpty();
    assertThat(in("/a/1", "0.9")).containsExactly("/high 0.9");
    assertThat(in("/a/1", "text")).isEmpty();
  }

  @Test
  void disabledRulesAndFilters() {
    rules("[{from: /a, to: /b, enabled: false}]");
    assertThat(in("/a", "1")).containsExactly("/osc/a 1");
    rules(
        "{include: ['/a/**'], exclude: '/a/secret', rules: [{from: '/a/x', to: /x, direction:"
            + " both}, {from: '/c', to: '/c', direction: both}]}");
    assertThat(in("/a/1", "1")).containsExactly("/osc/a/1 1");
    assertThat(in("/a/x", "1")).containsExactly("/x 1");
    assertThat(in("/a/secret", "1")).isEmpty();
    assertThat(in("/b", "1")).isEmpty();
    assertThat(out("/osc/a/1", "1")).containsExactly("/a/1 1");
    assertThat(out("/osc/b", "1")).isEmpty();
    assertThat(out("/x", "1")).containsExactly("/a/x 1");
    assertThat(out("/c", "1")).isEmpty();
  }

  @Test
  void theTypeAndHintsOfARule() {
    rules("[{from: /a, to: /b, type: event, qos: 1, hints: {width: 16}}, {from: /c, to: /d}]");
    List<MappedSignal> got = new ArrayList<>();
    run.map(Direction.IN, new MappedSignal("/a", SignalType.PARAM, Value.of(1)), 0, got::add);
    run.map(
        Direction.IN,
        new MappedSignal("/c", SignalType.STREAM, Value.of(1), Map.of("x", Value.of(2))),
        0,
        got::add);
    assertThat(got)
        .containsExactly(
            new MappedSignal(
                "/b",
                SignalType.EVENT,
                Value.of(1),
                Map.of("qos", Value.of(1), "width", Value.of(16))),
            new MappedSignal("/d", SignalType.STREAM, Value.of(1), Map.of("x", Value.of(2))));
  }

  // --- one to many and back ----------------------------------------------------------------------

  @Test
  void oneFaderToMany() {
    rules("[{from: /master, to: ['/1/dim', '/2/dim', '/3/dim']}]");
    assertThat(in("/master", "0.5")).containsExactly("/1/dim 0.5", "/2/dim 0.5", "/3/dim 0.5");
  }

  @Test
  void arraysAreSplit() {
    rules("[{from: '/rgb/{n}', to: '/fixture/{n}/{i+1}', transform: {type: scale, to_max: 255}}]");
    assertThat(in("/rgb/7", "[0, 1]")).containsExactly("/fixture/7/1 0", "/fixture/7/2 255");
    assertThat(in("/rgb/7", "[1]")).containsExactly("/fixture/7/1 255");
    assertThat(in("/rgb/7", "1")).isEmpty();
    assertThatThrownBy(() -> rules("[{from: /a, to: '/b/{i}', direction: both}]"))
        .isInstanceOf(MappingException.class);
  }

  @Test
  void severalAddressesAreCollected() {
    rules("[{from: [/x, /y], to: /xy, collect: true, direction: both, transform: invert}]");
    assertThat(in("/x", "0.25")).isEmpty();
    MappedSignal other = new MappedSignal("/y", SignalType.PARAM, Value.of(1));
    assertThat(run.explain(Direction.IN, other, now).getFirst().signals()).hasSize(1);
    assertThat(in("/y", "1")).containsExactly("/xy [0.75, 0]");
    assertThat(in("/x", "0")).containsExactly("/xy [1, 0]");
    assertThat(out("/xy", "[1, 0.25]")).containsExactly("/x 0", "/y 0.75");
    assertThat(out("/xy", "[1]")).containsExactly("/x 0");
    assertThat(out("/xy", "1")).isEmpty();
  }

  @Test
  void partsAreCollectedByName() {
    rules(
        "[{from: '/pad/{n}/{part}', to: '/pads/{n}', direction: both,"
            + " collect: {order: [x, y], as: map, default: 0}}]");
    assertThat(in("/pad/1/x", "5")).containsExactly("/pads/1 [x:5, y:0]");
    assertThat(in("/pad/2/y", "7")).containsExactly("/pads/2 [x:0, y:7]");
    assertThat(in("/pad/1/y", "6")).containsExactly("/pads/1 [x:5, y:6]");
    assertThat(in("/pad/1/z", "6")).containsExactly("/osc/pad/1/z 6");
    assertThat(out("/pads/3", "{x: 1, y: 2}")).containsExactly("/pad/3/x 1", "/pad/3/y 2");
    assertThat(out("/pads/3", "[1, 2]")).containsExactly("/pad/3/x 1", "/pad/3/y 2");
  }

  @Test
  void collectingTowardsTheDevice() {
    rules("[{from: /rgb, to: '/lights/{c}', direction: out, collect: [r, g, b]}]");
    assertThat(out("/lights/r", "1")).isEmpty();
    assertThat(out("/lights/g", "2")).isEmpty();
    assertThat(out("/lights/b", "3")).containsExactly("/rgb [1, 2, 3]");
  }

  @Test
  void collectNeedsToKnowItsParts() {
    assertThatThrownBy(() -> rules("[{from: /a, to: /b, collect: true}]"))
        .hasMessageStartingWith("rules[0].collect: needs several addresses");
    assertThatThrownBy(() -> rules("[{from: [/a, /b], to: /c, collect: [x]}]"))
        .hasMessageStartingWith("rules[0].collect: needs as many names as there are addresses: 2");
    assertThatThrownBy(() -> rules("[{from: '/a/{p}', to: /c, collect: [x, x]}]"))
        .hasMessageContaining("twice");
  }

  // --- time --------------------------------------------------------------------------------------

  @Test
  void aRateKeepsTheNewestAndNeverLosesTheLast() {
    rules("[{from: '/f/{n}', to: '/g/{n}', rate: 10}]");
    assertThat(in("/f/1", "1")).containsExactly("/g/1 1");
    now += 10 * MILLI;
    assertThat(in("/f/1", "2")).isEmpty();
    assertThat(in("/f/2", "9")).containsExactly("/g/2 9");
    now += 10 * MILLI;
    assertThat(in("/f/1", "3")).isEmpty();
    assertThat(release()).isEmpty();
    assertThat(run.release(now, (_, _) -> {})).isEqualTo(-7 * MILLI + 100 * MILLI);
    now += 80 * MILLI;
    assertThat(release()).containsExactly("IN /g/1 3");
    assertThat(run.release(now, (_, _) -> {})).isEqualTo(Long.MAX_VALUE);
    now += 99 * MILLI;
    assertThat(in("/f/1", "4")).isEmpty();
    now += MILLI;
    assertThat(release()).containsExactly("IN /g/1 4");
  }

  @Test
  void whatComesLateReplacesWhatIsHeld() {
    rules("[{from: /f, to: /g, rate: 10, direction: both}]");
    in("/f", "1");
    now += MILLI;
    in("/f", "2");
    now += 150 * MILLI;
    assertThat(in("/f", "3")).containsExactly("/g 3");
    now += MILLI;
    assertThat(in("/f", "4")).isEmpty();
    assertThat(release()).isEmpty();
    long next = run.release(now, (_, _) -> {});
    assertThat(next - now).isEqualTo(99 * MILLI);
    now = next;
    assertThat(release()).containsExactly("IN /g 4");
    out("/g", "5");
    out("/g", "6");
    now += 100 * MILLI;
    assertThat(release()).containsExactly("OUT /f 6");
  }

  @Test
  void manyHeldValuesComeInOrderOfTime() {
    rules("[{from: '/f/{n}', to: '/g/{n}', rate: 10}]");
    for (int i = 0; i < 50; i++) {
      in("/f/" + i, "0");
      now += MILLI;
    }
    for (int i = 49; i >= 0; i--) {
      in("/f/" + i, "1");
    }
    List<String> got = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      got.addAll(release());
      now += MILLI;
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      expected.add("IN /g/" + i + " 1");
    }
    assertThat(got).isEqualTo(expected);
  }

  @Test
  void aDeadbandDropsSmallChanges() {
    rules("[{from: /f, to: /g, deadband: 0.1}, {from: /h, to: /i, deadband: 0}]");
    assertThat(in("/f", "0.5")).hasSize(1);
    assertThat(in("/f", "0.55")).isEmpty();
    assertThat(in("/f", "0.59")).isEmpty();
    assertThat(in("/f", "0.61")).hasSize(1);
    assertThat(in("/f", "2")).hasSize(1);
    assertThat(in("/f", "2.1")).hasSize(1);
    assertThat(in("/f", "[1, 2]")).hasSize(1);
    assertThat(in("/f", "[1.05, 2]")).isEmpty();
    assertThat(in("/f", "[1.05, 3]")).hasSize(1);
    assertThat(in("/h", "1")).hasSize(1);
    assertThat(in("/h", "1.0")).isEmpty();
    assertThat(in("/h", "1.01")).hasSize(1);
    assertThat(in("/h", "a")).hasSize(1);
    assertThat(in("/h", "a")).isEmpty();
  }

  @Test
  void everyAddressAndEveryNodeRemembersForItself() {
    rules("[{from: '/f/{n}', to: '/g/{n}', transform: [{type: smooth, factor: 0.5}, toggle]}]");
    in("/f/1", "0");
    assertThat(in("/f/2", "1")).containsExactly("/g/2 1");
    assertThat(in("/f/1", "2")).containsExactly("/g/1 1");
    assertThat(in("/f/1", "0")).containsExactly("/g/1 1");
    assertThat(in("/f/1", "0")).containsExactly("/g/1 0".replace(" 0", " 1"));
  }

  @Test
  void anEventPerPress() {
    rules("[{from: /button, to: /go, transform: edge, type: event}]");
    assertThat(in("/button", "1")).containsExactly("/go 1");
    assertThat(in("/button", "1")).isEmpty();
    assertThat(in("/button", "0")).isEmpty();
    assertThat(in("/button", "1")).containsExactly("/go 1");
  }

  // --- replacing and explaining ------------------------------------------------------------------

  @Test
  void rulesThatAreTheSameKeepTheirMemory() {
    String toggle = "{from: /t, to: /u, transform: toggle}";
    String rate = "{from: /r, to: /s, rate: 10}";
    String xy = "{from: [/x, /y], to: /xy, collect: true}";
    rules("[" + toggle + ", " + rate + "," + xy + "]");
    assertThat(in("/t", "1")).containsExactly("/u 1");
    in("/x", "3");
    in("/r", "1");
    in("/r", "2");
    Mapping next =
        Mapping.parse(
            Json.of("[{from: /new, to: /newer}, " + rate + "," + toggle + "," + xy + "]"), "/osc");
    run = next.start(run);
    in("/t", "0");
    assertThat(in("/t", "1")).containsExactly("/u 0");
    assertThat(in("/y", "4")).containsExactly("/xy [3, 4]");
    assertThat(in("/r", "3")).isEmpty();
    now += 100 * MILLI;
    assertThat(release()).containsExactly("IN /s 3");
    run = Mapping.parse(Json.of("[{from: /t, to: /v, transform: toggle}]"), "/osc").start(run);
    assertThat(in("/t", "1")).containsExactly("/v 1");
  }

  @Test
  void whatIsHeldIsSentAlsoWhenItsRuleIsGone() {
    rules("[{from: /r, to: /s, rate: 10}]");
    in("/r", "1");
    in("/r", "2");
    run = Mapping.parse(Value.NULL, "").start(run);
    now += 100 * MILLI;
    assertThat(release()).containsExactly("IN /s 2");
  }

  @Test
  void explainsEveryRuleAndChangesNothing() {
    rules(
        "[{name: off, from: '/a/{n}', to: /x, enabled: false}, {from: /b, to: /x},"
            + " {from: '/a/{n}', to: /x, when: 'value > 1'},"
            + " {name: it, from: '/a/{n}', to: '/x/{n}', transform: [toggle, invert], rate: 1},"
            + " {from: '/a/1', to: /y}, {from: /z, to: /z, direction: out}]");
    MappedSignal signal = new MappedSignal("/a/1", SignalType.PARAM, Value.of(1));
    List<MappingStep> steps = run.explain(Direction.IN, signal, now);
    assertThat(steps).isEqualTo(run.explain(Direction.IN, signal, now));
    assertThat(steps.stream().map(step -> step.refusal().orElse("took it")))
        .containsExactly(
            "it is not enabled",
            "the address does not match /b",
            "its condition is not true",
            "took it",
            "an earlier rule has taken it",
            "its direction is out");
    MappingStep taken = steps.get(3);
    assertThat(taken.rule()).isEqualTo(3);
    assertThat(taken.name()).isEqualTo("it");
    assertThat(taken.captures()).isEqualTo(Map.of("n", "1"));
    assertThat(taken.stages())
        .containsExactly(
            new MappingStep.Stage("toggle", java.util.Optional.of(Value.of(1.0))),
            new MappingStep.Stage("invert", java.util.Optional.of(Value.of(0.0))));
    assertThat(taken.signals())
        .containsExactly(new MappedSignal("/x/1", SignalType.PARAM, Value.of(0.0)));
    assertThat(in("/a/1", "1")).containsExactly("/x/1 0");
    MappingStep held = run.explain(Direction.IN, signal, now).get(3);
    assertThat(held.notes())
        .containsExactly("rate: held back for 1000 ms unless a newer value comes");
    assertThat(held.signals()).isEmpty();
    assertThat(run.release(now, (_, _) -> {})).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void explainsWhatNoRuleTakes() {
    rules("[{from: /a, to: /b, transform: '= value / 0'}]");
    MappingStep step =
        run.explain(Direction.IN, new MappedSignal("/q", SignalType.EVENT, Value.NULL), now).get(1);
    assertThat(step.rule()).isEqualTo(-1);
    assertThat(step.signals())
        .containsExactly(new MappedSignal("/osc/q", SignalType.EVENT, Value.NULL));
    assertThat(
            run.explain(Direction.OUT, new MappedSignal("/q", SignalType.PARAM, Value.NULL), now)
                .get(1)
                .refusal())
        .isPresent();
    assertThat(
            run.explain(Direction.IN, new MappedSignal("/a", SignalType.PARAM, Value.of(1)), now)
                .get(0)
                .notes())
        .containsExactly("expression: the result is not finite, unchanged");
  }

  // --- bounds ------------------------------------------------------------------------------------

  @Test
  void aFloodOfAddressesForgetsTheOldestMemories() {
    rules("[{from: '/t/{n**}', to: '/u', transform: toggle}]");
    assertThat(in("/t/first", "1")).containsExactly("/u 1");
    for (int i = 0; i < 50_100; i++) {
      in("/t/" + i, "1");
    }
    in("/t/first", "0");
    assertThat(in("/t/first", "1")).containsExactly("/u 1");
    in("/t/50000", "0");
    assertThat(in("/t/50000", "1")).containsExactly("/u 0");
  }

  @Test
  void largeMemoriesAreForgottenBeforeThereAreTooMany() {
    rules("[{from: '/a/{n}', to: '/b/{n}', transform: {type: smooth}}]");
    Value big = new Value.Array(java.util.Collections.nCopies(1000, Value.of(1.0)));
    for (int i = 0; i < 1000; i++) {
      run.map(Direction.IN, new MappedSignal("/a/" + i, SignalType.PARAM, big), i, _ -> {});
    }
    assertThat(run.cells()).isLessThan(4_100_000);
    assertThat(run.cells()).isEqualTo(run.countedCells());
    rules("[{from: '/a/{n}', to: '/b/{n}/{i}', collect: false}, {from: '/c/{n}', to: '/d/{n}'}]");
    for (int i = 0; i < 1000; i++) {
      run.explain(Direction.IN, new MappedSignal("/a/" + i, SignalType.PARAM, big), i);
      run.map(Direction.IN, new MappedSignal("/a/" + i, SignalType.PARAM, big), i, _ -> {});
    }
    assertThat(run.cells()).isLessThan(4_100_000);
    assertThat(run.cells()).isEqualTo(run.countedCells());
  }

  @Test
  void tooManyRulesAreRefused() {
    Value rule = Json.of("{from: /a, to: /b}");
    Value many = new Value.Array(java.util.Collections.nCopies(10_001, rule));
    assertThatThrownBy(() -> Mapping.parse(many, "")).hasMessageContaining("more than 10000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "5 → a mapping is a map or a list of rules, not 5",
        "{rule: []} → rule: is not known; a mapping takes prefix, match, unmatched",
        "{rules: [5]} → rules[0]: a rule is a map, not 5",
        "[{to: /a}] → rules[0].from: is missing",
        "[{from: /a}] → rules[0].to: is missing",
        "[{from: [], to: /a}] → rules[0].from: is empty",
        "[{from: /a, to: /b, direction: up}] → rules[0].direction: must be one of in, out, both",
        "[{from: /a, to: /b, type: gesture}] → rules[0].type: must be one of param, event",
        "[{from: /a, to: /b, rate: 0}] → rules[0].rate: must be more than 0",
        "[{from: /a, to: /b, deadband: -1}] → rules[0].deadband: must not be negative",
        "[{from: /a, to: /b, when: 'value >'}] → rules[0].when.expr: a value is missing",
        "[{from: /a, to: /b, inverse: abs}] → rules[0].inverse: is for rules with direction both",
        "[{from: /a, to: /b, transform: {type: clamp, min: 1, max: 0}}] →"
            + " rules[0].transform.min: must not be more than max",
        "{match: some} → match: must be one of first, all",
        "{prefix: '/a/*'} → prefix: must be an address without open places",
      })
  void saysWhatIsWrongAndWhere(String definition, String message) {
    assertThatThrownBy(() -> Mapping.parse(Json.of(definition), ""))
        .isInstanceOf(MappingException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "null",
        "[{from: /a, to: /b}]",
        "{match: all, unmatched: drop, include: '/a/**', prefix: x, strip_prefix: /q, rules: []}",
        "[{name: n, from: [a, '/b/*'], to: ['c', d], direction: in, type: stream, when: 'value > 1',"
            + " transform: [invert, {type: chain, transforms: [toggle]}], rate: 5, deadband: 0,"
            + " priority: 3, enabled: true, retain: true, hints: {x: [1]}}]",
        "[{from: '/a/{n+1}', to: '/b/{n}', direction: both, transform: {type: curve, curve_type:"
            + " ease-in}}]",
        "[{from: ['/a', '/b'], to: /c, collect: {order: [x, y], as: map, default: 0}}]",
        "{mapping: {custom: {'/a/*': '/b/*', '/c/*': '/d'}, filter: {exclude: [/x]}}}",
      })
  void isReadAgainFromItsDefinition(String definition) {
    Mapping mapping = Mapping.parse(Json.of(definition), "/osc");
    Mapping again = Mapping.parse(mapping.definition(), "/osc");
    assertThat(again).isEqualTo(mapping);
    assertThat(again.definition()).isEqualTo(mapping.definition());
    assertThat(again.prefix()).isEqualTo(mapping.prefix());
  }

  @Test
  void theDefinitionIsWhatOneWouldWrite() {
    assertThat(
            Mapping.parse(
                    Json.of(
                        "[{from: fader, to: dim, transform: [invert, {type: scale, to_max: 255}],"
                            + " when: {type: expression, expr: 'value > 0'}, qos: 1}]"),
                    "/osc")
                .definition())
        .isEqualTo(
            Json.of(
                "{rules: [{from: /fader, to: /osc/dim, direction: in, when: {type: expression,"
                    + " expr: 'value > 0'}, transform: [invert, {type: scale, to_max: 255}],"
                    + " hints: {qos: 1}}]}"));
  }
}
