package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StripeTest {

  private final AddressIndex names = new AddressIndex();

  private static byte[] bytes(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void findsEverythingThatWasAddedAndNotForgotten() {
    Stripe stripe = new Stripe(0, 50, new ParameterSettings.Rules(List.of()), names);
    Map<String, Address> stored = new HashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 5_000; i++) {
      String name = "/" + i;
      byte[] b = bytes(name);
      // Few different hashes, so that clusters and wrap-around are common.
      long hash = random.nextInt(40) - 5;
      Address address = stripe.add(b, 0, b.length, hash);
      if (random.nextBoolean()) {
        address.stored = true;
        stored.put(name, address);
      } else {
        stripe.keepIdle(address);
        address.touched = random.nextInt(4) == 0;
      }
    }
    assertThat(stripe.size()).isBetween(stored.size(), stored.size() + 60);
    stored.forEach((name, address) -> {
      byte[] b = bytes(name);
      assertThat(stripe.find(b, 0, b.length, address.hash)).isSameAs(address);
    });
    assertThat(stripe.find(bytes("/none"), 0, 5, 3)).isNull();
    assertThat(names.size()).isEqualTo(stripe.size());
  }

  @Test
  void publishingToEndlessNewAddressesDoesNotGrow() {
    Stripe stripe = new Stripe(0, 100, new ParameterSettings.Rules(List.of()), names);
    for (int i = 0; i < 100_000; i++) {
      byte[] b = bytes("/" + i);
      Address address = stripe.add(b, 0, b.length, i * 0x9E3779B97F4A7C15L);
      address.touched = true;
      stripe.keepIdle(address);
    }
    assertThat(stripe.size()).isLessThanOrEqualTo(101);
    assertThat(names.size()).isEqualTo(stripe.size());
  }

  @Test
  void theAddressJustAddedStaysAndTheOthersDoNotPileUp() {
    Stripe stripe = new Stripe(0, 1, new ParameterSettings.Rules(List.of()), names);
    for (int i = 0; i < 1_000; i++) {
      byte[] b = bytes("/" + i);
      long hash = i * 0x9E3779B97F4A7C15L;
      Address address = stripe.add(b, 0, b.length, hash);
      stripe.keepIdle(address);
      address.touched = true;
      assertThat(stripe.find(b, 0, b.length, hash)).isSameAs(address);
      assertThat(stripe.size()).isLessThan(10);
    }
  }

  @Test
  void aPinnedAddressStaysUntilItIsLetGo() {
    Stripe stripe = new Stripe(0, 1, new ParameterSettings.Rules(List.of()), names);
    byte[] b = bytes("/pinned");
    Address pinned = stripe.add(b, 0, b.length, 7);
    stripe.keepIdle(pinned);
    stripe.pin(pinned);
    stripe.pin(pinned);
    addMany(stripe, "/a");
    stripe.unpin(pinned);
    addMany(stripe, "/b");
    assertThat(stripe.find(b, 0, b.length, 7)).isSameAs(pinned);
    stripe.unpin(pinned);
    addMany(stripe, "/c");
    assertThat(stripe.find(b, 0, b.length, 7)).isNull();
  }

  private static void addMany(Stripe stripe, String prefix) {
    for (int i = 0; i < 20; i++) {
      byte[] b = bytes(prefix + i);
      stripe.keepIdle(stripe.add(b, 0, b.length, i));
    }
  }
}
