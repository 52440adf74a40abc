package dev.clasp.cli;

import dev.clasp.ble.BleScan;
import dev.clasp.transport.TransportException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp ble scan}. The library for D-Bus is loaded when it runs. */
@Command(
    name = "scan",
    description = {
      "Look for Bluetooth devices that speak CLASP, the strongest first.",
      "",
      "A line is: address, strength in dBm, name, and what is known of it.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp ble scan",
      "  clasp ble scan --all --time 10s",
      "  clasp ble scan --count 1 --output json          ends when one was heard",
    })
final class BleScanCommand implements Callable<Integer> {

  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--all", description = "Also devices that do not say that they speak CLASP.")
  private boolean all;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      converter = DurationText.class,
      description = "How long, up to 10m (default: 5s).")
  private Duration time = Duration.ofSeconds(5);

  @Option(names = "--count", paramLabel = "N", description = "End as soon as so many were heard.")
  private int count;

  @Option(
      names = "--adapter",
      paramLabel = "NAME",
      description = "The adapter, such as hci0 (default: the first that is switched on).")
  private @Nullable String adapter;

  @Option(
      names = "--bus",
      paramLabel = "ADDRESS",
      description = "The D-Bus with BlueZ (default: that of the system).")
  private @Nullable String bus;

  BleScanCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    if (!time.isPositive() || time.compareTo(LONGEST) > 0) {
      throw new ParameterException(
          spec.commandLine(), "--time must be more than 0 and at most 10m");
    }
    if (count < 0) {
      throw new ParameterException(spec.commandLine(), "--count must be 0 or more");
    }
    clasp.startLogging(Clasp.LogLevel.ERROR);
    List<BleScan.Found> found = scan();
    PrintWriter out = clasp.terminal().out();
    for (BleScan.Found device : found) {
      out.println(clasp.json() ? json(device) : line(device));
    }
    if (found.isEmpty()) {
      clasp.note(
          all
              ? "no Bluetooth device was heard"
              : "no device was heard that says that it speaks CLASP; --all shows the others");
    }
    return ExitStatus.OK;
  }

  private List<BleScan.Found> scan() {
    try (Countdown _ = Countdown.of(clasp, "listening for Bluetooth devices", time)) {
      return BleScan.run(Optional.ofNullable(adapter), Optional.ofNullable(bus), time, all, count);
    } catch (TransportException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, Printable.escape(String.valueOf(e.getMessage())), e);
    } catch (InterruptedException e) {
      throw new CommandException(ExitStatus.INTERRUPTED, "interrupted", e);
    }
  }

  private static String line(BleScan.Found device) {
    StringBuilder text = new StringBuilder(device.address());
    text.append(
        device.rssi().isPresent()
            ? " %4d dBm  ".formatted(device.rssi().getAsInt())
            : "           ");
    text.append(Printable.escape(device.name()));
    text.append(device.clasp() && !device.name().isEmpty() ? "  " : "");
    text.append(device.clasp() ? "CLASP" : "");
    text.append(device.paired() ? ", paired" : "");
    text.append(device.connected() ? ", connected" : "");
    return text.toString().stripTrailing();
  }

  private static String json(BleScan.Found device) {
    return new JsonLine()
        .put("address", device.address())
        .put("name", device.name())
        .put("rssi", device.rssi())
        .put("clasp", device.clasp())
        .put("paired", device.paired())
        .put("connected", device.connected())
        .end();
  }
}
