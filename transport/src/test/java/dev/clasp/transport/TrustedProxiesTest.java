package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.transport.TrustedProxies.Origin;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a proxy speaks for, and which ones are believed. */
class TrustedProxiesTest {

  private final TrustedProxies proxies =
      TrustedProxies.of(List.of("10.0.0.0/8", "192.0.2.7", "2001:db8::/33"));

  private static InetAddress ip(String text) {
    return NetUtil.createInetAddressFromIpAddressString(text);
  }

  private static Origin client(String address) {
    return new Origin.Client(ip(address));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, true",
    "10.255.255.255, true",
    "11.0.0.0, false",
    "192.0.2.7, true",
    "192.0.2.6, false",
    "2001:db8:7fff::1, true",
    "2001:db8:8000::1, false",
    "::1, false",
    "127.0.0.1, false",
  })
  void trustsAddressesAndNetworks(String address, boolean trusted) {
    assertThat(proxies.trusts(ip(address))).isEqualTo(trusted);
    assertThat(TrustedProxies.NONE.trusts(ip(address))).isFalse();
  }

  @Test
  void aNetworkMayBeEverything() {
    assertThat(TrustedProxies.of(List.of("0.0.0.0/0")).trusts(ip("203.0.113.9"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "proxy.local",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "::/129",
        "10.0.0/8/8",
        "/8"
      })
  void saysWhatIsNoNetwork(String text) {
    assertThatThrownBy(() -> TrustedProxies.of(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(".*(is no address and no network|bits, not).*");
  }

  @Test
  void takesTheLastThatIsNoProxyItself() {
    assertThat(proxies.origin(List.of("203.0.113.9"), List.of())).isEqualTo(client("203.0.113.9"));
    assertThat(proxies.origin(List.of("6.6.6.6, 203.0.113.9, 10.0.0.5"), List.of()))
        .isEqualTo(client("203.0.113.9"));
    assertThat(proxies.origin(List.of("6.6.6.6", "203.0.113.9,10.0.0.5", "192.0.2.7"), List.of()))
        .isEqualTo(client("203.0.113.9"));
  }

  @Test
  void understandsPortsAndBrackets() {
    for (String text :
        List.of("2001:db8:ffff::9", "[2001:db8:ffff::9]", "[2001:db8:ffff::9]:4711")) {
      assertThat(proxies.origin(List.of(text), List.of())).isEqualTo(client("2001:db8:ffff::9"));
    }
    assertThat(proxies.origin(List.of("203.0.113.9:4711"), List.of()))
        .isEqualTo(client("203.0.113.9"));
  }

  @Test
  void understandsTheStandardHeader() {
    assertThat(
            proxies.origin(
                List.of(),
                List.of(
                    "for=6.6.6.6;proto=http, For=\"[2001:db8:ffff::9]:80\" ; by=x, for=10.0.0.1")))
        .isEqualTo(client("2001:db8:ffff::9"));
  }

  @Test
  void withoutAClientTheProxySpeaksForItself() {
    assertThat(proxies.origin(List.of(), List.of())).isEqualTo(new Origin.Unsaid());
    assertThat(proxies.origin(List.of("10.0.0.1, 10.0.0.2"), List.of()))
        .isEqualTo(new Origin.Unsaid());
    assertThat(proxies.origin(List.of(" , "), List.of())).isEqualTo(new Origin.Unsaid());
  }

  @Test
  void whatIsNoAddressIsNotGuessed() {
    for (String text : List.of("unknown", "_hidden", "203.0.113.9, stage.local", "1.2.3", "\"")) {
      assertThat(proxies.origin(List.of(text), List.of()))
          .as(text)
          .isInstanceOf(Origin.Contradiction.class);
    }
    assertThat(proxies.origin(List.of(), List.of("proto=http")))
        .isInstanceOf(Origin.Contradiction.class);
  }

  /** A proxy that adds to one header passes on the other as a client made it up. */
  @Test
  void whenTheHeadersDifferNobodyIsBelieved() {
    assertThat(proxies.origin(List.of("203.0.113.9"), List.of("for=203.0.113.9")))
        .isEqualTo(client("203.0.113.9"));
    assertThat(proxies.origin(List.of("203.0.113.9"), List.of("for=6.6.6.6")))
        .isInstanceOf(Origin.Contradiction.class);
    assertThat(proxies.origin(List.of("6.6.6.6"), List.of("for=10.0.0.1")))
        .isInstanceOf(Origin.Contradiction.class);
  }

  @Test
  void looksAtBoundedlyManyHops() {
    String hops = String.join(",", Collections.nCopies(10_000, "10.0.0.1"));

    assertThat(proxies.origin(List.of("203.0.113.9," + hops), List.of()))
        .isEqualTo(new Origin.Unsaid());
  }

  private static HttpQuery request(String peer, java.util.Map<String, String> headers) {
    return new HttpQuery(
        new java.net.InetSocketAddress(ip(peer), 1), "GET", "/", "", headers, new byte[0]);
  }

  @Test
  void aRequestIsThatOfThePeerOrOfWhomATrustedProxySpeaksFor() {
    java.util.Map<String, String> says =
        java.util.Map.of("x-forwarded-for", "198.51.100.1, 203.0.113.9, 10.0.0.2");
    assertThat(proxies.client(request("10.0.0.1", says))).contains(ip("203.0.113.9"));
    assertThat(proxies.client(request("11.0.0.1", says))).contains(ip("11.0.0.1"));
    assertThat(proxies.client(request("10.0.0.1", java.util.Map.of()))).contains(ip("10.0.0.1"));
    assertThat(proxies.client(request("10.0.0.1", java.util.Map.of("x-forwarded-for", "stranger"))))
        .isEmpty();
  }
}
