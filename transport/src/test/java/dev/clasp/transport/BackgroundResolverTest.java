package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackgroundResolverTest {

  private static InetAddress resolved(String name) throws Exception {
    try (EventLoops loops = EventLoops.create("resolver", 1)) {
      return BackgroundResolver.INSTANCE
          .getResolver(loops.next())
          .resolve(InetSocketAddress.createUnresolved(name, 7330))
          .get(60, TimeUnit.SECONDS)
          .getAddress();
    }
  }

  @Test
  void localhostIsThisMachineInAnySpelling() throws Exception {
    byte[] home = {127, 0, 0, 1};
    assertThat(resolved("localhost").getAddress()).isEqualTo(home);
    assertThat(resolved("LocalHost").getAddress()).isEqualTo(home);
  }

  @Test
  void addressesStayWhatTheyAre() throws Exception {
    assertThat(resolved("::1")).isEqualTo(InetAddress.getByName("::1"));
    assertThat(resolved("127.0.0.2")).isEqualTo(InetAddress.getByName("127.0.0.2"));
  }
}
