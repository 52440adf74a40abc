package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By which URLs others reach a server. */
class ReachableUrlsTest {

  private static final List<String> URLS = List.of("ws://localhost:7330", "tcp://localhost:7330/x");

  @Test
  void aListenerOnAllAddressesHasAUrlForEach() throws Exception {
    assertThat(
            ReachableUrls.with(
                List.of(InetAddress.getByName("192.0.2.1"), InetAddress.getByName("2001:db8::1%1")),
                URLS))
        .containsExactly(
            "ws://192.0.2.1:7330",
            "tcp://192.0.2.1:7330/x",
            "ws://[2001:db8:0:0:0:0:0:1]:7330",
            "tcp://[2001:db8:0:0:0:0:0:1]:7330/x");
    assertThat(ReachableUrls.with(List.of(), URLS)).isEqualTo(URLS);
  }

  @Test
  void othersStayAsTheyAre() throws Exception {
    for (String host : List.of("127.0.0.1", "::1", "192.0.2.1")) {
      InetSocketAddress bound = new InetSocketAddress(InetAddress.getByName(host), 7330);
      assertThat(ReachableUrls.of(bound, URLS)).isEqualTo(URLS);
    }
  }

  @Test
  void noLoopbackIsAmongTheAddressesOfThisMachine() {
    assertThat(ReachableUrls.addresses())
        .noneMatch(InetAddress::isLoopbackAddress)
        .noneMatch(InetAddress::isLinkLocalAddress);
  }
}
