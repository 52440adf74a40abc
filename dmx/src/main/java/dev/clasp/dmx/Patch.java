package dev.clasp.dmx;

import dev.clasp.dmx.FixtureProfile.Channel;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which fixture is where. Immutable. */
public final class Patch {

  /** Nothing is patched. */
  public static final Patch NONE = new Patch(List.of());

  private static final int MAX_FIXTURES = 10_000;

  /**
   * A parameter at its place.
   *
   * @param slot 0 to 511
   * @param fine slot of the lower eight bits, or -1
   */
  record Place(Fixture fixture, Channel channel, int slot, int fine) {

    String path() {
      return DmxPath.fixture(fixture.name(), channel.name());
    }
  }

  private final Map<String, Map<String, Place>> byName = new LinkedHashMap<>();
  private final Map<Integer, List<Place>> byUniverse = new HashMap<>();
  private final List<Fixture> fixtures;

  public Patch(List<Fixture> fixtures) {
    this.fixtures = List.copyOf(fixtures);
    for (Fixture fixture : fixtures) {
      Map<String, Place> places = new LinkedHashMap<>();
      for (Channel channel : fixture.profile().channels()) {
        Place place =
            new Place(
                fixture,
                channel,
                fixture.slot(channel.offset()),
                channel.fine().map(fixture::slot).orElse(-1));
        places.put(channel.name(), place);
        byUniverse.computeIfAbsent(fixture.universe(), _ -> new ArrayList<>()).add(place);
      }
      byName.put(fixture.name(), places);
    }
  }

  /**
   * Reads the settings {@code fixtures} and {@code profiles}.
   *
   * @throws dev.clasp.bridge.spi.BridgeException (lasting) with the place and what belongs there
   */
  static Patch parse(Value fixtures, Value profiles, DmxPath.Form form) {
    Map<String, FixtureProfile> known = new HashMap<>();
    FixtureProfile.BUILT_IN.forEach(profile -> known.put(profile.name(), profile));
    SettingTree.map(profiles, "profiles")
        .forEach((name, channels) -> known.put(name, profile(name, channels, "profiles." + name)));
    List<Value> given = SettingTree.list(fixtures, "fixtures");
    if (given.size() > MAX_FIXTURES) {
      throw SettingTree.refusal("fixtures: at most " + MAX_FIXTURES);
    }
    List<Fixture> read = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < given.size(); i++) {
      String where = "fixtures[" + i + "]";
      Fixture fixture = fixture(given.get(i), where, known, form);
      String before = names.put(fixture.name(), where);
      if (before != null) {
        throw SettingTree.refusal(
            where + ": the name " + fixture.name() + " is that of " + before + " already");
      }
      read.add(fixture);
    }
    return new Patch(read);
  }

  private static Fixture fixture(
      Value value, String where, Map<String, FixtureProfile> known, DmxPath.Form form) {
    SettingTree tree =
        SettingTree.of(value, where, Set.of("name", "universe", "address", "profile"));
    String name = tree.name("name");
    int universe = tree.needed("universe", form.least(), form.most());
    int address = tree.needed("address", 1, Dmx.SLOTS);
    FixtureProfile profile;
    if (tree.value("profile") instanceof Value.Text(String named)) {
      FixtureProfile found = known.get(named);
      if (found == null) {
        throw SettingTree.refusal(
            tree.place("profile")
                + ": there is no profile "
                + named
                + "; there are "
                + String.join(", ", known.keySet().stream().sorted().toList()));
      }
      profile = found;
    } else {
      profile = profile(name, tree.value("profile"), tree.place("profile"));
    }
    if (address - 1 + profile.length() > Dmx.SLOTS) {
      throw SettingTree.refusal(
          where
              + ": "
              + profile.length()
              + " channels from "
              + address
              + " do not fit; a universe ends with 512");
    }
    return new Fixture(name, universe, address, profile);
  }

  private static FixtureProfile profile(String name, Value value, String where) {
    List<Value> channels = SettingTree.list(value, where);
    if (channels.isEmpty()) {
      throw SettingTree.refusal(
          where + " must be the name of a profile, or a list of channels: [{\"name\": \"pan\"}]");
    }
    List<Channel> read = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < channels.size(); i++) {
      Channel channel = channel(channels.get(i), where + "[" + i + "]", next);
      if (read.stream().anyMatch(other -> other.name().equals(channel.name()))) {
        throw SettingTree.refusal(where + ": two channels have the name " + channel.name());
      }
      read.add(channel);
      next = Math.max(channel.offset(), channel.fine().orElse(0)) + 1;
    }
    return new FixtureProfile(name, read);
  }

  private static Channel channel(Value value, String where, int next) {
    if (value instanceof Value.Text) {
      return channel(Value.of(Map.of("name", value)), where, next);
    }
    SettingTree tree =
        SettingTree.of(
            value,
            where,
            Set.of(
                "name", "offset", "bits", "fine", "min", "max", "invert", "default", "mastered"));
    String name = tree.name("name");
    int offset = tree.whole("offset", 0, Dmx.SLOTS - 1).orElse(next);
    int bits = tree.whole("bits", 8, 16).orElse(8);
    Optional<Integer> fine = tree.whole("fine", 0, Dmx.SLOTS - 1);
    if (bits != 8 && bits != 16) {
      throw SettingTree.refusal(tree.place("bits") + " must be 8 or 16");
    }
    if (bits == 16 && fine.isEmpty()) {
      fine = Optional.of(offset + 1);
    }
    if (fine.isPresent() && fine.get() == offset) {
      throw SettingTree.refusal(tree.place("fine") + " must be another slot than offset");
    }
    double min = tree.number("min", 0);
    double max = tree.number("max", 1);
    if (min == max) {
      throw SettingTree.refusal(where + ": min and max must differ");
    }
    double initial = tree.number("default", min);
    // What is called so is light; pan and gobo are not.
    boolean light =
        Set.of("dimmer", "intensity", "red", "green", "blue", "white", "amber", "uv", "lime")
            .contains(name);
    return new Channel(
        name,
        offset,
        fine,
        min,
        max,
        tree.flag("invert", false),
        initial,
        tree.flag("mastered", light));
  }

  // --- looking up --------------------------------------------------------------------------------

  public List<Fixture> fixtures() {
    return fixtures;
  }

  Optional<Place> find(String fixture, String parameter) {
    return Optional.ofNullable(byName.getOrDefault(fixture, Map.of()).get(parameter));
  }

  /** All parameters of a fixture; empty if there is no such fixture. */
  Collection<Place> of(String fixture) {
    return byName.getOrDefault(fixture, Map.of()).values();
  }

  /** What is in a universe. */
  List<Place> in(int universe) {
    return byUniverse.getOrDefault(universe, List.of());
  }

  /** Universes with fixtures. */
  Set<Integer> universes() {
    return byUniverse.keySet();
  }
}
