package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Announce;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.Query;
import dev.clasp.protocol.Message.Result;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FakeAuthenticator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random scopes, patterns and addresses: whatever leaves the router, by whatever way, is what
 * matching the address against scopes and patterns one by one permits.
 */
class ScopesDeliveryTest {

  private static final int READERS = 40;

  private static final String[] WORDS = {"a", "b", "ab", "a1"};
  private static final String[] PARTS = {"a", "b", "ab", "a*", "*", "**"};

  private final FakeAuthenticator tokens = new FakeAuthenticator().admit("all", "admin:/**");
  private final TestRouter t = new TestRouter(c -> c, tokens);

  private record Reader(TestPeer peer, List<AddressPattern> scopes, List<AddressPattern> patterns) {

    boolean mayRead(String address) {
      return scopes.stream().anyMatch(s -> s.matches(address));
    }

    boolean wants(String address) {
      return patterns.stream().anyMatch(p -> p.matches(address));
    }
  }

  private static String random(SplittableRandom random, String[] parts) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(1, 4); n > 0; n--) {
      text.append('/').append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }

  private static Set<String> addressesOf(List<Message> messages) {
    Set<String> found = new TreeSet<>();
    for (Message message : messages) {
      switch (message) {
        case Snapshot snapshot -> snapshot.parameters().forEach(p -> found.add(p.address()));
        case SetValue set -> found.add(set.address());
        case Publish publish -> found.add(publish.address());
        case Result result -> result.signals().forEach(s -> found.add(s.address()));
        case Message.Welcome _, Message.Error _ -> {}
        default -> throw new AssertionError("unexpected " + message);
      }
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whatLeavesTheRouterIsWhatADirectMatchPermits(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TestPeer writer = t.client("writer", "all");
    Set<String> addresses = new TreeSet<>();
    for (int i = 0; i < 60; i++) {
      addresses.add(random(random, WORDS));
    }
    for (String address : addresses) {
      writer.set(address, 1).set(address, 2);
      writer.send(
          new Announce(
              "/ns",
              List.of(
                  new SignalDefinition(
                      address,
                      SignalType.PARAM,
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty())),
              Map.of()));
    }
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      Reader reader = reader(random, i);
      readers.add(reader);
      checkShown(reader, addresses, random);
    }
    // Live, with routes that exist already and routes that are new, and while subscriptions change.
    for (int round = 0; round < 3; round++) {
      Set<String> written = new TreeSet<>();
      for (int i = 0; i < 40; i++) {
        String address = random(random, WORDS);
        written.add(address);
        if (random.nextBoolean()) {
          writer.set(address, i);
        } else {
          writer.send(TestPeer.event(address, Value.of(i)));
        }
      }
      for (Reader reader : readers) {
        Set<String> expected = new TreeSet<>(written);
        expected.removeIf(a -> !reader.mayRead(a) || !reader.wants(a));
        assertThat(addressesOf(reader.peer.received()))
            .as("live to %s by %s", reader.patterns, reader.scopes)
            .isEqualTo(expected);
      }
      Reader changed = readers.get(random.nextInt(READERS));
      subscribe(changed, 100 + round, random(random, PARTS), SignalType.ALL_MASK);
      changed.peer.received();
    }
  }

  private Reader reader(SplittableRandom random, int number) {
    String[] scopes = new String[random.nextInt(1, 4)];
    List<AddressPattern> patterns = new ArrayList<>();
    for (int i = 0; i < scopes.length; i++) {
      String pattern = random(random, PARTS);
      scopes[i] = (random.nextInt(3) == 0 ? "write:" : "read:") + pattern;
      patterns.add(AddressPattern.parse(pattern, GlobstarParent.EXCLUDED));
    }
    String token = "reader " + number;
    tokens.admit(token, scopes);
    TestPeer peer = number % 2 == 0 ? t.client(token, token) : t.farClient(token, token);
    return new Reader(peer, patterns, new ArrayList<>());
  }

  private void checkShown(Reader reader, Set<String> addresses, SplittableRandom random) {
    Set<String> readable = new TreeSet<>(addresses);
    readable.removeIf(a -> !reader.mayRead(a));

    for (int id = 0; id < 12; id++) {
      // Patterns of the scopes themselves are accepted most often.
      String pattern =
          id < reader.scopes.size() ? reader.scopes.get(id).text() : random(random, PARTS);
      int before = reader.patterns.size();
      List<Message> answers = subscribe(reader, id, pattern, SignalType.ALL_MASK);
      if (reader.patterns.size() > before) {
        Set<String> expected = new TreeSet<>(readable);
        expected.removeIf(a -> !reader.patterns.getLast().matches(a));
        assertThat(addressesOf(answers))
            .as("shown for %s by %s", pattern, reader.scopes)
            .isEqualTo(expected);
      }
    }
    AddressPattern asked = AddressPattern.parse(random(random, PARTS));
    Set<String> expected = new TreeSet<>(readable);
    expected.removeIf(a -> !asked.matches(a));
    assertThat(addressesOf(reader.peer.send(new Query(asked.text())).received()))
        .as("told of %s by %s", asked, reader.scopes)
        .isEqualTo(expected);
    for (String address : addresses) {
      List<Message> answer = reader.peer.send(new Message.Get(address)).received();
      assertThat(TestRouter.errorCodes(answer))
          .as("GET %s by %s", address, reader.scopes)
          .isEqualTo(reader.mayRead(address) ? List.of() : List.of(301));
    }
  }

  /** Every subscription is accepted if, and only if, a scope or their union holds its addresses. */
  private static List<Message> subscribe(Reader reader, int id, String pattern, int mask) {
    List<Message> answers = reader.peer.subscribe(id, pattern, mask, Options.history(2)).received();
    AddressPattern strict = AddressPattern.parse(pattern, GlobstarParent.EXCLUDED);
    boolean within = reader.scopes.stream().anyMatch(s -> s.includes(strict));
    boolean refused = TestRouter.errorCodes(answers).contains(301);
    if (within) {
      assertThat(refused).as("%s by %s", pattern, reader.scopes).isFalse();
    }
    if (!refused) {
      reader.patterns.add(AddressPattern.parse(pattern));
      // Accepted: then no address of the pattern is beyond the scopes but the globstar's parent.
      for (String address : someAddresses()) {
        if (strict.matches(address)) {
          assertThat(reader.mayRead(address))
              .as("%s of %s by %s", address, pattern, reader.scopes)
              .isTrue();
        }
      }
    }
    return answers;
  }

  private static List<String> someAddresses() {
    List<String> all = new ArrayList<>();
    for (String a : WORDS) {
      all.add("/" + a);
      for (String b : WORDS) {
        all.add("/" + a + "/" + b);
        for (String c : WORDS) {
          all.add("/" + a + "/" + b + "/" + c);
        }
      }
    }
    assertThat(all).allMatch(a -> a.getBytes(StandardCharsets.UTF_8).length > 1);
    return all;
  }
}
