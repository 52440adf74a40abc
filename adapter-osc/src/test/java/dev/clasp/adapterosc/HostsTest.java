package dev.clasp.adapterosc;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class HostsTest {

  private static InetAddress address(int i) throws Exception {
    return InetAddress.getByAddress(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i});
  }

  @Test
  void aFloodOfForgedAddressesIsNotRemembered() throws Exception {
    Hosts hosts = new Hosts(OscAdapterConfig.DEFAULT, 0);
    Hosts.Host kept = hosts.of(address(0), 0);
    assertThat(kept.enter()).isEmpty();
    for (int i = 1; i < 100_000; i++) {
      hosts.of(address(i), i);
    }
    assertThat(hosts.records()).isLessThanOrEqualTo(Hosts.REMEMBERED + 1);
    assertThat(hosts.of(address(0), 0)).isSameAs(kept);
    assertThat(hosts.sessions()).isOne();
  }

  @Test
  void allStrangersTogetherAreToldAHundredTimesASecond() throws Exception {
    Hosts hosts = new Hosts(OscAdapterConfig.DEFAULT, 0);
    int told = 0;
    for (int i = 0; i < 1000; i++) {
      told += hosts.of(address(i), 0).mayBeTold(0) ? 1 : 0;
      told += hosts.of(address(i), 0).mayBeTold(0) ? 1 : 0;
    }
    assertThat(told).isEqualTo(100);
  }

  @Test
  void aDebtIsPaidOffWithTime() throws Exception {
    Hosts hosts = new Hosts(OscAdapterConfig.DEFAULT.withUnprovenBytesPerSecond(1000), 0);
    Hosts.Host host = hosts.of(address(1), 0);
    assertThat(host.waitNanos(0)).isZero();
    host.sent(3000, 0);
    assertThat(host.waitNanos(0)).isBetween(1_990_000_000L, 2_010_000_000L);
    assertThat(host.waitNanos(2_100_000_000L)).isZero();
  }
}
