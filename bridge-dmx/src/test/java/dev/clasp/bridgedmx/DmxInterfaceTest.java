package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.serial.SerialDevice;
import dev.clasp.serial.SerialPortInfo;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which device an interface is, when devices come and go. */
@Timeout(60)
class DmxInterfaceTest {

  /** A machine whose devices the test plugs in and out. */
  private static final class Desk implements Ports {
    private final BlockingQueue<String> opened = new LinkedBlockingQueue<>();
    private final CountDownLatch looking = new CountDownLatch(1);
    private final CountDownLatch looked = new CountDownLatch(1);
    private volatile List<SerialPortInfo> plugged = List.of();

    /** Once something is open, a look at the ports takes until the test ends. */
    private volatile boolean slow;

    @Override
    public List<SerialPortInfo> list() {
      if (slow && !opened.isEmpty()) {
        looking.countDown();
        try {
          looked.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return plugged;
    }

    @Override
    public SerialDevice open(String port, boolean dmxLine) throws IOException {
      SerialPortInfo info =
          plugged.stream()
              .filter(each -> each.port().equals(port))
              .findFirst()
              .orElseThrow(() -> new IOException("there is no serial port " + port));
      opened.add(port + " " + info.serialNumber());
      return new Line(this, info);
    }
  }

  /** Takes everything while it is plugged in. */
  private static final class Line implements SerialDevice {
    private final Desk desk;
    private final SerialPortInfo info;
    private final AtomicBoolean closed = new AtomicBoolean();

    Line(Desk desk, SerialPortInfo info) {
      this.desk = desk;
      this.info = info;
    }

    private void check() throws IOException {
      if (closed.get() || !desk.plugged.contains(info)) {
        throw new IOException("unplugged");
      }
    }

    @Override
    public int read(byte[] into) throws IOException {
      check();
      return 0;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      check();
    }

    @Override
    public void setBreak(boolean on) throws IOException {
      check();
    }

    @Override
    public void close() {
      closed.set(true);
    }
  }

  private final Desk desk = new Desk();
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final DmxInterface stage =
      new DmxInterface(
          InterfaceSpec.parse("ttyA?kind=open"),
          desk,
          Ticker.SYSTEM,
          new DmxInterface.Listener() {
            @Override
            public void up(DmxInterface which, String what) {
              told.add("up " + what);
            }

            @Override
            public void down(DmxInterface which, String why) {
              told.add("down " + why);
            }

            @Override
            public void heard(DmxInterface which, byte[] slots) {}

            @Override
            public void unusable(DmxInterface which, String why) {}

            @Override
            public void bytes(long in, long out) {}
          });

  @AfterEach
  void close() {
    desk.looked.countDown();
    stage.close();
  }

  private static SerialPortInfo device(String port, String number) {
    return new SerialPortInfo(port, "a cable", DmxInterface.FTDI, 0x6001, number);
  }

  private void awaitTold(String part) {
    String next;
    do {
      next = FakeContext.taken(told, "nobody tells " + part);
    } while (!next.contains(part));
  }

  private String opened() {
    return FakeContext.taken(desk.opened, "nothing is opened");
  }

  @Test
  void anotherDeviceInItsSocketDoesNotTakeItsPlace() {
    desk.plugged = List.of(device("ttyA", "A1"));
    stage.start();
    awaitTold("up ");
    assertThat(opened()).isEqualTo("ttyA A1");

    desk.plugged = List.of(device("ttyA", "B2"));
    awaitTold("waits for the USB device with the serial number A1; there is another one now, B2");

    desk.plugged = List.of(device("ttyA", "B2"), device("ttyB", "A1"));
    awaitTold("up ");
    assertThat(opened()).isEqualTo("ttyB A1");
  }

  @Test
  void aDeviceWithoutANumberIsKnownByItsPort() {
    desk.plugged = List.of(device("ttyA", "A1"));
    stage.start();
    awaitTold("up ");
    assertThat(opened()).isEqualTo("ttyA A1");

    desk.plugged = List.of(device("ttyA", ""));
    awaitTold("up ");
    assertThat(opened()).isEqualTo("ttyA ");
  }

  @Test
  void whoSendsDoesNotWaitForALookAtThePorts() throws Exception {
    desk.slow = true;
    desk.plugged = List.of(device("ttyA", "A1"));
    stage.start();
    assertThat(desk.looking.await(20, TimeUnit.SECONDS)).isTrue();

    CountDownLatch handedOver = new CountDownLatch(1);
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          stage.output(0, new byte[512]);
          handedOver.countDown();
        });
    assertThat(handedOver.await(20, TimeUnit.SECONDS)).isTrue();
  }
}
