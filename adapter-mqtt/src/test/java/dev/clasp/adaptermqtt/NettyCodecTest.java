package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.RawClient.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Our packets against those of another implementation, and why that one is not used. */
class NettyCodecTest {

  private static Packet ours(MqttMessage message, Level level) {
    EmbeddedChannel channel = new EmbeddedChannel(MqttEncoder.INSTANCE);
    channel.writeOutbound(message);
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    return decoded(ByteBufUtil.getBytes(all), level);
  }

  private static Packet decoded(byte[] bytes, Level level) {
    Packet[] found = new Packet[1];
    new PacketStream(1 << 20)
        .parse(
            bytes,
            0,
            bytes.length,
            (first, b, offset, length) -> {
              found[0] = PacketDecoder.decode(first, b, offset, length, level);
              return true;
            });
    return found[0];
  }

  private static MqttMessage nettys(byte[] bytes, Level level) {
    EmbeddedChannel channel = new EmbeddedChannel(new MqttDecoder());
    // The decoder learns the version from a CONNECT.
    channel.writeInbound(
        Unpooled.wrappedBuffer(RawClient.connect(level.number, 2, 0, "00", RawClient.text("c"))));
    channel.readInbound();
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    return channel.readInbound();
  }

  @ParameterizedTest
  @EnumSource
  void weReadWhatNettyWrites(Level level) {
    MqttVersion version =
        switch (level) {
          case V3_1 -> MqttVersion.MQTT_3_1;
          case V3_1_1 -> MqttVersion.MQTT_3_1_1;
          case V5 -> MqttVersion.MQTT_5;
        };
    Packet connect =
        ours(
            MqttMessageBuilders.connect()
                .protocolVersion(version)
                .clientId("client")
                .cleanSession(true)
                .keepAlive(17)
                .hasUser(true)
                .username("user")
                .hasPassword(true)
                .password("pw".getBytes(StandardCharsets.UTF_8))
                .willFlag(true)
                .willTopic("w")
                .willMessage("gone".getBytes(StandardCharsets.UTF_8))
                .willQoS(MqttQoS.AT_LEAST_ONCE)
                .willRetain(true)
                .build(),
            Level.V3_1_1);

    assertThat(connect)
        .isInstanceOfSatisfying(
            Packet.Connect.class,
            c -> {
              assertThat(c.level()).isEqualTo(level);
              assertThat(c.clientId()).isEqualTo("client");
              assertThat(c.cleanStart()).isTrue();
              assertThat(c.keepAlive()).isEqualTo(17);
              assertThat(c.user()).contains("user");
              assertThat(c.password().map(p -> new String(p, StandardCharsets.UTF_8)))
                  .contains("pw");
              assertThat(c.will())
                  .hasValueSatisfying(w -> {
                    assertThat(w.topic()).isEqualTo("w");
                    assertThat(w.qos()).isEqualTo(1);
                    assertThat(w.retain()).isTrue();
                    assertThat(w.payload()).asString().isEqualTo("gone");
                  });
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"V3_1_1", "V5"})
  void nettyReadsWhatWeWrite(Level level) {
    TopicName name = new TopicName(hex("2F61"), "/a", "a", "a".getBytes(StandardCharsets.UTF_8));
    Post post =
        new Post(
            name,
            2,
            false,
            "payload".getBytes(StandardCharsets.UTF_8),
            hex("26000161000162"),
            Original.NEVER,
            0,
            false);
    PublishWriter writer = new PublishWriter(level, 1000, 0);
    for (int qos = 0; qos <= 2; qos++) {
      // The third time, QoS 0 is the packet that all receivers share.
      for (int time = 0; time < 3; time++) {
        ByteBuf out = Unpooled.buffer();
        assertThat(writer.write(out, post, qos, false, false, qos == 0 ? 0 : 7, new int[0], 0))
            .isTrue();
        MqttMessage message = nettys(ByteBufUtil.getBytes(out), level);

        assertThat(message).isInstanceOf(MqttPublishMessage.class);
        MqttPublishMessage publish = (MqttPublishMessage) message;
        assertThat(publish.decoderResult().isSuccess()).isTrue();
        assertThat(publish.fixedHeader().qosLevel().value()).isEqualTo(qos);
        assertThat(publish.variableHeader().topicName()).isEqualTo("a");
        assertThat(publish.payload().toString(StandardCharsets.UTF_8)).isEqualTo("payload");
        assertThat(publish.variableHeader().properties().isEmpty()).isEqualTo(level != Level.V5);
        publish.release();
      }
    }
  }

  /** Why the decoder is our own: the standards want these refused. */
  @ParameterizedTest
  @CsvSource({
    "a property twice, 30090001740401000100 61",
    "numbers longer than they must be, 3006000174800061 62",
    "reserved options, 8207000100000161C0",
    "a property of another packet, 300A0001740511000000 0161",
    "a payload format that is none, 30060001740201 02"
  })
  void nettyTakesWhatWeRefuse(String what, String bytes) {
    MqttMessage message = nettys(hex(bytes), Level.V5);

    assertThat(message.decoderResult().isSuccess()).as(what).isTrue();
    assertThatThrownBy(() -> decoded(hex(bytes), Level.V5)).isInstanceOf(PacketException.class);
  }

  @Test
  void answersAreReadByNetty() {
    ByteBuf out = Unpooled.buffer();
    PacketWriter.answers(out, Level.V5, PacketType.SUBACK, 7, java.util.List.of(0, 1, 0x87));
    PacketWriter.acknowledgement(out, Level.V5, PacketType.PUBREL, 9, Reason.PACKET_ID_NOT_FOUND);
    PacketWriter.disconnect(out, Reason.QUOTA_EXCEEDED, java.util.Optional.of("why"));
    byte[] all = ByteBufUtil.getBytes(out);
    EmbeddedChannel channel = new EmbeddedChannel(new MqttDecoder());
    channel.writeInbound(
        Unpooled.wrappedBuffer(RawClient.connect(5, 2, 0, "00", RawClient.text("c"))));
    channel.readInbound();
    channel.writeInbound(Unpooled.wrappedBuffer(all));
    for (String type : new String[] {"SUBACK", "PUBREL", "DISCONNECT"}) {
      MqttMessage message = channel.readInbound();
      assertThat(message.decoderResult().isSuccess()).isTrue();
      assertThat(message.fixedHeader().messageType().name()).isEqualTo(type);
    }
  }
}
