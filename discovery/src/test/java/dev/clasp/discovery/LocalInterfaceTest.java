package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LocalInterfaceTest {

  private static LocalInterface.Net net(String address, int prefix) {
    return new LocalInterface.Net(FakeLink.ip(address), prefix, Optional.empty());
  }

  private static final LocalInterface LO =
      new LocalInterface("lo", true, true, List.of(net("127.0.0.1", 8)));
  private static final LocalInterface ETH0 =
      new LocalInterface("eth0", false, true, List.of(net("10.1.2.3", 20), net("2001:db8::3", 64)));
  private static final LocalInterface ETH1 =
      new LocalInterface("eth1", false, true, List.of(net("2001:db8:1::3", 64)));

  private static List<String> texts(List<InetAddress> addresses) {
    return addresses.stream().map(InetAddress::getHostAddress).toList();
  }

  @Test
  void whoIsInANetworkIsNear() {
    for (String near :
        new String[] {"10.1.0.1", "10.1.15.255", "169.254.3.3", "fe80::9", "2001:db8::9"}) {
      assertThat(ETH0.near(FakeLink.ip(near))).as(near).isTrue();
    }
    for (String far : new String[] {"10.1.16.1", "192.0.2.1", "127.0.0.1", "2001:db8:0:1::1"}) {
      assertThat(ETH0.near(FakeLink.ip(far))).as(far).isFalse();
    }
    assertThat(LO.near(FakeLink.ip("127.3.2.1"))).isTrue();
    assertThat(LO.near(FakeLink.ip("10.1.0.1"))).isFalse();
  }

  @Test
  void ipv4IsAnnouncedAndIpv6OnlyWhereThereIsNothingElse() {
    assertThat(texts(MdnsNetwork.ALL.addresses(ETH0))).containsExactly("10.1.2.3");
    assertThat(texts(MdnsNetwork.ALL.addresses(ETH1))).containsExactly("2001:db8:1:0:0:0:0:3");
    assertThat(texts(MdnsNetwork.ALL.withIpv6(true).addresses(ETH0)))
        .containsExactly("10.1.2.3", "2001:db8:0:0:0:0:0:3");
    assertThat(MdnsNetwork.ALL.addresses(LO)).isEmpty();
  }

  @Test
  void oneInterfaceOrOneAddressMayBeAllThatIsAnnounced() {
    assertThat(MdnsNetwork.ALL.withInterfaces(Set.of("eth1")).addresses(ETH0)).isEmpty();
    MdnsNetwork one = MdnsNetwork.ALL.withOnly(FakeLink.ip("10.1.2.3"));
    assertThat(texts(one.addresses(ETH0))).containsExactly("10.1.2.3");
    assertThat(one.addresses(ETH1)).isEmpty();
    assertThat(MdnsNetwork.ALL.withOnly(FakeLink.ip("127.0.0.1")).addresses(LO)).isEmpty();
  }

  @Test
  void whoIsReachableAtOneAddressAnswersOnlyThatNetwork() {
    FakeTime time = new FakeTime();
    List<List<LocalInterface>> now = new ArrayList<>(List.of(List.of(LO, ETH0, ETH1)));
    Neighbourhood all = new Neighbourhood(Optional.empty(), now::getLast, time::nanos);
    assertThat(all.test(FakeLink.ip("127.0.0.1"))).isTrue();
    assertThat(all.test(FakeLink.ip("10.1.0.1"))).isTrue();
    assertThat(all.test(FakeLink.ip("192.0.2.1"))).isFalse();

    Neighbourhood one =
        new Neighbourhood(Optional.of(FakeLink.ip("10.1.2.3")), now::getLast, time::nanos);
    assertThat(one.test(FakeLink.ip("10.1.0.1"))).isTrue();
    assertThat(one.test(FakeLink.ip("127.0.0.1"))).isFalse();

    now.add(List.of(LO));
    assertThat(all.test(FakeLink.ip("10.1.0.1"))).isTrue();
    time.pass(TimeUnit.SECONDS.toMillis(4));
    assertThat(all.test(FakeLink.ip("10.1.0.1"))).isFalse();
  }
}
