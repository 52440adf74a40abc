package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The settings of one bridge, read. Immutable. */
record MidiConfig(List<DeviceSpec> devices) {

  private static final int MOST_DEVICES = 64;

  /** What one device takes; in the bridge itself they hold for all its devices. */
  static final List<BridgeSetting> DEVICE_SETTINGS = deviceSettings();

  static final List<BridgeSetting> SETTINGS = settings();

  private static List<BridgeSetting> deviceSettings() {
    List<BridgeSetting> all = new ArrayList<>();
    all.add(
        new BridgeSetting(
            "device_name",
            Kind.TEXT,
            Value.NULL,
            "What the device is called in addresses; normally default, or made of its port."));
    all.add(
        new BridgeSetting(
            "port",
            Kind.TEXT,
            Value.NULL,
            "Input and output: a part of the name, nano*, /a regular expression/, #0 of the list; or"
                + " raw:/dev/snd/midiC1D0, tcp://host:port, tcp-listen://address:port,"
                + " serial:/dev/ttyUSB0@31250, rtp://host:port. Without any, the first device."));
    all.add(new BridgeSetting("in", Kind.TEXT, Value.NULL, "The input alone; none for no input."));
    all.add(
        new BridgeSetting("out", Kind.TEXT, Value.NULL, "The output alone; none for no output."));
    all.add(
        new BridgeSetting(
            "virtual",
            Kind.TEXT,
            Value.NULL,
            "Make a port of this name, for other programs to connect to; Linux with ALSA only."));
    all.add(
        new BridgeSetting(
            "options",
            Kind.TREE,
            Value.NULL,
            "Of the port: rate in bytes a second (3125 is a DIN cable), running_status."));
    all.add(
        new BridgeSetting(
            "preset",
            Kind.CHOICE,
            Value.NULL,
            "Names for the controls of a known controller.",
            ControlsReader.PRESETS));
    all.add(
        new BridgeSetting(
            "controls",
            Kind.TREE,
            Value.NULL,
            "Names for controls: a list of maps with path, in, out, kind and more."));
    all.add(
        new BridgeSetting(
            "pickup",
            Kind.SWITCH,
            Value.FALSE,
            "A control whose value was changed elsewhere does nothing until it meets that value."));
    all.add(
        new BridgeSetting(
            "echo",
            Kind.SWITCH,
            Value.FALSE,
            "Send controllers and notes back to the device that they come from, for its lamps."));
    all.add(
        new BridgeSetting(
            "restore",
            Kind.SWITCH,
            Value.TRUE,
            "Send the last values again to a device that comes back."));
    all.add(
        new BridgeSetting(
            "initial",
            Kind.SWITCH,
            Value.FALSE,
            "Send the values that the router has already, at the start. On with controls."));
    all.add(
        new BridgeSetting(
            "notes_off",
            Kind.SWITCH,
            Value.TRUE,
            "End the notes that sound when the bridge stops."));
    all.addAll(MidiMappingConfig.SETTINGS);
    return List.copyOf(all);
  }

  private static List<BridgeSetting> settings() {
    List<BridgeSetting> all = new ArrayList<>(DEVICE_SETTINGS);
    all.add(
        new BridgeSetting(
            "devices",
            Kind.TREE,
            Value.NULL,
            "Several devices: a list of maps with name, port and any of the other settings."));
    return List.copyOf(all);
  }

