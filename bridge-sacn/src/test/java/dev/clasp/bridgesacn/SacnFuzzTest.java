package dev.clasp.bridgesacn;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.dmx.DmxReceiver;
import dev.clasp.protocol.Value;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Datagrams from anybody: a packet, or nothing happens. */
class SacnFuzzTest {

  private static final InetSocketAddress FROM =
      new InetSocketAddress(InetAddress.ofLiteral("10.0.0.9"), 5568);

  static Stream<byte[]> seeds() {
    SacnWriter writer = new SacnWriter(SacnPacketsTest.CID, "fuzz");
    byte[] broken = SacnPacketsTest.data(writer, 1, 1, 1, 2);
    broken[Sacn.DMP_COUNT] = 2;
    byte[] synced = writer.data(1, 512, 200, 7, 0xDD);
    return Stream.of(
        new byte[0],
        SacnPacketsTest.data(writer, 1, 1, 255, 128),
        writer.data(1, 512, 200, 0, 0),
        synced,
        broken,
        writer.sync(7, 1),
        writer.discovery(List.of(1, 2, 63_999), 0));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyDatagramIsAPacketOrNothing(byte[] datagram) {
    FakeContext context = FakeContext.inRealTime();
    SacnConfig config =
        SacnConfig.of(
            BridgeSettings.of(SacnConfig.SETTINGS, Map.of("universes", Value.of("1-20"))),
            TypeProfile.STANDARD);
    DmxReceiver lights = new DmxReceiver(config.lights().input(), config.lights().patch(), context);
    SacnReceiver receiver = new SacnReceiver(config, new UUID(1, 2), lights, context, _ -> {});
    byte[] buffer = Arrays.copyOf(datagram, 2048);
    int length = Math.min(datagram.length, 2048);
    receiver.received(buffer, length, FROM, 1);
    receiver.received(buffer, length, FROM, 2);
    receiver.expire(3_000_000_000L);
    context.parcels.forEach(parcel ->
        parcel
            .signals()
            .forEach(signal -> assertThat(signal.address()).matches("/(\\d+/\\d+|\\$[a-z]+/.+)")));
  }
}
