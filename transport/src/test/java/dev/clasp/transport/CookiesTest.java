package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CookiesTest {

  private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 5000);

  private final AtomicLong now = new AtomicLong(TimeUnit.SECONDS.toNanos(70_000));
  private final Cookies cookies = new Cookies(new SecureRandom(), now::get);

  private void pass(long seconds) {
    now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void aCookieIsGoodForTenSecondsAndOneAddress() {
    long cookie = cookies.make(ADDRESS);
    assertThat(cookies.good(ADDRESS, cookie)).isTrue();
    assertThat(cookies.good(new InetSocketAddress("192.0.2.2", 5000), cookie)).isFalse();
    assertThat(cookies.good(new InetSocketAddress("192.0.2.1", 5001), cookie)).isFalse();
    assertThat(cookies.good(ADDRESS, cookie ^ 1)).isFalse();
    assertThat(cookies.good(ADDRESS, cookie + (1L << 48))).as("another time").isFalse();
    pass(Cookies.SECONDS);
    assertThat(cookies.good(ADDRESS, cookie)).isTrue();
    pass(1);
    assertThat(cookies.good(ADDRESS, cookie)).isFalse();
  }

  @Test
  void anotherProcessHasAnotherSecret() {
    assertThat(new Cookies(new SecureRandom(), now::get).good(ADDRESS, cookies.make(ADDRESS)))
        .isFalse();
  }

  @Test
  void theNewerOneIsKnownAlsoWhereTheCounterBeginsAgain() {
    for (int i = 0; i < 100; i++) {
      long before = cookies.make(ADDRESS);
      pass(1009);
      long after = cookies.make(ADDRESS);
      assertThat(Cookies.newer(after, before)).isTrue();
      assertThat(Cookies.newer(before, after)).isFalse();
      assertThat(Cookies.newer(after, after)).isFalse();
    }
  }
}
