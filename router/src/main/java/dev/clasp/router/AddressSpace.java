package dev.clasp.router;

import dev.clasp.protocol.ByteHash;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All interned addresses, divided into stripes by hash. The hash is seeded at random so that nobody
 * can choose addresses that collide.
 */
final class AddressSpace {

  static final int STRIPES = 256;

  private final Stripe[] stripes = new Stripe[STRIPES];
  private final AddressIndex index = new AddressIndex();
  private final long seed = new SplittableRandom().nextLong();

  /** Stored parameters in all stripes. */
  private final AtomicInteger parameters = new AtomicInteger();

  /** Bytes of their addresses and values. */
  private final AtomicLong bytes = new AtomicLong();

  AddressSpace(RouterConfig config) {
    ParameterSettings.Rules rules = new ParameterSettings.Rules(config.parameterRules());
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe(i, config.maxIdleAddresses() / STRIPES, rules, index);
    }
  }

  long hash(byte[] b, int offset, int length) {
    return ByteHash.hash(b, offset, length, seed);
  }

  /** The stripe of an address; the table inside a stripe uses the low bits, this the high ones. */
  Stripe stripeOf(long hash) {
    return stripes[stripeIndex(hash)];
  }

  static int stripeIndex(long hash) {
    return (int) (hash >>> 56);
  }

  Stripe stripe(int index) {
    return stripes[index];
  }

  /** Lets go of routes that nobody will use any more. No stripe lock held. */
  void dropOldRoutes(SubscriptionIndex subscriptions) {
    for (Stripe stripe : stripes) {
      stripe.lock.lock();
      try {
        stripe.dropOldRoutes(subscriptions);
      } finally {
        stripe.lock.unlock();
      }
    }
  }

  /** The same addresses in order. */
  AddressIndex index() {
    return index;
  }

  AtomicInteger parameters() {
    return parameters;
  }

  AtomicLong bytes() {
    return bytes;
  }
}
