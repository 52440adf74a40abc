package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridgemidi.ListedPort;
import dev.clasp.bridgemidi.MidiMonitor;
import dev.clasp.bridgemidi.MidiSong;
import dev.clasp.bridgemidi.MidiTape;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp midi}: MIDI devices and programs as addresses, until it is interrupted. */
@Command(
    name = "midi",
    description = {
      "Carry messages between MIDI devices and the router, until Ctrl-C.",
      "",
      "Controller 7 on the first channel of a device called nano is /midi/nano/ch/0/cc/7.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp midi --list                           which ports are there",
      "  clasp midi                                  the first device, as /midi/default",
      "  clasp midi -d 'nano*'                       the first whose name begins so",
      "  clasp midi -d 'nano*' --preset nanokontrol2 with names: /midi/nano/fader/1",
      "  clasp midi -d keys=Keystation -d pads=Launchpad",
      "  clasp midi -d synth=raw:/dev/snd/midiC1D0 --clock --tempo 120",
      "  clasp midi -d rtp://studio.local:5004       over the network",
      "  clasp midi -d midi2-find://Studio*          over the network, with MIDI 2.0",
      "  clasp midi --play song.mid                  a MIDI file into the router, as /midi/song",
      "  clasp midi --play song.mid -d synth=FluidSynth",
      "  clasp midi --record take1.mid -d 'nano*'",
      "  clasp midi -d 'nano*' --map '/nano/ch/0/cc/{n}=/lights/{n}/level'",
      "  clasp midi -d 'nano*' --monitor             show what comes, without a router",
    })
final class MidiCommand implements Callable<Integer> {

  private static final String NAME = "midi";
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--list", description = "List ports, addresses and presets, and end.")
  private boolean list;

  @Option(
      names = "--network",
      description =
          "With --list: ask the local network for RTP-MIDI sessions and Network MIDI 2.0 hosts, for 2"
              + " seconds each (mDNS).")
  private boolean network;

  @Option(names = "--monitor", description = "Show what comes from the devices; without a router.")
  private boolean monitor;

  @Option(
      names = "--clock-too",
      description = "With --monitor: show clock ticks and active sensing as well.")
  private boolean realTime;

  @Option(
      names = "--play",
      paramLabel = "FILE",
      description =
          "Play a MIDI file: into the router, or with a device (-d, --out) on that one and without a"
              + " router. Ends with the file.")
  private @Nullable String play;

  @Option(names = "--loop", description = "With --play: again and again, until Ctrl-C.")
  private boolean loop;

  @Option(
      names = "--record",
      paramLabel = "FILE",
      description =
          "Record what comes from the devices into a MIDI file (type 0), until Ctrl-C; without a"
              + " router. There must be no such file yet.")
  private @Nullable String record;

  @Option(
      names = {"-d", "--device"},
      paramLabel = "[NAME=]PORT",
      description =
          "A device: a part of its name, nano*, /an expression/, #0 of the list, or an address such as"
              + " raw:/dev/snd/midiC1D0. Before it, what it is called in addresses. Repeat for more"
              + " (default: the first device, called default).")
  private List<String> devices = new ArrayList<>();

  @Option(
      names = "--in",
      paramLabel = "PORT",
      description = "Only this input, and no output unless --out says one.")
  private @Nullable String in;

  @Option(
      names = "--out",
      paramLabel = "PORT",
      description = "Only this output, and no input unless --in says one.")
  private @Nullable String out;

