package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Limits that have no setting, or none that another test changes (docs/limits.md). */
class ProtocolLimitsTest {

  private final TestRouter t = new TestRouter();

  @Test
  void aBundleHasAThousandMembersAtMost() {
    TestPeer peer = t.client("desk");
    List<Message> members = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      members.add(TestPeer.setOf("/a/" + i, Value.NULL));
    }
    peer.send(TestRouter.bundle(members.toArray(Message[]::new)));
    assertThat(peer.received()).hasExactlyElementsOfTypes(Ack.class);
    members.add(TestPeer.setOf("/b", Value.NULL));
    peer.send(TestRouter.bundle(members.toArray(Message[]::new)));
    Message.Error error = TestRouter.onlyError(peer.received());
    assertThat(error.code()).isEqualTo(400);
    assertThat(error.message()).startsWith("BundleTooLarge: at most 1000 members");
    assertThat(t.router.parameterCount()).isEqualTo(1000);
  }

  @Test
  void aHundredUndecodableFramesEndTheConnection() {
    TestPeer peer = t.client("noise");
    for (int i = 0; i < 99; i++) {
      peer.sendHex("5301000211ff");
    }
    assertThat(peer.closed()).isEmpty();
    peer.sendHex("5301000211ff");
    assertThat(peer.closed().map(CloseReason::code)).hasValue(1008);
  }

  @Test
  void undecodableFramesThatAreFarApartAreForgiven() {
    TestPeer peer = t.client("flaky");
    for (int i = 0; i < 300; i++) {
      peer.sendHex("5301000211ff");
      t.passMillis(200);
    }
    assertThat(peer.closed()).isEmpty();
  }
}
