package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import dev.clasp.discovery.Device;
import dev.clasp.discovery.DeviceInfo;
import dev.clasp.discovery.DeviceSource;
import dev.clasp.discovery.Discovery;
import dev.clasp.discovery.DiscoveryEvent;
import dev.clasp.discovery.Mechanism;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.DevicesCompanion;
import dev.clasp.server.ServerConfig;
import java.awt.image.BufferedImage;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Other routers and the QR code on the page, in Chromium. */
@RealProgram
class DevicesPageTest {

  private static final UUID SELF = UUID.fromString("6a0e3a6e-5a43-4d10-8d32-0d1d9b4f7a11");

  @RegisterExtension static final Stage stage = new Stage();

  /** Finds two routers, one of which would like to be a script. */
  private static final class TwoRouters implements DeviceSource {
    @Override
    public Mechanism mechanism() {
      return Mechanism.MDNS;
    }

    @Override
    public void start(Consumer<DiscoveryEvent> events) {
      events.accept(found("Front of house", Optional.of(SELF.toString()), "ws://127.0.0.1:1"));
      events.accept(
          found("<img src=x onerror=alert(1)>", Optional.empty(), "ws://192.0.2.7:7330/clasp"));
    }

    private static DiscoveryEvent found(String name, Optional<String> id, String url) {
      return new DiscoveryEvent.Found(
          new Device(
              name + "._clasp._tcp.local.",
              id,
              name,
              DeviceInfo.DEFAULT,
              Map.of("ws", url),
              Set.of(Mechanism.MDNS),
              System.nanoTime(),
              System.nanoTime()));
    }

    @Override
    public void close() {}
  }

  private ClaspServer server = start();
  private Screen screen = open();

  private static ClaspServer start() {
    return ClaspServer.start(
        ServerConfig.DEFAULT
            .withPort(0)
            .withCompanions(
                List.of(
                    DevicesCompanion.factory(
                        failures ->
                            Discovery.builder()
                                .lan(_ -> List.of(TwoRouters::new))
                                .onFailure(failures)
                                .build(),
                        Optional.of(SELF)))));
  }

  /** As a browser elsewhere in the network comes, by a name that is not this machine's own. */
  private String host() {
    return "stage.local:" + server.address().getPort();
  }

  private Screen open() {
    List<String> command = new ArrayList<>(Installation.browser());
    command.add("--host-resolver-rules=MAP stage.local 127.0.0.1");
    return stage
        .screen(
            stage.with(Peer.program("chromium with names", command)),
            URI.create("http://" + host() + "/"),
            Map.of())
        .go("discover");
  }

  @BeforeEach
  void opened() {
    screen.await("network");
  }

  @AfterEach
  void stop() {
    screen.requireNoComplaints();
    // What is noted from here on is that the server has gone.
    screen.allow("ERR_", "WebSocket");
    server.close();
  }

  @Test
  void showsOtherRoutersWithoutBelievingThem() {
    screen.await("device-name", "Front of house");
    screen.await("device-name", "<img src=x onerror=alert(1)>");
    screen.await("device-sources", "mdns");
    screen.await("[data-testid=device-link][href=\"http://192.0.2.7:7330/\"]");
    assertThat(screen.text("device-row")).contains("this router");
  }

  @Test
  void theQrCodeIsReadFromTheScreen() throws Exception {
    screen.await("[data-testid=qr][data-url=\"ws://" + host() + "/\"]");
    assertThat(readQr()).isEqualTo("ws://" + host() + "/");
  }

  /** The picture may come a moment after its place. */
  private String readQr() throws Exception {
    for (int tries = 1; ; tries++) {
      BufferedImage image = ImageIO.read(screen.screenshot("devices").toFile());
      int[] pixels =
          image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
      try {
        return new QRCodeReader()
            .decode(
                new BinaryBitmap(
                    new HybridBinarizer(
                        new RGBLuminanceSource(image.getWidth(), image.getHeight(), pixels))))
            .getText();
      } catch (com.google.zxing.ReaderException e) {
        if (tries == 40) {
          throw e;
        }
        Thread.sleep(250);
      }
    }
  }
}