  @Option(
      names = "--virtual",
      paramLabel = "NAME",
      description = "Make a port for other programs to connect to (Linux with ALSA).")
  private @Nullable String virtual;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "Names for the controls of a known controller; --list has them.")
  private @Nullable String preset;

  @Option(
      names = "--pickup",
      description = "A control does nothing until it meets a value that was changed elsewhere.")
  private boolean pickup;

  @Option(
      names = "--echo",
      description =
          "Send what a device says back to it, for lamps that do not light by themselves.")
  private boolean echo;

  @Option(
      names = "--initial",
      description = "Send the values that the router has already, at the start.")
  private boolean initial;

  @Option(names = "--clock", description = "Send a MIDI clock; its tempo is DEVICE/tempo.")
  private boolean clock;

  @Option(
      names = "--tempo",
      paramLabel = "BPM",
      description = "Of the clock at the start, 5 to 999; means --clock (default: 120).")
  private @Nullable Double tempo;

  @Option(
      names = "--rate",
      paramLabel = "BYTES",
      description = "Most bytes a second to a device; 3125 is a DIN cable, 0 no bound.")
  private @Nullable Integer rate;

  @Option(
      names = "--standard",
      description = "Use signals that fit better than those of published bridges.")
  private boolean standard;

  @Option(names = "--print", description = "Show every message.")
  private boolean print;

  @Mixin private BridgeDefinitionOptions options = new BridgeDefinitionOptions();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  MidiCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (list) {
      return list();
    }
    if (network) {
      throw wrong("--network goes with --list; a session is a device such as rtp-find://NAME");
    }
    if (loop && play == null) {
      throw wrong("--loop goes with --play");
    }
    if (Stream.of(monitor, play != null, record != null).filter(each -> each).count() > 1) {
      throw wrong("give one of --monitor, --play and --record");
    }
    if (record != null) {
      return record(Path.of(record));
    }
    if (play != null && (!devices.isEmpty() || out != null || virtual != null)) {
      return play(play);
    }
    if (play != null) {
      return new LoneBridge(clasp, connection, waiting, NAME, "messages")
          .run(definition(), print, detail -> detail.endsWith(MidiSong.ENDED));
    }
    return monitor
        ? watch()
        : new LoneBridge(clasp, connection, waiting, NAME, "messages").run(definition(), print);
  }

  // --- the list ----------------------------------------------------------------------------------

  private int list() {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    ListedPort.Listing listing = ListedPort.all(network ? LOOK_NANOS : 0);
    PrintWriter to = clasp.terminal().out();
    if (clasp.json()) {
      listing.ports().forEach(port -> to.println(json(port)));
      return ExitStatus.OK;
    }
    for (boolean inputs : new boolean[] {true, false}) {
      List<ListedPort> ports =
          listing.ports().stream().filter(port -> port.input() == inputs).toList();
      to.println((inputs ? "Inputs" : "Outputs") + (ports.isEmpty() ? ": none" : ""));
      ports.forEach(port -> to.println(line(port)));
    }
    to.println("Addresses of other ports");
    listing.addresses().forEach(each -> to.println("  " + each));
    to.println("Presets");
    ListedPort.presets().forEach(each -> to.println("  " + each));
    listing.notes().forEach(note -> clasp.note(Printable.escape(note)));
    return ExitStatus.OK;
  }

  private static String line(ListedPort port) {
    return Printable.escape(
        String.format(
                Locale.ROOT,
                "  %-4s %-32s %-5s %s%s",
                port.number() < 0 ? "-" : "#" + port.number(),
                port.name(),
                port.system(),
                port.detail(),
                port.software() ? " (a program: only its whole name opens it)" : "")
            .stripTrailing());
  }

  private static String json(ListedPort port) {
    return new JsonLine()
        .put("direction", port.input() ? "in" : "out")
        .put("number", port.number())
        .put("name", port.name())
        .put("system", port.system())
        .put("detail", port.detail())
        .put("software", port.software())
        .end();
  }

  // --- the monitor -------------------------------------------------------------------------------

  private int watch() throws InterruptedException {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CountDownLatch end = new CountDownLatch(1);
    try (MidiMonitor _ =
            new MidiMonitor(
                definition().settings(), this::show, note -> clasp.note(Printable.escape(note)));
        Interrupts.Registration _ = clasp.terminal().interrupts().onInterrupt(end::countDown)) {
      end.await();
      return ExitStatus.OK;
    } catch (BridgeException e) {
      throw failed(e);
    }
  }

  // --- files -------------------------------------------------------------------------------------

  /** Plays on a device. */
  private int play(String file) {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    AtomicBoolean stopped = new AtomicBoolean();
    try (Interrupts.Registration _ =
        clasp.terminal().interrupts().onInterrupt(() -> stopped.set(true))) {
      MidiSong.read(file)
          .play(
              definition().settings(),
              loop,
              stopped::get,
              note -> clasp.note(Printable.escape(note)));
      return ExitStatus.OK;
    } catch (BridgeException e) {
      throw failed(e);
    }
  }

  private int record(Path file) throws InterruptedException {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    if (Files.exists(file)) {
      throw wrong("there is a file " + file + " already; give another name");
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      // Said now, and not when the take is over and would be lost.
      throw wrong("nothing can be written into the folder of " + file);
    }
    CountDownLatch end = new CountDownLatch(1);
    try (MidiTape tape =
            new MidiTape(definition().settings(), note -> clasp.note(Printable.escape(note)));
        Interrupts.Registration _ = clasp.terminal().interrupts().onInterrupt(end::countDown)) {
      end.await();
      Files.write(file, tape.file(), StandardOpenOption.CREATE_NEW);
      clasp.note(tape.size() + " messages are in " + Printable.escape(file.toString()));
      return ExitStatus.OK;
    } catch (BridgeException e) {
      throw failed(e);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE, Printable.escape("cannot write " + file + ": " + e.getMessage()), e);
    }
  }

  private static CommandException failed(BridgeException e) {
    return new CommandException(
        e.lasting() ? ExitStatus.USAGE : ExitStatus.FAILURE,
        Printable.escape(String.valueOf(e.getMessage())),
        e);
  }

  private synchronized void show(MidiMonitor.Seen seen) {
    if (seen.realTime()
        && !realTime
        && (seen.text().equals("clock") || seen.text().equals("active sensing"))) {
      return;
    }
    Output to = clasp.terminal().out();
    to.println(
        clasp.json()
            ? new JsonLine()
                .put("seconds", seen.nanos() / 1e9, 6)
                .put("device", seen.device())
                .put("bytes", seen.bytes())
                .put("text", seen.text())
                .end()
            : String.format(
                Locale.ROOT,
                "%10.3f  %s  %-11s  %s",
                seen.nanos() / 1e9,
                Printable.escape(seen.device()),
                seen.bytes(),
                seen.text()));
    to.flush();
  }

  // --- the bridge --------------------------------------------------------------------------------

  /** What the options say. */
  BridgeDefinition definition() {
    return options.definition(NAME, standard, _ -> settings());
  }

  private Map<String, Value> settings() {
    Map<String, Value> settings = new LinkedHashMap<>();
    if (!devices.isEmpty() && (in != null || out != null || virtual != null)) {
      throw wrong("give --device, or --in and --out, or --virtual");
    }
    if (play != null && devices.isEmpty() && out == null && virtual == null) {
      if (in != null || rate != null) {
        throw wrong("--play has no --in and no --rate; with -d or --out it plays on a device");
      }
      settings.put("port", Value.of("play:" + play + (loop ? "?loop" : "")));
      settings.put("device_name", Value.of("song"));
    } else if (devices.size() == 1) {
      Map<String, Value> device = device(devices.getFirst());
      settings.put("devices", Value.of(List.of(Value.of(device))));
    } else if (!devices.isEmpty()) {
      settings.put(
          "devices", Value.of(devices.stream().map(text -> Value.of(device(text))).toList()));
    } else {
      put(settings, "in", in);
      put(settings, "out", out);
      put(settings, "virtual", virtual);
      rate(settings);
    }
    put(settings, "preset", preset);
    flag(settings, "pickup", pickup);
    flag(settings, "echo", echo);
    flag(settings, "initial", initial);
    flag(settings, "clock_out", clock || tempo != null);
    if (tempo != null) {
      settings.put("tempo", Value.of((double) tempo));
    }
    return settings;
  }

  private Map<String, Value> device(String text) {
    Map<String, Value> device = new LinkedHashMap<>();
    int equals = text.indexOf('=');
    boolean named = equals > 0 && text.substring(0, equals).matches("[A-Za-z0-9_.-]+");
    if (named) {
      device.put("name", Value.of(text.substring(0, equals)));
    }
    device.put("port", Value.of(named ? text.substring(equals + 1) : text));
    rate(device);
    return device;
  }

  private void rate(Map<String, Value> device) {
    if (rate != null) {
      device.put("options", Value.of(Map.of("rate", Value.of((long) rate))));
    }
  }

  private static void put(Map<String, Value> settings, String name, @Nullable String text) {
    if (text != null) {
      settings.put(name, Value.of(text));
    }
  }

  private static void flag(Map<String, Value> settings, String name, boolean on) {
    if (on) {
      settings.put(name, Value.TRUE);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
