package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a sorted map. */
class AddressIndexTest {

  private final AddressIndex index = new AddressIndex();
  private final TreeMap<byte[], Address> model = new TreeMap<>(Arrays::compareUnsigned);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void add(String name) {
    Address address = new Address(bytes(name), 0, ParameterSettings.NONE);
    if (model.putIfAbsent(address.name, address) == null) {
      index.add(address);
    }
  }

  private void remove(byte[] name) {
    index.remove(Objects.requireNonNull(model.remove(name)));
  }

  private List<Address> walk(String prefix, int piece) {
    List<Address> found = new ArrayList<>();
    @Nullable Address[] some = new @Nullable Address[piece];
    byte[] after = null;
    int count;
    do {
      count = index.next(bytes(prefix), after, some);
      for (int i = 0; i < count; i++) {
        Address address = Objects.requireNonNull(some[i]);
        found.add(address);
        after = address.name;
      }
    } while (count == piece);
    return found;
  }

  private void check(String prefix, int piece) {
    List<Address> expected =
        model.values().stream().filter(a -> a.toString().startsWith(prefix)).toList();
    assertThat(walk(prefix, piece)).as(prefix).containsExactlyElementsOf(expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whateverComesAndGoesItIsFoundInOrder(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 60; round++) {
      boolean shrink = random.nextInt(3) == 0;
      for (int i = 0; i < 200; i++) {
        if (shrink && !model.isEmpty()) {
          byte[] near = bytes("/" + random.nextInt(50) + "/" + random.nextInt(100));
          byte[] name = model.ceilingKey(near);
          remove(name == null ? model.firstKey() : name);
        } else {
          add("/" + random.nextInt(50) + "/" + random.nextInt(100) + "é".repeat(random.nextInt(2)));
        }
      }
      assertThat(index.size()).isEqualTo(model.size());
      check("", 1 + random.nextInt(700));
      check("/" + random.nextInt(60), 1 + random.nextInt(20));
      check("/" + random.nextInt(50) + "/", 1 + random.nextInt(20));
    }
    for (byte[] name : List.copyOf(model.keySet())) {
      remove(name);
    }
    assertThat(walk("", 10)).isEmpty();
    add("/again");
    check("/", 3);
  }

  @Test
  void namesThatAscendOrDescendAreFoundToo() {
    for (int i = 0; i < 3000; i++) {
      add(String.format("/up/%05d", i));
      add(String.format("/down/%05d", 9999 - i));
    }
    check("/up/", 100);
    check("/down/0", 100);
    check("", 6000);
  }

  @Test
  void whatIsRemovedBetweenTwoPiecesDoesNotConfuseTheWalk() {
    for (int i = 0; i < 2000; i++) {
      add(String.format("/%05d", i));
    }
    @Nullable Address[] piece = new @Nullable Address[300];
    index.next(bytes("/"), null, piece);
    byte[] last = Objects.requireNonNull(piece[299]).name;
    for (int i = 100; i < 500; i++) {
      remove(bytes(String.format("/%05d", i)));
    }
    index.next(bytes("/"), last, piece);
    assertThat(piece[0]).hasToString("/00500");
  }

  @Test
  void removingWhatIsNotThereChangesNothing() {
    index.remove(new Address(bytes("/x"), 0, ParameterSettings.NONE));
    add("/x");
    index.remove(new Address(bytes("/x"), 0, ParameterSettings.NONE));
    index.remove(new Address(bytes("/y"), 0, ParameterSettings.NONE));
    check("", 5);
  }
}