  /**
   * @throws BridgeException lasting: what is wrong, and in which device
   */
  static MidiConfig of(BridgeSettings settings, List<MidiScheme> schemes) {
    Value given = settings.tree("devices");
    if (given.equals(Value.NULL)) {
      return new MidiConfig(List.of(device(settings, "default", schemes)));
    }
    if (!(given instanceof Value.Array(List<Value> all))
        || all.isEmpty()
        || all.size() > MOST_DEVICES) {
      throw BridgeException.lasting("devices must be a list of 1 to " + MOST_DEVICES + " maps");
    }
    List<DeviceSpec> devices = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Value each : all) {
      Map<String, Value> fields =
          switch (each) {
            case Value.Map(Map<String, Value> map) -> map;
            case Value.Text _ -> Map.of("port", each);
            default ->
                throw BridgeException.lasting(
                    "a device must be a map with name and port, not " + each);
          };
      Map<String, Value> merged = new LinkedHashMap<>();
      for (BridgeSetting setting : DEVICE_SETTINGS) {
        if (settings.has(setting.name()) && !OWN.contains(setting.name())) {
          merged.put(setting.name(), again(setting, settings.tree(setting.name())));
        }
      }
      fields.forEach(
          (name, value) -> merged.put(name.equals("name") ? "device_name" : name, value));
      DeviceSpec device;
      try {
        device = device(BridgeSettings.of(DEVICE_SETTINGS, merged), "", schemes);
      } catch (BridgeException e) {
        throw BridgeException.lasting(
            "device " + (devices.size() + 1) + " of the list: " + e.getMessage());
      }
      if (!names.add(device.name())) {
        throw BridgeException.lasting(
            "two devices are called " + device.name() + "; give them a name each");
      }
      devices.add(device);
    }
    return new MidiConfig(List.copyOf(devices));
  }

  /** What each device says for itself. */
  private static final Set<String> OWN =
      Set.of("device_name", "port", "in", "out", "virtual", "options");

  /** As it was given: times are kept in nanoseconds, and given in seconds. */
  private static Value again(BridgeSetting setting, Value value) {
    return setting.kind() == Kind.DURATION && value instanceof Value.Int(long nanos)
        ? Value.of(nanos / 1e9)
        : value;
  }

  private static DeviceSpec device(
      BridgeSettings settings, String standardName, List<MidiScheme> schemes) {
    Optional<ControlsReader.Preset> preset = settings.text("preset").map(ControlsReader::preset);
    Optional<String> port = settings.text("port").map(String::strip);
    Optional<String> input = settings.text("in").map(String::strip);
    Optional<String> output = settings.text("out").map(String::strip);
    Optional<String> virtual = settings.text("virtual").filter(text -> !text.isBlank());
    Optional<String> address = port.filter(text -> MidiPorts.scheme(schemes, text).isPresent());
    if (address.isPresent() && (input.isPresent() || output.isPresent())
        || virtual.isPresent() && (port.isPresent() || input.isPresent() || output.isPresent())) {
      throw BridgeException.lasting("give port, or in and out, or virtual");
    }
    if (input
        .or(() -> output)
        .filter(text -> MidiPorts.scheme(schemes, text).isPresent())
        .isPresent()) {
      throw BridgeException.lasting(
          "an address such as " + input.or(() -> output).get() + " is a port: write it there");
    }
    Optional<PortPattern> in = Optional.empty();
    Optional<PortPattern> out = Optional.empty();
    if (address.isEmpty() && virtual.isEmpty()) {
      Optional<String> both =
          port.or(() ->
              input.isPresent() || output.isPresent()
                  ? Optional.empty()
                  : Optional.of(preset.map(ControlsReader.Preset::match).orElse("*")));
      in = pattern(input.or(() -> both));
      out = pattern(output.or(() -> both));
      if (in.isEmpty() && out.isEmpty()) {
        throw BridgeException.lasting("a device with neither input nor output does nothing");
      }
    }
    String named =
        settings
            .text("device_name")
            .orElseGet(() ->
                standardName.isEmpty()
                    ? slug(
                        port.or(() -> input)
                            .or(() -> output)
                            .or(() -> virtual)
                            .or(() -> settings.text("preset"))
                            .orElse("default"))
                    : standardName);
    if (!named.matches("[A-Za-z0-9_.-]{1,64}")) {
      throw BridgeException.lasting(
          "the name of a device has letters, digits, _ . - only, since it is a part of addresses,"
              + " not "
              + named);
    }
    // Looks whether it can be read.
    MidiMappingConfig.of(settings, TypeProfile.COMPATIBLE);
    Map<String, Value> options =
        switch (settings.tree("options")) {
          case Value.Null _ -> Map.of();
          case Value.Map(Map<String, Value> map) -> map;
          default -> throw BridgeException.lasting("options must be a map");
        };
    List<Control.Shape> controls = new ArrayList<>(ControlsReader.read(settings.tree("controls")));
    Set<String> own = new HashSet<>();
    controls.forEach(shape -> own.add(shape.path()));
    preset.ifPresent(each ->
        each.controls().stream()
            .filter(shape -> !own.contains(shape.path()))
            .forEach(controls::add));
    return new DeviceSpec(
        named,
        address,
        in,
        out,
        virtual,
        options,
        controls,
        preset.map(ControlsReader.Preset::init).orElse(List.of()),
        preset.map(ControlsReader.Preset::exit).orElse(List.of()),
        settings.on("pickup"),
        settings.on("echo"),
        settings.on("restore"),
        settings.on("notes_off"),
        settings.on("initial") || !controls.isEmpty() || settings.on("pickup"),
        settings);
  }

  private static Optional<PortPattern> pattern(Optional<String> text) {
    return text.filter(each -> !each.equals("none")).map(PortPattern::parse);
  }

  private static String slug(String text) {
    String slug =
        text.replaceFirst("^[a-z-]+:(//)?(/dev/)?", "")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-+|-+$", "");
    return slug.isEmpty() ? "default" : slug.substring(0, Math.min(64, slug.length()));
  }
}
