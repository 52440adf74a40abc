package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.nio.file.Path;
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
  private PeerClient page = open();

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

  private PeerClient open() {
    List<String> command = new ArrayList<>(Installation.browser());
    command.add("--host-resolver-rules=MAP stage.local 127.0.0.1");
    PeerClient client =
        stage.with(Peer.program("chromium with names", command)).client("devices page");
    client.call("open", Map.of("url", Json.of("http://" + host() + "/")));
    client.call("click", Map.of("selector", Json.of("[data-testid=network-open]")));
    return client;
  }

  @BeforeEach
  void opened() {
    await("[data-testid=network]");
  }

  @AfterEach
  void stop() {
    JsonNode complaints = page.call("complaints");
    page.call("close-page");
    server.close();
    assertThat(complaints).as(complaints.toString()).isEmpty();
  }

  private void await(String selector) {
    page.call("await", Map.of("selector", Json.of(selector)));
  }

  private String text(String selector) {
    return page.call("text", Map.of("selector", Json.of(selector))).asText();
  }

  @Test
  void showsOtherRoutersWithoutBelievingThem() {
    await("[data-testid=device-name]:text-is(\"Front of house\")");
    await("[data-testid=device-name]:text-is(\"<img src=x onerror=alert(1)>\")");
    await("[data-testid=device-sources]:text-is(\"mdns\")");
    await("[data-testid=device-link][href=\"http://192.0.2.7:7330/\"]");
    assertThat(text("[data-testid=device-row]")).contains("this router");
  }

  @Test
  void theQrCodeIsReadFromTheScreen() throws Exception {
    await("[data-testid=qr][data-url=\"ws://" + host() + "/\"]");
    Path picture = Installation.output("devices.png");
    assertThat(readQr(picture)).isEqualTo("ws://" + host() + "/");
  }

  /** The picture may come a moment after its place. */
  private String readQr(Path picture) throws Exception {
    for (int tries = 1; ; tries++) {
      page.call("screenshot", Map.of("file", Json.of(picture.toString())));
      BufferedImage image = ImageIO.read(picture.toFile());
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
