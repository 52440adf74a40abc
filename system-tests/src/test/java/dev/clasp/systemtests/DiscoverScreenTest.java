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
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.discovery.Mechanism;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.DevicesCompanion;
import dev.clasp.server.MdnsCompanion;
import dev.clasp.server.ServerConfig;
import java.awt.image.BufferedImage;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The Discover screen in Chromium: other routers as they come and go, the QR code, what is
 * announced.
 */
@RealProgram
class DiscoverScreenTest {

  private static final UUID SELF = UUID.fromString("6a0e3a6e-5a43-4d10-8d32-0d1d9b4f7a11");

  @RegisterExtension static final Stage stage = new Stage();

  /** Finds two routers, one of which would like to be a script, and others when a test says so. */
  private static final class Neighbours implements DeviceSource {

    private final List<Consumer<DiscoveryEvent>> listeners = new CopyOnWriteArrayList<>();

    @Override
    public Mechanism mechanism() {
      return Mechanism.MDNS;
    }

    @Override
    public void start(Consumer<DiscoveryEvent> events) {
      events.accept(
          new DiscoveryEvent.Found(
              device("Front of house", Optional.of(SELF.toString()), "ws://127.0.0.1:1", "")));
      events.accept(
          new DiscoveryEvent.Found(
              device(
                  "<img src=x onerror=alert(1)>",
                  Optional.empty(),
                  "ws://192.0.2.7:7330/clasp",
                  "192.0.2.7,198.51.100.9")));
      listeners.add(events);
    }

    void tell(DiscoveryEvent event) {
      listeners.forEach(listener -> listener.accept(event));
    }

    static Device device(String name, Optional<String> id, String url, String addresses) {
      return new Device(
          name + "._clasp._tcp.local.",
          id,
          name,
          DeviceInfo.DEFAULT.withMeta(
              addresses.isEmpty() ? Map.of() : Map.of("addresses", addresses)),
          Map.of("ws", url),
          Set.of(Mechanism.MDNS),
          System.nanoTime(),
          System.nanoTime());
    }

    @Override
    public void close() {
      listeners.clear();
    }
  }

  private final Neighbours neighbours = new Neighbours();
  private final ClaspServer server =
      ClaspServer.start(
          ServerConfig.DEFAULT
              .withPort(0)
              .withCompanions(
                  List.of(
                      MdnsCompanion.factory(SELF, Optional.of("Main stage"), MdnsNetwork.ALL),
                      DevicesCompanion.factory(
                          failures ->
                              Discovery.builder()
                                  .lan(_ -> List.of(() -> neighbours))
                                  .onFailure(failures)
                                  .build(),
                          Optional.of(SELF)))));
  private final Screen page = open();

  /** As a browser elsewhere in the network comes, by a name that is not this machine's own. */
  private String host() {
    return "stage.local:" + server.address().getPort();
  }

  private Screen open() {
    List<String> command = new ArrayList<>(Installation.browser());
    command.add("--host-resolver-rules=MAP stage.local 127.0.0.1");
    Peer chromium = stage.with(Peer.program("chromium with names", command));
    // The admin API is for this machine only here, and this page comes by another name.
    return stage
        .screen(chromium, URI.create("http://" + host() + "/"), Map.of())
        .allowRefusals()
        .go("discover");
  }

  @AfterEach
  void stop() {
    page.close();
    server.close();
  }

  private static String row(String name) {
    return "[data-testid=device-row][data-name=\"" + name + "\"]";
  }

  @Test
  void showsOtherRoutersAsTheyComeAndGoWithoutBelievingThem() {
    page.await(row("Front of house") + " [data-testid=device-self]");
    String hostile = row("<img src=x onerror=alert(1)>");
    page.await(hostile + " [data-testid=device-sources]:text-is('mdns')");
    page.await(hostile + " [data-testid=device-link][href='http://192.0.2.7:7330/']");
    page.select(hostile + " [data-testid=device-url]", "ws://198.51.100.9:7330/clasp");
    page.await(hostile + " [data-testid=device-link][href='http://198.51.100.9:7330/']");

    Device late = Neighbours.device("Monitors", Optional.empty(), "ws://192.0.2.8:7330", "");
    neighbours.tell(new DiscoveryEvent.Found(late));
    page.await(row("Monitors"));
    page.requireAccessible();
    page.pictures("discover");
    neighbours.tell(new DiscoveryEvent.Lost(late.id()));
    page.awaitGone(row("Monitors"));
  }

  @Test
  void theListOfThisBrowserOutlivesTheTab() {
    page.click(row("<img src=x onerror=alert(1)>") + " [data-testid=device-keep]");
    page.await("[data-testid=known-row][data-url='http://192.0.2.7:7330/']");
    page.fill("known-name", "Workshop");
    page.fill("known-address", "https://user:secret@workshop.example/?token=x");
    page.click("known-add");
    page.await("[data-testid=known-row][data-url='https://workshop.example/']");
    page.fill("known-address", "javascript:alert(1)");
    page.click("known-add");
    page.await("known-problem");
    page.reload();
    page.await("[data-testid=known-row][data-url='https://workshop.example/']");
    page.click("[data-url='https://workshop.example/'] [data-testid=known-remove]");
    page.awaitCount("known-row", 1);
  }

  @Test
  void whatOthersAreToldIsShown() {
    page.await("[data-testid=announce-mdns][data-announced=false]");
    page.await("announce-service", "Main stage._clasp._tcp.local");
    page.awaitHas("announce-text", "id=" + SELF);
    page.awaitHas("announce-why", "127.0.0.1");
  }

  @Test
  void theQrCodeIsReadFromTheScreen() throws Exception {
    page.await("[data-testid=qr][data-url=\"ws://" + host() + "/\"]");
    assertThat(readQr()).isEqualTo("ws://" + host() + "/");
    page.click(row("<img src=x onerror=alert(1)>") + " [data-testid=device-qr]");
    page.await("[data-testid=qr][data-url=\"ws://192.0.2.7:7330/clasp\"]");
    page.click("qr-back");
    page.await("[data-testid=qr][data-url=\"ws://" + host() + "/\"]");
  }

  /** The picture may come a moment after its place. */
  private String readQr() throws Exception {
    for (int tries = 1; ; tries++) {
      Path picture = page.screenshot("discover-qr");
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
