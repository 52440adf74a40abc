package dev.clasp.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.clasp.protocol.CloseReason;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.LinkClient;
import dev.clasp.transport.StreamLink;
import dev.clasp.transport.TransportException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
class SerialSchemeTest {

  private static final byte[] SET = Lines.set("/a", 1);

  private final EventLoops loops = EventLoops.create("serial-scheme-test", 1);
  private final FakePorts ports = new FakePorts();
  private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<CloseReason> end = new CompletableFuture<>();

  private final FrameListener listener =
      new FrameListener() {
        @Override
        public void frame(byte[] buffer, int offset, int length) {
          frames.add(Arrays.copyOfRange(buffer, offset, offset + length));
        }

        @Override
        public void closed(CloseReason reason) {
          end.complete(reason);
        }
      };

  @AfterEach
  void stop() {
    loops.close();
  }

  private CompletableFuture<FrameLink> connect(String url) {
    return new SerialScheme(ports)
        .connect(URI.create(url), loops, DialOptions.DEFAULT, _ -> listener);
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  @Test
  void framesGoBothWays() throws Exception {
    FrameLink link = get(connect("serial:/dev/ttyX?framing=cobs&crc=32"));
    FakePorts.Device device = ports.awaitOpened();
    byte[] line = Lines.cobs(Lines.summed(SET));
    device.say(line);
    assertThat(frames.poll(20, TimeUnit.SECONDS)).isEqualTo(SET);

    link.loop().execute(() -> link.write(SET, 0, SET.length));

    assertThat(device.awaitWritten()).isEqualTo(Lines.concat(new byte[1], line));
  }

  @Test
  void closingReleasesThePort() throws Exception {
    FrameLink link = get(connect("serial:/dev/ttyX"));
    link.close(new CloseReason(CloseReason.NORMAL, "done"));

    assertThat(get(end).text()).isEqualTo("done");
    ports.awaitOpened().awaitClosed();
  }

  @Test
  void unpluggingIsTheEnd() throws Exception {
    get(connect("serial:/dev/ttyX"));
    FakePorts.Device device = ports.awaitOpened();
    device.unplug();

    assertThat(get(end)).isEqualTo(new CloseReason(CloseReason.ABNORMAL, "the device is gone"));
    device.awaitClosed();
  }

  @Test
  void anAcceptorThatFailsReleasesThePort() throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger(StreamLink.class);
    log.setLevel(Level.OFF);
    CompletableFuture<FrameLink> future =
        new SerialScheme(ports)
            .connect(
                URI.create("serial:/dev/ttyX"),
                loops,
                DialOptions.DEFAULT,
                _ -> {
                  throw new IllegalStateException("on purpose");
                });

    assertThatThrownBy(() -> get(future)).hasRootCauseInstanceOf(TransportException.class);
    ports.awaitOpened().awaitClosed();
    log.setLevel(null);
  }

  @Test
  void theSchemeIsFoundByItsName() {
    LinkClient.check(URI.create("serial:COM3"));
    assertThatThrownBy(() -> LinkClient.check(URI.create("serial:COM3?baud=fast")))
        .hasMessageContaining("baud must be 50 to");
    assertThat(LinkClient.isOfAModule("serial:/dev/ttyUSB0")).isTrue();
    assertThat(LinkClient.isOfAModule("serious:7330")).isFalse();
    assertThatThrownBy(() ->
            get(
                LinkClient.connect(
                    URI.create("serial:COM3?baud=fast"),
                    loops,
                    DialOptions.DEFAULT,
                    _ -> listener)))
        .hasMessageContaining("baud must be 50 to");
  }

  // --- what the system says ----------------------------------------------------------------------

  private static void refuses(String port, TransportException.Kind kind, String why) {
    assertThatThrownBy(() -> SystemPorts.INSTANCE.open(SerialSettings.of(port)).close())
        .isInstanceOfSatisfying(TransportException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(why);
  }

  @Test
  void aPortThatIsNotThereIsNamedWithThoseThatAre() {
    refuses(
        "/dev/ttyNoSuch",
        TransportException.Kind.UNREACHABLE,
        "there is no serial port /dev/ttyNoSuch");
    assertThat(SerialPortInfo.all()).isNotNull();
  }

  @Test
  void aFileIsNoPort(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    refuses(file.toString(), TransportException.Kind.BIND, "is a file and no serial port");
  }
}
