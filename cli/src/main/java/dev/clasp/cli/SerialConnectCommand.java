package dev.clasp.cli;

import dev.clasp.serial.SerialCoupling;
import dev.clasp.serial.SerialSettings;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.LinkClient;
import dev.clasp.transport.TransportException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp serial connect}: a device on a serial port as a client of a router elsewhere. */
@Command(
    name = "connect",
    description = {
      "Couple the device on a serial port with a router elsewhere, until Ctrl-C.",
      "",
      "Frames are copied both ways as they are: the device says HELLO, with its own name and token,"
          + " and each HELLO makes a connection to the router.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp serial connect /dev/ttyUSB0",
      "  clasp serial connect '/dev/ttyACM0?baud=57600&framing=cobs&crc=32' --server tcp://stage:7330",
    })
final class SerialConnectCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "PORT",
      description = {
        "The port, and how the line is set: baud, parity, stop, flow, framing, crc.",
        "Example: '/dev/ttyUSB0?baud=115200'"
      })
  private String port = "";

  @Option(
      names = {"-s", "--server"},
      paramLabel = "URL",
      order = HelpSections.CONNECTION,
      description = {
        "The router; also $CLASP_SERVER.",
        "Default: " + ConnectionOptions.DEFAULT_SERVER
      })
  private String server = ConnectionOptions.DEFAULT_SERVER;

  @Mixin private TlsOptions tlsOptions = new TlsOptions();

  SerialConnectCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    SerialSettings settings;
    URI router;
    try {
      settings = SerialSettings.parse(port);
      router = router();
    } catch (TransportException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    clasp.startLogging(Clasp.LogLevel.WARN);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    try (Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(ExitStatus.OK));
        SerialCoupling _ =
            SerialCoupling.start(
                settings,
                router,
                DialOptions.DEFAULT.withTls(tls()),
                text -> clasp.note(Printable.escape(text)))) {
      clasp.note("waiting for HELLO on " + Printable.escape(settings.port()));
      return end.join();
    } catch (TransportException e) {
      throw new CommandException(
          ExitStatus.FAILURE, Printable.escape(String.valueOf(e.getMessage())), e);
    }
  }

  private ClientTls tls() {
    try {
      return tlsOptions.tls();
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private URI router() {
    String url = ConnectionOptions.fullUrl(server);
    try {
      URI uri = new URI(url);
      LinkClient.check(uri);
      return uri;
    } catch (URISyntaxException e) {
      throw wrong("'" + url + "' is no URL of a router, such as ws://localhost:7330");
    } catch (TransportException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), Printable.escape(message));
  }
}
